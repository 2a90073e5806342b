"""The weather of a session from the forecast: one tap, once a place is known."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from riskmodel.inputs import units
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.session import tidy
from riskmodel.inputs.units import duration_text
from riskmodel.reporting.starts import credit
from riskmodel.scoring.grid import WEATHER_FIELDS
from riskmodel.views import device, form, look, questions, widgets
from riskmodel.views.state import FormState, PlaceState, StartWeather, state
from riskmodel.weather.hours import Place, Weather, WeatherError, clock_words
from riskmodel.weather.open_meteo import (
    FORECAST_URL_VARIABLE,
    MOST_DAYS,
    PLACES_URL_VARIABLE,
    find_places,
    forecast,
)
from riskmodel.weather.over_session import weather_answers

_WAY_ON = "You can type air and humidity by hand."
_USUAL_MIN = 60.0  # of a session whose duration is not known yet
_WHOLE = ("%", "W/m²")  # units in which people write no decimals
_KEPT = ("name", "region", "country", "latitude_deg", "longitude_deg", "time_zone")


def last_place() -> Place | None:
    """The place of the last forecast, which this browser keeps."""
    entry = device.kept().get("place")
    if not isinstance(entry, Mapping):
        return None
    try:
        name, region, country, zone = (
            str(entry[n]) for n in ("name", "region", "country", "time_zone")
        )
        latitude, longitude = (float(entry[n]) for n in ("latitude_deg", "longitude_deg"))
        ZoneInfo(zone)
        return Place(name, region, country, latitude, longitude, zone)
    except (KeyError, ValueError, TypeError, OSError):
        return None


def keep(place: Place) -> None:
    """Keep a place in this browser, where the next forecast begins."""
    device.write(place={name: getattr(place, name) for name in _KEPT})


def service() -> str:
    """Who is asked for places and forecasts."""
    own = {os.environ.get(n) for n in (FORECAST_URL_VARIABLE, PLACES_URL_VARIABLE)}
    own -= {None, ""}
    return "the weather service that this page was set up with" if own else "Open-Meteo.com"


def search(key: str, way_on: str = _WAY_ON) -> None:
    """Look for the places of the name that was typed; else say the way on."""
    page = state(PlaceState)
    page.problem, page.places = "", ()
    query = (st.session_state.get(key) or "").strip()
    if not query:
        return
    try:
        page.places = find_places(query)
    except WeatherError as error:
        page.problem = f"{error} {way_on}"
        return
    if not page.places:
        page.problem = f"No place is called {query!r}."


def ask_place(key: str) -> Place | None:
    """Draw the search for a place; give back the one that was chosen now."""
    page = state(PlaceState)
    st.text_input(
        "Place",
        key=key,
        type="search",
        icon=":material/search:",
        placeholder="Town, such as Vienna",
        on_change=search,
        args=(key,),
    )
    tell_problem()
    for at, place in enumerate(page.places[:5]):
        st.button(
            widgets.plain(place.label),
            key=f"{key}_{at}",
            icon=":material/location_on:",
            type="tertiary",
            on_click=choose,
            args=(place,),
        )
    return last_place()


def tell_problem() -> None:
    """Say why there is no place or no forecast, and how to go on."""
    if problem := state(PlaceState).problem:
        look.fault(problem)


def choose(place: Place) -> None:
    """Take a place for this and the next forecast."""
    keep(place)
    state(PlaceState).places, state(PlaceState).problem = (), ""


# ------------------------------------------------------------------------ My session


def ask_weather() -> None:
    """Ask how the weather feels, or for a place to take the forecast of."""
    questions.ask_feeling()
    ask_forecast()


def ask_forecast() -> None:
    """Offer the weather of the session from the forecast, now or at its start."""
    place = ask_place("session_place")
    if place is not None:
        now = datetime.now(ZoneInfo(place.time_zone)).replace(tzinfo=None)
        # Ends that change with the minute would empty the field each minute.
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        start = st.datetime_input(
            widgets.plain(f"Start, in {place.name}"),
            now.replace(second=0, microsecond=0),
            min_value=today - timedelta(days=1),
            max_value=today + timedelta(days=MOST_DAYS - 1),
            key="session_start",
            format=widgets.DATES,
        )
        st.button(
            "Take the forecast for that start",
            icon=":material/partly_cloudy_day:",
            on_click=use_forecast,
            args=(place, start),
        )
    look.note(
        f"The name of the place, and its position to about a kilometre, go to {service()}. "
        "Nothing else leaves this machine."
    )


def offer_now() -> None:
    """Offer the forecast of the last place for now, in one tap."""
    if (place := last_place()) is None:
        return
    st.button(
        widgets.plain(f"Weather now in {place.name}"),
        key="weather_now",
        icon=":material/partly_cloudy_day:",
        type="tertiary",
        on_click=use_forecast,
        args=(place, None),
    )


def use_forecast(place: Place, start: datetime | None) -> None:
    """Put the weather of a start into the form, None for now; else say why not."""
    page = state(PlaceState)
    page.problem = ""
    moment = (
        datetime.now(UTC)
        if start is None
        else start.replace(tzinfo=ZoneInfo(place.time_zone))
    )
    try:
        weather = forecast(place, days=MOST_DAYS)
        take(weather, moment, shade=form.shown().get("sky") == "shade")
    except WeatherError as error:
        page.problem = f"{error} {_WAY_ON}"


def take(
    weather: Weather, start: datetime, *, shade: bool, more: Mapping[str, Any] | None = None
) -> None:
    """Put the weather of one start into the form, with where it came from.

    Raises WeatherError, and changes nothing, if there is none for that session.
    """
    of_session: float | None = form.shown().get("duration_min")
    minutes = _USUAL_MIN if of_session is None else of_session
    found = {**weather_answers(weather, start, minutes, shade=shade), **(more or {})}
    answers, problems = tidy({**found, **({"sky": "shade"} if shade else {})})
    if problems:
        raise WeatherError(" ".join(map(form.sentence, problems)))
    form.answer({**dict.fromkeys(WEATHER_FIELDS), **as_typed(answers)})
    local = pd.Timestamp(start).tz_convert(weather.zone)
    words = f"{weather.words}, for the start at {local:%a %d %b}, {clock_words(local)}"
    if of_session is None:
        words += f", and a session of {duration_text(minutes)}"
    now = form.shown()
    known = {name: now[name] for name in (*WEATHER_FIELDS, "sky") if name in now}
    said = f"{words}. {credit(weather.attribution)}"
    state(FormState).start_weather = StartWeather(known, said, weather.place, minutes)


def as_typed(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Weather in the steps that people write in the reader's units: 27.1 °C, 77 %."""
    typed = dict(answers)
    for name in WEATHER_FIELDS:
        field = FIELDS[name]
        if name in typed and field.unit in (*_WHOLE, *units.UNITS):
            unit = units.unit_of(field.unit, form.chosen_units())
            decimals = 0 if field.unit in _WHOLE else unit.decimals
            typed[name] = unit.inside(round(unit.shown(typed[name]), decimals))
    return typed


def drop_changed_weather() -> None:
    """Let the heat of a start go once somebody answers another weather or duration."""
    if (weather := state(FormState).start_weather) is None:
        return
    given, now = weather.answers, form.answers()
    names = ["sky", *(n for n in WEATHER_FIELDS if not FIELDS[n].measured)]
    names.remove("start_time")
    then, start = (
        datetime.fromisoformat(a["start_time"]) if "start_time" in a else None
        for a in (given, now)
    )
    same = then == start and all(now.get(name) == given.get(name) for name in names)
    if same and weather.minutes in (None, now.get("duration_min", weather.minutes)):
        return
    heat = [n for n in given if FIELDS[n].measured]
    left = {n: value for n, value in given.items() if n not in heat}
    outdated = replace(weather, answers=left, minutes=None, outdated=True)
    state(FormState).start_weather = outdated if same else None
    form.change(dict.fromkeys(n for n in heat if now.get(n) == given[n]))
