"""For somebody with a training log: what it answers about the last weeks."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from functools import cache
from html import escape
from zoneinfo import available_timezones

import pandas as pd
import streamlit as st

from riskmodel.datasets import data_folder
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.units import duration_text
from riskmodel.training.derive import Derived, derive, load_words, with_log
from riskmodel.training.loads import daily
from riskmodel.training.log import TrainingLog, TrainingLogError, moved
from riskmodel.training.log_file import read_log
from riskmodel.training.log_table import log_columns
from riskmodel.training.merge import merge_logs
from riskmodel.training.sentences import counted, day_words
from riskmodel.training.words import DURATIONS, MEANINGS
from riskmodel.views import charts, device, form, look, tables, visit, widgets
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
_EXAMPLES = "example_logs"
_PROGRAMS = {
    "garmin": "Garmin Connect",
    "intervals": "intervals.icu",
    "strava": "Strava",
    "trainingpeaks": "TrainingPeaks",
}


@cache
def _zones() -> list[str]:
    return sorted(available_timezones())


def _home() -> str:
    """Time zone of the reader, as far as the browser tells."""
    return zone if (zone := st.context.timezone) in _zones() else "UTC"


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
        st.session_state["log_example"] = None
        _take(files)


def _use_example() -> None:
    if name := st.session_state["log_example"]:
        page = state(TrainingState)
        page.uploads += 1
        page.example, page.meanings = name, {}
        _take(_example(name))
    else:
        _forget()


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
        with suppress(TrainingLogError):  # a table of no program that we know
            if columns := log_columns(content):
                page.unnamed.append(LogFile(name, content, columns))
    else:
        page.parts.append(log)


def _put_together() -> None:
    page = state(TrainingState)
    page.log = merge_logs(page.parts) if page.parts else None
    if page.log is not None and page.example:
        # It was recorded in some other year; its last session shall be yesterday's.
        since = form.today() - page.log.report.last_day
        page.log = moved(page.log, since.days - 1)


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
    st.session_state["log_example"] = None
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
    for problem in state(TrainingState).problems:
        look.fault(problem.sentence)
    zones = _zones()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = sorted(path.name for path in data_folder(_EXAMPLES).iterdir())
        st.pills(
            "Or look at an example",
            names,
            format_func=lambda name: _PROGRAMS.get(name.split("_")[0], "One FIT file"),
            key="log_example",
            on_change=_use_example,
            wrap=True,
        )
        st.selectbox(
            "Time zone where the athlete lives",
            zones,
            index=zones.index(_home()),
            key="log_zone",
            help="Strava and FIT files write the time of Greenwich; a late session would "
            "otherwise count for another day.",
            on_change=_other_zone,
            persist_state="session",
            width=280,
        )
    look.note(
        "Names, places, notes and positions are not used. The program that shows this page "
        "holds the sessions until you remove the log, or close or reload the page, and "
        "stores none."
    )


def _ask_for_columns(file: LogFile) -> None:
    """Let a person say what the columns of an unknown table mean."""
    st.header("What the columns are")
    st.markdown("Needed are the date and one duration. Nothing is guessed.")
    chosen: dict[str, str] = {}
    for place, column in enumerate(file.columns):
        with st.container(border=True):
            look.note(f"{column.header}: {', '.join(column.samples) or 'empty'}")
            meaning = widgets.select(
                f"Meaning of column {place + 1}",
                {"": "Leave it out", **MEANINGS},
                f"log_meaning_{file.name}_{place}",
                label_visibility="collapsed",
            )
        if meaning:
            chosen[column.header] = meaning
    meanings = list(chosen.values())
    twice = sorted({MEANINGS[what] for what in meanings if meanings.count(what) > 1})
    if twice:
        look.fault(f"Two columns are {' and '.join(twice)}: leave one out.")
    complete = "start" in meanings and not set(DURATIONS).isdisjoint(meanings)
    off = bool(twice) or not complete
    args = (file, chosen)
    st.button("Use these columns", on_click=_use_columns, args=args, disabled=off)


def _planned(log: TrainingLog) -> tuple[date, str]:
    """Day and sport of the planned session, as My session has them, to be changed here."""
    page, day, sport = state(TrainingState), form.planned_day(), form.answers().get("sport")
    sports, held = FIELDS["sport"].levels, st.session_state
    usual = [name for name in log.sessions["sport"].value_counts().index if name in sports]
    sport = sport or next(iter(usual), "other")
    # Both follow the plan until somebody chooses otherwise here.
    if page.planned_day != day:
        held["log_on"] = page.planned_day = day
    if page.planned_sport != sport:
        held["log_sport"] = page.planned_sport = sport
    on, sport = held.get("log_on") or day, held.get("log_sport") or sport
    when = "today" if on == form.today() else f"{on:%a} {day_words(on)}"
    box = st.popover(
        f"For **{sports[sport].lower()} {when}**. Change",
        icon=":material/edit:",
        key="log_plan",
        on_change="rerun",
    )
    if box.open:
        with box:
            st.date_input(
                "Day of the planned session", key="log_on", persist_state="session"
            )
            widgets.select("Sport", sports, "log_sport", persist_state="session")
    return on, sport


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
    st.html(f'<dl class="cr-derived">{"".join(map(_line, derived))}</dl>')
    for answer in _usable(derived):
        mine = own.get(answer.name)
        if mine is not None and mine != answer.value:
            here, there = _text(answer.name, mine), _text(answer.name, answer.value)
            words = f"{answer.label}: take {there} instead of your {here}"
            key = f"take_{answer.name}"
            st.button(words, key=key, on_click=_prefer, args=(answer,))
    new = [answer for answer in _usable(derived) if own.get(answer.name) is None]
    if not new:
        look.note("Nothing new to use: you answered these yourself.")
        return
    st.button(
        f"Use {counted(len(new), 'answer')} in My session",
        key="log_use",
        on_click=_use,
        args=(derived, own, sport),
    )
    label = FIELDS["sport"].levels[sport].lower()
    if own.get("sport") != sport:
        look.note(f"The sport in My session becomes {label}: these answers are for it.")


def _line(answer: Derived) -> str:
    return (
        f"<div><dt>{escape(answer.label)}</dt><dd><b>{_text(answer.name, answer.value)}</b>"
        f"<small>{escape(answer.source or answer.reason)}</small></dd></div>"
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


def _text(name: str, value: float | None) -> str:
    if value is None:
        return "open"
    if name not in FIELDS:
        return f"{load_words(value)} ({value:.2f} times)"
    if (unit := FIELDS[name].unit) == "min":
        return duration_text(value)
    return f"{value:.6g} {'' if unit in ('sessions', 'days') else unit}".strip()


def _show_weeks(log: TrainingLog, today: date) -> None:
    """Draw the load of the last weeks, with fitness and fatigue."""
    days = daily(log)
    ahead = days["day"] > pd.Timestamp(today)
    if days.loc[ahead, "load"].any():
        look.warn("Sessions with a date in the future are not drawn: look at their dates.")
    if ahead.all():
        return
    days = days[~ahead]
    charts.weeks(days[days["day"] > days["day"].iloc[-1] - pd.Timedelta(days=84)])
    young = (
        ""
        if days["settled"].iloc[-1]
        else " The log is still too short for fitness to show its full level."
    )
    look.note(
        "Load is minutes times how hard the session felt; fitness is its average over "
        f"some six weeks, fatigue over some seven days. They carry no points.{young}"
    )


def _show() -> None:
    page = state(TrainingState)
    label = "A log, or an example" if page.log is None else "Another log"
    with st.expander(label, expanded=page.log is None or bool(page.problems)):
        _ask_for_files()
    if page.unnamed:
        _ask_for_columns(page.unnamed[0])
    if page.log is not None:
        answers = form.answers()
        with st.container(key="log_page"):
            with st.container(key="log_picture"):
                _show_weeks(page.log, form.today())
                read = page.log.report.lines
                widgets.folded("What was read", "log_read", lambda: tables.say(*read()))
                st.button("Remove the log", on_click=_forget)
            with st.container(key="log_answers"):
                if page.example:
                    st.html(look.tag("An example, moved so that it ends yesterday"))
                on, sport = _planned(page.log)
                derived = derive(
                    page.log,
                    on=on,
                    sport=sport,
                    air_temperature_c=answers.get("air_temperature_c"),
                    relative_humidity_pct=answers.get("relative_humidity_pct"),
                    complete_until=_ask_whether_complete(page.log, on),
                )
                _show_answers(derived, answers, sport)


look.heading(
    "What do your last weeks answer?",
    "A training log answers questions of My session for you.",
)
device.connect()
# A log is the reader's own, and must not answer for an athlete who is open.
if not visit.tell_own():
    _show()
