"""Where the weather of Best start comes from: a place, two temperatures, or a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import streamlit as st

from riskmodel.datasets import data_folder
from riskmodel.inputs.fields import FIELDS, Field
from riskmodel.inputs.problems import Problem
from riskmodel.reporting.starts import source_words
from riskmodel.serving.readers import read_weather
from riskmodel.views import form, look, place, uploads, widgets
from riskmodel.views.state import PlaceState, StartState, state
from riskmodel.weather.coordinates import place_of_zone
from riskmodel.weather.hours import (
    ATTRIBUTION,
    ATTRIBUTION_URL,
    LICENCE_URL,
    Place,
    Weather,
    WeatherError,
)
from riskmodel.weather.open_meteo import MOST_DAYS, forecast
from riskmodel.weather.several_places import SeveralPlacesError
from riskmodel.weather.typed import CLOUD_PCT, HUMIDITY_PCT, typed_weather

_EXAMPLES = "examples_weather"
_BY_HAND = "by_hand"
_OF_FILE = "of_file"
_WAY_ON = "The weather can be set by hand."
_AIR_LABELS = {name: name.capitalize() for name in HUMIDITY_PCT}
_SKY_LABELS = {name: FIELDS["sky"].levels[name] for name in CLOUD_PCT}
_MOST_PLACES = 6
_MOST_MB = 10


def ask() -> Weather | None:
    """Ask where the session is, and give back the weather that there is."""
    page, found = state(StartState), state(PlaceState)
    with st.container(horizontal=True, vertical_alignment="bottom", wrap=False):
        st.text_input(
            "Place",
            key="start_place",
            type="search",
            icon=":material/search:",
            placeholder="Town",
            on_change=_search,
        )
        box = st.popover("By hand", icon=":material/edit:", key=_BY_HAND, on_change="rerun")
        of_file = st.popover(
            "File", icon=":material/upload_file:", key=_OF_FILE, on_change="rerun"
        )
    # What is wrong stands where the reader looks, above what may be scrolled to.
    if of_file.open:
        with of_file:
            _tell_problem()
            _ask_file()
    elif box.open:
        with box:
            _ask_by_hand()
            _tell_problem()
    if found.places:
        labels = dict(enumerate(_place_labels(found.places[:_MOST_PLACES])))
        more: dict[str, Any] = {"wrap": True, "on_change": _fetch_chosen}
        widgets.pills("Which one?", labels, "place_at", **more)
    _ask_place_of_file()
    if not (box.open or of_file.open):
        _tell_problem()
    with st.container(horizontal=True):
        if (here := _my_place()) is not None:
            st.button(
                widgets.plain(f"My place: {here.name}"),
                key="my_place",
                icon=":material/my_location:",
                type="tertiary",
                on_click=_fetch,
                args=(here,),
            )
        if page.fetched is not None:
            st.button(
                "Fetch again",
                icon=":material/refresh:",
                type="tertiary",
                on_click=_fetch,
                args=(page.fetched,),
            )
    if page.weather is None:
        look.note(
            "Only the name that you search for, and the place to about a kilometre, go to "
            f"{place.service()}."
        )
        return None
    for doubt in page.weather.doubts:
        look.warn(str(doubt))
    return page.weather


def _ask_place_of_file() -> None:
    """Ask which place is meant of a file that holds several, and let it be changed."""
    if places := state(StartState).file_places:
        labels = {of.location: of.label for of in places}
        st.selectbox(
            f"Your file holds {len(places)} places. Which one?",
            list(labels),
            index=None,
            format_func=labels.__getitem__,
            key="file_location",
            placeholder="Choose a place",
            on_change=_read_again,
            persist_state="session",
        )


def _place_labels(places: Sequence[Place]) -> list[str]:
    """Labels of places, with their coordinates where two have the same."""
    labels = [place.label for place in places]
    return [
        f"{p.label} ({p.latitude_deg:g}, {p.longitude_deg:g})"
        if labels.count(p.label) > 1
        else p.label
        for p in places
    ]


def asks_for_place() -> bool:
    """Whether a file holds several places, and nobody has chosen one of them."""
    page = state(StartState)
    return page.weather is None and bool(page.file_places)


def _tell_problem() -> None:
    if problem := state(StartState).weather_problem:
        look.fault(form.sentence(problem) if isinstance(problem, Problem) else problem)


def _my_place() -> Place | None:
    """The place of the last forecast, or else the town of the browser's clock."""
    return place.last_place() or place_of_zone(st.context.timezone or "")


