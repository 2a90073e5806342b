"""The grid in which a coach changes the list of athletes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from riskmodel.inputs.fields import FIELDS
from riskmodel.squad.cells import read_cells, template
from riskmodel.views import questions
from riskmodel.views.state import SquadState, state


@dataclass
class GridState:
    """How the list counts the rows of the grid, which counts its own from 0."""

    rows: Sequence[int] = ()


def grid(athletes: pd.DataFrame) -> None:
    """Let the coach change cells, add and remove athletes."""
    box = st.expander("Change the list", key="squad_list", on_change="rerun")
    # A closed grid would cost most of the time of the page.
    if box.open:
        with box:
            _edit(state(SquadState), athletes)


def _edit(squad: SquadState, athletes: pd.DataFrame) -> None:
    key = f"squad_grid_{squad.version}"
    if key not in st.session_state or squad.grid_base is None:
        # The grid's own changes went with the page; the athletes carry them.
        state(GridState).rows = [*athletes.index]
        grid_base = _as_grid(athletes).reset_index(drop=True)
        squad.grid_base = squad.grid_edited = grid_base
    edited = st.data_editor(
        squad.grid_base,
        key=key,
        num_rows="dynamic",
        hide_index=True,
        column_config={
            field.name: st.column_config.TextColumn(
                questions.heading(field, field.unit), help=f"Allowed is {field.allowed}."
            )
            for field in FIELDS.values()
            if field.name in squad.grid_base
        },
    )
    # Against the last state of the grid, not the first: a change can be taken back.
    if squad.grid_edited is None or not edited.equals(squad.grid_edited):
        squad.athletes, squad.grid_edited = _numbered(read_cells(edited)), edited
        squad.edited = True
        st.rerun()  # what stands above is of the list as it was


def _numbered(edited: pd.DataFrame) -> pd.DataFrame:
    """Athletes by their rows in the list; who was added is counted on from the last."""
    rows = dict(enumerate(state(GridState).rows))
    last, n = max(rows.values(), default=0), len(rows)
    return edited.set_axis([rows.get(at, last + 1 + at - n) for at in edited.index])


def _as_grid(athletes: pd.DataFrame) -> pd.DataFrame:
    """Athletes as texts, with a column for everything that is asked of everybody."""
    cells = athletes.map(_cell_text)
    usual = list(template().columns)
    more = dict.fromkeys((name for name in usual if name not in cells), "")
    # Those of the file first, as far as they are asked of everybody.
    order = sorted(cells, key=lambda n: usual.index(n) if n in usual else len(usual))
    return cells[order].assign(**more)


def _cell_text(cell: Any) -> str:
    return "" if pd.isna(cell) else f"{cell:.10g}" if isinstance(cell, float) else str(cell)
