"""Colours of the pictures."""

from __future__ import annotations

import streamlit as st

DARK = "#0f1b23"
GREY = "#7d8b91"  # seen on either background
_INK = {"light": DARK, "dark": "#eef4f5"}


def ink() -> str:
    """Colour of lines and letters on the page's own background."""
    return _INK.get(st.context.theme.type or "light", _INK["light"])