def _try(
    get: Callable[[], Weather],
    *,
    fetched: Place | None = None,
    whole: bool = False,
    of_file: bool = False,
) -> None:
    """Take new weather; what goes wrong is one sentence, and the last one stays."""
    page = state(StartState)
    page.weather_problem, page.outdated = "", False
    try:
        weather = get()
    except SeveralPlacesError as error:
        # Nothing is wrong: the page asks which place is meant, and shows no other.
        page.file_places, page.weather, page.fetched = error.places, None, None
        _close_boxes()
        return
    except (WeatherError, uploads.UnreadError) as error:
        problem = error.args[0]
        page.outdated = fetched is not None
        page.weather_problem = f"{problem} {_WAY_ON}" if page.outdated else problem
        return
    page.weather, page.fetched, page.shown_whole = weather, fetched, whole
    if not of_file:
        page.file, page.file_places = None, ()
    _close_boxes()
    st.session_state.pop("start_chosen", None)


def _close_boxes() -> None:
    st.session_state[_BY_HAND] = st.session_state[_OF_FILE] = False


def show_source(weather: Weather) -> None:
    """Say what kind of weather this is, what was assumed, and whose it is."""
    page = state(StartState)
    look.note(source_words(weather, fetched=page.fetched is not None, last=page.outdated))
    if weather.attribution == ATTRIBUTION:
        # Asked for by the licence of the data.
        links = ((ATTRIBUTION, ATTRIBUTION_URL), ("CC BY 4.0", LICENCE_URL))
        credit = ", ".join(f'<a href="{url}" target="_blank">{w}</a>' for w, url in links)
        words = f"{credit}, averaged over the session; places by GeoNames."
        st.html(f'<p class="cr-note">{words}</p>')
    elif weather.attribution:
        look.note(weather.attribution)


# ------------------------------------------------------------------------- the service


def _search() -> None:
    place.search("start_place", way_on=_WAY_ON)
    found = state(PlaceState)
    state(StartState).weather_problem, found.problem = found.problem, ""
    st.session_state["place_at"] = None


def _fetch_chosen() -> None:
    at = st.session_state["place_at"]
    if at is not None:
        chosen = state(PlaceState).places[at]
        place.choose(chosen)
        _fetch(chosen)


def _fetch(where: Place) -> None:
    _try(lambda: forecast(where, days=MOST_DAYS), fetched=where)


# ------------------------------------------------------------------------------ by hand


def _ask_by_hand() -> None:
    """Ask for two temperatures; everything else has a default that is said."""
    stays: dict[str, Any] = {"persist_state": "session"}
    with st.container(horizontal=True):
        coolest_c, warmest_c = (
            widgets.number_in_unit(_field(word, "air_temperature_c"), key, **stays)
            for word, key in (("Coolest", "typed_low_{}"), ("Warmest", "typed_high_{}"))
        )
    more: dict[str, Any] = {"required": True, **stays}
    air = widgets.pills("Air", _AIR_LABELS, "typed_air", default="usual", **more)
    sky = widgets.pills("Sky", _SKY_LABELS, "typed_sky", default="partly", **more)
    tomorrow = form.today() + timedelta(days=1)
    on = st.date_input("Day", tomorrow, key="typed_on", format=widgets.DATES, **stays)
    usual = st.toggle(
        "Usual temperatures of that time of year, for a date beyond the forecast",
        key="typed_usual",
        **stays,
    )
    where = _ask_where()
    numbers = {"coolest_c": coolest_c, "warmest_c": warmest_c, **where}
    complete = on is not None and None not in numbers.values()
    numbers |= {"relative_humidity_pct": air, "cloud_pct": sky}
    st.button(
        "Use this weather",
        type="primary",
        disabled=not complete,
        key="use_typed",
        on_click=_use_by_hand,
        args=(on, {**numbers, "kind": "climate" if usual else "typed"}),
    )


