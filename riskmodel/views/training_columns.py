"""A table of no program that is known: what its columns mean."""

from __future__ import annotations

import streamlit as st

from riskmodel.training.words import DURATIONS, MEANINGS
from riskmodel.views import look, training_files, widgets
from riskmodel.views.state import TrainingState, state

_LONGEST = 60  # what is shown of the cells of a column


def ask() -> None:
    """Let a person say what the columns of the first unknown table mean."""
    unnamed = [file for file in state(TrainingState).files if file.columns]
    if not unnamed:
        return
    file = unnamed[0]
    kind = training_files.headers(file.columns)
    alike = sum(training_files.headers(other.columns) == kind for other in unnamed)
    others = f" and {alike - 1} more with the same columns" if alike > 1 else ""
    st.header("What the columns are", anchor=False)
    look.note(
        f"{file.name}{others}. Needed are the date and one duration; nothing is guessed."
    )
    chosen: dict[str, str] = {}
    with st.container(key="log_columns"):
        for place, column in enumerate(file.columns):
            cells = ", ".join(column.samples)[:_LONGEST] or "empty"
            key = f"log_meaning_{file.digest[:8]}_{place}"
            options = {"": "Leave it out", **MEANINGS}
            if meaning := widgets.select(f"{column.header}: {cells}", options, key):
                chosen[column.header] = meaning
    meanings = list(chosen.values())
    twice = sorted({MEANINGS[what] for what in meanings if meanings.count(what) > 1})
    if twice:
        look.fault(f"Two columns are {' and '.join(twice)}: leave one out.")
    complete = "start" in meanings and not set(DURATIONS).isdisjoint(meanings)
    st.button(
        "Use these columns",
        on_click=training_files.use_columns,
        args=(file.columns, chosen),
        disabled=bool(twice) or not complete,
    )
