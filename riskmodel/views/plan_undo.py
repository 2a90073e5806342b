"""Changes of the squad's session that one click makes, and one click takes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.words import answer_text
from riskmodel.views import form

_MOST_STEPS = 20
_KEY = form.SQUAD_STEPS
_SOURCE = "weather_from"


def make(label: str, changes: Mapping[str, Any], place: str) -> None:
    """Change the session, and remember how it was.

    Parameters
    ----------
    label : str
        Who made the change, as the start of a sentence.
    changes : mapping of str to answer
        None leaves a question open.
    place : str
        Part of the page that tells of it, for `tell`.
    """
    state, before = st.session_state, form.answers()
    source = state.get(_SOURCE)
    form.change(changes)
    now = form.answers()
    if source is not None and place == "levers":
        # What a lever made of a start's weather goes with that weather all the same.
        weather, words = source
        state[_SOURCE] = {**weather, **changes}, f"{label}, after: {words}"
    told = ({n: given.get(n) for n in changes} for given in (before, now))
    step = (label, *told, place, source)
    state[_KEY] = [*state.get(_KEY, ()), step][-_MOST_STEPS:]


def _take_back() -> None:
    state = st.session_state
    *earlier, (_, before, after, _, source) = state[_KEY]
    state[_KEY] = earlier
    now = form.answers()
    # What was answered since stays as it is.
    form.change({n: v for n, v in before.items() if now.get(n) == after[n]})
    # Where the weather came from comes back with it; else it would count as measured.
    state.pop(_SOURCE, None)
    if source is not None:
        state[_SOURCE] = source
    state["squad_example"] = None


def fill(given: Mapping[str, Any]) -> None:
    """Put other answers into the form for a while, and keep what can be taken back."""
    steps = st.session_state.get(_KEY, ())
    form.fill(given)
    st.session_state[_KEY] = steps


def tell(place: str) -> None:
    """Say what the last click set, where it was made, and offer to take it back."""
    if not (steps := st.session_state.get(_KEY)):
        return
    label, _, after, made_at, _ = steps[-1]
    if made_at != place:
        return
    chosen = form.chosen_units()
    said = [
        f"{FIELDS[name].label}: {answer_text(name, value, chosen)}"
        for name, value in after.items()
        if value is not None
    ]
    st.caption(f"{label} has set {'; '.join(said)}.")
    st.button(f"Undo: {label}", key="squad_undo_button", on_click=_take_back)
