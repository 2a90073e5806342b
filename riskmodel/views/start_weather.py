"""Where the weather of the page Best start comes from: service, file, or by hand."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

import streamlit as st

from riskmodel.datasets import data_folder
from riskmodel.inputs.problems import Problem
from riskmodel.views import form, tables, widgets
from riskmodel.views.state import StartState, state
from riskmodel.weather.files import read_weather_file
from riskmodel.weather.hours import (
    ATTRIBUTION,
    ATTRIBUTION_URL,
    LICENCE_URL,
    Kind,
    Weather,
    WeatherError,
)
from riskmodel.weather.nws import ATTRIBUTION as NWS
from riskmodel.weather.open_meteo import (
    FORECAST_URL_VARIABLE,
    MOST_DAYS,
    PLACES_URL_VARIABLE,
    find_places,
    forecast,
)
from riskmodel.weather.typed import typed_weather

_SOURCES = {
    "forecast": "Forecast",
    "file": "File",
    "typed": "By hand",
    "climate": "A later date",
}
_EXAMPLES = "examples_weather"


def ask() -> Weather | None:
    """Ask for the weather, and give back what there is."""
    page = state(StartState)
    st.session_state.setdefault("weather_source", "forecast")
    source = st.segmented_control(
        "Where the weather comes from",
        list(_SOURCES),
        format_func=_SOURCES.__getitem__,
        required=True,
        key="weather_source",
        on_change=_forget_problem,
        persist_state="session",
    )
    asking = {"file": _file, "typed": _by_hand, "climate": _climate}
    asking.get(source or "", _forecast)()
    if problem := page.weather_problem:
        tables.tell(form.sentence(problem) if isinstance(problem, Problem) else problem)
    if page.weather is not None:
        _say_what_it_is(page.weather)
    return page.weather


def _forget_problem() -> None:
    state(StartState).weather_problem = ""


def _try(
    get: Callable[[], Weather | None], *, fetched: bool = False, whole: bool = False
) -> None:
    """Take new weather; what goes wrong is one sentence, and the last one stays."""
    page = state(StartState)
    page.weather_problem, page.outdated = "", False
    try:
        weather = get()
    except WeatherError as error:
        page.weather_problem, page.outdated = error.args[0], fetched
        return
    if weather is not None:
        page.weather, page.fetched, page.shown_whole = weather, fetched, whole
        for name in ("start_day", "start_chosen"):
            st.session_state.pop(name, None)


def _say_what_it_is(weather: Weather) -> None:
    page = state(StartState)
    words = f"{weather.words}."
    if weather.issued is not None and not page.fetched:
        words += f" Issued on {weather.issued:%d %b %Y at %H:%M} UTC."
    elif weather.issued is not None:
        age_min = int((datetime.now(UTC) - weather.issued).total_seconds() // 60)
        words += f" Fetched {_age_text(age_min)}."
        if page.outdated:
            words += " It is the last that could be fetched."
    tables.say(words, f"Times are those of {weather.time_zone}.", *weather.notes)
    if weather.attribution == ATTRIBUTION:
        # Asked for by the licence of the data.
        st.markdown(
            f"[{ATTRIBUTION}]({ATTRIBUTION_URL}), [CC BY 4.0]({LICENCE_URL}), averaged "
            "over the session; places by GeoNames."
        )
    elif weather.attribution:
        st.caption(weather.attribution)


def _age_text(age_min: int) -> str:
    """Say how long ago something was fetched."""
    if not age_min:
        return "just now"
    if age_min < 120:
        return f"{age_min} minute{'s' * (age_min != 1)} ago"
    return f"{age_min // 60} hours ago"


# ------------------------------------------------------------------------- the service


def _forecast() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Place",
            key="place_query",
            on_change=_search,
            persist_state="session",
            width=320,
        )
        st.button("Search", on_click=_search)
    st.caption(
        "The name that you search for, and the place rounded to two decimals, about a "
        f"kilometre, go to {_service()}. Nothing else leaves this machine."
    )
    places = state(StartState).places
    if places:
        labels = {
            at: f"{place.label} ({place.latitude_deg:g}, {place.longitude_deg:g})"
            for at, place in enumerate(places)
        }
        settings = {"on_change": _fetch_chosen, "persist_state": "session"}
        at = widgets.select("Which one", labels, "place_at", index=None, **settings)
        if at is not None:
            st.button("Fetch again", on_click=_fetch_chosen)
    answers = form.answers()
    if {"latitude_deg", "longitude_deg"} <= set(answers):
        st.button(
            "Fetch for the place of My session",
            on_click=_fetch_at,
            args=(answers["latitude_deg"], answers["longitude_deg"]),
        )


def _fetch_at(latitude_deg: float, longitude_deg: float) -> None:
    def fetch() -> Weather:
        return forecast(
            latitude_deg=latitude_deg, longitude_deg=longitude_deg, days=MOST_DAYS
        )

    _try(fetch, fetched=True)


def _service() -> str:
    own = {os.environ.get(n) for n in (FORECAST_URL_VARIABLE, PLACES_URL_VARIABLE)}
    own -= {None, ""}
    return "the weather service that this page was set up with" if own else "Open-Meteo.com"


def _search() -> None:
    def search() -> None:
        places = find_places(st.session_state["place_query"] or "")
        state(StartState).places = places
        if not places:
            raise WeatherError("No place has that name.")

    st.session_state["place_at"] = None
    _try(search)


def _fetch_chosen() -> None:
    at = st.session_state.get("place_at")
    if at is not None:
        place = state(StartState).places[at]
        _try(lambda: forecast(place, days=MOST_DAYS), fetched=True)


# ----------------------------------------------------------------------- files, by hand


def _file() -> None:
    st.date_input(
        "Date that is wanted, for a typical year (EPW)",
        form.today(),
        key="weather_on",
        on_change=_read_again,
        persist_state="session",
    )
    st.file_uploader(
        "Open-Meteo (JSON or CSV), National Weather Service grid point (JSON) or a "
        "typical year (EPW)",
        type=["json", "csv", "epw"],
        key="weather_file",
        max_upload_size=10,
        on_change=_read_file,
    )
    names = sorted(path.name for path in data_folder(_EXAMPLES).iterdir())
    widgets.example("Or look at an example", names, "weather_example", _read_example)


def _read_file() -> None:
    if (file := st.session_state["weather_file"]) is not None:
        state(StartState).file = file.getvalue()
        _read_again()


def _read_again() -> None:
    """Read the file for the date that is wanted now."""
    content = state(StartState).file
    if content is not None:
        on = st.session_state["weather_on"] or form.today()
        _try(lambda: _of_file(content, on))


def _of_file(content: bytes, on: date) -> Weather:
    """Read a file; one that names no time zone takes the reader's, and says so."""
    weather = read_weather_file(content, on=on)
    zone = st.context.timezone
    if weather.attribution != NWS or not zone:
        return weather
    weather = read_weather_file(content, on=on, time_zone=zone)
    note = "Times are those of your browser: the file names no time zone."
    return replace(weather, notes=(*weather.notes, note))


