"""Finding the answer to tick by a name: a medicine, a condition, an injury, a remedy.

What is typed here stays in its field: it is no answer, and is kept and sent nowhere.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from riskmodel.inputs.fields import FIELDS
from riskmodel.squad.search import Meaning, meanings
from riskmodel.views import form, look, widgets


def ask() -> None:
    """Draw the field, and what the name in it means."""
    st.text_input(
        "Find by its name: a medicine, condition, injury or remedy",
        key=form.NAME_SEARCH,
        placeholder="Ventolin, MS, hamstring",
        live=widgets.PAUSE,
    )
    name = (st.session_state[form.NAME_SEARCH] or "").strip()
    if not name:
        return
    found = meanings(name)
    if not found:
        look.note(f"{_quoted(name)} is not known here. Leave it out: that costs nothing.")
    for meaning in found:
        _tell(name, meaning)


def _tell(name: str, meaning: Meaning) -> None:
    field = FIELDS[meaning.field]
    said = f"{_quoted(name)}: {meaning.what}."
    if meaning.asks:
        said = f"{_quoted(name)}: {meaning.what} Choose it under {_quoted(field.label)}."
    elif not meaning.levels:
        said += " No question is about it: leave it out, that costs nothing."
    look.note(said)
    if meaning.warning:
        look.warn(meaning.warning)
    left = [level for level in meaning.levels if level not in _held(meaning.field)]
    if left:
        labels = " and ".join(field.levels[level] for level in left)
        words = f"{field.label}: tick {labels}"
        st.button(words, key=f"tick_{field.name}", on_click=_tick, args=(field.name, left))
    elif meaning.levels:
        look.note("It is ticked.")


def _held(name: str) -> list[str]:
    answer: Any = st.session_state.get(name) or []
    return [answer] if isinstance(answer, str) else list(answer)


def _tick(name: str, levels: list[str]) -> None:
    several = [level for level in _held(name) if level != "none"] + levels
    form.answer({name: several if FIELDS[name].kind == "levels" else levels[0]})


def _quoted(text: str) -> str:
    return f"\N{LEFT DOUBLE QUOTATION MARK}{text}\N{RIGHT DOUBLE QUOTATION MARK}"
