"""Everybody in a squad: a picture or a table, and the way to one athlete's answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from riskmodel.inputs.session import tidy
from riskmodel.reporting.squad_sheet import squad_table
from riskmodel.reporting.squad_warnings import NOBODY_STANDS_OUT, apart_text, are_alike
from riskmodel.scoring.bands import in_100_number
from riskmodel.squad.plan import with_plan
from riskmodel.views import form, look, squad_plan, visit, widgets
from riskmodel.views.navigation import go_to
from riskmodel.views.state import MySessionState, state

_TABLE_HEIGHT_PX = 640
_SHOWN_ROWS = 40  # in the picture; the table holds everybody


def _with_that_name(scored: pd.DataFrame) -> pd.DataFrame:
    """Rows with a name that was searched for; all if none was."""
    wanted = (st.session_state.get("squad_search") or "").strip().casefold()
    return scored[scored["athlete"].str.casefold().str.contains(wanted, regex=False)]


def _tell_what_all_share(scored: pd.DataFrame) -> None:
    """Say once what would stand in every row, or that nothing does."""
    if _all_have_one_problem(scored):
        problems = scored["answer_problems"].iloc[0]
        look.note("Of everybody: " + " ".join(form.sentence(p) for p in problems))
    elif are_alike(scored):
        look.note(NOBODY_STANDS_OUT)


def _all_have_one_problem(scored: pd.DataFrame) -> bool:
    every = set(scored["answer_problems"])
    return len(scored) > 1 and len(every) == 1 and every != {()}


def _picture(scored: pd.DataFrame, other: pd.DataFrame | None, *, all_share: bool) -> None:
    """Draw everybody on one axis, those who need attention first."""
    shown = scored[~scored["must_not_start"]]
    before = None if other is None else other["probability"]
    rows = [
        look.Ranked(
            name,
            chance,
            low,
            high,
            "" if all_share else _note(label, points, problems),
            None if before is None or np.isnan(before[row]) else float(before[row]),
        )
        for row, name, chance, low, high, label, points, problems in zip(
            shown.index,
            shown["athlete"],
            shown["probability"],
            shown["probability_low"],
            shown["probability_high"],
            shown["sets_apart"],
            shown["sets_apart_points"],
            shown["answer_problems"],
            strict=True,
        )
    ]
    if not rows:
        look.note("They must not start." if len(scored) else "Nobody is called that.")
        return
    table = look.ranking(rows[:_SHOWN_ROWS], "Everybody", "Athlete", "what sets them apart")
    st.html(f"<div {look.VEILED}>{table}</div>")
    if len(rows) > _SHOWN_ROWS:
        look.note(f"{len(rows) - _SHOWN_ROWS} more stand in the table.")


def _note(label: str, points: float, problems: Sequence[Any]) -> str:
    if problems:
        return " ".join(form.sentence(problem) for problem in problems)
    return apart_text(label, points)


def _table(scored: pd.DataFrame) -> None:
    """Draw everybody with all that is known, wide enough for names and numbers."""
    table, column = squad_table(scored, private=True), st.column_config.TextColumn
    chances = scored["probability"].where(table["In 100"] != "")
    table["In 100"] = ["" if np.isnan(p) else in_100_number(p, "under") for p in chances]
    longest = int(table["Athlete"].str.len().max()) if len(table) else 0
    st.dataframe(
        table,
        hide_index=True,
        width="stretch",
        key="squad_table",
        height="content" if len(table) <= _SHOWN_ROWS else _TABLE_HEIGHT_PX,
        column_config={
            "Athlete": column(width=min(max(120, 32 + 8 * longest), 340), pinned=True),
            "In 100": column(width=75, alignment="right"),
            "Risk": column(width=125),
            "Range in 100": column(width=115),
            "Sets apart": column(width=170),
        },
    )


def show(
    scored: pd.DataFrame,
    other: pd.DataFrame | None,
    squad: pd.DataFrame,
    plan: dict[str, Any],
) -> None:
    """Draw everybody under one plan, as a picture or a table, and open one of them."""
    names, found = scored["athlete"].to_dict(), _with_that_name(scored)
    with st.container(horizontal=True, vertical_alignment="bottom", key="squad_bar"):
        view = st.segmented_control(
            "Show",
            ["Picture", "Table"],
            default="Picture",
            required=True,
            key="squad_view",
            label_visibility="collapsed",
            persist_state="session",
        )
        st.text_input(
            "Search for a name",
            key="squad_search",
            type="search",
            placeholder="Name",
            live=True,
            label_visibility="collapsed",
            width=140,
        )
        row = widgets.select(
            "Open an athlete",
            names,
            "squad_athlete",
            index=None,
            placeholder="Open an athlete",
            label_visibility="collapsed",
            width=200,
        )
        if row is not None:
            args = (squad, plan, row, names[row])
            st.button("Open in My session", on_click=_open_athlete, args=args)
    if view == "Table":
        _table(found)
    else:
        _tell_what_all_share(scored)
        _picture(found, other, all_share=_all_have_one_problem(scored))


def _open_athlete(squad: pd.DataFrame, plan: dict[str, Any], row: int, name: str) -> None:
    """Go to My session with an athlete's answers; the coach's own come back later."""
    one = with_plan(squad.loc[[row]], plan).iloc[0]
    # Of an age that is no age the form says so too.
    answers, problems = tidy({str(k): v for k, v in one.items() if not pd.isna(v)})
    st.session_state["squad_athlete"] = None
    squad_plan.leave()
    visit.begin(name, answers)
    state(MySessionState).link_problems = problems
    go_to("my_session")
