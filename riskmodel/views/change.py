"""What would change the answer: levers, each tried with one click."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.units import text
from riskmodel.reporting.levers import change_text, lever_label, lever_sentence
from riskmodel.views import form
from riskmodel.whatif.advice import Advice, Option

_SHOWN_FIRST = 4


def show(advice: Advice, use: Callable[[Option], None]) -> None:
    """Draw the levers, each with a button that uses its option."""
    st.header("What would change it")
    if not advice.now:
        st.markdown("No change to this session is suggested.")
    for option in advice.now[:_SHOWN_FIRST]:
        _row(option, use)
    if advice.pair is not None:
        _row(advice.pair, use, "Best two together: ")
    if rest := advice.now[_SHOWN_FIRST:]:
        with st.expander(f"{len(rest)} more for this session"):
            for option in rest:
                _row(option, use)
    if advice.weeks:
        with st.expander(f"For the weeks ahead ({len(advice.weeks)})"):
            for option in advice.weeks:
                _row(option, use)
    for note in advice.notes:
        st.caption(note)


def _row(option: Option, use: Callable[[Option], None], before: str = "") -> None:
    key = "_".join(lever.name for lever in option.levers)
    label = lever_label(option, form.chosen_units())
    label = label[0].lower() + label[1:] if before else label
    with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
        words = f"**{before}{label}**: {change_text(option)}  \n{_details(option)}"
        st.markdown(words, width="stretch")
        tip = f"Try: {label}"
        st.button("Try", key=f"try_{key}", on_click=use, args=(option,), help=tip)


def _details(option: Option) -> str:
    if len(option.levers) > 1:
        return ""
    drink = option.changes.get("fluid_intake_l_h")
    amount = ""
    if drink is not None:
        words = text(drink, "l/h", form.chosen_units())
        amount = f"{FIELDS['fluid_intake_l_h'].label}: {words}. "
    return f"{amount}{lever_sentence(option, form.chosen_units())}"
