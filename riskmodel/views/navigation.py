"""From page to page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from riskmodel.views.state import NavigationState, state


def go_to(page: str) -> None:
    """Open a page, by the name of its file, once the click that asks for it is done."""
    state(NavigationState).go_to = page


def follow() -> None:
    """Open the page that a click asked for."""
    navigation = state(NavigationState)
    page, navigation.go_to = navigation.go_to, ""
    if page:
        st.switch_page(Path(__file__).with_name(f"{page}.py"))
