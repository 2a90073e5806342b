"""Sunrise and sunset, by the same sun that warms the athlete."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.physiology.sun import cos_zenith
from riskmodel.weather.hours import Times, at_clock, local_time, naive_utc

RISEN_DEG = -0.833
"""Height of the sun's middle when its edge shows: half its width and the usual
refraction, as almanacs reckon (Meeus, Astronomical Algorithms, chapter 15)."""

_RISEN = float(np.sin(np.radians(RISEN_DEG)))
MINUTE = np.timedelta64(1, "m")


@dataclass(frozen=True)
class Day:
    """A local day and its sun."""

    day: date
    sunrise: pd.Timestamp | None  # the first of the day, local time, to the minute
    sunset: pd.Timestamp | None  # the last of the day
    words: str


def is_up(time_utc: Times, latitude_deg: float, longitude_deg: float) -> NDArray[np.bool_]:
    """Whether the edge of the sun shows."""
    return np.asarray(cos_zenith(time_utc, latitude_deg, longitude_deg) >= _RISEN)


def days_of_sun(
    first: date, last: date, zone: tzinfo, latitude_deg: float, longitude_deg: float
) -> tuple[Day, ...]:
    """Sunrise and sunset of every local day from the first to the last.

    The first and the last minute with the edge of the sun in sight, within five minutes
    of an ephemeris up to the 55th parallels.  Hills and weather are not known.

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> (day,) = days_of_sun(date(2026, 6, 21), date(2026, 6, 21),
    ...                      ZoneInfo("Europe/Oslo"), 69.65, 18.96)
    >>> day.words
    'The sun does not set.'
    """
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return tuple(_day(day, zone, latitude_deg, longitude_deg) for day in days)


def _day(day: date, zone: tzinfo, latitude_deg: float, longitude_deg: float) -> Day:
    begin, end = naive_utc([at_clock(day + timedelta(days=n), zone) for n in (0, 1)])
    minutes = np.arange(begin, end + MINUTE, MINUTE)
    up = is_up(minutes, latitude_deg, longitude_deg)
    rises, sets = minutes[1:][~up[:-1] & up[1:]], minutes[:-1][up[:-1] & ~up[1:]]
    sunrise = local_time(rises[0], zone) if rises.size else None
    sunset = local_time(sets[-1], zone) if sets.size else None
    if sunrise is None and sunset is None:
        words = "The sun does not set." if up[0] else "The sun does not rise."
    else:
        rise = f"Sunrise {sunrise:%H:%M}" if sunrise is not None else "No sunrise"
        fall = f"sunset {sunset:%H:%M}" if sunset is not None else "no sunset"
        words = f"{rise}, {fall}."
    return Day(day, sunrise, sunset, words)
