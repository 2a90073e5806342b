"""Changes that one click makes, and one click takes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from riskmodel.datasets import load_examples
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.words import answer_text
from riskmodel.views import form
from riskmodel.views.state import (
    FormState,
    MySessionState,
    StartWeather,
    Step,
    UndoState,
    state,
)

_MOST_SQUAD_STEPS = 20


def _take_back(step: Step) -> None:
    before, after, now = step.before, step.after, form.answers()
    # What was answered since stays as it is.
    form.change(
        {n: before.get(n) for n in FIELDS if before.get(n) != after.get(n) == now.get(n)}
    )


# -------------------------------------------------------------------------- My session


def make(label: str, change: Callable[[], None]) -> None:
    """Make a change in My session that can be taken back."""
    steps, before = state(UndoState).session, form.answers()
    change()
    # Going through the examples is one step, if nothing is answered in between.
    if steps and {label, steps[-1].label} <= load_examples().keys():
        last = steps[-1]
        if all(before.get(name) == last.after.get(name) for name in FIELDS):
            before = dict(steps.pop().before)
    steps.append(Step(label, before, form.answers()))


def offer() -> None:
    """Offer to take back the last step of My session."""
    if steps := state(UndoState).session:
        words = f"Undo: {steps[-1].label}"
        st.button(words, key="go_back", on_click=_go_back, type="tertiary")


def _go_back() -> None:
    _take_back(state(UndoState).session.pop())
    st.session_state["example"] = None
    # What was just taken back is no change to look back at.
    state(MySessionState).scored = None


# --------------------------------------------------------------------------- the squad


def change_plan(label: str, changes: Mapping[str, Any], place: str) -> None:
    """Change the squad's session; `tell` says so at this place of the page.

    None leaves a question open.
    """
    before, weather = form.answers(), state(FormState).start_weather
    form.change(changes)
    now = form.answers()
    if weather is not None and place == "levers":
        # What a lever made of a start's weather goes with that weather all the same.
        words = f"{label}, after: {weather.words}"
        state(FormState).start_weather = StartWeather({**weather.answers, **changes}, words)
    was, became = ({n: a.get(n) for n in changes} for a in (before, now))
    steps = [*state(UndoState).squad, Step(label, was, became, place, weather)]
    state(UndoState).squad = steps[-_MOST_SQUAD_STEPS:]


def _take_back_plan() -> None:
    step = state(UndoState).squad.pop()
    _take_back(step)
    # Where the weather came from comes back with it; else it would count as measured.
    state(FormState).start_weather = step.start_weather
    st.session_state["squad_example"] = None


def tell(place: str) -> None:
    """Say what the last click set, where it was made, and offer to take it back."""
    steps = state(UndoState).squad
    if not steps or steps[-1].place != place:
        return
    label, chosen = steps[-1].label, form.chosen_units()
    changes = [
        f"{FIELDS[name].label}: {answer_text(name, value, chosen)}"
        for name, value in steps[-1].after.items()
        if value is not None
    ]
    st.caption(f"{label} has set {'; '.join(changes)}.")
    st.button(f"Undo: {label}", key="squad_undo_button", on_click=_take_back_plan)
