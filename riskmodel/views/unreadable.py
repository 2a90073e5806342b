"""What is saved and cannot be read: named, and to be deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import streamlit as st

from riskmodel.store import Unreadable
from riskmodel.views import keeping, tables


def show(rows: Iterable[Unreadable], delete: Callable[[str], None] | None) -> None:
    """Name rows; ``delete`` takes the id of one, None for who may not."""
    for row in rows:
        with st.container(horizontal=True, vertical_alignment="center"):
            tables.say(str(row))
            if row.id and delete is not None:
                st.button(
                    "Delete",
                    key=f"delete_unreadable_{row.id}",
                    on_click=keeping.doing,
                    args=(lambda id=row.id: delete(id),),
                    help=f"Delete what cannot be read: {row.noun} {row.name}".strip(),
                )
