"""One planned session for a whole squad: who needs attention, and what helps most.

Every athlete's row runs through the same chain as a single session.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.fields import FIELDS, needed_fields
from riskmodel.inputs.reading import (
    BLANKS,
    Answers,
    is_blank,
    is_unknown,
    read_frame,
    read_one,
    refuse_repeated,
)
from riskmodel.inputs.session import coded, spelt
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.assessment import result_columns
from riskmodel.scoring.engine import Engine, Result, engine
from riskmodel.scoring.guards import URGENT_BITS, of_each
from riskmodel.scoring.probability import Calibration
from riskmodel.whatif.levers import FOR_ALL, LEVERS, Lever
from riskmodel.whatif.seen import Plan
from riskmodel.whatif.vetoes import VETOES

Array = NDArray[np.float64]

PLAN_FIELDS = tuple(f.name for f in FIELDS.values() if f.of_the_plan)
"""What one plan says for all."""
SESSION_FIELDS = tuple(f.name for f in FIELDS.values() if f.same_for_squad)
"""What is the same for all who are there: the plan goes before an athlete's own answer.

To the others in `PLAN_FIELDS`, such as the warm-up, an own answer goes before the plan.
"""
ATHLETE_FIELDS = tuple(name for name in FIELDS if name not in PLAN_FIELDS)
"""What every athlete answers."""

TOP_FACTORS = 2
LEAST_SAVED = 0.1
"""A change after which fewer athletes less are expected to cramp is not worth a line."""


@dataclass(frozen=True)
class SquadOption:
    """A change of the plan, and what it does to the whole squad.

    Attributes
    ----------
    label : str
    changes : mapping of str to answer
    expected_before, expected_after : float
        Athletes to expect with a cramp, among those who can be scored.
    n_scored : int
    lever : Lever or None
        The one that changes it; its words can be in other units than ``label``.
    """

    label: str
    changes: Mapping[str, Any]
    expected_before: float
    expected_after: float
    n_scored: int
    lever: Lever | None = None


def with_plan(athletes: pd.DataFrame, plan: Mapping[str, Any]) -> pd.DataFrame:
    """Give every athlete the planned session.

    Parameters
    ----------
    athletes : pandas.DataFrame
        One row for each; columns named as in `FIELDS`.
    plan : mapping of str to answer
        Answers to `PLAN_FIELDS`; others are not used.

    Returns
    -------
    pandas.DataFrame
        With a column for every answer; to `SESSION_FIELDS` that of the plan, if it has
        one, to the others an athlete's own, if there is one.

    Raises
    ------
    ValueError
        If an input has two columns.
    """
    refuse_repeated(athletes.columns[athletes.columns.isin(FIELDS.keys())])
    columns = {name: athletes[name] for name in athletes.columns if name in FIELDS}
    for name in PLAN_FIELDS:
        if (value := plan.get(name)) is None:
            continue
        own = columns.get(name)
        if own is not None and name not in SESSION_FIELDS:
            columns[name] = own.astype(object).where(_given(own), value)
        else:
            columns[name] = value
    return pd.DataFrame(columns, index=athletes.index)


def _given(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Whether each cell holds an answer."""
    text = cells.astype(str).str.strip().str.lower()
    answered: pd.Series[Any] = cells.notna() & ~text.isin(BLANKS)
    return answered


def set_aside(athletes: pd.DataFrame, plan: Mapping[str, Any]) -> str:
    """Say which own answers about the session the plan replaces.

    Parameters
    ----------
    athletes, plan
        As for `with_plan`.

    Returns
    -------
    str
        One sentence, empty if there are none.

    Examples
    --------
    >>> set_aside(pd.DataFrame({"sport": ["rugby", None]}), {"sport": "running"})
    'Of 1 athlete own answers to Sport were set aside: the session is the same for all.'
    """
    names = [n for n in SESSION_FIELDS if n in athletes and plan.get(n) is not None]
    own = pd.DataFrame({name: _given(athletes[name]) for name in names}, athletes.index)
    names = [name for name in names if own[name].any()]
    if not names:
        return ""
    count = int(own.any(axis=1).sum())
    labels = ", ".join(FIELDS[name].label for name in names)
    return (
        f"Of {count} athlete{'s' * (count != 1)} own answers to {labels} were set aside: "
        "the session is the same for all."
    )


