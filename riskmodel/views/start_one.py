"""One start on the page Best start: choosing it, what it means, and using it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from riskmodel import assess
from riskmodel.inputs import units
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.starts import day_words, number_of, weather_words
from riskmodel.scoring.bands import in_100_span
from riskmodel.starts.best import BestStartSquad
from riskmodel.starts.scores import WEATHER_FIELDS
from riskmodel.training.log import TrainingLog
from riskmodel.views import form, look, place, widgets
from riskmodel.views.navigation import go_to
from riskmodel.views.start_chart import Best, card_html, number_html
from riskmodel.views.state import StartState, TrainingState, state
from riskmodel.weather.heat_days import suggest_heat_days
from riskmodel.weather.hours import Weather, WeatherError, clock_words
from riskmodel.weather.over_session import weather_answers

CHOSEN = "start_chosen"
_BEST = "start_best"


def _option(start: pd.Timestamp) -> str:
    """Name of a start in what can be chosen."""
    return start.tz_convert("UTC").isoformat()


def _rows(best: Best) -> pd.DataFrame:
    """Starts that can be chosen; all of them where the limits leave none."""
    allowed = best.starts[best.starts["allowed"]]
    return allowed if len(allowed) else best.starts


def chosen_row(best: Best) -> pd.Series[Any]:
    """Row of the start that is looked at: at first the best, on the planned day if any."""
    rows = _rows(best)
    options = [*map(_option, rows["start"])]
    if st.session_state.get(CHOSEN) not in options:
        first = best.by_day
        if best.planned is None:
            first = tuple(sorted(best.by_day, key=lambda day_best: day_best.value))
        starts = [_option(day_best.start) for day_best in first]
        st.session_state[CHOSEN] = (*starts, *options)[0]
    chosen = pd.Timestamp(st.session_state[CHOSEN])
    return cast("pd.Series[Any]", rows.loc[chosen])


def look_at_the_best() -> None:
    """Forget the start that was chosen: another one is planned."""
    st.session_state.pop(CHOSEN, None)


def show(
    best: Best, row: pd.Series[Any], answers: Mapping[str, Any], *, usable: bool
) -> None:
    """Draw one start beside the planned one, and let another be chosen or this be used."""
    if row["problem"]:
        look.note(row["problem"])
    else:
        st.html(card_html(best, row))
        suns = [day.words for day in best.days if day.day == row["start"].date()]
        look.note(weather_words(row, form.chosen_units()), *suns)
    for sentence in _warnings(best, row):
        look.warn(sentence)
    wbgt_c = st.session_state.get(_on_site_key(row).format(_degrees().label))
    labels = {
        _option(start): f"{day_words(start)}, {clock_words(start)}"
        for start in _rows(best)["start"]
    }
    squad = isinstance(best, BestStartSquad)
    with st.container(horizontal=True, vertical_alignment="bottom", wrap=False):
        widgets.select("Start", labels, CHOSEN, persist_state="session")
        if not usable:
            return
        st.button(
            f"Use in {'Squad' if squad else 'My session'}",
            key="use_start",
            type="primary",
            icon=":material/check:",
            disabled=bool(row["problem"]),
            on_click=_use,
            args=(best.weather, row["start"], answers, wbgt_c, squad),
        )


def _warnings(best: Best, row: pd.Series[Any]) -> list[str]:
    """What to consider at this start, beyond what holds at every one."""
    everywhere = getattr(best, "guards", ())
    return [g.sentence for g in row.get("guards", ()) if g not in everywhere]


def best_of_days(best: Best) -> None:
    """Draw the best start of each day, one tap each."""
    labels = {
        _option(day_best.start): f"{day_words(day_best.start)[:3]} "
        f"{clock_words(day_best.start)} · {number_html(best, day_best.value)}"
        for day_best in best.by_day
    }
    chosen = st.session_state.get(CHOSEN)
    st.session_state[_BEST] = chosen if chosen in labels else None
    if len(labels) > 1:
        label = "The best start of each day"
        widgets.pills(label, labels, _BEST, on_change=_choose, wrap=False)


def _choose() -> None:
    if st.session_state[_BEST] is not None:
        st.session_state[CHOSEN] = st.session_state[_BEST]


def _degrees() -> units.Unit:
    return units.unit_of("°C", form.chosen_units())


# ----------------------------------------------------------------------------- using it


def _use(
    weather: Weather,
    start: pd.Timestamp,
    answers: Mapping[str, Any],
    wbgt_c: float | None,
    squad: bool,
) -> None:
    """Put the weather of a start into the session of the athlete or of the squad."""
    page = state(StartState)
    page.problem = ""
    measured = {} if wbgt_c is None else {"wbgt_c": _degrees().inside(wbgt_c)}
    try:
        place.take(weather, start, shade=answers.get("sky") == "shade", more=measured)
    except WeatherError as error:
        page.problem = str(error)
        return
    go_to("squad" if squad else "my_session")


# -------------------------------------------------------------------- measured, and heat


def _on_site_key(row: pd.Series[Any]) -> str:
    """Key of the number that is measured at one start."""
    return f"on_site_{{}}_{_option(row['start'])}"


def show_on_site(best: Best, row: pd.Series[Any], answers: Mapping[str, Any]) -> None:
    """Say what a WBGT that was measured at the place makes of the answer."""
    box = st.expander("Measured the heat (WBGT) on site?", key="on_site", on_change="rerun")
    if row["problem"] or not box.open:
        return
    with box:
        more: dict[str, Any] = {"persist_state": "session"}
        wbgt_c = widgets.number_in_unit("WBGT", "°C", None, _on_site_key(row), **more)
        if wbgt_c is None:
            look.note("From a meter at the place, for this start.")
            return
        own = {name: v for name, v in answers.items() if name not in WEATHER_FIELDS}
        met = _met(best.weather, row["start"], answers)
        answer = assess({**own, **met, "wbgt_c": wbgt_c})
        if answer.problems:
            allowed = units.allowed(FIELDS["wbgt_c"], form.chosen_units())
            look.fault(f"A measured WBGT is from {allowed}.")
            return
        span = in_100_span(answer.probability_low, answer.probability_high, "under")
        before = number_html(best, number_of(best, row))
        st.markdown(
            f"With it **{answer.in_100} of 100** instead of {before}, range {span}."
        )


def _met(
    weather: Weather, start: pd.Timestamp, answers: Mapping[str, Any]
) -> dict[str, Any]:
    """Answers to the weather questions for one start."""
    shade = answers.get("sky") == "shade"
    minutes = float(answers["duration_min"])
    met = weather_answers(weather, start.to_pydatetime(), minutes, shade=shade)
    return {**met, **({"sky": "shade"} if shade else {})}


def _trained(log: TrainingLog) -> list[date | datetime]:
    """Days of training, with the time where the log has it."""
    zone = ZoneInfo(st.session_state.get("log_zone") or st.context.timezone or "UTC")
    return [
        day.date() if pd.isna(start) else start.to_pydatetime().replace(tzinfo=zone)
        for day, start in zip(log.sessions["day"], log.sessions["start"], strict=True)
    ]


def offer_heat_days(
    weather: Weather, row: pd.Series[Any], answers: Mapping[str, Any]
) -> None:
    """Offer what the last fourteen days say about being used to heat."""
    log = state(TrainingState).log
    trained = None if log is None else _trained(log)
    minutes = float(answers["duration_min"])
    try:
        start = row["start"].to_pydatetime()
        heat = suggest_heat_days(weather, start, minutes, trained=trained)
    except WeatherError:
        return
    if not heat.known_days:
        return
    with st.expander("Are you used to this heat?"):
        look.note(heat.sentence)
        own = answers.get("heat_days_14d")
        if own is not None:
            look.note(f"Your own answer is {own:g} days.")
        if heat.suggested is not None and heat.suggested != own:
            st.button(
                f"I trained there: take {heat.suggested} days",
                on_click=form.change,
                args=({"heat_days_14d": float(heat.suggested)},),
            )
        elif heat.suggested is None and trained is None and heat.warm_days:
            look.note("With a training log the days that you trained can be counted.")
