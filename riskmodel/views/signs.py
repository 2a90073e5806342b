"""The one question for warning signs and illness, which opens into its list."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from riskmodel.inputs.fields import FIELDS
from riskmodel.views import form, questions
from riskmodel.views.state import MySessionState, state

ANCHOR = "warning-signs"
"""Where the question stands, for a link to it."""


def ask() -> None:
    """Draw the question, and for somebody who cramps often whether that was looked at."""
    _ask_now()
    questions.draw([FIELDS["frequent_cramps"]])


def _ask_now() -> None:
    """Draw the question in brief, its list once it is opened, or that it was answered."""
    page = state(MySessionState)
    named = _named()
    said = bool(named) or st.session_state.get("illness_24h") == "yes"
    is_open = said or page.signs_open
    if answered() and not is_open:
        words = ":material/check: No warning signs today"
        st.button(words, key="signs", type="tertiary", on_click=_open)
        return
    with st.container(border=True, key="warning"):
        if is_open:
            names = ("red_flags", *(["red_flags_seen"] if named else []), "illness_24h")
            questions.draw(FIELDS[name] for name in names)
        else:
            st.html(
                f'<p class="cr-do" id="{ANCHOR}">Any of these now?</p>'
                f'<p class="cr-note">{in_brief()}.</p>'
            )
        with st.container(horizontal=True):
            # Nothing beckons to wipe a sign that was just named.
            kind: Literal["primary", "tertiary"] = "tertiary" if said else "primary"
            words = "None of these"
            if is_open:
                words = "None of these after all" if said else f"{words}: close the list"
            st.button(words, key="no_signs", type=kind, on_click=_none)
            if not is_open:
                st.button("Yes, or not sure", key="signs", on_click=_open)


def answered() -> bool:
    """Whether both were answered."""
    flags = st.session_state.get("red_flags") or []
    return bool(flags) and st.session_state.get("illness_24h") is not None


def in_brief() -> str:
    """Name every warning sign, and illness, in one sentence."""
    words = [*FIELDS["red_flags"].in_brief.values(), FIELDS["illness_24h"].in_brief["yes"]]
    return " · ".join([words[0][0].upper() + words[0][1:], *words[1:]])


def _named() -> list[str]:
    return [item for item in st.session_state.get("red_flags") or [] if item != "none"]


def _open() -> None:
    state(MySessionState).signs_open = True


def _none() -> None:
    form.answer({"red_flags": ["none"], "illness_24h": "no"})
    state(MySessionState).signs_open = False
