"""Tables that a phone can move sideways, and text of somebody else."""

from html import escape

import pandas as pd
import streamlit as st


def tell(text: str) -> None:
    """Say what may hold text of somebody else: none of it becomes formatting or a link."""
    st.html(f'<p class="cr-say" role="status">{escape(text)}</p>')


def say(*lines: str) -> None:
    """Write lines that may hold text of somebody else, plainly."""
    st.html("".join(f'<p class="cr-line">{escape(line)}</p>' for line in lines))


def show(table: pd.DataFrame, label: str) -> None:
    """Show a table that scrolls inside itself, with the keyboard too."""
    region(_html(table), label)


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
    st.html(
        f'<div class="cr-wide">{_html(table)}</div>'
        f'<div class="cr-narrow" role="group" aria-label="{escape(label)}">{narrow}</div>'
    )


def region(table_html: str, label: str) -> None:
    """Show a table of class cr-table that scrolls inside itself."""
    st.html(
        f'<div class="cr-region" role="region" tabindex="0" aria-label="{escape(label)}">'
        f"{table_html}</div>"
    )


def _html(table: pd.DataFrame) -> str:
    return table.to_html(index=False, border=0, classes="cr-table")
