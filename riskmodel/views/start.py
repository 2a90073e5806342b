"""For somebody who can choose when to begin: the risk of every start, and the best."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any, TypedDict

import pandas as pd
import streamlit as st

from riskmodel import BestStart, BestStartSquad, best_start, best_start_squad
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.session import tidy
from riskmodel.reporting.spreadsheet import to_csv
from riskmodel.reporting.starts import credit, day_best_words, planned_words
from riskmodel.reporting.words import SYNTHETIC
from riskmodel.squad.scores import PLAN_FIELDS
from riskmodel.starts.scores import WEATHER_FIELDS
from riskmodel.views import (
    device,
    form,
    questions,
    start_chart,
    start_one,
    start_weather,
    tables,
    widgets,
)
from riskmodel.views.state import SquadState, StartState, state
from riskmodel.weather.hours import Weather

_NEEDED = tuple(f for f in FIELDS.values() if f.required and f.name not in WEATHER_FIELDS)
_ALL_DAYS = "All"
_ONE, _SQUAD = "My session", "The squad"


class _Limits(TypedDict, total=False):
    """Which starts are looked at, for `best_start`."""

    now: datetime
    first: datetime
    earliest: time
    latest: time
    step_min: int
    daylight_only: bool


def _ask_for_whom() -> pd.DataFrame | None:
    """Ask whether the answer is for the squad, if there is one, and give it back."""
    athletes = state(SquadState).athletes
    if athletes is None or athletes.empty:
        return None
    whom = st.segmented_control(
        "For whom",
        [_ONE, _SQUAD],
        default=_ONE,
        required=True,
        key="start_whom",
        persist_state="session",
    )
    return athletes if whom == _SQUAD else None


def _ask_session() -> dict[str, Any]:
    """Show what the session is, and ask for what is missing in it."""
    st.header("The session")
    answers = form.answers()
    missing = [field for field in _NEEDED if field.name not in answers]
    words = ", ".join(field.label for field in _NEEDED)
    with st.expander(words, expanded=bool(missing)):
        questions.draw(_NEEDED)
    st.caption(
        "All other answers are those of My session; its weather is replaced hour by hour."
    )
    return form.answers()


def _ask_limits(weather: Weather) -> _Limits:
    stays: dict[str, Any] = {"persist_state": "session"}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        earliest = st.time_input("Not before", time(5, 0), key="start_earliest", **stays)
        latest = st.time_input("Not after", time(21, 0), key="start_latest", **stays)
        step_min = st.segmented_control(
            "Starts",
            [60, 30],
            format_func={60: "Every hour", 30: "Every half hour"}.__getitem__,
            default=60,
            required=True,
            key="start_step",
            **stays,
        )
        daylight = st.toggle("Only in daylight", key="start_daylight", **stays)
    limits: _Limits = {
        "now": datetime.now(UTC),
        "earliest": earliest,
        "latest": latest,
        "step_min": step_min,
        "daylight_only": daylight,
    }
    if state(StartState).shown_whole:
        # An example lies in the past, and is looked at all the same.
        limits["first"] = weather.frame.index[0].to_pydatetime().replace(tzinfo=UTC)
    return limits


def _show_windows(best: BestStart | BestStartSquad) -> None:
    """Say the planned start and the best time of each day, with a click for each."""
    st.header("The best times")
    if planned := planned_words(best):
        st.markdown(f"Your planned start, {planned}.")
    if not best.by_day:
        tables.tell(" ".join([*map(form.sentence, best.problems)] or best.notes[-1:]))
        return
    for place, day_best in enumerate(best.by_day):
        with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
            row = start_one.row_of(best.starts, day_best.start)
            words = f"**{day_best_words(best, day_best)}**, range {start_one.span(row)}"
            st.markdown(words, width="stretch")
            st.button(
                "Look",
                key=f"look_{place}",
                on_click=_choose,
                args=(day_best.start,),
                help=f"Look at the start at {day_best.start:%H:%M}",
            )
    st.caption(SYNTHETIC)


def _choose(start: pd.Timestamp) -> None:
    """Look at one start, and at its day."""
    st.session_state["start_chosen"] = start.tz_convert("UTC").isoformat()
    state(StartState).picked = None
    state(StartState).looks += 1
    if st.session_state.get("start_day") != _ALL_DAYS:
        st.session_state["start_day"] = str(start.date())


def _ask_day(starts: pd.DataFrame) -> str:
    dates = list(dict.fromkeys(starts["start"].dt.date))
    labels = {_ALL_DAYS: "All days", **{str(d): f"{d:%a %d %b}" for d in dates}}
    if st.session_state.get("start_day") not in labels:
        st.session_state["start_day"] = str(dates[0])
    day = widgets.pills("Day", labels, "start_day", required=True, wrap=True)
    return day or str(dates[0])


def _show_day(best: BestStart | BestStartSquad, name: str, title: str) -> pd.DataFrame:
    """Draw the hours of one day, or of all; give back the rows that are drawn."""
    day = _ask_day(best.starts)
    shown = best.starts
    if day != _ALL_DAYS:
        shown = shown[shown["start"].dt.date.astype(str) == day]
    if picked := start_chart.hour_by_hour(
        shown, best.weather, name, title, form.chosen_units()
    ):
        if picked != state(StartState).picked:
            st.session_state["start_chosen"] = picked
        state(StartState).picked = picked
    suns = [
        f"{sun.day:%a %d %b}: {sun.words}"
        for sun in best.days
        if day in (_ALL_DAYS, str(sun.day))
    ]
    of_weather = {f"{best.weather.words}.", *best.weather.notes}
    notes = [note for note in best.notes if note not in of_weather]
    tables.say(*suns, *notes)
    return shown


def _take_along(starts: pd.DataFrame, words: str, source: str) -> None:
    shown = starts.drop(columns="guards", errors="ignore").reset_index(drop=True)
    shown = shown.assign(weather=words)
    for name in ("start", "end"):
        shown[name] = shown[name].map(lambda moment: moment.isoformat())
    widgets.download(
        "All starts, CSV",
        lambda: to_csv(shown.assign(source=source)),
        "cramp-risk-starts.csv",
    )


def _answer(answers: dict[str, Any], squad: pd.DataFrame | None, weather: Weather) -> None:
    """Say the best starts, the hours of a day, and everything about one start."""
    limits = _ask_limits(weather)
    best: BestStart | BestStartSquad
    if squad is not None:
        name, title = "expected", "Athletes with a cramp"
        best = best_start_squad(squad, answers, weather, **limits)
    else:
        name, title = "probability", "In 100"
        best = best_start(answers, weather, **limits)
    for guard in getattr(best, "guards", ()):
        st.error(str(guard), title="Before you start")
    _show_windows(best)
    if len(best.starts) and not best.problems:
        st.header("Hour by hour")
        of_day = _show_day(best, name, title)
        if isinstance(best, BestStartSquad):
            start_one.show_for_squad(best, of_day, weather, answers)
        else:
            start_one.show(of_day, weather, answers)
        _take_along(best.starts, weather.words, credit(weather.attribution))


st.title("Best start")
st.markdown("The same session at every hour of the next days: when is the risk lowest?")
device.connect()
with st.container(horizontal=True, vertical_alignment="bottom"):
    questions.ask_units()
weather = start_weather.ask()
squad = _ask_for_whom()
answers = _ask_session()
needed = _NEEDED
if squad is not None:
    answers = {name: v for name, v in answers.items() if name in PLAN_FIELDS}
    needed = tuple(field for field in _NEEDED if field.name in PLAN_FIELDS)
missing = [field.label for field in needed if field.name not in answers]
problems = [p for p in tidy(answers)[1] if p.field not in WEATHER_FIELDS]
if problem := state(StartState).problem:
    state(StartState).problem = ""
    tables.tell(problem)
if weather is None:
    st.info("First choose where the weather comes from.")
elif missing:
    st.info(f"Needed for the answer: {', '.join(missing)}.")
elif problems:
    tables.tell(" ".join(map(form.sentence, problems)))
else:
    _answer(answers, squad, weather)
