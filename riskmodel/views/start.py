"""For somebody who can choose when to begin: the risk of every start, and the best."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from riskmodel import (
    BestStart,
    BestStartSquad,
    assess,
    best_start,
    best_start_squad,
)
from riskmodel.inputs import units
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.session import tidy
from riskmodel.reporting.spreadsheet import to_csv
from riskmodel.reporting.starts import credit
from riskmodel.reporting.words import BAND_LABELS, SYNTHETIC, in_100_span
from riskmodel.squad.scores import PLAN_FIELDS
from riskmodel.starts.scores import WEATHER_FIELDS
from riskmodel.training.log import TrainingLog
from riskmodel.views import device, form, plan_undo, start_chart, start_weather, tables
from riskmodel.weather.heat_days import suggest_heat_days
from riskmodel.weather.hours import Weather, WeatherError, clock_words
from riskmodel.weather.over_session import weather_answers

_NEEDED = tuple(f for f in FIELDS.values() if f.required and f.name not in WEATHER_FIELDS)
_ALL_DAYS = "All"
_ONE, _SQUAD = "My session", "The squad"


def _ask_session() -> dict[str, Any]:
    """Show what the session is, and ask for what is missing in it."""
    st.header("The session")
    given = form.answers()
    missing = [field for field in _NEEDED if field.name not in given]
    words = ", ".join(field.label for field in _NEEDED)
    with st.expander(words, expanded=bool(missing)):
        form.draw(_NEEDED)
    st.caption(
        "All other answers are those of My session; its weather is replaced hour by hour."
    )
    return form.answers()


def _ask_limits() -> dict[str, Any]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        earliest = st.time_input(
            "Not before", time(5, 0), key="start_earliest", persist_state="session"
        )
        latest = st.time_input(
            "Not after", time(21, 0), key="start_latest", persist_state="session"
        )
        half = st.segmented_control(
            "Starts",
            [60, 30],
            format_func={60: "Every hour", 30: "Every half hour"}.__getitem__,
            default=60,
            required=True,
            key="start_step",
            persist_state="session",
        )
        daylight = st.toggle(
            "Only in daylight", key="start_daylight", persist_state="session"
        )
    return {
        "now": datetime.now(UTC),
        "earliest": earliest,
        "latest": latest,
        "step_min": half,
        "daylight_only": daylight,
    }


def _show_windows(found: BestStart | BestStartSquad) -> None:
    """Say the best times, with a click for each."""
    st.header("The best times")
    if not found.windows:
        tables.tell(" ".join(map(str, found.problems or found.notes[-1:])))
        return
    for place, window in enumerate(found.windows):
        with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
            row = found.starts.loc[window.start]
            st.markdown(f"**{window.words}**, range {_span(row)}", width="stretch")
            st.button(
                "Look",
                key=f"look_{place}",
                on_click=_choose,
                args=(window.start,),
                help=f"Look at the start at {window.start:%H:%M}",
            )
    if found.compared_with is not None:
        st.caption(f"Compared with {found.compared_with.words}. {SYNTHETIC}")


def _span(row: pd.Series[Any]) -> str:
    if "expected" in row:
        return f"{row['expected_low']:.1f} to {row['expected_high']:.1f}"
    return in_100_span(row["probability_low"], row["probability_high"])


def _choose(start: pd.Timestamp) -> None:
    """Look at one start, and at its day."""
    st.session_state["start_chosen"] = start.tz_convert("UTC").isoformat()
    st.session_state["start_picked"] = None
    st.session_state["start_looks"] = st.session_state.get("start_looks", 0) + 1
    if st.session_state.get("start_day") != _ALL_DAYS:
        st.session_state["start_day"] = str(start.date())


def _show_day(found: BestStart | BestStartSquad, name: str, title: str) -> pd.DataFrame:
    """Draw the hours of one day, or of all; give back the rows that are drawn."""
    starts = found.starts
    dates = list(dict.fromkeys(starts["start"].dt.date))
    labels = {_ALL_DAYS: "All days", **{str(d): f"{d:%a %d %b}" for d in dates}}
    if st.session_state.get("start_day") not in labels:
        st.session_state["start_day"] = str(dates[0])
    day = st.pills(
        "Day",
        list(labels),
        format_func=labels.__getitem__,
        required=True,
        key="start_day",
        wrap=True,
    )
    shown = (
        starts if day == _ALL_DAYS else starts[starts["start"].dt.date.astype(str) == day]
    )
    if picked := start_chart.hour_by_hour(
        shown, found.weather, name, title, form.chosen_units()
    ):
        if picked != st.session_state.get("start_picked"):
            st.session_state["start_chosen"] = picked
        st.session_state["start_picked"] = picked
    suns = {f"{d.day:%a %d %b}": d.words for d in found.days if str(d.day) == day}
    if day == _ALL_DAYS:
        suns = {f"{d.day:%a %d %b}": d.words for d in found.days}
    of_weather = {f"{found.weather.words}.", *found.weather.notes}
    notes = [note for note in found.notes if note not in of_weather]
    tables.say(*(f"{date}: {words}" for date, words in suns.items()), *notes)
    return shown


def _chosen_row(starts: pd.DataFrame) -> pd.Series[Any]:
    """Let a start be chosen without a pointer too."""
    allowed = starts[starts["allowed"]]
    starts = allowed if len(allowed) else starts
    options = [moment.isoformat() for moment in starts.index]
    if st.session_state.get("start_chosen") not in options:
        st.session_state["start_chosen"] = options[0]
    shown = [f"{moment:%a %d %b}, {clock_words(moment)}" for moment in starts["start"]]
    labels = dict(zip(options, shown, strict=True))
    chosen = st.selectbox(
        "Start",
        options,
        format_func=labels.__getitem__,
        key="start_chosen",
        persist_state="session",
    )
    return starts.loc[pd.Timestamp(chosen)]


def _weather_words(row: pd.Series[Any]) -> str:
    chosen = form.chosen_units()
    wbgt, highest = (
        units.text(row[n], "°C", chosen, 1) for n in ("wbgt_c", "wbgt_highest_c")
    )
    air = units.unit_of("°C", chosen)
    doubt = row["wbgt_error_c"] * (air.shown(1.0) - air.shown(0.0))
    doubt_words = f"give or take {doubt:.3g} {air.label}"
    return f"WBGT {wbgt} on average, {highest} in the hottest hour, {doubt_words}"


def _show_start(starts: pd.DataFrame, weather: Weather, answers: dict[str, Any]) -> None:
    """Say everything about one start, and let it be used."""
    st.header("One start")
    row = _chosen_row(starts)
    if row["safety"]:
        st.warning(row["safety"], title="Before you start")
    if row["problem"]:
        tables.tell(row["problem"])
        return
    span = in_100_span(row["probability_low"], row["probability_high"])
    st.markdown(
        f"**{row['in_100'].capitalize()} of 100**, {BAND_LABELS[row['band']].lower()} "
        f"risk, range {span}. {_weather_words(row)}."
    )
    chosen = form.chosen_units()
    air = units.unit_of("°C", chosen)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        measured = st.number_input(
            f"On site: measured WBGT, {air.label}",
            value=None,
            # For this start only, and in this unit.
            key=f"on_site_{air.label}_{row.name.isoformat()}",
            help="From a meter at the place. It replaces the forecast's.",
        )
        on_site = None if measured is None else air.inside(measured)
        if on_site is not None:
            _show_on_site(weather, row["start"], answers, on_site)
        st.button(
            "Use this start in My session",
            on_click=_use,
            args=(weather, row["start"], answers, on_site),
        )
    _offer_heat_days(weather, row["start"], answers)


def _given(
    weather: Weather, start: pd.Timestamp, answers: dict[str, Any]
) -> dict[str, Any]:
    """Answers to the weather questions for one start."""
    shade = answers.get("sky") == "shade"
    minutes = float(answers["duration_min"])
    found = weather_answers(weather, start.to_pydatetime(), minutes, shade=shade)
    return {**found, **({"sky": "shade"} if shade else {})}


def _show_on_site(
    weather: Weather, start: pd.Timestamp, answers: dict[str, Any], wbgt_c: float
) -> None:
    """Say what the WBGT that was measured makes of the answer."""
    own = {name: v for name, v in answers.items() if name not in WEATHER_FIELDS}
    answer = assess({**own, **_given(weather, start, answers), "wbgt_c": wbgt_c})
    if answer.problems:
        allowed = units.allowed(FIELDS["wbgt_c"], form.chosen_units())
        tables.tell(f"A measured WBGT is from {allowed}.")
        return
    span = in_100_span(answer.probability_low, answer.probability_high)
    st.markdown(f"With it **{answer.in_100} of 100**, range {span}.")


def _use(
    weather: Weather,
    start: pd.Timestamp,
    answers: dict[str, Any],
    on_site_wbgt_c: float | None,
    page: str = "my_session",
) -> None:
    """Put the weather of a start into the form."""
    try:
        found = _given(weather, start, answers)
    except WeatherError as error:
        st.session_state["start_problem"] = str(error)
        return
    if on_site_wbgt_c is not None:
        found["wbgt_c"] = on_site_wbgt_c
    given, problems = tidy(found)
    if problems:
        st.session_state["start_problem"] = " ".join(map(form.sentence, problems))
        return
    state = st.session_state
    if page == "squad" and "before_athlete" in state:
        # The start is for the squad's plan, not for the athlete who is open.
        form.forget_trail()
        plan_undo.fill(state["before_athlete"])
        form.end_visit()
    changes = {**dict.fromkeys(WEATHER_FIELDS), **given}
    if page == "squad":
        label = f"The start of {start:%a %d %b}, {clock_words(start)}"
        plan_undo.make(label, changes, "session")
    else:
        form.change(changes)
    given["sky"] = form.answers().get("sky")
    words = f"{weather.words}, for the start at {start:%a %d %b}, {clock_words(start)}"
    st.session_state["weather_from"] = given, f"{words}. {credit(weather.attribution)}"
    st.session_state["start_problem"] = ""
    st.session_state["start_used"] = page


def _trained(log: TrainingLog) -> list[date | datetime]:
    """Days of training, with the time where the log has it."""
    zone = ZoneInfo(st.session_state.get("log_zone") or st.context.timezone or "UTC")
    return [
        day.date() if pd.isna(start) else start.to_pydatetime().replace(tzinfo=zone)
        for day, start in zip(log.sessions["day"], log.sessions["start"], strict=True)
    ]


def _offer_heat_days(
    weather: Weather, start: pd.Timestamp, answers: dict[str, Any]
) -> None:
    """Offer what the last fourteen days say about being used to heat."""
    log = st.session_state.get("log")
    trained = None if log is None else _trained(log)
    try:
        heat = suggest_heat_days(
            weather,
            start.to_pydatetime(),
            float(answers["duration_min"]),
            trained=trained,
        )
    except WeatherError:
        return
    if not heat.known_days:
        return
    with st.expander("Are you used to this heat?"):
        tables.say(heat.sentence)
        own = answers.get("heat_days_14d")
        if own is not None:
            st.caption(f"Your own answer is {own:g} days.")
        if heat.suggested is not None and heat.suggested != own:
            st.button(
                f"I trained there: take {heat.suggested} days",
                on_click=form.change,
                args=({"heat_days_14d": float(heat.suggested)},),
            )
        elif heat.suggested is None and trained is None and heat.warm_days:
            st.caption("With a training log the days that you trained can be counted.")


def _show_squad_start(
    found: BestStartSquad, starts: pd.DataFrame, weather: Weather, plan: dict[str, Any]
) -> None:
    st.header("One start")
    row = _chosen_row(starts)
    if row["problem"]:
        tables.tell(row["problem"])
        return
    st.markdown(
        f"**About {row['expected']:.1f} of {found.n_scored} athletes with a cramp**, range "
        f"{row['expected_low']:.1f} to {row['expected_high']:.1f}. {_weather_words(row)}."
    )
    st.button(
        "Use this start in Squad",
        on_click=_use,
        args=(weather, row["start"], plan, None, "squad"),
    )


def _take_along(starts: pd.DataFrame, words: str, source: str) -> None:
    shown = starts.drop(columns="guards", errors="ignore").reset_index(drop=True)
    shown = shown.assign(weather=words)
    for name in ("start", "end"):
        shown[name] = shown[name].map(lambda moment: moment.isoformat())
    st.download_button(
        "All starts, CSV",
        lambda: to_csv(shown.assign(source=source)),
        "cramp-risk-starts.csv",
        "text/csv",
        on_click="ignore",
    )


if page := st.session_state.pop("start_used", None):
    st.switch_page(Path(__file__).with_name(f"{page}.py"))
st.title("Best start")
st.markdown("The same session at every hour of the next days: when is the risk lowest?")
device.connect(take_up=not st.session_state.get("from_link"))
with st.container(horizontal=True, vertical_alignment="bottom"):
    form.ask_units()
weather = start_weather.ask()
squad = st.session_state.get("squad")
for_squad = False
if squad is not None and len(squad):
    whom = st.segmented_control(
        "For whom",
        [_ONE, _SQUAD],
        default=_ONE,
        required=True,
        key="start_whom",
        persist_state="session",
    )
    for_squad = whom == _SQUAD
answers = _ask_session()
missing = [f.label for f in _NEEDED if f.name not in answers]
if for_squad:
    missing = [label for label in missing if label != FIELDS["age_years"].label]
problems = [
    problem
    for problem in tidy(
        {n: v for n, v in answers.items() if n in PLAN_FIELDS} if for_squad else answers
    )[1]
    if problem.field not in WEATHER_FIELDS
]
if problem := st.session_state.pop("start_problem", ""):
    tables.tell(problem)
if weather is None:
    st.info("First choose where the weather comes from.")
elif missing:
    st.info(f"Needed for the answer: {', '.join(missing)}.")
elif problems:
    tables.tell(" ".join(map(form.sentence, problems)))
else:
    limits = _ask_limits()
    if st.session_state.get("weather_shown_whole"):
        # An example lies in the past, and is looked at all the same.
        limits["first"] = weather.frame.index[0].to_pydatetime().replace(tzinfo=UTC)
    if for_squad:
        plan = {name: v for name, v in answers.items() if name in PLAN_FIELDS}
        found = best_start_squad(squad, plan, weather, **limits)
        name, title = "expected", "Athletes with a cramp"
    else:
        found = best_start(answers, weather, **limits)
        name, title = "probability", "In 100"
    for guard in getattr(found, "guards", ()):
        st.error(guard.sentence, title="Before you start")
    _show_windows(found)
    if len(found.starts) and not found.problems:
        st.header("Hour by hour")
        of_day = _show_day(found, name, title)
        if for_squad:
            _show_squad_start(found, of_day, weather, plan)
        else:
            _show_start(of_day, weather, answers)
        _take_along(found.starts, weather.words, credit(weather.attribution))
