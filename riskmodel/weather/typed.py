"""Weather by hand: the hours of a day from a few numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.physiology.iso7933 import saturation_pressure_kpa
from riskmodel.weather.complete import complete_weather
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
    latitude_deg, longitude_deg, time_zone : float, float and str
        Of the place [°]; IANA name of the zone.
    coolest_c, warmest_c : float
        Air temperature at 5 and at 15 o'clock, with half a cosine between. [°C]
    relative_humidity_pct : float
        At the mean of the two; the air keeps its moisture all day. [%], valid 1 to 100.
    wind_speed_m_s, cloud_pct : float
        Wind at 10 m [m/s], and share of the sky [%], valid 0 to 100.
    days : int
        1 to 14; one more is made, for sessions that cross the last midnight.
    kind : {"typed", "climate"}, the second for long-term normals

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
    check_days(on, days, most=MOST_DAYS, of="weather")
    zone = read_zone(time_zone)
    first, last = naive_utc([at_clock(on + timedelta(days=n), zone) for n in (0, days + 1)])
    hours = hour_index(pd.date_range(first, last, freq="h", unit="ns")[:-1].to_numpy())
    air, humidity = _air_and_humidity(
        (hours + _HALF_HOUR).tz_convert(zone), coolest_c, warmest_c, relative_humidity_pct
    )
    frame = pd.DataFrame({"air_temperature_c": air}, hours)
    frame["relative_humidity_pct"] = np.minimum(humidity, 100.0)
    frame["wind_speed_m_s"], frame["cloud_pct"] = wind_speed_m_s, cloud_pct
    saturated = ("The air is saturated in the coolest hours.",)
    notes = saturated if (humidity > 100.0).any() else ()
    weather = Weather(frame, time_zone, kind, place, latitude_deg, longitude_deg, "", notes)
    return complete_weather(replace(weather, last_start=end_of_days(on, days, zone)))


def _air_and_humidity(
    local: pd.DatetimeIndex, coolest_c: float, warmest_c: float, humidity_pct: float
) -> tuple[Array, Array]:
    """Temperature of a usual day [°C], and the humidity of as moist an air [%]."""
    if not coolest_c <= warmest_c:
        raise WeatherError(
            f"The coolest hour has {coolest_c:g} °C and the warmest {warmest_c:g} °C."
        )
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
