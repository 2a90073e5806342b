"""What is asked about a table: what its columns mean, and how its dates begin."""

from __future__ import annotations

import re
from datetime import date
from functools import partial

import streamlit as st

from riskmodel.training.sentences import day_words
from riskmodel.training.words import DURATIONS, MEANINGS, likely_meanings
from riskmodel.views import look, training_files, widgets
from riskmodel.views.state import state
from riskmodel.views.training_state import TrainingState

_LONGEST = 60  # what is shown of the cells of a column


def ask() -> None:
    """Ask about the first files that cannot be read without."""
    _ask_for_columns()
    _ask_for_dates()


def _ask_for_dates() -> None:
    """Let a person say whether dates in digits begin with the day or the month."""
    asked = [file for file in state(TrainingState).files if file.date]
    if not asked:
        return
    file = asked[0]
    st.header("Which day is this?", anchor=False)
    look.note(f"{file.name} has dates such as {file.date}; no date in it tells which.")
    with st.container(horizontal=True):
        for first, label in _orders(file.date).items():
            st.button(
                label,
                key=f"log_day_first_{first}",
                on_click=partial(training_files.use_day_first, file, day_first=first),
            )


def _orders(cell: str) -> dict[bool, str]:
    """What a date says with the day first and with the month first."""
    one, other = map(int, re.findall(r"\d+", cell)[:2])
    if one == other:
        return {True: "Days first", False: "Months first"}
    return {
        True: day_words(date(2000, other, one)),
        False: day_words(date(2000, one, other)),
    }


def _ask_for_columns() -> None:
    """Let a person say what the columns of the first unknown table mean."""
    unnamed = [file for file in state(TrainingState).files if file.columns]
    if not unnamed:
        return
    file = unnamed[0]
    kind = training_files.headers(file.columns)
    alike = sum(training_files.headers(other.columns) == kind for other in unnamed)
    others = f" and {alike - 1} more with the same columns" if alike > 1 else ""
    later = len({training_files.headers(other.columns) for other in unnamed}) - 1
    first = f"1 of {later + 1} tables: " if later else ""
    st.header("What the columns are", anchor=False)
    look.note(
        f"{first}{file.name}{others}. Needed are the date and one duration. Check what is "
        "chosen: only headers that say it plainly are."
    )
    chosen: dict[str, str] = {}
    before = state(TrainingState).meanings.get(kind) or likely_meanings(kind)
    with st.container(key="log_columns"):
        for place, column in enumerate(file.columns):
            cells = ", ".join(column.samples)[:_LONGEST] or "empty"
            key = f"log_meaning_{file.digest[:8]}_{place}"
            options = {"": "Leave it out", **MEANINGS}
            st.session_state.setdefault(key, before.get(column.header, ""))
            name = re.sub(r"#(\d+)$", r" (number \1 of this name)", column.header)
            if meaning := widgets.select(f"{name}: {cells}", options, key):
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
