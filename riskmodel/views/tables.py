"""Tables that a phone can move sideways."""

import pandas as pd
import streamlit as st


def show(table: pd.DataFrame, label: str) -> None:
    """Show a table that scrolls inside itself, with the keyboard too."""
    cells = table.to_html(index=False, border=0, classes="cr-table")
    st.html(
        "<style>.cr-table {border-collapse: collapse; width: 100%}"
        ".cr-table th, .cr-table td {text-align: left; padding: 0.35rem 0.75rem 0.35rem 0;"
        "border-bottom: 1px solid #7d8b9155; font-weight: 400; vertical-align: top}"
        ".cr-table th {font-weight: 600}"
        "@media (max-width: 640px) {.cr-table {min-width: 36rem}}</style>"
        f'<div role="region" tabindex="0" aria-label="{label}" '
        f'style="overflow-x: auto">{cells}</div>'
    )
