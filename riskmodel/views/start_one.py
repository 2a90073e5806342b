"""One start on the page Best start: what it means, and using it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from riskmodel import BestStartSquad, assess
from riskmodel.inputs import units
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.session import tidy
from riskmodel.reporting.starts import credit
from riskmodel.reporting.words import BAND_LABELS
from riskmodel.scoring.bands import in_100_span
from riskmodel.starts.scores import WEATHER_FIELDS
from riskmodel.training.log import TrainingLog
from riskmodel.views import form, tables, undo, widgets
from riskmodel.views.navigation import go_to
from riskmodel.views.state import FormState, StartState, StartWeather, TrainingState, state
from riskmodel.weather.heat_days import suggest_heat_days
from riskmodel.weather.hours import Weather, WeatherError, clock_words
from riskmodel.weather.over_session import weather_answers


def row_of(starts: pd.DataFrame, start: pd.Timestamp) -> pd.Series[Any]:
    """Row of one start."""
    return cast("pd.Series[Any]", starts.loc[start])


def span(row: pd.Series[Any]) -> str:
    """Range of a start's answer, in 100 or in athletes."""
    if "expected" in row:
        return f"{row['expected_low']:.1f} to {row['expected_high']:.1f}"
    return in_100_span(row["probability_low"], row["probability_high"])


def _chosen_row(starts: pd.DataFrame) -> pd.Series[Any]:
    """Let a start be chosen without a pointer too."""
    st.header("One start")
    allowed = starts[starts["allowed"]]
    starts = allowed if len(allowed) else starts
    options = [moment.isoformat() for moment in starts.index]
    if st.session_state.get("start_chosen") not in options:
        st.session_state["start_chosen"] = options[0]
    shown = [f"{moment:%a %d %b}, {clock_words(moment)}" for moment in starts["start"]]
    labels = dict(zip(options, shown, strict=True))
    chosen = widgets.select("Start", labels, "start_chosen", persist_state="session")
    return row_of(starts, pd.Timestamp(chosen or options[0]))


def _weather_words(row: pd.Series[Any]) -> str:
    chosen = form.chosen_units()
    wbgt, highest = (
        units.text(row[n], "°C", chosen, 1) for n in ("wbgt_c", "wbgt_highest_c")
    )
    air = units.unit_of("°C", chosen)
    doubt = row["wbgt_error_c"] * (air.shown(1.0) - air.shown(0.0))
    doubt_words = f"give or take {doubt:.3g} {air.label}"
    return f"WBGT {wbgt} on average, {highest} in the hottest hour, {doubt_words}"


