"""A squad's athlete who is open in My session: the reader's own answers wait meanwhile."""

from __future__ import annotations

from typing import Any

import streamlit as st

from riskmodel.views import form, tables
from riskmodel.views.state import Answers, FormState, MySessionState, Visit, state


def begin(name: str, given: Answers) -> None:
    """Put the answers of a squad's athlete into the form; the coach's come back later."""
    page = state(FormState)
    own = page.visit or Visit("", form.answers(), page.start_weather, page.log_answers)
    _swap(given)
    page.visit = Visit(name, own.own_answers, own.start_weather, own.log_answers)


def leave() -> None:
    """Give the form back its answers of before an athlete was opened."""
    page, visit = state(FormState), state(FormState).visit
    if visit is not None:
        _swap(visit.own_answers)
        page.visit, state(MySessionState).link_problems = None, ()
        page.start_weather, page.log_answers = visit.start_weather, visit.log_answers


def own_answers() -> dict[str, Any]:
    """The reader's own answers, also while an athlete of a squad is open."""
    visit = state(FormState).visit
    return form.answers() if visit is None else dict(visit.own_answers)


def _swap(given: Answers) -> None:
    """Change between the coach's and an athlete's answers: the plan is the same."""
    form.forget_trail()
    form.fill(given, saved_with=state(MySessionState).saved_with)


def tell_whose() -> bool:
    """Say whose answers these are, if a squad's athlete was opened."""
    if (visit := state(FormState).visit) is None:
        return False
    tables.tell(
        f"These are the answers of {visit.name or 'an athlete'}, from the squad. What you "
        "change in My session stays there; nothing goes back into the squad."
    )
    return True


def tell_own() -> bool:
    """Say that a page is about the reader's own answers, if an athlete is open."""
    if (visit := state(FormState).visit) is None:
        return False
    tables.tell(
        f"{visit.name or 'An athlete'}, from the squad, is open in My session. This page "
        "is about your own answers."
    )
    ask_to_leave()
    return True


def ask_to_leave() -> None:
    """Offer to put the athlete who is open away."""
    st.button("Back to my own answers", key="leave_visit", on_click=leave)
