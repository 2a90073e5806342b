"""The squad's own session, or two of them: apart from what an athlete planned alone.

The questions of a session are the same on My session and on Squad.  On Squad they hold
the plan that is being looked at; what was answered on My session waits meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from riskmodel.inputs.fields import FIELDS
from riskmodel.squad.plan import PLAN_FIELDS
from riskmodel.views import form
from riskmodel.views.state import FormState, SquadState, Waiting, state

FIRST, SECOND = "A", "B"
# What a first visitor sees beside the example squad.
EXAMPLE: Mapping[str, Any] = {
    "sport": "soccer",
    "duration_min": 90.0,
    "session_rpe": 7,
    "air_temperature_c": 28.0,
    "relative_humidity_pct": 60.0,
}


def enter() -> None:
    """Let the questions hold the squad's plan, at first what My session says of one."""
    squad, page = state(SquadState), state(FormState)
    if squad.waiting is not None:
        return
    form.leave_visit()
    form.put_example_away()
    own = form.answers()
    squad.waiting = Waiting(own, page.start_weather, page.from_example)
    if not squad.plans:
        squad.plans = {FIRST: _of_plan(own)}
        squad.start_weather = page.start_weather
    _put(squad.plans[squad.active])
    page.start_weather = squad.start_weather


def leave() -> None:
    """Give the questions back what was answered on My session."""
    squad, page = state(SquadState), state(FormState)
    if (waiting := squad.waiting) is None:
        return
    form.put_example_away()
    remember()
    squad.waiting, squad.start_weather = None, page.start_weather
    _put(waiting.answers)
    page.start_weather, page.from_example = waiting.start_weather, waiting.from_example


def _put(answers: Mapping[str, Any]) -> None:
    form.change({name: answers.get(name) for name in FIELDS})


def _of_plan(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answers.items() if name in PLAN_FIELDS}


def remember() -> dict[str, Any]:
    """Take what the questions hold for the plan that is looked at, and give it back.

    Of a first visitor that is the example.
    """
    squad = state(SquadState)
    form.answers()  # a touch makes it the reader's
    held = form.shown() if state(FormState).example else form.answers()
    squad.plans[squad.active] = _of_plan(held)
    return squad.plans[squad.active]


def look_at(name: str) -> None:
    """Let the questions hold the other plan."""
    remember()
    squad = state(SquadState)
    squad.active = name
    _put(squad.plans[name])


def add_second(changes: Mapping[str, Any] | None = None) -> None:
    """Make plan B of plan A, with some changes, and look at it."""
    remember()
    squad = state(SquadState)
    second = {**squad.plans[FIRST], **(changes or {})}
    squad.plans[SECOND] = {name: v for name, v in second.items() if v is not None}
    squad.active = SECOND
    _put(squad.plans[SECOND])


def drop_second() -> None:
    """Let there be one plan again, the one that is looked at."""
    plan, squad = remember(), state(SquadState)
    squad.plans, squad.active = {FIRST: plan}, FIRST
