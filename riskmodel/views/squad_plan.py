"""The squad's own session, or two of them: apart from what an athlete planned alone.

The questions of a session are the same on My session and on Squad.  On Squad they hold
the plan that is being looked at; what was answered on My session waits meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import streamlit as st

from riskmodel.inputs.fields import FIELDS, needed_fields
from riskmodel.inputs.session import read_session, tidy
from riskmodel.squad.plan import PLAN_FIELDS, may_be_left_open
from riskmodel.views import form, visit, widgets
from riskmodel.views.state import (
    FormState,
    Held,
    SquadState,
    StartWeather,
    state,
)

FIRST, SECOND = "A", "B"
# What a first visitor sees beside the example squad.
EXAMPLE: Mapping[str, Any] = {
    "sport": "soccer",
    "duration_min": 90.0,
    "session_rpe": 7,
    "air_temperature_c": 28.0,
    "relative_humidity_pct": 60.0,
}


def held() -> Held:
    """What the questions hold now, an example apart."""
    form.take_touched()
    page, answers = state(FormState), form.answers()
    typed = {n: str(problem.value) for n, problem in form.faults().items()}
    return Held(answers, typed, page.start_weather, page.from_example)


def _put(plan: Held) -> None:
    page = state(FormState)
    form.change({name: plan.answers.get(name) for name in FIELDS})
    st.session_state.update(plan.typed)
    page.start_weather, page.from_example = plan.start_weather, plan.from_example


def enter() -> None:
    """Let the questions hold the squad's plan, at first what My session says of one."""
    squad = state(SquadState)
    if squad.waiting is not None:
        return
    visit.leave()
    squad.waiting = held()
    if not is_answered():
        squad.plans, squad.active = {FIRST: _of_plan(squad.waiting)}, FIRST
    _put(squad.plans[squad.active])


def leave() -> None:
    """Give the questions back what was answered on My session."""
    squad = state(SquadState)
    if squad.waiting is not None:
        remember()
        _put(squad.waiting)
        squad.waiting = None


def is_answered() -> bool:
    """Whether anything was answered of any plan."""
    return any(plan.answers or plan.typed for plan in state(SquadState).plans.values())


def _of_plan(plan: Held) -> Held:
    of_it = {n: v for n, v in plan.answers.items() if n in PLAN_FIELDS}
    typed = {n: text for n, text in plan.typed.items() if n in PLAN_FIELDS}
    return replace(plan, answers=of_it, typed=typed)


def remember() -> None:
    """Take what the questions hold for the plan that is looked at."""
    state(SquadState).plans[state(SquadState).active] = _of_plan(held())


def shown() -> dict[str, dict[str, Any]]:
    """Answers of each plan by its name; of a first visitor those of the example."""
    squad = state(SquadState)
    plans = {name: dict(plan.answers) for name, plan in squad.plans.items()}
    if state(FormState).example:
        example = form.shown()
        plans[squad.active] = {n: v for n, v in example.items() if n in PLAN_FIELDS}
    return plans


def missing(plan: Mapping[str, Any]) -> str:
    """Say what keeps everybody from a number, if anything does."""
    required = [field for field in needed_fields(plan) if field.of_the_plan]
    if needed := [field.label for field in required if field.name not in plan]:
        return widgets.needed_text(needed)
    # What a person answers is missing in a plan, and no problem of it.
    problems = [p for p in read_session(plan).problems if p.kind != "missing"]
    return " ".join(form.sentence(problem) for problem in problems)


def look_at(name: str) -> None:
    """Let the questions hold the other plan."""
    remember()
    squad = state(SquadState)
    squad.active = name
    _put(squad.plans[name])


