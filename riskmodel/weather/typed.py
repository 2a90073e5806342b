"""Weather by hand: the hours of a day from a few numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta, tzinfo
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.physiology.iso7933 import saturation_pressure_kpa
from riskmodel.physiology.sun import SKIES
from riskmodel.weather.clock_doubt import clock_doubts
from riskmodel.weather.complete import complete_weather
from riskmodel.weather.coordinates import place_of_zone
from riskmodel.weather.hours import (
    Kind,
    Weather,
    WeatherError,
    at_clock,
    check_days,
    end_of_days,
    hour_index,
    naive_utc,
    read_zone,
)

Array = NDArray[np.float64]

MOST_DAYS = 14
_HALF_HOUR = pd.Timedelta(30, "min")

COOLEST_HOUR, WARMEST_HOUR = 5, 15
"""When a usual day is coolest and warmest, local time: our judgement."""

Air = Literal["dry", "usual", "humid"]
Cloud = Literal["clear", "partly", "overcast"]

HUMIDITY_PCT: Mapping[str, float] = MappingProxyType(
    {"dry": 35.0, "usual": 55.0, "humid": 75.0}
)
"""Relative humidity at the mean temperature of a day, by a word: our judgement. [%]"""
CLOUD_PCT: Mapping[str, float] = MappingProxyType(
    {name: 100.0 * SKIES[name].cloud_fraction for name in ("clear", "partly", "overcast")}
)
"""Share of the sky by the words that a session has for it. [%]"""
_SATURATED = ("The air is saturated in the coolest hours.",)
WIND_M_S = 2.0
"""Wind at 10 m where none is given, a light breeze: our judgement. [m/s]"""


def typed_weather(
    on: date,
    *,
    time_zone: str,
    coolest_c: float,
    warmest_c: float,
    latitude_deg: float | None = None,
    longitude_deg: float | None = None,
    relative_humidity_pct: float | Air | None = None,
    wind_speed_m_s: float | None = None,
    cloud_pct: float | Cloud | None = None,
    days: int = 1,
    kind: Kind = "typed",
    place: str = "",
) -> Weather:
    """Make the hours of days from two temperatures; the notes say what is assumed.

    Parameters
    ----------
    on, days : date and int
        First day, from 1900 to 2199, and how many, 1 to 14; one more is made.
    time_zone, latitude_deg, longitude_deg : str, float and float
        IANA name, and for the sun the place, by default its zone's town. [°]
    coolest_c, warmest_c : float
        Air temperature at 5 and at 15 o'clock, with half a cosine between. [°C]
    relative_humidity_pct : float or {"dry", "usual", "humid"}, by default usual
        At the mean temperature; the air keeps its moisture all day. [%], 1 to 100.
    wind_speed_m_s, cloud_pct : by default `WIND_M_S` and "partly"
        At 10 m [m/s]; share of the sky, 0 to 100 [%], or a word of `CLOUD_PCT`.
    kind : {"typed", "climate"}, the second for long-term normals

    Raises
    ------
    WeatherError
        If an argument is not possible, or the zone names no town.

    Examples
    --------
    >>> race = typed_weather(date(2027, 7, 4), time_zone="Europe/Vienna", coolest_c=16,
    ...                      warmest_c=28, kind="climate")
    >>> race.words
    'Usual climate of that time of year, not a forecast'
    """
    check_days(on, days, most=MOST_DAYS, of="weather")
    coordinates, of_place = _place(latitude_deg, longitude_deg, time_zone)
    humidity_pct, of_air = _humidity_pct(relative_humidity_pct)
    wind_m_s, of_wind = _wind_m_s(wind_speed_m_s)
    covered_pct, of_sky = _cloud_pct(cloud_pct)
    zone = read_zone(time_zone)
    hours = _hours_of_days(on, days, zone)
    local = (hours + _HALF_HOUR).tz_convert(zone)
    air, humidity = _air_and_humidity(local, coolest_c, warmest_c, humidity_pct)
    frame = pd.DataFrame({"air_temperature_c": air}, hours)
    frame["relative_humidity_pct"] = np.minimum(humidity, 100.0)
    frame["wind_speed_m_s"], frame["cloud_pct"] = wind_m_s, covered_pct
    notes = of_place + of_air + of_wind + of_sky
    notes += _SATURATED if (humidity > 100.0).any() else ()
    weather = Weather(frame, time_zone, kind, place, *coordinates, "", notes)
    weather = complete_weather(replace(weather, last_start=end_of_days(on, days, zone)))
    return replace(weather, doubts=clock_doubts(weather))


def _hours_of_days(on: date, days: int, zone: tzinfo) -> pd.DatetimeIndex:
    """Hours of so many local days, and of one more."""
    first, last = naive_utc([at_clock(on + timedelta(days=n), zone) for n in (0, days + 1)])
    return hour_index(pd.date_range(first, last, freq="h", unit="ns")[:-1].to_numpy())


def _place(
    latitude_deg: float | None, longitude_deg: float | None, time_zone: str
) -> tuple[tuple[float, float], tuple[str, ...]]:
    """Coordinates, and what is said where they are those of the zone's town."""
    if latitude_deg is not None and longitude_deg is not None:
        return (latitude_deg, longitude_deg), ()
    town = place_of_zone(time_zone)
    if town is None or latitude_deg is not None or longitude_deg is not None:
        raise WeatherError(
            f"Latitude and longitude are needed: {time_zone} names no town."
            if town is None
            else "Latitude and longitude are needed both or not at all."
        )
    note = f"The place is not given: the sun is that of {town.name}, by the time zone."
    return (town.latitude_deg, town.longitude_deg), (note,)


