"""For somebody with a training log: what it answers about the last weeks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import pandas as pd
import streamlit as st

from riskmodel.datasets import data_folder
from riskmodel.fields import FIELDS
from riskmodel.training.derive import Derived, derive, with_log
from riskmodel.training.loads import FATIGUE_DAYS, FITNESS_DAYS, daily
from riskmodel.training.log import TrainingLog, TrainingLogError
from riskmodel.training.log_file import LogColumn, log_columns, read_log
from riskmodel.training.merge import merge_logs
from riskmodel.training.words import DURATIONS, MEANINGS
from riskmodel.views import charts, device, form, tables

_MOST_FILES = 60  # FIT files come one for each session
_LEAVE_OUT = ""
_EXAMPLES = "example_logs"


# ---------------------------------------------------------------------- reading


def _time_zone() -> str:
    chosen: str = st.session_state.get("log_zone") or st.context.timezone or "UTC"
    return chosen


def _uploaded() -> None:
    files = st.session_state["log_upload"] or []
    if not files:
        return
    st.session_state["log_files"] = [(file.name, file.getvalue()) for file in files]
    st.session_state["log_columns"] = {}
    _read()


def _use_example() -> None:
    if name := st.session_state["log_example"]:
        content = (data_folder(_EXAMPLES) / name).read_bytes()
        st.session_state["log_files"] = [(name, content)]
        st.session_state["log_columns"] = {}
        st.session_state["log_example"] = None
        _read()
        # The example ends on a day of its own; the session is planned for the next.
        last = st.session_state["log"].report.last_day
        st.session_state["log_on"] = last + timedelta(days=1)


def _read() -> None:
    """Read the files again, with the time zone and the columns that were chosen."""
    state = st.session_state
    state["log_problems"], state["log"], state["log_unknown"] = [], None, None
    logs = []
    for name, content in state["log_files"][:_MOST_FILES]:
        columns = state["log_columns"].get(name)
        try:
            logs.append(read_log(content, time_zone=_time_zone(), columns=columns))
        except TrainingLogError as error:
            state["log_problems"].append(f"{name}: {error}")
            state["log_unknown"] = state["log_unknown"] or _unknown_table(name, content)
    if len(state["log_files"]) > _MOST_FILES:
        state["log_problems"].append(
            f"There are {len(state['log_files'])} files; the first {_MOST_FILES} are used."
        )
    if logs:
        state["log"] = logs[0] if len(logs) == 1 else merge_logs(logs)


def _unknown_table(name: str, content: bytes) -> tuple[str, tuple[LogColumn, ...]] | None:
    """Columns of a table that no program that we know has written."""
    try:
        return name, log_columns(content)
    except TrainingLogError:
        return None


def _forget() -> None:
    for name in ("files", "columns", "problems", "unknown", "sources"):
        st.session_state.pop(f"log_{name}", None)
    st.session_state["log"] = None


def _ask_for_files() -> None:
    st.file_uploader(
        "Files of one athlete: activities.csv of Strava, Garmin Connect or intervals.icu, "
        "workouts.csv of TrainingPeaks, or FIT files",
        type=["csv", "txt", "tsv", "fit"],
        accept_multiple_files=True,
        key="log_upload",
        on_change=_uploaded,
    )
    zones = sorted(available_timezones())
    home = st.context.timezone if st.context.timezone in zones else "UTC"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Time zone where the athlete lives",
            zones,
            index=zones.index(home),
            key="log_zone",
            help="Strava and FIT files write the time of Greenwich; a late session would "
            "otherwise count for another day.",
            on_change=lambda: st.session_state.get("log_files") and _read(),
            persist_state="session",
        )
        st.selectbox(
            "Or look at an example",
            sorted(path.name for path in data_folder(_EXAMPLES).iterdir()),
            index=None,
            placeholder="Choose an example",
            key="log_example",
            on_change=_use_example,
        )
        if st.session_state.get("log") is not None:
            st.button("Remove the log", on_click=_forget)
    st.caption(
        "Names, places, notes and positions are not used. The program that shows this page "
        "holds the file until you remove the log or close the page, and stores none of it."
    )
    for problem in st.session_state.get("log_problems", ()):
        tables.tell(problem)


def _ask_for_columns(name: str, columns: Sequence[LogColumn]) -> None:
    """Let a person say what the columns of an unknown table mean."""
    st.header("What the columns are")
    st.markdown("Needed are the date and one duration. Nothing is guessed.")
    chosen: dict[str, str] = {}
    for place, column in enumerate(columns):
        with st.container(border=True):
            tables.say(f"{column.header}: {', '.join(column.samples) or 'empty'}")
            meaning = st.selectbox(
                f"Meaning of column {place + 1}",
                [_LEAVE_OUT, *MEANINGS],
                format_func=lambda what: MEANINGS.get(what, "Leave it out"),
                key=f"log_meaning_{name}_{place}",
                label_visibility="collapsed",
            )
        if meaning:
            chosen[column.header] = meaning
    named = list(chosen.values())
    twice = sorted({MEANINGS[what] for what in named if named.count(what) > 1})
    if twice:
        st.error(f"Two columns are {' and '.join(twice)}: leave one out.")
    complete = "start" in named and not set(DURATIONS).isdisjoint(named)

    def use() -> None:
        st.session_state["log_columns"][name] = chosen
        _read()

    st.button("Use these columns", on_click=use, disabled=bool(twice) or not complete)


# ---------------------------------------------------------------------- the answers


def _ask_about_the_session(log: TrainingLog) -> tuple[date, str | None, dict[str, Any]]:
    """Ask for the day and the sport of the planned session."""
    given = form.answers()
    start = given.get("start_time")
    default = datetime.fromisoformat(start).date() if start else date.today()
    sports = FIELDS["sport"].levels
    with st.container(horizontal=True, vertical_alignment="bottom"):
        on = st.date_input(
            "Day of the planned session", default, key="log_on", persist_state="session"
        )
        sport = st.selectbox(
            "Sport",
            list(sports),
            index=list(sports).index(given["sport"]) if "sport" in given else None,
            format_func=sports.__getitem__,
            placeholder="Choose",
            key="log_sport",
            persist_state="session",
        )
    return (on or default), sport, given


def _show_answers(derived: Sequence[Derived], given: dict[str, Any]) -> None:
    """Say each answer with where it comes from, and offer to use them."""
    if len(reasons := {found.reason for found in derived}) == 1 and "" not in reasons:
        tables.tell(reasons.pop())
        return
    for found in derived:
        with st.container(border=True, key=f"derived_{found.name}"):
            if found.value is None:
                st.markdown(f"**{found.label}**: open")
                tables.say(found.reason)
                continue
            own = given.get(found.name)
            st.markdown(f"**{found.label}**: {_text(found)}")
            tables.say(found.source)
            if own is not None and own != found.value:
                st.caption(f"Your own answer is {own:g}; it stays.")
    usable = [f for f in derived if f.name in FIELDS and f.value is not None]
    new = [found for found in usable if given.get(found.name) is None]

    def use() -> None:
        form.change({f.name: f.value for f in new})
        st.session_state["log_sources"] = {
            f.name: (f.value, f.source)
            for f in usable
            if with_log(given, derived).get(f.name) == f.value
        }
        st.session_state["log_used"] = True

    st.button(
        f"Use {len(new)} answers in My session",
        on_click=use,
        disabled=not new,
        help="Answers that you gave yourself stay. There you can change each of them.",
    )


def _text(found: Derived) -> str:
    unit = FIELDS[found.name].unit if found.name in FIELDS else "times"
    return f"{found.value:.6g} {'' if unit in ('sessions', 'days') else unit}".strip()


def _show_weeks(log: TrainingLog, on: date) -> None:
    """Draw the load of the last weeks, with fitness and fatigue."""
    st.header("The last weeks")
    days = daily(log)
    shown = days[days["day"] > days["day"].iloc[-1] - pd.Timedelta(days=84)]
    charts.weeks(shown)
    last = days.iloc[-1]
    settled = (
        ""
        if last["settled"]
        else (
            f" The log has {FITNESS_DAYS:g} days or fewer: fitness still shows less than "
            "two thirds of its level."
        )
    )
    st.caption(
        f"Load is minutes times how hard the session felt. Fitness and fatigue are its "
        f"averages that weigh recent days more: each day a share of 1 \N{MINUS SIGN} "
        f"e^(\N{MINUS SIGN}1/{FITNESS_DAYS:g}) and 1 \N{MINUS SIGN} "
        f"e^(\N{MINUS SIGN}1/{FATIGUE_DAYS:g}) of the way to that day's load.{settled} "
        "They are shown as they are and carry no points."
    )


if st.session_state.pop("log_used", False):
    st.switch_page(Path(__file__).with_name("my_session.py"))
st.title("Training log")
st.markdown("What you have recorded answers the questions about your last weeks.")
device.connect(take_up=not st.session_state.get("from_link"))
_ask_for_files()
unknown = st.session_state.get("log_unknown")
log = st.session_state.get("log")
if unknown is not None:
    _ask_for_columns(*unknown)
if log is not None:
    with st.expander("What was read", expanded=True):
        tables.say(*log.report.lines())
    st.header("What it answers")
    on, sport, given = _ask_about_the_session(log)
    if sport is None:
        st.info("Needed for the answers: the sport.")
    else:
        found = derive(
            log,
            on=on,
            sport=sport,
            air_temperature_c=given.get("air_temperature_c"),
            relative_humidity_pct=given.get("relative_humidity_pct"),
        )
        _show_answers(found, given)
    _show_weeks(log, on)
