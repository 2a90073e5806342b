"""From page to page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from riskmodel.inputs.told import as_line, quoted
from riskmodel.views import look
from riskmodel.views.state import NavigationState, StoreState, state

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

PAGES: Mapping[str, tuple[str, str]] = {
    "my_session": ("My session", ":material/bolt:"),
    "start": ("Best start", ":material/schedule:"),
    "compare": ("Compare", ":material/compare_arrows:"),
    "squad": ("Squad", ":material/groups:"),
    "training": ("Training log", ":material/monitoring:"),
    "diary": ("Diary", ":material/edit_note:"),
    "saved": ("Saved", ":material/bookmark:"),
    "guide": ("Cramp guide", ":material/help:"),
    "method": ("How it works", ":material/functions:"),
}
"""Title and icon of every page, by the name of its file."""
_ALWAYS_IN_SIGHT = 4
_LONGEST_ADDRESS = 40


def draw(pages: Mapping[str, StreamlitPage], page: str) -> None:
    """Draw the pages: the first ones side by side, the others behind one button."""
    names = list(PAGES)
    behind = names[_ALWAYS_IN_SIGHT:]
    here = page in behind
    key = "nav_more_here" if here else "nav_more"
    if state(NavigationState).page != page:
        st.session_state[key] = False
        _leave_notes()
    with st.container(horizontal=True, key="nav"):
        look.dress(page)
        for name in names[:_ALWAYS_IN_SIGHT]:
            _link(pages, name)
        box = st.popover("More", icon=":material/more_horiz:", key=key, on_change="rerun")
        if box.open:
            with box:
                for name in behind:
                    _link(pages, name)


def _leave_notes() -> None:
    """Say what was noticed in what a click opened, and nothing of earlier clicks."""
    kept = state(StoreState)
    if kept.opened_note:
        st.toast(as_line(kept.opened_note), duration="long")
    kept.note = kept.opened_note = ""


def _link(pages: Mapping[str, StreamlitPage], name: str) -> None:
    title, icon = PAGES[name]
    st.page_link(pages[name], label=title, icon=icon)


def go_to(page: str) -> None:
    """Open a page, by the name of its file, once the click that asks for it is done."""
    state(NavigationState).go_to = page


def note_unknown() -> None:
    """Note an address that is no page's, as long as the page in its place is looked at."""
    # Only the first run of an address names it.  Streamlit would open a box about it.
    if (context := get_script_run_ctx()) is None:
        return
    pages = context.pages_manager
    if (name := pages.intended_page_name) and name not in PAGES:
        state(NavigationState).unknown = name
        pages.set_script_intent("", "")


def tell_unknown(page: str) -> None:
    """Say that there is no page at the address that was asked for."""
    navigation = state(NavigationState)
    if page != next(iter(PAGES)):
        navigation.unknown = ""
    if navigation.unknown:
        shown = quoted(f"/{navigation.unknown}", _LONGEST_ADDRESS)
        look.note(f"There is no page at {shown}. This is {PAGES[page][0]}.")


def follow() -> None:
    """Open the page that a click asked for."""
    navigation = state(NavigationState)
    page, navigation.go_to = navigation.go_to, ""
    if page:
        st.switch_page(Path(__file__).with_name(f"{page}.py"))