def score_squad(
    athletes: pd.DataFrame,
    plan: Mapping[str, Any],
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
) -> pd.DataFrame:
    """Score everybody, those who need attention first.

    Parameters
    ----------
    athletes : pandas.DataFrame
        As for `with_plan`.
    plan : mapping of str to answer
    scorecard, calibration : optional
        As for `riskmodel.assess`.

    Returns
    -------
    pandas.DataFrame
        As from `riskmodel.assess_frame`, with ``athlete``, ``top_factors``, ``urgent``
        and, as data, ``answer_problems`` and ``guards``; sorted by urgent warnings, then
        what cannot be scored, then the probability, and by place in the squad where
        these are alike.

    Examples
    --------
    >>> squad = pd.DataFrame({"athlete": ["Ada", "Ben"], "age_years": [25, 47]})
    >>> plan = {"sport": "running", "duration_min": 60, "session_rpe": 6,
    ...         "air_temperature_c": 24, "relative_humidity_pct": 50}
    >>> list(score_squad(squad, plan)["athlete"])
    ['Ben', 'Ada']
    """
    used = engine(scorecard, calibration)
    return _scored(athletes, *_run(used, athletes, plan), used)


def answer_squad(
    athletes: pd.DataFrame,
    plan: Mapping[str, Any],
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
) -> tuple[pd.DataFrame, tuple[SquadOption, ...]]:
    """Score everybody and find what helps, with one reading of the list for both.

    Parameters
    ----------
    athletes, plan
        As for `with_plan`.
    scorecard, calibration : optional
        As for `riskmodel.assess`.

    Returns
    -------
    scored : pandas.DataFrame
        As from `score_squad`.
    options : tuple of SquadOption
        As from `squad_levers`.
    """
    used = engine(scorecard, calibration)
    answers, result = _run(used, athletes, plan)
    scored = _scored(athletes, answers, result, used)
    return scored, _options(used, athletes, answers, result, plan)


def _run(
    used: Engine, athletes: pd.DataFrame, plan: Mapping[str, Any]
) -> tuple[Answers, Result]:
    """Read everybody with the plan, and run the chain once."""
    answers = read_frame(with_plan(athletes, plan))
    return answers, used.run(answers, detail=True)


def _scored(
    athletes: pd.DataFrame, answers: Answers, result: Result, used: Engine
) -> pd.DataFrame:
    columns = result_columns(answers, result, used, detail=True)
    names = athletes.get("athlete", pd.Series("", athletes.index))
    urgent = result.safety & URGENT_BITS > 0
    columns = {"athlete": names.fillna("").astype(str).array, **columns}
    columns["top_factors"] = _top_factors(result.points, used.scorecard)
    columns["urgent"] = urgent
    columns["answer_problems"] = answers.problems_of_each()
    columns["guards"] = of_each(result.safety)
    # Put in order before they become a frame, of which to take rows costs more.
    order = attention_order(columns["probability"], urgent)
    sorted_columns = {name: values.take(order) for name, values in columns.items()}
    return pd.DataFrame(sorted_columns, athletes.index.take(order), copy=False)


