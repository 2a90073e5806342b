"""Weather from files: saved forecasts, and a typical year for a race far ahead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from riskmodel.inputs.tables import TableFileError, text_of
from riskmodel.weather.clock_doubt import clock_doubts
from riskmodel.weather.epw import epw_weather
from riskmodel.weather.hours import Weather, WeatherError, read_zone
from riskmodel.weather.nws import nws_weather
from riskmodel.weather.open_meteo_answer import GREENWICH, parse_json, weather_of
from riskmodel.weather.open_meteo_table import is_table, text_rows, weather_of_table
from riskmodel.weather.several_places import FilePlace, chosen_place, place_of_several
from riskmodel.weather.workbook import workbook_rows

LARGEST_FILE_BYTES = 10_000_000


def read_weather_file(
    content: bytes,
    *,
    on: date | None = None,
    place: str = "",
    time_zone: str | None = None,
    latitude_deg: float | None = None,
    longitude_deg: float | None = None,
    location: int | None = None,
) -> Weather:
    """Read a file of weather, whatever its name says.

    Parameters
    ----------
    content : bytes
        A forecast saved from Open-Meteo (JSON, CSV or Excel, the last two also as a
        spreadsheet program saves them) or from the National Weather Service (the JSON of
        a grid point), or a typical year (EPW).
    on : date, optional
        For a typical year: the day that is wanted.
    place : str
        A label; that of the file where it has one and none is given.
    time_zone : str, optional
        IANA name, where the file does not say one, or only GMT; for a typical year see
        `riskmodel.weather.epw.epw_weather`.
    latitude_deg, longitude_deg : float, optional
        Where the file does not say them. [°]
    location : int, optional
        Number of the place in a file of several, from 0; the only one of a file is 0,
        unless the file gives it a number.

    Returns
    -------
    Weather
        With `left_open`, the cells that no weather has, and `doubts`, where day and night
        of the file are not those of its place.

    Raises
    ------
    WeatherError
        If it is no such file, in one sentence.
    riskmodel.weather.several_places.SeveralPlacesError
        If the file holds several places and `location` is none of them; its `places` say
        which there are.
    """
    if not content.strip():
        raise WeatherError("The file is empty.")
    if len(content) > LARGEST_FILE_BYTES:
        raise WeatherError("The file is larger than 10 MB.")
    weather = _read(content, on, place, time_zone, latitude_deg, longitude_deg, location)
    if location is not None and not weather.place:
        label = f"{weather.latitude_deg:g}, {weather.longitude_deg:g}"
        weather = replace(weather, place=label)
    return replace(weather, doubts=weather.doubts or clock_doubts(weather))


def _read(
    content: bytes,
    on: date | None,
    place: str,
    time_zone: str | None,
    latitude_deg: float | None,
    longitude_deg: float | None,
    location: int | None,
) -> Weather:
    if content.startswith(b"PK\x03\x04"):
        rows, notes, epoch = workbook_rows(content)
        weather = weather_of_table(rows, place=place, location=location, epoch=epoch)
        return _in_zone(replace(weather, notes=(*notes, *weather.notes)), time_zone)
    if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        payload = parse_json(content)
        if isinstance(payload, dict) and "properties" in payload:
            where = latitude_deg, longitude_deg
            weather = nws_weather(payload, place, time_zone, *where)
            return _of_one_place(weather, location)
        return _in_zone(_of_json(payload, place, location), time_zone)
    try:
        text = text_of(content)
    except TableFileError as error:
        raise WeatherError(str(error)) from None
    if text.lstrip().lstrip('"')[:8].upper() == "LOCATION" and not is_table(text):
        if on is None:
            raise WeatherError("A typical year (EPW) needs the date that is wanted.")
        weather = epw_weather(content, on, place=place, time_zone=time_zone)
        return _of_one_place(weather, location)
    if is_table(text):
        weather = weather_of_table(text_rows(text), place=place, location=location)
        return _in_zone(weather, time_zone)
    raise WeatherError(
        "This is no weather file that can be read: Open-Meteo (JSON, CSV or Excel), "
        "National Weather Service grid point (JSON) and typical years (EPW) can."
    )


def _of_json(payload: Any, place: str, location: int | None) -> Weather:
    entries = payload if isinstance(payload, list) else [payload]
    return weather_of(place_of_several(entries, location), place=place)


def _of_one_place(weather: Weather, location: int | None) -> Weather:
    """Weather of a file that holds one place, unless another is asked for."""
    where = weather.latitude_deg, weather.longitude_deg
    chosen_place([FilePlace(0, *where, weather.time_zone)], location)
    return weather


def _in_zone(weather: Weather, time_zone: str | None) -> Weather:
    """Show times of GMT, the zone where nobody asked for one, in one that is given."""
    if weather.time_zone not in GREENWICH:
        return weather
    if time_zone is None:
        note = "Times are in GMT, as in the file, which names no other time zone."
        return replace(weather, notes=(*weather.notes, note))
    read_zone(time_zone)
    return replace(weather, time_zone=time_zone)
