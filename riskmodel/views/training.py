"""For somebody with a training log: what it answers about the last weeks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
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
from riskmodel.views import charts, device, form, tables, widgets
from riskmodel.views.navigation import go_to
from riskmodel.views.state import (
    Answers,
    FormState,
    LogAnswer,
    LogFile,
    LogProblem,
    TrainingState,
    state,
)

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


def _upload_key() -> str:
    """Key of the uploader, another one whenever it has to be empty again."""
    return f"log_upload_{state(TrainingState).uploads}"


def _uploads() -> list[tuple[str, bytes]]:
    files = st.session_state.get(_upload_key()) or []
    return [(file.name, file.getvalue()) for file in files]


def _uploaded() -> None:
    if files := _uploads():
        page = state(TrainingState)
        page.example, page.meanings = "", {}
        _take(files)


def _use_example() -> None:
    if name := st.session_state["log_example"]:
        page = state(TrainingState)
        page.uploads += 1
        page.example, page.meanings = name, {}
        st.session_state["log_example"] = None
        _take(_example(name))
        if page.log is not None:
            # The example ends on a day of its own; the session is planned for the next.
            last = page.log.report.last_day
            st.session_state["log_on"] = last + timedelta(days=1)
            page.planned_day = form.planned_day()


def _example(name: str) -> list[tuple[str, bytes]]:
    return [(name, (data_folder(_EXAMPLES) / name).read_bytes())]


def _take(files: Sequence[tuple[str, bytes]]) -> None:
    """Read files, and keep none but those whose columns nobody has named yet."""
    page = state(TrainingState)
    page.parts, page.unnamed, page.problems = [], [], []
    for name, content in files[:_MOST_FILES]:
        _read(name, content)
    if len(files) > _MOST_FILES:
        words = f"There are {len(files)} files; the first {_MOST_FILES} are used."
        page.problems.append(LogProblem("", words))
    _put_together()


def _read(name: str, content: bytes) -> None:
    page = state(TrainingState)
    time_zone = st.session_state.get("log_zone") or _home()
    try:
        log = read_log(content, time_zone=time_zone, columns=page.meanings.get(name))
    except TrainingLogError as error:
        page.problems.append(LogProblem(name, f"{name}: {error}"))
        if columns := _columns(content):
            page.unnamed.append(LogFile(name, content, columns))
    else:
        page.parts.append(log)


def _put_together() -> None:
    page = state(TrainingState)
    page.log = merge_logs(page.parts) if page.parts else None


def _columns(content: bytes) -> tuple[LogColumn, ...]:
    """Columns of a table that no program that we know has written."""
    try:
        return log_columns(content)
    except TrainingLogError:
        return ()


def _use_columns(file: LogFile, meanings: dict[str, str]) -> None:
    page = state(TrainingState)
    page.meanings[file.name] = meanings
    page.unnamed = [other for other in page.unnamed if other.name != file.name]
    page.problems = [problem for problem in page.problems if problem.file != file.name]
    _read(file.name, file.content)
    _put_together()


def _other_zone() -> None:
    """Read again with another time zone what is still at hand, or ask for it."""
    page = state(TrainingState)
    if page.log is None and not page.unnamed:
        return
    if page.example:
        _take(_example(page.example))
    elif files := _uploads():
        _take(files)
    else:
        _forget()
        words = (
            "The time zone is another one now: please give the files again, so that late "
            "sessions lie on the right day."
        )
        page.problems = [LogProblem("", words)]


def _forget() -> None:
    page = state(TrainingState)
    page.log, page.example, page.meanings = None, "", {}
    page.parts, page.unnamed, page.problems = [], [], []
    page.uploads += 1
    state(FormState).log_answers = {}


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
        names = sorted(path.name for path in data_folder(_EXAMPLES).iterdir())
        widgets.example(
            "Or look at an example", names, "log_example", _use_example, width="stretch"
        )
        if state(TrainingState).log is not None:
            st.button("Remove the log", on_click=_forget)
    st.caption(
        "Names, places, notes and positions are not used. The program that shows this page "
        "holds the sessions until you remove the log or close the page, a file only while "
        "it is listed here or its columns have no meaning yet, and stores none of it."
    )
    for problem in state(TrainingState).problems:
        tables.tell(problem.sentence)


def _ask_for_columns(file: LogFile) -> None:
    """Let a person say what the columns of an unknown table mean."""
    st.header("What the columns are")
    st.markdown("Needed are the date and one duration. Nothing is guessed.")
    chosen: dict[str, str] = {}
    for place, column in enumerate(file.columns):
        with st.container(border=True):
            tables.say(f"{column.header}: {', '.join(column.samples) or 'empty'}")
            meaning = widgets.select(
                f"Meaning of column {place + 1}",
                {_LEAVE_OUT: "Leave it out", **MEANINGS},
                f"log_meaning_{file.name}_{place}",
                label_visibility="collapsed",
            )
        if meaning:
            chosen[column.header] = meaning
    meanings = list(chosen.values())
    twice = sorted({MEANINGS[what] for what in meanings if meanings.count(what) > 1})
    if twice:
        st.error(f"Two columns are {' and '.join(twice)}: leave one out.")
    complete = "start" in meanings and not set(DURATIONS).isdisjoint(meanings)
    st.button(
        "Use these columns",
        on_click=_use_columns,
        args=(file, chosen),
        disabled=bool(twice) or not complete,
    )


# ---------------------------------------------------------------------- the answers


def _ask_about_the_session(planned_sport: str | None) -> tuple[date, str | None]:
    """Ask for the day and the sport of the planned session."""
    page, planned_day = state(TrainingState), form.planned_day()
    sports = FIELDS["sport"].levels
    # Both follow the plan until somebody chooses otherwise here.
    if page.planned_day != planned_day:
        st.session_state["log_on"] = page.planned_day = planned_day
    if page.planned_sport != planned_sport:
        st.session_state["log_sport"] = page.planned_sport = planned_sport
    with st.container(horizontal=True, vertical_alignment="bottom"):
        on = st.date_input(
            "Day of the planned session", key="log_on", persist_state="session"
        )
        sport = widgets.select(
            "Sport", sports, "log_sport", index=None, persist_state="session"
        )
    return (on or planned_day), sport


def _ask_whether_complete(log: TrainingLog, on: date) -> date | None:
    """Ask whether the days between the end of the log and the session were rest."""
    last, before = log.report.last_day, on - timedelta(days=1)
    if last >= before:
        return None
    key = f"log_complete_{last}_{on}"  # what was said of one gap is not said of another
    words = f"I have not trained since {day_words(last, year=True)}"
    return before if st.toggle(words, key=key) else None


def _show_answers(derived: Sequence[Derived], own: Answers, sport: str) -> None:
    """Say each answer with where it comes from, and offer to use them."""
    if len(reasons := {answer.reason for answer in derived}) == 1 and "" not in reasons:
        tables.tell(reasons.pop())
        return
    for answer in derived:
        with st.container(border=True, key=f"derived_{answer.name}"):
            _show_one(answer, own.get(answer.name))
    new = [answer for answer in _usable(derived) if own.get(answer.name) is None]
    if own.get("sport") != sport:
        label = FIELDS["sport"].levels[sport].lower()
        st.markdown(f"The sport in My session becomes {label}: these answers are for it.")
    st.button(
        f"Use {len(new)} answers in My session"
        if new
        else "Nothing new to use: you answered these yourself",
        key="log_use",
        on_click=_use,
        args=(derived, own, sport),
        disabled=not new,
        help="Answers that you gave yourself stay. There you can change each of them.",
    )


def _show_one(answer: Derived, own: float | None) -> None:
    if answer.value is None:
        st.markdown(f"**{answer.label}**: open")
        tables.say(answer.reason)
        return
    st.markdown(f"**{answer.label}**: {_text(answer)}")
    tables.say(answer.source)
    if own is not None and own != answer.value:
        st.caption(f"Your own answer is {own:g}; it stays.")
        st.button(
            "Take the log's answer instead",
            key=f"take_{answer.name}",
            on_click=_prefer,
            args=(answer,),
        )


def _usable(derived: Sequence[Derived]) -> list[Derived]:
    """Answers of the log that the form asks for."""
    return [a for a in derived if a.name in FIELDS and a.value is not None]


def _use(derived: Sequence[Derived], own: Answers, sport: str) -> None:
    """Put what the log answers into the form, where nobody has answered it."""
    usable, joined = _usable(derived), with_log(own, derived)
    other_sport = {} if own.get("sport") == sport else {"sport": sport}
    new = {a.name: a.value for a in usable if own.get(a.name) is None}
    form.change({**other_sport, **new})
    state(FormState).log_answers = {
        a.name: LogAnswer(a.value, a.source)
        for a in usable
        if joined.get(a.name) == a.value
    }
    go_to("my_session")


def _prefer(answer: Derived) -> None:
    """Let one answer of the log go before the person's own."""
    form.change({answer.name: answer.value})
    source = LogAnswer(answer.value, answer.source)
    state(FormState).log_answers[answer.name] = source


def _text(answer: Derived) -> str:
    unit = FIELDS[answer.name].unit if answer.name in FIELDS else "times"
    return f"{answer.value:.6g} {'' if unit in ('sessions', 'days') else unit}".strip()


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


st.title("Training log")
st.markdown("What you have recorded answers the questions about your last weeks.")
device.connect()
_ask_for_files()
page = state(TrainingState)
if page.unnamed:
    _ask_for_columns(page.unnamed[0])
if page.log is not None:
    with st.expander("What was read", expanded=True):
        tables.say(*page.log.report.lines())
    st.header("What it answers")
    answers = form.answers()
    on, sport = _ask_about_the_session(answers.get("sport"))
    if sport is None:
        st.info("Needed for the answers: the sport.")
    else:
        derived = derive(
            page.log,
            on=on,
            sport=sport,
            air_temperature_c=answers.get("air_temperature_c"),
            relative_humidity_pct=answers.get("relative_humidity_pct"),
            complete_until=_ask_whether_complete(page.log, on),
        )
        _show_answers(derived, answers, sport)
    _show_weeks(page.log, form.today())