def add_second(changes: Mapping[str, Any] | None = None) -> None:
    """Make plan B of plan A, with some changes, and look at it."""
    form.answer({n: v for n, v in form.shown().items() if n in PLAN_FIELDS})
    state(FormState).example = frozenset()  # what a plan is made of is the reader's
    remember()
    squad = state(SquadState)
    first = squad.plans[FIRST]
    second = {**first.answers, **(changes or {})}
    answers = {name: v for name, v in second.items() if v is not None}
    # What cannot be read gives way to what a change sets.
    typed = {n: text for n, text in first.typed.items() if n not in (changes or {})}
    plan = replace(first, answers=answers, typed=typed)
    squad.plans[SECOND], squad.active = plan, SECOND
    _put(squad.plans[SECOND])


def drop_second() -> None:
    """Let there be one plan again, the one that is looked at."""
    remember()
    squad = state(SquadState)
    squad.plans, squad.active = {FIRST: squad.plans[squad.active]}, FIRST


def ask_which() -> None:
    """Let one of two plans be looked at, or be the only one again."""
    st.session_state["squad_plan"] = state(SquadState).active
    with st.container(horizontal=True, vertical_alignment="center", key="row_plan"):
        st.segmented_control(
            "Plan",
            [FIRST, SECOND],
            format_func="Plan {}".format,
            key="squad_plan",
            required=True,
            on_change=lambda: look_at(st.session_state["squad_plan"]),
            label_visibility="collapsed",
        )
        st.button(
            "Keep this one only",
            key="drop_second",
            type="tertiary",
            on_click=drop_second,
        )


# ---------------------------------------------------------------------- over a reload


def to_text() -> str:
    """What a tab holds of the plans and of words that were settled, "" if nothing."""
    squad = state(SquadState)
    of_words = {} if squad.athletes is None else squad.settled
    if not is_answered() and not of_words:
        return ""
    plans = {name: asdict(plan) for name, plan in squad.plans.items()}
    settled = [[*word, answer] for word, answer in of_words.items()]
    whole = {"plans": plans, "active": squad.active, "settled": settled}
    return json.dumps(whole, ensure_ascii=False)


def take_back(entry: Mapping[str, Any]) -> None:
    """Take the plans and words that the tab held, if there are none yet."""
    squad, plans = state(SquadState), entry.get("plans")
    if is_answered() or not isinstance(plans, dict):
        return
    squad.plans = {name: _as_held(plans[name]) for name in (FIRST, SECOND) if name in plans}
    squad.plans.setdefault(FIRST, Held())
    squad.active = entry["active"] if entry["active"] in squad.plans else FIRST
    for settled in entry["settled"]:
        if isinstance(settled, list) and len(settled) == 3 and _may_be_said(*settled):
            field, word, answer = settled
            squad.settled[field, word] = answer


def _may_be_said(field: Any, word: Any, answer: Any) -> bool:
    """Whether the page offers this answer to a word under a question."""
    if not (isinstance(field, str) and field in FIELDS and isinstance(word, str)):
        return False
    levels = FIELDS[field].levels
    offered = isinstance(answer, str) and (
        answer in levels or (answer == "none" and FIELDS[field].kind == "levels")
    )
    return bool(levels) and may_be_left_open(field) and (answer is None or offered)


def _as_held(entry: Any) -> Held:
    """A plan as the tab held it, as far as this version knows it."""
    answers, example = (
        tidy({n: v for n, v in entry[part].items() if n in PLAN_FIELDS})[0]
        for part in ("answers", "from_example")
    )
    typed = {n: str(v) for n, v in entry["typed"].items() if n in PLAN_FIELDS}
    return Held(answers, typed, as_start_weather(entry["start_weather"]), example)


def as_start_weather(entry: Any) -> StartWeather | None:
    """The weather of a start as the tab held it, None without one."""
    if not entry:
        return None
    words, place = str(entry["words"]), str(entry["place"])
    minutes, outdated = entry.get("minutes"), bool(entry.get("outdated"))
    return StartWeather(tidy(entry["answers"])[0], words, place, minutes, outdated)
