"""Scorecards by version or file: those that come with the package, and one's own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from riskmodel.datasets import data_file, kept_scorecards
from riskmodel.inputs.files import MOST_WRITTEN_BYTES, read_file
from riskmodel.scorecard.parts import ScorecardError
from riskmodel.scorecard.rows import Scorecard, read_scorecard


def load_scorecard(version_or_path: str | Path | None = None) -> Scorecard:
    """Read and check a scorecard: the current one, an earlier one or one's own.

    Parameters
    ----------
    version_or_path : str or pathlib.Path, optional
        A version that comes with the package, such as ``"2026.1"``, or a TOML file
        laid out like ``data/scorecard.toml``, which is the default.

    Returns
    -------
    Scorecard

    Raises
    ------
    ScorecardError
        If it is neither a file nor a version, is not TOML, or a row breaks a rule: an
        unknown key, knots out of order, a negative point, points that are not
        ``10 * log2(ratio)``, a published ratio used without the shrinkage of its
        grade and without a reason, or a missing source.

    Examples
    --------
    >>> load_scorecard()["history"].levels[-1].points
    27
    >>> load_scorecard("2026.1").fingerprint
    'e68e978dfb2f'
    """
    if version_or_path is None:
        return _shipped()
    if version_or_path in known_scorecards():
        return known_scorecards()[str(version_or_path)]
    return _load(Path(version_or_path))


@cache
def known_scorecards() -> Mapping[str, Scorecard]:
    """Scorecards that come with the package, by version; the current one is the last.

    Examples
    --------
    >>> list(known_scorecards())[-1] == load_scorecard().version
    True
    """
    kept = {version: _load(path) for version, path in kept_scorecards().items()}
    return {**kept, _shipped().version: _shipped()}


@cache
def _shipped() -> Scorecard:
    return _load(data_file("scorecard.toml"))


def version_of(fingerprint: str) -> str:
    """Version of the scorecard with a fingerprint; "" if none that is known has it."""
    cards = known_scorecards().items()
    return next((v for v, card in cards if card.fingerprint == fingerprint), "")


def is_other_version(version: str, now: str) -> bool:
    """Whether something that was saved was scored with other weights than now.

    Parameters
    ----------
    version : str
        As it was noted when it was saved; "" if it was not, as by programs of before:
        then it is as old as the oldest scorecard that is known.
    now : str
        Version that scores it now.

    Examples
    --------
    >>> is_other_version("2026.1", "2027.1"), is_other_version("", "2026.1")
    (True, False)
    >>> is_other_version("2027.1", "2027.2")  # which only added answers
    False
    """
    known = known_scorecards()
    saved = version or next(iter(known))
    while now != saved and now in known and known[now].adds_to:
        now = known[now].adds_to
    return saved != now


def _load(path: Path) -> Scorecard:
    try:
        toml = read_file(path, MOST_WRITTEN_BYTES).decode("utf-8").replace("\r\n", "\n")
    except FileNotFoundError:
        known = ", ".join(known_scorecards())
        raise ScorecardError(
            f"The scorecard {path} is neither a file nor a version; known versions: "
            f"{known}."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise ScorecardError(f"The scorecard {path} cannot be read: {why}.") from None
    return read_scorecard(toml, f"The scorecard {path}")
