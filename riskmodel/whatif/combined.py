"""Several levers at once, each looking at the plan as those before it have left it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from riskmodel.inputs.reading import Answers
from riskmodel.inputs.results import EqualWhereAlike, ShortRepr
from riskmodel.inputs.session import Session, read_session
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.assessment import Assessment, assess
from riskmodel.scoring.engine import Engine, engine
from riskmodel.scoring.probability import Calibration
from riskmodel.whatif.advice import Tried, changed, plan_of, try_changes
from riskmodel.whatif.drinking import rounded_down_l_h, sure_sweat_l_h
from riskmodel.whatif.levers import LEVERS, Lever
from riskmodel.whatif.seen import Plan
from riskmodel.whatif.vetoes import vetoed_levers


@dataclass(frozen=True, eq=False, repr=False)
class Combined(ShortRepr, EqualWhereAlike):
    """A session after several levers.

    Attributes
    ----------
    changes : mapping of str to answer
        What to set in the session; None leaves a question open.
    applied : tuple of str
        Names of the levers of which a change is left in the end, in the table's order.
    not_applied : tuple of str
        The others: they do not apply to the plan as those before them left it, could do
        harm, or were overtaken by a later one.
    assessment : Assessment
        Of the changed session.
    """

    changes: Mapping[str, Any]
    applied: tuple[str, ...]
    not_applied: tuple[str, ...]
    assessment: Assessment


def combined(
    session: Session | Mapping[str, Any],
    names: Collection[str],
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
) -> Combined:
    """Apply several levers to one session.

    Each looks at the plan, its sweat and its points as the levers before it in `LEVERS`
    have left them; no more is drunk than is sweated then.

    Parameters
    ----------
    session : Session or mapping of str to answer
    names : collection of str
        Names of levers, in any order.
    scorecard, calibration : optional
        As for `riskmodel.assess`.

    Returns
    -------
    Combined
        Nothing applied if the session cannot be scored.

    Raises
    ------
    ValueError
        If a name is no lever, or a name in the session is not in `FIELDS`.

    Examples
    --------
    >>> both = combined({"sport": "running", "duration_min": 90, "session_rpe": 6,
    ...                  "age_years": 30, "air_temperature_c": 31, "competition": "no",
    ...                  "relative_humidity_pct": 60}, ["shorter", "cooler", "pace"])
    >>> both.applied, both.not_applied
    (('cooler', 'shorter'), ('pace',))
    """
    if unknown := sorted({*names} - {lever.name for lever in LEVERS}):
        known = ", ".join(lever.name for lever in LEVERS)
        raise ValueError(
            f"There is no lever named {', '.join(unknown)}; choose among {known}."
        )
    levers = [lever for lever in LEVERS if lever.name in names]
    answers = read_session(session)
    changes: Mapping[str, Any] = {}
    left: set[str] = set()
    if not answers.findings:
        changes, left = _one_after_the_other(
            engine(scorecard, calibration), answers, levers
        )
    return Combined(
        changes=changes,
        applied=tuple(lever.name for lever in levers if lever.name in left),
        not_applied=tuple(lever.name for lever in levers if lever.name not in left),
        assessment=assess({**session, **changes}, scorecard, calibration),
    )


def _one_after_the_other(
    used: Engine, answers: Answers, levers: list[Lever]
) -> tuple[Mapping[str, Any], set[str]]:
    """Find what all levers change, and the names of those that something is left of."""
    changes: Mapping[str, Any] = {}
    set_by: dict[str, str] = {}
    now, result = answers, used.run(answers, detail=True)
    for lever in levers:
        plan = plan_of(now, result, used)
        vetoed = vetoed_levers(plan)
        change = None if lever.name in vetoed else lever.change(plan)
        if change is None:
            continue
        together: list[Mapping[str, Any]] = [{**changes, **change}]
        may_lower = "drink" not in vetoed
        tried = try_changes(used, answers, result, plan, together, may_lower=may_lower)
        if tried.too_much[0]:
            continue
        if lower := _surely_sweated(plan, tried):
            tried = try_changes(used, answers, result, plan, [lower], may_lower=True)
        changes = tried.changes[0]
        now = changed(answers, [changes])
        result = used.run(now, detail=True)  # the next lever looks at points
        set_by |= dict.fromkeys(change, lever.name)
    return changes, {*set_by.values()}


def _surely_sweated(plan: Plan, tried: Tried) -> Mapping[str, Any]:
    """Changes with less to drink, where a lever set more than is surely sweated now."""
    changes, sweat_l_h = tried.changes[0], tried.result.physiology["sweat_rate_l_h"]
    most_l_h = rounded_down_l_h(sure_sweat_l_h(plan, float(sweat_l_h[0])))
    if changes.get("fluid_intake_l_h", 0.0) <= most_l_h:
        return {}
    return {**changes, "fluid_intake_l_h": most_l_h}
