"""Colours of the bands, told apart by name and place first, and of the pictures."""

from __future__ import annotations

import streamlit as st

# Dark enough for white text in either scheme, 6:1 or more.
BAND_COLOURS = {
    "low": "#0b6470",
    "moderate": "#735600",
    "high": "#9a3d00",
    "very_high": "#8c1d40",
}
DARK = "#0f1b23"
GREY = "#7d8b91"  # seen on either background
_INK = {"light": DARK, "dark": "#eef4f5"}


def ink() -> str:
    """Colour of lines and letters on the page's own background."""
    return _INK.get(st.context.theme.type or "light", _INK["light"])
