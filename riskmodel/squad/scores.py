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

from riskmodel.inputs.blanks import is_blank
from riskmodel.inputs.fields import needed_fields
from riskmodel.inputs.reading import Answers, is_unknown, read_frame, read_one
from riskmodel.inputs.session import coded, spelt, tidy
from riskmodel.inputs.spelling import spelling
from riskmodel.inputs.told import as_text
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.assessment import result_columns
from riskmodel.scoring.engine import Engine, Result, engine
from riskmodel.scoring.guards import STOP_BITS, URGENT_BITS, of_each
from riskmodel.scoring.probability import Calibration
from riskmodel.squad.apart import set_apart
from riskmodel.squad.plan import (
    PLAN_FIELDS,
    SESSION_FIELDS,
    SquadAnswers,
    given,
    read_athletes,
)
from riskmodel.whatif.levers import FOR_ALL, LEVERS, Lever
from riskmodel.whatif.seen import Plan
from riskmodel.whatif.vetoes import VETOES

Array = NDArray[np.float64]

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
        Athletes to expect with a cramp, among those who can be scored and may start.
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
        As from `riskmodel.assess_frame`, with ``athlete``, ``sets_apart`` and
        ``sets_apart_points`` (the factor that lies furthest above the squad's median,
        by a point or more, and by how much; NaN where it is not answered and an average
        was taken), ``urgent``, ``must_not_start`` (a warning about the person speaks
        against any training) and, as data, ``answer_problems``, ``left_open`` (answers
        that could not be read) and ``guards``; sorted by urgent warnings, then what
        cannot be scored, then the probability, and by place in the squad where these
        are alike.

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
    squad, result = _run(used, athletes, plan)
    scored = _scored(athletes, squad, result, used)
    return scored, _options(used, athletes, squad, result, plan)


def _run(
    used: Engine, athletes: pd.DataFrame, plan: Mapping[str, Any]
) -> tuple[SquadAnswers, Result]:
    """Read everybody with the plan, and run the chain once."""
    squad = read_athletes(athletes, plan)
    return squad, used.run(squad.answers, detail=True)


def _scored(
    athletes: pd.DataFrame, squad: SquadAnswers, result: Result, used: Engine
) -> pd.DataFrame:
    answers = squad.answers
    columns = result_columns(answers, result, used, detail=True)
    names = athletes.get("athlete", pd.Series("", athletes.index))
    urgent = result.safety & URGENT_BITS > 0
    may_start = ~_must_not_start(result)
    labels, points = set_apart(
        answers.columns, result, used.scorecard, answers.usable() & may_start
    )
    columns = {"athlete": names.map(_name).astype(str).array, **columns}
    columns["sets_apart"], columns["sets_apart_points"] = labels, points
    columns["urgent"], columns["must_not_start"] = urgent, ~may_start
    columns["answer_problems"] = answers.problems_of_each()
    columns["left_open"] = squad.left_open
    columns["guards"] = of_each(result.safety)
    # Put in order before they become a frame, of which to take rows costs more.
    order = attention_order(columns["probability"], urgent)
    sorted_columns = {name: values.take(order) for name, values in columns.items()}
    return pd.DataFrame(sorted_columns, athletes.index.take(order), copy=False)


def _name(cell: Any) -> str:
    return "" if not isinstance(cell, str) and is_blank(cell) else as_text(spelling(cell))


def counted(used: Engine, answers: Answers) -> NDArray[np.bool_]:
    """Who counts among the expected: those who can be scored and may start."""
    return answers.usable() & ~_must_not_start(used.run(answers, detail=False))


def _must_not_start(result: Result) -> NDArray[np.bool_]:
    """Whom a warning about the person keeps from training, scored or not."""
    stopped: NDArray[np.bool_] = result.safety & STOP_BITS > 0
    return stopped


def attention_order(probability: Array, urgent: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Order of rows: urgent warnings, what has no score, then the higher chance."""
    return np.lexsort((-np.nan_to_num(probability, nan=2.0), ~urgent))


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
        Probability; NaN where a row cannot be scored or somebody must not start.

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
    answers = read_athletes(athletes, whole).answers
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
    # What of the plan cannot be read is open; who needs it is not usable.
    asked_of_all, _ = tidy({name: plan[name] for name in names & plan.keys()})
    for name in names:
        values = coded(name, [{**asked_of_all, **change}.get(name) for change in changes])
        spread = np.repeat(values, n)
        if name in own:
            mine = np.tile(own[name], len(changes))
            # As in `with_plan`: what stands there goes before the plan, read or not.
            wrote = np.tile(given(athletes[name]).to_numpy(), len(changes))
            keep = is_unknown(spread) if name in SESSION_FIELDS else wrote
            spread = np.where(keep, mine, spread)
        columns[name] = spread
    every = Answers(n * len(changes), columns, ())
    result = used.run(every, detail=False)
    usable &= ~_must_not_start(result)
    chances = np.where(usable, result.chances["probability"], np.nan)
    return chances.reshape(len(changes), n)


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
    squad: SquadAnswers,
    result: Result,
    plan: Mapping[str, Any],
) -> tuple[SquadOption, ...]:
    """As `squad_levers`, of the athletes' answers with the plan and their scores."""
    said = {name: plan[name] for name in PLAN_FIELDS if plan.get(name) is not None}
    usable = squad.answers.usable() & ~_must_not_start(result)
    needed = (field.name for field in needed_fields(said) if field.of_the_plan)
    if not usable.any() or not all(name in said for name in needed):
        return ()
    seen = _seen_by_levers(used, said, result, usable)
    vetoes = (v for v in VETOES if v.levers & FOR_ALL and v.applies(seen))
    barred = {name for veto in vetoes for name in veto.levers}
    options = [
        (lever, changes)
        for lever in LEVERS
        if lever.name in FOR_ALL - barred and (changes := lever.change(seen)) is not None
    ]
    versions: list[Mapping[str, Any]] = [{}, *(changes for _, changes in options)]
    return _ranked(_over_plans(used, athletes, squad.answers, plan, versions), options)


def _seen_by_levers(
    used: Engine, said: Mapping[str, Any], result: Result, usable: NDArray[np.bool_]
) -> Plan:
    """The plan as a lever looks at it, with what it means for whom it means most."""
    factors = used.scorecard.factors
    most = result.points[:, usable].max(axis=1)
    points = {f.name: float(counted) for f, counted in zip(factors, most, strict=True)}
    physiology = {n: float(v[usable].max()) for n, v in result.physiology.items()}
    return Plan(spelt(read_one(said)), points, physiology)


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
