"""For somebody with a training log: what it answers about the last weeks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import pandas as pd
import streamlit as st

from riskmodel.datasets import data_folder
from riskmodel.inputs.fields import FIELDS
from riskmodel.training.derive import Derived, derive, with_log
from riskmodel.training.loads import FATIGUE_DAYS, FITNESS_DAYS, daily
from riskmodel.training.log import TrainingLog, TrainingLogError
from riskmodel.training.log_file import read_log
from riskmodel.training.log_table import LogColumn, log_columns
from riskmodel.training.merge import merge_logs
from riskmodel.training.sentences import day_words
from riskmodel.training.words import DURATIONS, MEANINGS
from riskmodel.views import charts, device, form, tables

_MOST_FILES = 60  # FIT files come one for each session
_LEAVE_OUT = ""
_EXAMPLES = "example_logs"


# ---------------------------------------------------------------------- reading


@cache
def _zones() -> list[str]:
    return sorted(available_timezones())


def _home() -> str:
    """Time zone of the reader, as far as the browser tells."""
    zone = st.context.timezone
    return zone if zone in _zones() else "UTC"


def _time_zone() -> str:
    chosen: str = st.session_state.get("log_zone") or _home()
    return chosen


def _upload_key() -> str:
    """Key of the uploader, another one whenever it has to be empty again."""
    return f"log_upload_{st.session_state.setdefault('log_upload_number', 0)}"


def _uploads() -> list[tuple[str, bytes]]:
    files = st.session_state.get(_upload_key()) or []
    return [(file.name, file.getvalue()) for file in files]


def _uploaded() -> None:
    if files := _uploads():
        st.session_state["log_example_used"] = None
        st.session_state["log_columns"] = {}
        _take(files)


def _use_example() -> None:
    if name := st.session_state["log_example"]:
        st.session_state["log_upload_number"] += 1
        st.session_state["log_example_used"] = name
        st.session_state["log_columns"] = {}
        st.session_state["log_example"] = None
        _take(_example(name))
        # The example ends on a day of its own; the session is planned for the next.
        last = st.session_state["log"].report.last_day
        st.session_state["log_on"] = last + timedelta(days=1)
        st.session_state["log_on_planned"] = _planned_day()


def _example(name: str) -> list[tuple[str, bytes]]:
    return [(name, (data_folder(_EXAMPLES) / name).read_bytes())]


def _take(files: Sequence[tuple[str, bytes]]) -> None:
    """Read files, and keep none but those whose columns nobody has named yet."""
    state = st.session_state
    state["log_parts"], state["log_unnamed"], state["log_problems"] = [], [], []
    for name, content in files[:_MOST_FILES]:
        _read(name, content)
    if len(files) > _MOST_FILES:
        problem = f"There are {len(files)} files; the first {_MOST_FILES} are used."
        state["log_problems"].append(("", problem))
    _put_together()


def _read(name: str, content: bytes) -> None:
    state = st.session_state
    columns = state["log_columns"].get(name)
    try:
        log = read_log(content, time_zone=_time_zone(), columns=columns)
    except TrainingLogError as error:
        state["log_problems"].append((name, f"{name}: {error}"))
        if _columns(content):
            state["log_unnamed"].append((name, content))
    else:
        state["log_parts"].append(log)


def _put_together() -> None:
    state = st.session_state
    state["log"] = merge_logs(state["log_parts"]) if state["log_parts"] else None


def _columns(content: bytes) -> tuple[LogColumn, ...]:
    """Columns of a table that no program that we know has written."""
    try:
        return log_columns(content)
    except TrainingLogError:
        return ()


def _use_columns(name: str, content: bytes, chosen: dict[str, str]) -> None:
    state = st.session_state
    state["log_columns"][name] = chosen
    state["log_unnamed"] = [file for file in state["log_unnamed"] if file[0] != name]
    state["log_problems"] = [told for told in state["log_problems"] if told[0] != name]
    _read(name, content)
    _put_together()


def _other_zone() -> None:
    """Read again with another time zone what is still at hand, or ask for it."""
    state = st.session_state
    if state.get("log") is None and not state.get("log_unnamed"):
        return
    if name := state.get("log_example_used"):
        _take(_example(name))
    elif files := _uploads():
        _take(files)
    else:
        _forget()
        problem = (
            "The time zone is another one now: please give the files again, so that late "
            "sessions lie on the right day."
        )
        state["log_problems"] = [("", problem)]


def _forget() -> None:
    for name in ("parts", "columns", "problems", "unnamed", "sources", "example_used"):
        st.session_state.pop(f"log_{name}", None)
    st.session_state["log"] = None
    st.session_state["log_upload_number"] += 1


def _ask_for_files() -> None:
    st.file_uploader(
        "Files of one athlete: activities.csv of Strava, Garmin Connect or intervals.icu, "
        "workouts.csv of TrainingPeaks, or FIT files",
        type=["csv", "txt", "tsv", "fit"],
        accept_multiple_files=True,
        key=_upload_key(),
        on_change=_uploaded,
    )
    zones = _zones()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Time zone where the athlete lives",
            zones,
            index=zones.index(_home()),
            key="log_zone",
            help="Strava and FIT files write the time of Greenwich; a late session would "
            "otherwise count for another day.",
            on_change=_other_zone,
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
        "holds the sessions until you remove the log or close the page, a file only while "
        "it is listed here or its columns have no meaning yet, and stores none of it."
    )
    for _, problem in st.session_state.get("log_problems", ()):
        tables.tell(problem)


def _ask_for_columns(name: str, content: bytes) -> None:
    """Let a person say what the columns of an unknown table mean."""
    st.header("What the columns are")
    st.markdown("Needed are the date and one duration. Nothing is guessed.")
    chosen: dict[str, str] = {}
    for place, column in enumerate(_columns(content)):
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
    st.button(
        "Use these columns",
        on_click=_use_columns,
        args=(name, content, chosen),
        disabled=bool(twice) or not complete,
    )


# ---------------------------------------------------------------------- the answers


def _planned_day() -> date:
    start = form.answers().get("start_time")
    return datetime.fromisoformat(start).date() if start else form.today()


def _ask_about_the_session() -> tuple[date, str | None, dict[str, Any]]:
    """Ask for the day and the sport of the planned session."""
    given, default = form.answers(), _planned_day()
    sports = FIELDS["sport"].levels
    # Both follow the plan until somebody chooses otherwise here.
    for key, planned in (("log_on", default), ("log_sport", given.get("sport"))):
        if st.session_state.get(f"{key}_planned", "") != planned:
            st.session_state[key] = st.session_state[f"{key}_planned"] = planned
    with st.container(horizontal=True, vertical_alignment="bottom"):
        on = st.date_input(
            "Day of the planned session", key="log_on", persist_state="session"
        )
        sport = st.selectbox(
            "Sport",
            list(sports),
            index=None,
            format_func=sports.__getitem__,
            placeholder="Choose",
            key="log_sport",
            persist_state="session",
        )
    return (on or default), sport, given


def _ask_whether_complete(log: TrainingLog, on: date) -> date | None:
    """Ask whether the days between the end of the log and the session were rest."""
    last, before = log.report.last_day, on - timedelta(days=1)
    if last >= before:
        return None
    key = f"log_complete_{last}_{on}"  # what was said of one gap is not said of another
    words = f"I have not trained since {day_words(last, year=True)}"
    return before if st.toggle(words, key=key) else None


def _show_answers(derived: Sequence[Derived], given: dict[str, Any], sport: str) -> None:
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
                st.button(
                    "Take the log's answer instead",
                    key=f"take_{found.name}",
                    on_click=_prefer,
                    args=(found,),
                )
    usable = [f for f in derived if f.name in FIELDS and f.value is not None]
    new = [found for found in usable if given.get(found.name) is None]

    other_sport = {} if given.get("sport") == sport else {"sport": sport}

    def use() -> None:
        form.change({**other_sport, **{f.name: f.value for f in new}})
        st.session_state["log_sources"] = {
            f.name: (f.value, f.source)
            for f in usable
            if with_log(given, derived).get(f.name) == f.value
        }
        st.session_state["log_used"] = True

    help_text = "Answers that you gave yourself stay. There you can change each of them."
    if other_sport:
        label = FIELDS["sport"].levels[sport].lower()
        st.markdown(f"The sport in My session becomes {label}: these answers are for it.")
    st.button(
        f"Use {len(new)} answers in My session"
        if new
        else "Nothing new to use: you answered these yourself",
        key="log_use",
        on_click=use,
        disabled=not new,
        help=help_text,
    )


def _prefer(found: Derived) -> None:
    """Let one answer of the log go before the person's own."""
    form.change({found.name: found.value})
    sources = st.session_state.setdefault("log_sources", {})
    sources[found.name] = found.value, found.source


