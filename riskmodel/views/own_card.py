"""The card that scores on every page: ours, or one of the visitor's own until put back."""

from __future__ import annotations

import re
from typing import Any

import streamlit as st

from riskmodel import load_scorecard
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.probability import Calibration
from riskmodel.views import look
from riskmodel.views.state import CardState, MySessionState, state


def used() -> dict[str, Any]:
    """``scorecard`` and ``calibration`` for whatever scores; empty where ours does."""
    own = state(CardState).used
    return {} if own is None else {"scorecard": own[0], "calibration": own[1]}


def scorecard() -> Scorecard:
    """The card that scores now."""
    own = state(CardState).used
    return load_scorecard() if own is None else own[0]


def calibration() -> Calibration | None:
    """The calibration of an own card; None where ours scores."""
    own = state(CardState).used
    return None if own is None else own[1]


def name() -> str:
    """What files call the card: its version, of an own card its name to cite."""
    own = state(CardState).used
    return load_scorecard().version if own is None else own[0].citation


def version() -> str:
    """What links and saved plans note: a number, of an own card with its fingerprint."""
    own = state(CardState).used
    if own is None:
        return load_scorecard().version
    number = re.match(r"[0-9][0-9.]{0,19}", own[0].version)
    return f"{number[0] if number else 0} ({own[0].fingerprint})"


def column() -> dict[str, str]:
    """A column for tables that names an own card; empty where ours scores."""
    return {"Scorecard": name()} if used() else {}


def use(card: Scorecard, calibration: Calibration) -> None:
    """Score with this card on every page, until ours is put back."""
    state(CardState).used = card, calibration
    state(MySessionState).scored = None


def put_back() -> None:
    """Score with our card again, and end what still checks the other."""
    page = state(CardState)
    page.used, state(MySessionState).scored = None, None
    if page.trial is not None and not page.trial.over:
        page.trial.stop()
        page.trial = None


def tell() -> None:
    """Say on a page that an own card scores, with the way back; else draw nothing."""
    own = state(CardState).used
    if own is None:
        return
    with st.container(
        horizontal=True, wrap=False, vertical_alignment="center", key="own_card"
    ):
        look.note(
            f"Your card {own[0].citation} scores here, not ours; a link does not carry it."
        )
        st.button("Put ours back", key="own_card_back", type="tertiary", on_click=put_back)