def attention_order(probability: Array, urgent: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Order of rows: urgent warnings, what has no score, then the higher chance."""
    return np.lexsort((-np.nan_to_num(probability, nan=2.0), ~urgent))


def _top_factors(points: Array, scorecard: Scorecard) -> NDArray[Any]:
    """Names of the factors with most points, one text for each session."""
    labels = np.array([factor.label for factor in scorecard.factors], dtype=object)
    order = np.argsort(-np.nan_to_num(points), axis=0, kind="stable")[:TOP_FACTORS]
    largest = np.take_along_axis(points, order, axis=0)
    text = np.full(points.shape[1], "", dtype=object)
    for places, values in zip(order, largest, strict=True):
        named = labels[places] + [f" +{v:g}" if v > 0 else "" for v in values]
        joined = np.where(text == "", named, text + ", " + named)
        text = np.where(values > 0, joined, text)
    return text


def over_plans(
    athletes: pd.DataFrame,
    plan: Mapping[str, Any],
    changes: Sequence[Mapping[str, Any]],
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
) -> Array:
    """Score everybody under several versions of a plan, all at once.

    Parameters
    ----------
    athletes, plan
        As for `with_plan`.
    changes : sequence of mapping of str to answer
        What each version changes, such as its start and weather; None or a blank
        leaves a question open.
    scorecard, calibration : optional
        As for `riskmodel.assess`.

    Returns
    -------
    ndarray of shape (len(changes), len(athletes))
        Probability; NaN where a row cannot be scored.

    Raises
    ------
    ValueError
        If a change is not allowed.
    """
    # What the plan lacks and a version brings must not count as missing, nor what the
    # plan has and a version leaves open.
    whole = dict(plan)
    for change in reversed(changes):
        whole |= {name: v for name, v in change.items() if not is_blank(v)}
    answers = read_frame(with_plan(athletes, whole))
    return _over_plans(engine(scorecard, calibration), athletes, answers, plan, changes)


def _over_plans(
    used: Engine,
    athletes: pd.DataFrame,
    answers: Answers,
    plan: Mapping[str, Any],
    changes: Sequence[Mapping[str, Any]],
) -> Array:
    """As `over_plans`, of answers that were read with a whole plan."""
    n = len(athletes)
    names = {name for change in changes for name in change}
    asked = [name for name in athletes.columns if name in names]
    own = read_frame(athletes[asked]).columns if asked else {}
    columns = {name: np.tile(c, len(changes)) for name, c in answers.columns.items()}
    usable = np.tile(answers.usable(), len(changes))
    for name in names:
        values = coded(name, [{**plan, **change}.get(name) for change in changes])
        spread = np.repeat(values, n)
        if name in own:
            mine = np.tile(own[name], len(changes))
            keep = is_unknown(spread) if name in SESSION_FIELDS else ~is_unknown(mine)
            spread = np.where(keep, mine, spread)
        columns[name] = spread
    every = Answers(n * len(changes), columns, ())
    chances = used.run(every, detail=False).chances["probability"]
    return np.where(usable, chances, np.nan).reshape(len(changes), n)


def squad_levers(
    athletes: pd.DataFrame,
    plan: Mapping[str, Any],
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
) -> tuple[SquadOption, ...]:
    """Find which changes of the plan help the whole squad, the best first.

    Parameters
    ----------
    athletes, plan
        As for `with_plan`.
    scorecard, calibration : optional
        As for `riskmodel.assess`.

    Returns
    -------
    tuple of SquadOption
        Only those that save a cramp for a tenth of an athlete or more (`LEAST_SAVED`),
        and in extreme heat only a cooler time or place; empty if nobody can be scored,
        or the plan lacks a required answer.
    """
    used = engine(scorecard, calibration)
    return _options(used, athletes, *_run(used, athletes, plan), plan)


def _options(
    used: Engine,
    athletes: pd.DataFrame,
    answers: Answers,
    result: Result,
    plan: Mapping[str, Any],
) -> tuple[SquadOption, ...]:
    """As `squad_levers`, of the athletes' answers with the plan and their scores."""
    given = {name: plan[name] for name in PLAN_FIELDS if plan.get(name) is not None}
    usable = answers.usable()
    needed = (field.name for field in needed_fields(given) if field.of_the_plan)
    if not usable.any() or not all(name in given for name in needed):
        return ()
    seen = _seen_by_levers(used, given, result, usable)
    vetoes = (v for v in VETOES if v.levers & FOR_ALL and v.applies(seen))
    barred = {name for veto in vetoes for name in veto.levers}
    options = [
        (lever, changes)
        for lever in LEVERS
        if lever.name in FOR_ALL - barred and (changes := lever.change(seen)) is not None
    ]
    versions: list[Mapping[str, Any]] = [{}, *(changes for _, changes in options)]
    return _ranked(_over_plans(used, athletes, answers, plan, versions), options)


def _seen_by_levers(
    used: Engine, given: Mapping[str, Any], result: Result, usable: NDArray[np.bool_]
) -> Plan:
    """The plan as a lever looks at it, with what it means for whom it means most."""
    factors = used.scorecard.factors
    most = result.points[:, usable].max(axis=1)
    points = {f.name: float(counted) for f, counted in zip(factors, most, strict=True)}
    physiology = {n: float(v[usable].max()) for n, v in result.physiology.items()}
    return Plan(spelt(read_one(given)), points, physiology)


def _ranked(
    chances: Array, options: Sequence[tuple[Lever, Mapping[str, Any]]]
) -> tuple[SquadOption, ...]:
    expected = np.nansum(chances, axis=1)
    made = [
        SquadOption(
            label=lever.label,
            changes=changes,
            expected_before=float(expected[0]),
            expected_after=float(after),
            n_scored=int(np.isfinite(chances[0]).sum()),
            lever=lever,
        )
        for (lever, changes), after in zip(options, expected[1:], strict=True)
        if expected[0] - after >= LEAST_SAVED
    ]
    return tuple(sorted(made, key=lambda option: option.expected_after))