def _text(found: Derived) -> str:
    unit = FIELDS[found.name].unit if found.name in FIELDS else "times"
    return f"{found.value:.6g} {'' if unit in ('sessions', 'days') else unit}".strip()


def _show_weeks(log: TrainingLog, today: date) -> None:
    """Draw the load of the last weeks, with fitness and fatigue."""
    st.header("The last weeks")
    days = daily(log)
    ahead = days["day"] > pd.Timestamp(today)
    if ahead.all():
        tables.tell(
            "Every session of the log lies in the future: there is nothing to draw."
        )
        return
    if days.loc[ahead, "load"].any():
        tables.tell(
            "Sessions with a date in the future are not drawn: look at their dates."
        )
    days = days[~ahead]
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
unnamed = st.session_state.get("log_unnamed")
log = st.session_state.get("log")
if unnamed:
    _ask_for_columns(*unnamed[0])
if log is not None:
    with st.expander("What was read", expanded=True):
        tables.say(*log.report.lines())
    st.header("What it answers")
    on, sport, given = _ask_about_the_session()
    if sport is None:
        st.info("Needed for the answers: the sport.")
    else:
        found = derive(
            log,
            on=on,
            sport=sport,
            air_temperature_c=given.get("air_temperature_c"),
            relative_humidity_pct=given.get("relative_humidity_pct"),
            complete_until=_ask_whether_complete(log, on),
        )
        _show_answers(found, given, sport)
    _show_weeks(log, form.today())
