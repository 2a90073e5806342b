"""All that a table of outcomes says of the number, as data."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.scorecard.file import load_scorecard
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.calibration_file import load_calibration
from riskmodel.scoring.probability import Calibration
from riskmodel.validation.measures import (
    FEWEST_CRAMPS,
    Estimate,
    Measures,
    cramps_needed,
    design_effect,
    drawn_weights,
    interval,
    measures,
)
from riskmodel.validation.records import Records, read_records

AS_WRITTEN = "as written down before the sessions"
"""In the place of a scorecard, where the table holds the probabilities."""
FEW_ATHLETES = 20
"""Below which intervals by athlete are too narrow: judgement, after Cameron & Miller,
J Hum Resour 2015, doi:10.3368/jhr.50.2.317."""


@dataclass(frozen=True)
class Group:
    """Sessions that are alike in one way."""

    by: str
    name: str
    n_sessions: int
    observed: int
    expected: float
    ratio: Estimate


@dataclass(frozen=True)
class Validation:
    """What was expected of sessions, beside what came of them.

    Attributes
    ----------
    records : Records
    measures : Measures
    groups : tuple of Group
        By sport, past cramps and duration.
    cramps_needed : int
        For an observed over expected that is known within 15 %.
    reasons : tuple of str
        Why less can be concluded: ``few_cramps``, ``fewer_than_needed``,
        ``few_athletes``, ``athletes_not_named``, ``scored_afterwards``,
        ``rows_left_out``.
    scorecard : str
        Version and fingerprint of the scorecard, or `AS_WRITTEN`.

    Notes
    -----
    ``observed`` over ``expected`` is 1, and the slope is 1, where the number is right.
    Nothing here changes a weight.
    """

    records: Records
    measures: Measures
    groups: tuple[Group, ...]
    cramps_needed: int
    reasons: tuple[str, ...]
    scorecard: str

    def to_dict(self) -> dict[str, Any]:
        """Every figure, for JSON; what cannot be told is None."""
        told = asdict(self.measures) | {"groups": [asdict(group) for group in self.groups]}
        told |= {
            "n_sessions": self.records.n_sessions,
            "n_athletes": self.records.n_athletes,
            "n_cramps": self.records.n_cramps,
            "left_out": dict(self.records.left_out),
            "written_before": self.records.written_before,
            "cramps_needed": self.cramps_needed,
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
) -> Validation:
    r"""Compare what was expected of sessions with what came of them.

    Parameters
    ----------
    content, scorecard, calibration, score_again
        As for `read_records`.

    Returns
    -------
    Validation

    Raises
    ------
    riskmodel.validation.records.RecordsError
        If there is no outcome, or nothing that can be scored.

    Examples
    --------
    >>> season = "athlete,cramp,probability,duration_min\n" + "".join(
    ...     f"Player {n % 25},{'no' if n % 12 else 'yes'},0.08,90\n" for n in range(600))
    >>> told = validate(season.encode())
    >>> told.records.n_cramps, round(told.measures.ratio.value, 2), told.cramps_needed > 100
    (50, 1.04, True)
    """
    records = read_records(content, scorecard, calibration, score_again=score_again)
    card = scorecard or load_scorecard()
    # A card of one's own without a calibration gives no probability, which has been told.
    calibration = calibration or (None if scorecard else load_calibration())
    scored_by = f"{card.version} ({card.fingerprint})"
    named = AS_WRITTEN if records.written_before else scored_by
    return validation_of(records, named)


def validation_of(records: Records, scorecard: str = "") -> Validation:
    """As `validate`, of records that are there."""
    figures = measures(records)
    rate = records.n_cramps / records.n_sessions
    effect = design_effect(records, figures.ratio)
    needed = cramps_needed(rate, effect)
    return Validation(
        records,
        figures,
        tuple(_groups(records)),
        needed,
        tuple(_reasons(records, needed)),
        scorecard,
    )


def _groups(records: Records) -> Iterator[Group]:
    weights = np.array([*drawn_weights(records.athlete, seed=1)])
    y, p = records.cramp.astype(np.float64), records.probability
    kinds = {"sport": records.sport, "history": records.history}
    for by, names in {**kinds, "duration": records.duration}.items():
        for name in pd.unique(pd.Series(names)):
            inside = names == name
            yield _group(by, name, inside, y, p, weights)


def _group(
    by: str,
    name: str,
    inside: NDArray[np.bool_],
    y: NDArray[np.float64],
    p: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> Group:
    observed, expected = float(y[inside].sum()), float(p[inside].sum())
    came, meant = weights[:, inside] @ y[inside], weights[:, inside] @ p[inside]
    drawn = np.divide(came, meant, out=np.full(len(came), np.nan), where=meant > 0)
    ratio = Estimate(observed / expected if expected else math.nan)
    if min(observed, inside.sum() - observed) >= FEWEST_CRAMPS:
        ratio = interval(ratio.value, drawn.tolist())
    return Group(by, str(name), int(inside.sum()), int(observed), expected, ratio)


def _reasons(records: Records, needed: int) -> Iterator[str]:
    if min(records.n_cramps, records.n_sessions - records.n_cramps) < FEWEST_CRAMPS:
        yield "few_cramps"
    elif records.n_cramps < needed:
        yield "fewer_than_needed"
    if not records.names_athletes:
        yield "athletes_not_named"
    elif records.n_athletes < FEW_ATHLETES:
        yield "few_athletes"
    if not records.written_before:
        yield "scored_afterwards"
    if sum(records.left_out.values()):
        yield "rows_left_out"


def finite(value: Any) -> Any:
    """A value as JSON has it: estimates by their names, None for what cannot be told."""
    if isinstance(value, dict):
        return {name: finite(inner) for name, inner in value.items()}
    if isinstance(value, Estimate):
        return dict(zip(Estimate._fields, map(finite, value), strict=True))
    if isinstance(value, list | tuple):
        return [finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