def _read_example() -> None:
    if name := st.session_state["weather_example"]:
        content = (data_folder(_EXAMPLES) / name).read_bytes()
        on = st.session_state["weather_on"]
        note = "A made-up example in the format of that service."
        _try(
            lambda: replace(_of_file(content, on), attribution="", notes=(note,)),
            whole=True,
        )
        st.session_state["weather_example"] = None


def _by_hand() -> None:
    _few_numbers("typed", "Day", "The coolest and the warmest hour of that day.")


def _climate() -> None:
    words = (
        "Usual values for that time of year, as an almanac has them. For a typical year "
        "as a file (EPW) choose File. This is climate, not a forecast."
    )
    _few_numbers("climate", "Date of the race", words)


def _few_numbers(kind: Kind, day_label: str, words: str) -> None:
    """Ask for the few numbers that make the hours of a day."""
    st.caption(words)
    tomorrow, answers = form.today() + timedelta(days=1), form.answers()
    with st.container(horizontal=True):
        on = st.date_input(day_label, tomorrow, key=f"{kind}_on")
        coolest_c, warmest_c = (
            widgets.number_in_unit(word, "°C", None, f"{kind}_{name}_{{}}")
            for word, name in (("Coolest", "low"), ("Warmest", "high"))
        )
    with st.container(horizontal=True):
        humid = st.number_input("Humidity, %", value=50.0, key=f"{kind}_humidity")
        wind_m_s = widgets.number_in_unit("Wind", "m/s", 2.0, f"{kind}_wind_{{}}")
        cloud = st.number_input("Cloud, %", value=25.0, key=f"{kind}_cloud")
    with st.container(horizontal=True):
        north, east = (
            st.number_input(
                f"{word}, °",
                value=answers.get(f"{word.lower()}_deg"),
                key=f"{kind}_{word.lower()}",
            )
            for word in ("Latitude", "Longitude")
        )
        zones = sorted(available_timezones())
        home = st.context.timezone if st.context.timezone in zones else "UTC"
        zone = st.selectbox("Time zone", zones, index=zones.index(home), key=f"{kind}_zone")
    numbers = {
        "coolest_c": coolest_c,
        "warmest_c": warmest_c,
        "relative_humidity_pct": humid,
        "wind_speed_m_s": wind_m_s,
        "cloud_pct": cloud,
        "latitude_deg": north,
        "longitude_deg": east,
    }
    complete = on is not None and None not in numbers.values()
    st.button(
        "Use this weather",
        disabled=not complete,
        help=None if complete else "Every number is needed.",
        key=f"use_{kind}",
        on_click=_use_numbers,
        args=(on, zone, kind, numbers),
    )


def _use_numbers(on: date, zone: str, kind: Kind, numbers: Mapping[str, Any]) -> None:
    _try(lambda: typed_weather(on, time_zone=zone, days=1, kind=kind, **numbers))
