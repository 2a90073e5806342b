"""Weather by hand: the hours of a day from a few numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.physiology.iso7933 import saturation_pressure_kpa
from riskmodel.weather.hours import (
    Kind,
    Weather,
    WeatherError,
    check_year,
    end_of_days,
    hour_index,
    make_weather,
    naive_utc,
    read_zone,
)

Array = NDArray[np.float64]

MOST_DAYS = 14

COOLEST_HOUR, WARMEST_HOUR = 5, 15
"""When a usual day is coolest and warmest, local time: our judgement."""


def typed_weather(
    on: date,
    *,
    latitude_deg: float,
    longitude_deg: float,
    time_zone: str,
    coolest_c: float,
    warmest_c: float,
    relative_humidity_pct: float,
    wind_speed_m_s: float,
    cloud_pct: float,
    days: int = 1,
    kind: Kind = "typed",
    place: str = "",
) -> Weather:
    """Make the hours of days from a few numbers, as an almanac or a newspaper has them.

    Parameters
    ----------
    on : date
        First day; from 1900 to 2199.
    latitude_deg, longitude_deg : float
        [°]
    time_zone : str
        IANA name.
    coolest_c, warmest_c : float
        Air temperature, reached at 5 and at 15 o'clock, with half a cosine between:
        our judgement. [°C]
    relative_humidity_pct : float
        At the mean of the two temperatures; the moisture of the air stays the same
        all day. [%], valid 1 to 100.
    wind_speed_m_s : float
        At 10 m. [m/s]
    cloud_pct : float
        Share of the sky. [%], valid 0 to 100.
    days : int
        1 to 14; one more is made, for sessions that cross the last midnight.
    kind : {"typed", "climate"}
        "climate" for long-term normals.
    place : str

    Returns
    -------
    Weather

    Raises
    ------
    WeatherError
        If a number is not possible.

    Examples
    --------
    >>> race = typed_weather(date(2027, 7, 4), latitude_deg=48.2, longitude_deg=16.4,
    ...     time_zone="Europe/Vienna", coolest_c=16, warmest_c=28,
    ...     relative_humidity_pct=55, wind_speed_m_s=3, cloud_pct=40, kind="climate")
    >>> race.words
    'Usual climate of that time of year, not a forecast'
    """
    if not 1 <= days <= MOST_DAYS:
        raise WeatherError(f"{days} days of weather; allowed is 1 to {MOST_DAYS}.")
    check_year(on)
    check_year(on + timedelta(days=days))
    if not coolest_c <= warmest_c:
        raise WeatherError(
            f"The coolest hour has {coolest_c:g} °C and the warmest {warmest_c:g} °C."
        )
    if not 1 <= relative_humidity_pct <= 100:
        raise WeatherError(
            f"Relative humidity is {relative_humidity_pct:g}; allowed is 1 to 100 %."
        )
    zone = read_zone(time_zone)
    first, last = (
        pd.Timestamp(datetime(d.year, d.month, d.day, tzinfo=zone)).tz_convert("UTC")
        for d in (on, on + timedelta(days=days + 1))
    )
    starts = pd.date_range(first, last, freq="h")
    middle = (starts[:-1] + pd.Timedelta(30, "min")).tz_convert(zone)
    hour = middle.hour.to_numpy() + middle.minute.to_numpy() / 60.0
    air = _cosine_day(hour, coolest_c, warmest_c)
    mean_c = np.array((coolest_c + warmest_c) / 2.0)
    wet = relative_humidity_pct * saturation_pressure_kpa(mean_c)
    humidity = np.asarray(wet / saturation_pressure_kpa(air))
    notes: tuple[str, ...] = ()
    if (humidity > 100.0).any():
        notes += ("The air is saturated in the coolest hours.",)
    hours = pd.DataFrame(
        {
            "air_temperature_c": air,
            "relative_humidity_pct": np.minimum(humidity, 100.0),
            "wind_speed_m_s": wind_speed_m_s,
            "cloud_pct": cloud_pct,
        },
        index=hour_index(naive_utc(starts[:-1])),
    )
    weather = make_weather(
        hours,
        time_zone=time_zone,
        kind=kind,
        place=place,
        latitude_deg=latitude_deg,
        longitude_deg=longitude_deg,
        notes=notes,
    )
    return replace(weather, last_start=end_of_days(on, days, zone))


def _cosine_day(hour: Array, coolest_c: float, warmest_c: float) -> Array:
    """Half a cosine up from the coolest hour to the warmest, and half a one down."""
    rise = WARMEST_HOUR - COOLEST_HOUR
    since = (hour - COOLEST_HOUR) % 24
    phase = np.where(since < rise, since / rise, 1.0 + (since - rise) / (24 - rise))
    swing = (warmest_c - coolest_c) / 2.0
    return np.asarray((warmest_c + coolest_c) / 2.0 - swing * np.cos(np.pi * phase))
