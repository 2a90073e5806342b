"""All that a table of outcomes says of the number, as data."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.scorecard.file import load_scorecard
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.probability import Calibration
from riskmodel.validation.intervals import (
    Counts,
    Estimate,
    drawn_counts,
    drawn_sums,
    interval,
)
from riskmodel.validation.joining import is_small, names_by, put_together
from riskmodel.validation.marks import Blank
from riskmodel.validation.measures import (
    FEWEST_ATHLETES,
    FEWEST_CRAMPS,
    Measures,
    cramps_needed,
    design_effect,
    measures,
)
from riskmodel.validation.records import Records, read_records

AS_WRITTEN = "as written down before the sessions"
"""In the place of a scorecard, where the table holds the probabilities."""
FEW_ATHLETES = 20
"""Below which intervals by athlete are too narrow: judgement, after Cameron & Miller,
J Hum Resour 2015, doi:10.3368/jhr.50.2.317."""

Verdict = Literal[
    "more", "fewer", "perhaps_more", "perhaps_fewer", "no_difference", "cannot_tell"
]
BY_FAR = 2.0
"""How many times off, at the nearer end too, counts by a rough interval: judgement."""
_FEW_PEOPLE = frozenset({"few_athletes", "one_athlete", "athletes_not_named"})


@dataclass(frozen=True)
class Group:
    """Sessions that are alike in one way: of one name, or of several told together."""

    by: str
    names: tuple[str, ...]
    n_sessions: int
    observed: int
    expected: float
    ratio: Estimate
    n_athletes: int


@dataclass(frozen=True)
class Validation:
    """What was expected of sessions, beside what came of them.

    Attributes
    ----------
    records : Records
    measures : Measures
    groups, told_groups : tuple of Group
        By sport, past cramps and duration: each for oneself, and as others may read them,
        put together until none tells of fewer than five people; none for others where
        all of them together do.
    cramps_needed : int or None
        For an observed over expected that is known within 15 %; None where it cannot be
        told.
    reasons : tuple of str
        Why less can be concluded: ``few_cramps``, ``fewer_than_needed``,
        ``few_athletes``, ``one_athlete``, ``athletes_not_named``, ``one_outcome``,
        ``blanks_as_no``, ``scored_afterwards``, ``rows_left_out``; and ``of_few`` where
        all sessions tell of so few people that others may not read their cramps.
    scorecard : str
        Version and fingerprint of the scorecard, and a mark of a calibration of
        one's own; or `AS_WRITTEN` with the fingerprints that the table holds.

    Notes
    -----
    ``observed`` over ``expected`` is 1, and the slope is 1, where the number is right.
    Nothing here changes a weight.
    """

    records: Records
    measures: Measures
    groups: tuple[Group, ...]
    told_groups: tuple[Group, ...]
    cramps_needed: int | None
    reasons: tuple[str, ...]
    scorecard: str

    @property
    def verdict(self) -> Verdict:
        """What follows from the interval of observed over expected.

        "more" or "fewer" where it leaves out 1, "no_difference" where it holds 1, and
        "cannot_tell" where it does so with few cramps.  Where cramps are few, or athletes,
        the interval is rough: then it has to be `BY_FAR` off, and is "perhaps_more" or
        "perhaps_fewer" otherwise; always so where both are, since nobody knows then how
        much alike the sessions of one athlete are.
        """
        ratio, few_cramps = self.measures.ratio, "few_cramps" in self.reasons
        if not math.isfinite(ratio.low):
            return "cannot_tell"
        if ratio.low <= 1 <= ratio.high:
            return "cannot_tell" if few_cramps else "no_difference"
        by_far = ratio.low >= BY_FAR or ratio.high <= 1 / BY_FAR
        rough = few_cramps + (not _FEW_PEOPLE.isdisjoint(self.reasons))
        sure = (True, by_far, False)[rough]
        if ratio.low > 1:
            return "more" if sure else "perhaps_more"
        return "fewer" if sure else "perhaps_fewer"

    def to_dict(self) -> dict[str, Any]:
        """Every figure, for JSON; what cannot be told is None."""
        told = asdict(self.measures) | {
            "groups": [_of_one_name(group) for group in self.groups],
            "n_sessions": self.records.n_sessions,
            "n_athletes": self.records.n_athletes,
            "n_cramps": self.records.n_cramps,
            "left_out": dict(self.records.left_out),
            "written_before": self.records.written_before,
            "n_blanks_as_no": self.records.n_blanks_as_no,
            "simulated": self.records.n_simulated > 0,
            "n_simulated": self.records.n_simulated,
            "cramps_needed": self.cramps_needed,
            "verdict": self.verdict,
            "reasons": list(self.reasons),
            "scorecard": self.scorecard,
        }
        told_as_json: dict[str, Any] = finite(told)
        return told_as_json


def validate(
    content: bytes,
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
    *,
    score_again: bool = False,
    blank: Blank | None = None,
) -> Validation:
    r"""Compare what was expected of sessions with what came of them.

    Parameters
    ----------
    content, scorecard, calibration, score_again, blank
        As for `read_records`.

    Returns
    -------
    Validation

    Raises
    ------
    riskmodel.validation.records.RecordsError
        If there is no outcome, its blanks are in doubt, or nothing can be scored.

    Examples
    --------
    >>> season = "athlete,cramp,probability,duration_min\n" + "".join(
    ...     f"Player {n % 25},{'no' if n % 12 else 'yes'},0.08,90\n" for n in range(600))
    >>> told = validate(season.encode())
    >>> told.records.n_cramps, round(told.measures.ratio.value, 2), told.cramps_needed > 100
    (50, 1.04, True)
    """
    records = read_records(
        content, scorecard, calibration, score_again=score_again, blank=blank
    )
    return validation_of(records, _scored_by(records, scorecard, calibration))


def _scored_by(
    records: Records, scorecard: Scorecard | None, calibration: Calibration | None
) -> str:
    """What the probabilities come from; only what comes from the same can be pooled."""
    if records.written_before:
        return ", ".join((AS_WRITTEN, *records.scorecards))
    card = scorecard or load_scorecard()
    named = f"{card.version} ({card.fingerprint})"
    return f"{named}, calibration {_mark(calibration)}" if calibration else named


def _mark(calibration: Calibration) -> str:
    """What tells one calibration from another: of its curves and its shift."""
    curves = calibration.points_at, calibration.points_logit, calibration.duration_logit
    numbers = np.concatenate([*curves, [calibration.shift]]).astype(np.float64)
    return hashlib.sha256(numbers.tobytes()).hexdigest()[:12]


def validation_of(records: Records, scorecard: str = "") -> Validation:
    """As `validate`, of records that are there."""
    counts = drawn_counts(records.n_clusters)
    figures = measures(records, counts)
    rate = records.n_cramps / records.n_sessions
    needed = cramps_needed(rate, design_effect(records))
    reasons = tuple(_reasons(records, needed))
    joined = _groups(records, counts, joined=records.n_athletes > 1)
    return Validation(
        records,
        figures,
        tuple(_groups(records, counts, joined=False)),
        () if "of_few" in reasons else tuple(joined),
        needed,
        reasons,
        scorecard,
    )


def _groups(records: Records, counts: Counts, *, joined: bool) -> Iterator[Group]:
    for by in ("sport", "history", "duration"):
        names = names_by(records, by)
        kinds = put_together(records, by) if joined else [(n,) for n in pd.unique(names)]
        for kind in kinds:
            yield _group(by, kind, np.isin(names, kind), records, counts)


def _group(
    by: str,
    names: tuple[str, ...],
    inside: NDArray[np.bool_],
    records: Records,
    counts: Counts,
) -> Group:
    y, p = (records.cramp & inside).astype(np.float64), records.probability * inside
    observed, expected, n = float(y.sum()), float(p.sum()), int(inside.sum())
    ratio = Estimate(observed / expected if expected else math.nan)
    n_clusters = len(np.unique(records.cluster[inside]))
    if min(observed, n - observed) >= FEWEST_CRAMPS and n_clusters >= FEWEST_ATHLETES:
        came, meant = drawn_sums(counts, records.cluster, [y, p])
        drawn = np.divide(came, meant, out=np.full(len(came), np.nan), where=meant > 0)
        ratio = interval(ratio.value, drawn)
    n_athletes = len(np.unique(records.athlete[inside]))
    return Group(by, names, n, int(observed), expected, ratio, n_athletes)


def _of_one_name(group: Group) -> dict[str, Any]:
    told = asdict(group)
    (name,) = told.pop("names")
    return {"by": group.by, "name": str(name), **told}


def _reasons(records: Records, needed: int | None) -> Iterator[str]:
    if min(records.n_cramps, records.n_sessions - records.n_cramps) < FEWEST_CRAMPS:
        yield "few_cramps"
    elif needed is not None and records.n_cramps < needed:
        yield "fewer_than_needed"
    if not records.names_athletes:
        yield "athletes_not_named"
    elif records.n_athletes == 1:
        yield "one_athlete"
    elif records.n_athletes < FEW_ATHLETES:
        yield "few_athletes"
    if records.n_cramps in (0, records.n_sessions):
        yield "one_outcome"
    if records.n_blanks_as_no:
        yield "blanks_as_no"
    if not records.written_before:
        yield "scored_afterwards"
    if sum(records.left_out.values()):
        yield "rows_left_out"
    # The diary of one person tells of nobody else, whatever is in it.
    if records.n_athletes > 1 and is_small(records, np.ones_like(records.cramp)):
        yield "of_few"


def finite(value: Any) -> Any:
    """A value as JSON has it: estimates by their names, None for what cannot be told."""
    if isinstance(value, dict):
        return {name: finite(inner) for name, inner in value.items()}
    if isinstance(value, Estimate):
        return dict(zip(Estimate._fields, map(finite, value), strict=True))
    if isinstance(value, list | tuple):
        return [finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
