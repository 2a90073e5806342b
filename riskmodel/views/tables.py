"""Tables that a phone can move sideways, and text of somebody else."""

from html import escape

import pandas as pd
import streamlit as st

_STYLE = (
    "<style>.cr-table {border-collapse: collapse; width: 100%}"
    ".cr-table th, .cr-table td {text-align: left; padding: 0.35rem 0.75rem 0.35rem 0;"
    "border-bottom: 1px solid #7d8b9155; font-weight: 400; vertical-align: top}"
    ".cr-table thead th, .cr-table [scope=rowgroup], .cr-table td.cr-differs"
    "{font-weight: 600}"
    ".cr-table [scope=rowgroup] {padding-top: 1rem}"
    "@media (max-width: 640px) {.cr-table {min-width: 36rem}}</style>"
)


def tell(text: str) -> None:
    """Say what may hold text of somebody else: none of it becomes formatting or a link."""
    st.html(
        '<p role="status" style="border-left: 4px solid #735600; margin: 0; '
        f'padding: 0.5rem 0.75rem; overflow-wrap: anywhere">{escape(text)}</p>'
    )


def say(*lines: str) -> None:
    """Write lines that may hold text of somebody else, plainly."""
    paragraphs = "".join(
        f'<p style="margin: 0 0 0.25rem; overflow-wrap: anywhere">{escape(line)}</p>'
        for line in lines
    )
    st.html(paragraphs)


def show(table: pd.DataFrame, label: str) -> None:
    """Show a table that scrolls inside itself, with the keyboard too."""
    region(table.to_html(index=False, border=0, classes="cr-table"), label)


def show_by_column(table: pd.DataFrame, label: str) -> None:
    """Show a table that a phone reads column by column, one below the other."""
    first, *others = table.columns
    narrow = "".join(
        f"<h3>{escape(str(name))}</h3><dl>"
        + "".join(
            f"<dt>{escape(str(head))}</dt><dd>{escape(str(cell))}</dd>"
            for head, cell in zip(table[first], table[name], strict=True)
        )
        + "</dl>"
        for name in others
    )
    wide = table.to_html(index=False, border=0, classes="cr-table")
    st.html(
        f"{_STYLE}<style>.cr-narrow {{display: none}} .cr-narrow dt {{font-weight: 600}}"
        ".cr-narrow dd {margin: 0 0 0.5rem}"
        "@media (max-width: 640px) {.cr-narrow {display: block} .cr-wide {display: none}}"
        f'</style><div class="cr-wide">{wide}</div>'
        f'<div class="cr-narrow" role="group" aria-label="{label}">{narrow}</div>'
    )


def region(table_html: str, label: str) -> None:
    """Show a table of class cr-table that scrolls inside itself."""
    st.html(
        f'{_STYLE}<div role="region" tabindex="0" aria-label="{label}" '
        f'style="overflow-x: auto">{table_html}</div>'
    )