def _humidity_pct(value: float | str | None) -> tuple[float, tuple[str, ...]]:
    return _in_pct(value, HUMIDITY_PCT, "usual", "Humidity", "at the mean temperature")


def _cloud_pct(value: float | str | None) -> tuple[float, tuple[str, ...]]:
    return _in_pct(value, CLOUD_PCT, "partly", "Cloud", "of the sky")


def _in_pct(
    value: float | str | None, words: Mapping[str, float], usual: str, what: str, of: str
) -> tuple[float, tuple[str, ...]]:
    """Number of what may be given as a word or not at all, and what was taken. [%]."""
    if isinstance(value, str) and value not in words:
        raise WeatherError(
            f"{what} is {value!r}; allowed is {', '.join(words)} or a number in %."
        )
    if value is not None and not isinstance(value, str):
        return value, ()
    number = words[value or usual]
    missing = "is not given and " if value is None else ""
    return number, (f"{what} {missing}was taken as {number:g} % {of}.",)


def _wind_m_s(value: float | None) -> tuple[float, tuple[str, ...]]:
    if value is not None:
        return value, ()
    return WIND_M_S, (f"Wind is not given and was taken as {WIND_M_S:g} m/s.",)


def _air_and_humidity(
    local: pd.DatetimeIndex, coolest_c: float, warmest_c: float, humidity_pct: float
) -> tuple[Array, Array]:
    """Temperature of a usual day [°C], and the humidity of as moist an air [%]."""
    if not coolest_c <= warmest_c:
        raise WeatherError("The coolest hour is warmer than the warmest.")
    if not 1 <= humidity_pct <= 100:
        raise WeatherError(f"Relative humidity is {humidity_pct:g}; allowed is 1 to 100 %.")
    # Half a cosine up from the coolest hour to the warmest, and half a one down.
    rise = WARMEST_HOUR - COOLEST_HOUR
    since = (local.hour.to_numpy() + local.minute.to_numpy() / 60.0 - COOLEST_HOUR) % 24
    phase = np.where(since < rise, since / rise, 1.0 + (since - rise) / (24 - rise))
    swing_c, mean_c = (warmest_c - coolest_c) / 2.0, (warmest_c + coolest_c) / 2.0
    air_c = np.asarray(mean_c - swing_c * np.cos(np.pi * phase))
    wet = humidity_pct * saturation_pressure_kpa(np.array(mean_c))
    return air_c, np.asarray(wet / saturation_pressure_kpa(air_c))
