"""Weather from files: saved forecasts, and a typical year for a race far ahead."""

from __future__ import annotations

from datetime import date

from riskmodel.weather.epw import epw_weather
from riskmodel.weather.hours import Weather, WeatherError
from riskmodel.weather.nws import nws_weather
from riskmodel.weather.open_meteo_answer import parse_json, weather_of, weather_of_csv

LARGEST_FILE_BYTES = 10_000_000


def read_weather_file(
    content: bytes,
    *,
    on: date | None = None,
    place: str = "",
    time_zone: str | None = None,
    latitude_deg: float | None = None,
    longitude_deg: float | None = None,
) -> Weather:
    """Read a file of weather, whatever its name says.

    Parameters
    ----------
    content : bytes
        A forecast saved from Open-Meteo (JSON or CSV) or from the National Weather
        Service (the JSON of a grid point), or a typical year (EPW).
    on : date, optional
        For a typical year: the day that is wanted.
    place : str
        A label; that of the file where it has one and none is given.
    time_zone : str, optional
        IANA name, where the file does not say one; for a typical year see
        `riskmodel.weather.epw.epw_weather`.
    latitude_deg, longitude_deg : float, optional
        Where the file does not say them. [°]

    Raises
    ------
    WeatherError
        If it is no such file, in one sentence.
    """
    if not content.strip():
        raise WeatherError("The file is empty.")
    if len(content) > LARGEST_FILE_BYTES:
        raise WeatherError("The file is larger than 10 MB.")
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:9].upper() == b"LOCATION,":
        if on is None:
            raise WeatherError("A typical year (EPW) needs the date that is wanted.")
        return epw_weather(content, on, place=place, time_zone=time_zone)
    if start[:1] in (b"{", b"["):
        payload = parse_json(content)
        if isinstance(payload, dict) and "properties" in payload:
            return nws_weather(payload, place, time_zone, latitude_deg, longitude_deg)
        return weather_of(payload, place=place)
    if b"latitude" in start[:200]:
        return weather_of_csv(content, place=place)
    raise WeatherError(
        "This is no weather file that can be read: Open-Meteo (JSON or CSV), National "
        "Weather Service grid point (JSON) and typical years (EPW) can."
    )