def _field(label: str, name: str) -> Field:
    """A number of the day, asked and limited as the one of the session is."""
    return replace(FIELDS[name], label=label)


def _ask_where() -> dict[str, Any]:
    """Take the place for the sun from what is known, and ask only if nothing is."""
    zone = st.context.timezone or "UTC"
    if (kept := place.last_place()) is not None:
        look.note(f"Sun and clock of {kept.label}.")
        return {
            "latitude_deg": kept.latitude_deg,
            "longitude_deg": kept.longitude_deg,
            "time_zone": kept.time_zone,
            "place": kept.label,
        }
    if (town := place_of_zone(zone)) is not None:
        look.note(f"Sun and clock of {town.name}, from your browser: near enough.")
        return {"time_zone": zone}
    look.note("Where is it? Latitude and longitude are needed for the sun.")
    with st.container(horizontal=True):
        north, east = (
            widgets.number_in_unit(FIELDS[name], f"typed_{name}")
            for name in ("latitude_deg", "longitude_deg")
        )
    return {"latitude_deg": north, "longitude_deg": east, "time_zone": zone}


def _use_by_hand(on: date, numbers: dict[str, Any]) -> None:
    state(StartState).file = None
    _try(lambda: typed_weather(on, **numbers))


# -------------------------------------------------------------------------------- files


def _ask_file() -> None:
    st.file_uploader(
        "Open-Meteo (JSON, CSV, Excel), National Weather Service (JSON) or a typical year "
        "(EPW)",
        type=["json", "csv", "txt", "tsv", "xlsx", "epw"],
        key="weather_file",
        max_upload_size=_MOST_MB,
        on_change=_read_file,
    )
    st.date_input(
        "Date that is wanted, for a typical year",
        form.today(),
        key="weather_on",
        format=widgets.DATES,
        on_change=_read_again,
        persist_state="session",
    )
    names = sorted(path.name for path in data_folder(_EXAMPLES).iterdir())
    widgets.example("Example", names, "weather_example", _read_example, width="stretch")


def _read_file() -> None:
    if (file := st.session_state["weather_file"]) is None:
        return
    page = state(StartState)
    page.weather_problem, page.outdated = "", False
    try:
        page.file = uploads.content_of(file, _MOST_MB)
    except uploads.UnreadError as error:
        page.weather_problem = str(error)
        return
    page.file_name, page.file_places = file.name, ()
    st.session_state.pop("file_location", None)
    _read_again()


def _read_again() -> None:
    """Read the file for the date that is wanted now, and the place that was chosen."""
    page = state(StartState)
    if page.file is not None:
        on = st.session_state.get("weather_on") or form.today()
        location = st.session_state.get("file_location")
        zone = st.context.timezone or None
        reading = partial(read_weather, page.file, on, location, zone)
        way_on = "Save only the days that are needed."
        _try(lambda: uploads.read(reading, page.file_name, way_on), of_file=True)


def _read_example() -> None:
    state(StartState).file = None
    if name := st.session_state["weather_example"]:
        _try(lambda: example(name), whole=True)
        st.session_state["weather_example"] = None


def example(name: str = "open_meteo.json") -> Weather:
    """Read weather that nobody had."""
    content = (data_folder(_EXAMPLES) / name).read_bytes()
    on = st.session_state.get("weather_on") or form.today()
    weather = read_weather(content, on, None, st.context.timezone or None)
    note = "A made-up example in the format of that service."
    return replace(weather, attribution="", notes=(note,))