def show(starts: pd.DataFrame, weather: Weather, answers: Mapping[str, Any]) -> None:
    """Say everything about one start, and let it be used."""
    row = _chosen_row(starts)
    if row["safety"]:
        st.warning(row["safety"], title="Before you start")
    if row["problem"]:
        tables.tell(row["problem"])
        return
    st.markdown(
        f"**{row['in_100'].capitalize()} of 100**, {BAND_LABELS[row['band']].lower()} "
        f"risk, range {span(row)}. {_weather_words(row)}."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wbgt_c = widgets.number_in_unit(
            "On site: measured WBGT",
            "°C",
            None,
            # For this start only.
            f"on_site_{{}}_{pd.Timestamp(row['start']).tz_convert('UTC').isoformat()}",
            help="From a meter at the place. It replaces the forecast's.",
        )
        if wbgt_c is not None:
            _show_on_site(weather, row["start"], answers, wbgt_c)
        st.button(
            "Use this start in My session",
            on_click=_use_in_my_session,
            args=(weather, row["start"], answers, wbgt_c),
        )
    _offer_heat_days(weather, row["start"], answers)


def show_for_squad(
    best: BestStartSquad, starts: pd.DataFrame, weather: Weather, plan: Mapping[str, Any]
) -> None:
    """Say what one start means for the squad, and let it be used."""
    row = _chosen_row(starts)
    if row["problem"]:
        tables.tell(row["problem"])
        return
    st.markdown(
        f"**About {row['expected']:.1f} of {best.n_scored} athletes with a cramp**, range "
        f"{span(row)}. {_weather_words(row)}."
    )
    st.button(
        "Use this start in Squad",
        on_click=_use_in_squad,
        args=(weather, row["start"], plan),
    )


def _of_start(
    weather: Weather, start: pd.Timestamp, answers: Mapping[str, Any]
) -> dict[str, Any]:
    """Answers to the weather questions for one start."""
    shade = answers.get("sky") == "shade"
    minutes = float(answers["duration_min"])
    found = weather_answers(weather, start.to_pydatetime(), minutes, shade=shade)
    return {**found, **({"sky": "shade"} if shade else {})}


def _show_on_site(
    weather: Weather, start: pd.Timestamp, answers: Mapping[str, Any], wbgt_c: float
) -> None:
    """Say what the WBGT that was measured makes of the answer."""
    own = {name: v for name, v in answers.items() if name not in WEATHER_FIELDS}
    answer = assess({**own, **_of_start(weather, start, answers), "wbgt_c": wbgt_c})
    if answer.problems:
        allowed = units.allowed(FIELDS["wbgt_c"], form.chosen_units())
        tables.tell(f"A measured WBGT is from {allowed}.")
        return
    range_words = in_100_span(answer.probability_low, answer.probability_high)
    st.markdown(f"With it **{answer.in_100} of 100**, range {range_words}.")


# ----------------------------------------------------------------------------- using it


def _tidy_weather(
    weather: Weather,
    start: pd.Timestamp,
    answers: Mapping[str, Any],
    wbgt_c: float | None = None,
) -> dict[str, Any] | None:
    """Weather answers of a start as the form takes them; None if it takes them not."""
    page = state(StartState)
    try:
        of_start = _of_start(weather, start, answers)
    except WeatherError as error:
        page.problem = str(error)
        return None
    if wbgt_c is not None:
        of_start["wbgt_c"] = wbgt_c
    tidied, problems = tidy(of_start)
    page.problem = " ".join(map(form.sentence, problems))
    return None if problems else tidied


def _use_in_my_session(
    weather: Weather, start: pd.Timestamp, answers: Mapping[str, Any], wbgt_c: float | None
) -> None:
    """Put the weather of a start into the form."""
    if (of_start := _tidy_weather(weather, start, answers, wbgt_c)) is not None:
        form.change({**dict.fromkeys(WEATHER_FIELDS), **of_start})
        _remember(weather, start, of_start)
        go_to("my_session")


def _use_in_squad(weather: Weather, start: pd.Timestamp, plan: Mapping[str, Any]) -> None:
    """Put the weather of a start into the squad's session."""
    if (of_start := _tidy_weather(weather, start, plan)) is not None:
        # The start is for the squad's plan, not for the athlete who is open.
        form.leave_visit()
        label = f"The start of {start:%a %d %b}, {clock_words(start)}"
        changes = {**dict.fromkeys(WEATHER_FIELDS), **of_start}
        undo.change_plan(label, changes, "session")
        _remember(weather, start, of_start)
        go_to("squad")


def _remember(weather: Weather, start: pd.Timestamp, of_start: dict[str, Any]) -> None:
    """Remember where the weather in the form came from."""
    words = f"{weather.words}, for the start at {start:%a %d %b}, {clock_words(start)}"
    state(FormState).start_weather = StartWeather(
        {**of_start, "sky": form.answers().get("sky")},
        f"{words}. {credit(weather.attribution)}",
    )


# ------------------------------------------------------------------------ used to heat?


def _trained(log: TrainingLog) -> list[date | datetime]:
    """Days of training, with the time where the log has it."""
    zone = ZoneInfo(st.session_state.get("log_zone") or st.context.timezone or "UTC")
    return [
        day.date() if pd.isna(start) else start.to_pydatetime().replace(tzinfo=zone)
        for day, start in zip(log.sessions["day"], log.sessions["start"], strict=True)
    ]


def _offer_heat_days(
    weather: Weather, start: pd.Timestamp, answers: Mapping[str, Any]
) -> None:
    """Offer what the last fourteen days say about being used to heat."""
    log = state(TrainingState).log
    trained = None if log is None else _trained(log)
    minutes = float(answers["duration_min"])
    try:
        heat = suggest_heat_days(weather, start.to_pydatetime(), minutes, trained=trained)
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
