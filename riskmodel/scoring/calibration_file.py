"""Reads calibrations: those that come with the package, and files of one's own."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskmodel.datasets import data_file, kept_scorecards
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.files import MOST_WRITTEN_BYTES, read_file
from riskmodel.scorecard.file import load_scorecard
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.onset import OnsetCurve
from riskmodel.scoring.probability import Calibration, CalibrationError, Told

Array = NDArray[np.float64]

FORMAT = 1
"""Version of the layout of the calibration file."""

_LARGEST, _LEAST_STEP = 1e6, 1e-9
"""Far beyond what points and log odds come to: between them no slope overflows."""


def load_calibration(
    version_or_path: str | Path | None = None, scorecard: Scorecard | None = None
) -> Calibration:
    """Read a calibration.

    Parameters
    ----------
    version_or_path : str or pathlib.Path, optional
        The version of a scorecard that comes with the package, such as ``"2026.1"``,
        or a file written by ``cramprisk calibrate``.  By default the one that comes
        with the package for ``scorecard``, and without that ``data/calibration.json``.
    scorecard : Scorecard, optional
        The scorecard that it is to be used with.

    Returns
    -------
    Calibration

    Raises
    ------
    CalibrationError
        If it is neither a file nor a version, cannot be read, is damaged, or was made
        for another scorecard.

    Examples
    --------
    >>> load_calibration().made["scenarios"] >= 100_000
    True
    """
    if version_or_path is None:
        calibration = (scorecard and calibration_of(scorecard)) or _shipped()
    elif version_or_path in _known():
        calibration = _known()[str(version_or_path)]
    else:
        calibration = _read(Path(version_or_path))
    if scorecard is not None:
        calibration.require(scorecard)
    return calibration


def calibration_of(scorecard: Scorecard) -> Calibration | None:
    """Calibration that comes with the package for a scorecard; None if none does."""
    # The current one first, so that no earlier one is read where none is asked for.
    if _shipped().fingerprint == scorecard.fingerprint:
        return _shipped()
    fits = (c for c in _known().values() if c.fingerprint == scorecard.fingerprint)
    return next(fits, None)


@cache
def _known() -> Mapping[str, Calibration]:
    """Calibrations that come with the package, by the version of their scorecard."""
    kept = {
        version: _read(card.with_suffix(".calibration.json"))
        for version, card in kept_scorecards().items()
    }
    return {**kept, load_scorecard().version: _shipped()}


@cache
def _shipped() -> Calibration:
    return _read(data_file("calibration.json"))


def _read(path: Path) -> Calibration:
    try:
        raw = json.loads(read_file(path, MOST_WRITTEN_BYTES).decode("utf-8"))
    except FileNotFoundError:
        raise CalibrationError(
            f"The calibration {path} is neither a file nor a version; known versions: "
            f"{', '.join(_known())}."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise CalibrationError(f"The calibration {path} cannot be read: {why}.") from None
    except (ValueError, RecursionError) as error:
        raise CalibrationError(f"The calibration {path} is not JSON: {error}.") from None
    again = "Make it again: cramprisk calibrate"
    found = raw.get("format") if isinstance(raw, dict) else None
    if found != FORMAT:
        raise CalibrationError(
            f"The calibration {path} has format {found}; this version reads {FORMAT}. "
            f"{again}"
        )
    try:
        return build_calibration(raw)
    except KeyError as error:
        lack = f"it has no {error}"
    except (ArithmeticError, ValueError) as error:
        lack = str(error)
    except (AttributeError, TypeError):
        lack = "a value is of another kind than it should be"
    raise CalibrationError(f"The calibration {path} is damaged ({lack}). {again}")


def build_calibration(raw: Mapping[str, Any]) -> Calibration:
    """What a calibration file holds, checked; KeyError or ValueError says what is not."""
    points_at = _knots(raw["points"]["at"], at_least=2)
    # A scorecard without a curve in the duration has one knot.
    duration_at = _knots(raw["duration"]["at_points"], at_least=1)
    curve, exposure = (points_at.size,), (duration_at.size,)
    questions = raw["questions"]
    at_c = _knots(questions["air_temperature_c"], at_least=2)
    at_min = _knots(questions["duration_min"], at_least=2, least=1.0)
    # Calibrations before 2027.1 know of no other answers.
    at_rpe = _knots(questions.get("session_rpe", (2.0, 10.0)), at_least=2)
    cells = at_c.size, at_min.size
    squares = _tables(questions["mean_square_points"], cells)
    spreads = raw["assumptions"]
    return Calibration(
        points_at=points_at,
        points_logit=_numbers(raw["points"]["logit"], curve, rises=True),
        duration_at=duration_at,
        duration_logit=_numbers(raw["duration"]["logit"], exposure),
        low_logit=_numbers(spreads["low_logit"], exposure, least=0.0),
        high_logit=_numbers(spreads["high_logit"], exposure, least=0.0),
        typical_points={
            n: float(_numbers(v, ())) for n, v in raw["typical_points"].items()
        },
        questions=squares,
        questions_upward=squares
        | _tables(questions.get("upward_square_points", {}), cells),
        question_shifts={
            name: _numbers(shift, at_min.shape, falls=False)
            for name, shift in questions["mean_odds_logit"].items()
        },
        told={
            name: _told(tables, at_min.shape, at_rpe.shape)
            for name, tables in questions.get("told_logit", {}).items()
        },
        questions_at_c=at_c,
        questions_at_min=at_min,
        questions_at_rpe=at_rpe,
        onset=_onset(raw["onset"]) if "onset" in raw else None,
        fingerprint=str(raw["made"]["scorecard_fingerprint"]),
        made={**raw["made"], **{n: int(raw["made"][n]) for n in ("seed", "draws")}},
    )


def _tables(raw: Mapping[str, Any], cells: tuple[int, ...]) -> dict[str, Array]:
    return {name: _numbers(table, cells, least=0.0) for name, table in raw.items()}


def _told(raw: Mapping[str, Any], minutes: tuple[int, ...], rpe: tuple[int, ...]) -> Told:
    # A sport that the made-up sessions do not have counts as one that is not named.
    of_sport = dict.fromkeys(FIELDS["sport"].levels, raw["sport"]["other"]) | raw["sport"]
    least, most = _numbers(raw["ends"], (2,))
    return Told(
        _numbers(raw["duration_min"], minutes, falls=False),
        _numbers(raw["session_rpe"], rpe, falls=False),
        _numbers([of_sport[sport] for sport in FIELDS["sport"].levels], (len(of_sport),)),
        float(least),
        float(most),
    )


def _onset(raw: Mapping[str, Any]) -> OnsetCurve:
    at = _knots(raw["fraction"], at_least=2)
    share, low, high = (_numbers(raw[n], at.shape) for n in ("share", "low", "high"))
    # Before its start no cramp of a session begins.
    curve = OnsetCurve(*(np.append(0.0, table) for table in (at, share, low, high)))
    if (
        at[0] <= 0.0
        or at[-1] != 1.0
        or share[-1] != 1.0
        or (np.diff(curve.share) < 0).any()
    ):
        raise ValueError("the curve of the onset does not rise from 0 to 1")
    if not ((low >= 0.0) & (low <= share) & (share <= high) & (high <= 1.0)).all():
        raise ValueError("the range of the onset does not hold its share")
    return curve


def _knots(values: Any, at_least: int, least: float = -math.inf) -> Array:
    array = _numbers(values, (len(values),), rises=True, least=least)
    if array.size < at_least:
        raise ValueError(f"a curve has {array.size} knots instead of {at_least} or more")
    return array


def _numbers(
    values: Any,
    shape: tuple[int, ...],
    *,
    rises: bool = False,
    falls: bool = True,
    least: float = -math.inf,
) -> Array:
    """Finite numbers of a shape, or a sentence saying what they are not."""
    array = np.array(values)
    if array.dtype.kind not in "if":
        raise ValueError("a table holds something other than numbers")
    array = array.astype(np.float64)
    if array.shape != shape:
        raise ValueError(f"a table has shape {array.shape} instead of {shape}")
    # NaN is in no range.
    if not ((array >= max(least, -_LARGEST)) & (array <= _LARGEST)).all():
        raise ValueError("a number is not finite, too large, or below what it may be")
    if rises and not (np.diff(array) > _LEAST_STEP).all():
        raise ValueError("a curve does not rise")
    if not falls and (np.diff(array) < 0).any():
        raise ValueError("what an open question adds falls where it must not")
    return array
