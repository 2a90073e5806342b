"""The whole chain, once: answers in, physiology, points, total and reasons out.

`assess` and `assess_frame` run the same code on arrays; one session is an array
of length one.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.datasets import read_table
from riskmodel.inputs import (
    DERIVED,
    DERIVED,
    FIELDS,
    UNKNOWN,
    Answers,
    Findings,
    Session,
    is_unknown,
    join_sentences,
    read_frame,
    read_session,
    unknown_name_sentence,
)
from riskmodel.physiology.plan import QUANTITIES, plan_quantities
from riskmodel.points import PointsCounter
from riskmodel.safety import find_guards
from riskmodel.scorecard import Factor, Scorecard, load_scorecard

SHOWN_MAXIMUM = 100
"""Totals above this are shown as this, and say so."""

# Rows worked on at once: the arrays of one block stay in the processor's cache.
_BLOCK = 8192

# Questions whose answer replaces others; leaving them out leaves nothing open.
_REPLACING = ("measured_sweat_rate_l_h", "solar_radiation_w_m2", "wbgt_c")
_SUN_PLACE = ("latitude_deg", "longitude_deg", "start_time")


class UnknownColumnWarning(UserWarning):
    """A frame has columns that are no input and were not used."""


@dataclass(frozen=True)
class Contribution:
    """What one factor adds to the total, and why.

    Attributes
    ----------
    factor, label : str
    points : float
        In half points, 0 or more.
    value : float, str or None
        What was read: a number in `unit`, a level, a list; None if unknown.
    unit : str
    answered : bool
        False if the points are the average of the reference population.
    reason, grade, source : str
        The scorecard's sentence, its evidence grade and its studies.
    """

    factor: str
    label: str
    points: float
    value: float | str | None
    unit: str
    answered: bool
    reason: str
    grade: str
    source: str


@dataclass(frozen=True)
class Assessment:
    """The answer for one planned session.

    Attributes
    ----------
    total_points : float
        Sum of the contributions, exactly; NaN if there are problems.
    contributions : tuple of Contribution
        One per factor in the order of the scorecard; empty if there are problems.
    physiology : mapping of str to float
        The quantities behind the points, units in their names.
    problems : tuple of str
        What keeps the session from being scored.
    missing : tuple of str
        Questions left unanswered.
    safety : tuple of str
        What to consider before any number.
    """

    total_points: float
    contributions: tuple[Contribution, ...]
    physiology: Mapping[str, float]
    problems: tuple[str, ...]
    missing: tuple[str, ...]
    safety: tuple[str, ...]

    @property
    def shown_points(self) -> float:
        """Total on the scale of 0 to 100; larger sums are shown as 100."""
        return min(self.total_points, SHOWN_MAXIMUM)

    def to_dict(self) -> dict[str, Any]:
        """Return dictionaries and lists as for JSON, None for NaN and infinity."""
        plain: dict[str, Any] = _finite(asdict(self))
        return plain


def assess(
    session: Session | Mapping[str, Any], scorecard: Scorecard | None = None
) -> Assessment:
    """Score one planned session.

    Parameters
    ----------
    session : Session or mapping of str to answer
        Answers by the names in `riskmodel.inputs.FIELDS`.
    scorecard : Scorecard, optional
        Another scorecard than the one that comes with the package.

    Returns
    -------
    Assessment

    Raises
    ------
    ValueError
        If a name is not in `FIELDS`.  Impossible answers do not raise; they are
        named in `problems`.

    Examples
    --------
    >>> answer = assess({"sport": "running", "duration_min": 60, "session_rpe": 4,
    ...                  "age_years": 30, "air_temperature_c": 15,
    ...                  "relative_humidity_pct": 60})
    >>> answer.total_points == sum(c.points for c in answer.contributions)
    True
    """
    answers = read_session(session)
    counter = _counter(scorecard)
    result = _run(answers, counter, detail=True)
    problems = answers.sentences()
    return Assessment(
        total_points=float(result.total_points[0]),
        contributions=() if problems else _contributions(result, counter.scorecard),
        physiology={name: float(v[0]) for name, v in result.physiology.items()},
        problems=problems,
        missing=_missing_names(int(result.missing[0])),
        safety=tuple(str(text) for _, found in result.safety for text in found),
    )


def assess_frame(
    frame: pd.DataFrame, scorecard: Scorecard | None = None, *, detail: bool = True
) -> pd.DataFrame:
    """Score any number of planned sessions.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per session, columns named as in `riskmodel.inputs.FIELDS`.
    scorecard : Scorecard, optional
        Another scorecard than the one that comes with the package.
    detail : bool, default True
        False leaves out the points per factor and what is missing.

    Returns
    -------
    pandas.DataFrame, index of `frame`
        ``points_<factor>`` for every factor, ``total_points``, ``problems``,
        ``safety``, ``missing`` and the physiology.  A row with problems keeps its
        place and has NaN for every number.

    Raises
    ------
    ValueError
        If an input has two columns.

    Warns
    -----
    UnknownColumnWarning
        If there are columns that are no input; they are named.

    Examples
    --------
    >>> import pandas as pd
    >>> squad = pd.DataFrame({"sport": ["running", "walking"], "duration_min": 60,
    ...     "session_rpe": [6, 2], "age_years": [25, 61], "air_temperature_c": 24,
    ...     "relative_humidity_pct": [50, 500]}, index=["Ada", "Ben"])
    >>> assess_frame(squad)["problems"]["Ben"]
    'Relative humidity (relative_humidity_pct) is 500; allowed is 1 to 100 %.'
    """
    answers = read_frame(frame)
    if answers.unknown_columns:
        sentences = " ".join(map(unknown_name_sentence, answers.unknown_columns))
        warnings.warn(sentences, UnknownColumnWarning, stacklevel=2)
    counter = _counter(scorecard)
    result = _run(answers, counter, detail=detail)
    columns: dict[str, Any] = {}
    if detail:
        names = (f"points_{factor.name}" for factor in counter.scorecard.factors)
        columns.update(zip(names, result.points, strict=True))
    columns["total_points"] = result.total_points
    columns["problems"] = answers.problems()
    columns["safety"] = join_sentences(result.safety, answers.n_sessions)
    if detail:
        patterns, which = np.unique(result.missing, return_inverse=True)
        texts = [";".join(_missing_names(int(bits))) for bits in patterns]
        columns["missing"] = np.array(texts, dtype=object)[which]
    return pd.DataFrame({**columns, **result.physiology}, index=frame.index)


@dataclass(frozen=True)
class _Result:
    """Arrays of the whole chain, before they are put into words."""

    points: NDArray[np.float64]
    total_points: NDArray[np.float64]
    physiology: dict[str, NDArray[np.float64]]
    columns: Mapping[str, NDArray[Any]]
    missing: NDArray[np.int64]
    safety: list[Findings]


@cache
def _default_counter() -> PointsCounter:
    return PointsCounter(load_scorecard())


def _counter(scorecard: Scorecard | None) -> PointsCounter:
    return _default_counter() if scorecard is None else PointsCounter(scorecard)


def _run(answers: Answers, counter: PointsCounter, *, detail: bool) -> _Result:
    n = answers.n_sessions
    factors = counter.scorecard.factors
    points = np.empty((len(factors), n if detail else 0))
    total = np.empty(n)
    physiology = {name: np.empty(n) for name in QUANTITIES}
    safety: list[Findings] = []
    usable = answers.usable()
    for start in range(0, max(n, 1), _BLOCK):
        block = slice(start, min(start + _BLOCK, n))
        columns = plan_quantities(
            {name: values[block] for name, values in answers.columns.items()},
            block.stop - block.start,
        )
        counted = counter.count(columns)
        bad = ~usable[block]
        counted[:, bad] = np.nan
        if detail:
            points[:, block] = counted
        total[block] = counted.sum(axis=0)
        for name, values in physiology.items():
            values[block] = np.where(bad, np.nan, columns[name])
        safety += [
            (rows[keep] + start, texts[keep])
            for rows, texts in find_guards(columns)
            if (keep := ~bad[rows]).any()
        ]
    missing = _missing_bits(answers) if detail else np.zeros(n, np.int64)
    return _Result(points, total, physiology, columns, missing, safety)


def _contributions(result: _Result, scorecard: Scorecard) -> tuple[Contribution, ...]:
    sources = _sources(scorecard)
    return tuple(
        Contribution(
            factor=factor.name,
            label=factor.label,
            points=float(points[0]),
            value=(value := _value(factor, result.columns[factor.quantity][0])),
            unit=_unit(factor),
            answered=value is not None,
            reason=factor.reason,
            grade=factor.grade,
            source=sources[factor.name],
        )
        for factor, points in zip(scorecard.factors, result.points, strict=True)
    )


def _value(factor: Factor, code: Any) -> float | str | None:
    """What was read for a factor, as a person would say it."""
    if factor.kind == "curve":
        return None if math.isnan(code) else float(code)
    if code == UNKNOWN:
        return None
    labels = FIELDS[factor.quantity].levels
    if factor.kind == "levels":
        return labels[factor.levels[code].level]
    chosen = [labels[lv.level] for bit, lv in enumerate(factor.levels) if code >> bit & 1]
    return ", ".join(chosen) or "None"


def _unit(factor: Factor) -> str:
    if factor.kind != "curve":
        return ""
    if factor.quantity in FIELDS:
        return FIELDS[factor.quantity].unit
    return DERIVED[factor.quantity]


@cache
def _citations() -> Mapping[str, str]:
    rows = read_table("evidence.csv")
    return {row["id"]: f"{row['citation']}, {row['doi_or_pmid']}" for row in rows}


def _sources(scorecard: Scorecard) -> dict[str, str]:
    cited = _citations()
    return {
        factor.name: "; ".join(cited[row] for row in factor.all_evidence)
        or "our judgement"
        for factor in scorecard.factors
    }


_OPTIONAL = tuple(
    name
    for name, field in FIELDS.items()
    if not field.required and field.kind != "text" and name not in _REPLACING
)


def _missing_bits(answers: Answers) -> NDArray[np.int64]:
    """Unanswered questions of each session, one bit per optional input."""
    n = answers.n_sessions

    def unknown(name: str) -> NDArray[np.bool_]:
        column = answers.columns.get(name)
        return np.ones(n, dtype=bool) if column is None else is_unknown(column)

    def level(name: str, *levels: str) -> NDArray[np.bool_]:
        codes = [FIELDS[name].codes[level] for level in levels]
        column = answers.columns.get(name)
        return np.zeros(n, dtype=bool) if column is None else np.isin(column, codes)

    sweat_open = unknown("measured_sweat_rate_l_h")
    weather_open = sweat_open | unknown("wbgt_c")
    sun_open = weather_open & unknown("solar_radiation_w_m2")
    relevant: dict[str, NDArray[np.bool_]] = {
        "clothing": sweat_open,
        "wind_speed_m_s": weather_open,
        "sky": sun_open,
        "pregnancy_trimester": ~level("sex", "male"),
        **dict.fromkeys(_SUN_PLACE, sun_open & ~level("sky", "night", "indoor")),
    }
    bits = np.zeros(n, dtype=np.int64)
    for position, name in enumerate(_OPTIONAL):
        open_question = unknown(name) & relevant.get(name, True)
        bits |= open_question.astype(np.int64) << position
    return bits


def _missing_names(bits: int) -> tuple[str, ...]:
    return tuple(name for i, name in enumerate(_OPTIONAL) if bits >> i & 1)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
