"""Sunrise and sunset, by the same sun that warms the athlete."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.physiology.sun import cos_zenith
from riskmodel.weather.hours import Times, naive_utc

RISEN_DEG = -0.833
"""Height of the sun's middle when its edge shows: half its width and the usual
refraction, as almanacs reckon (Meeus, Astronomical Algorithms, chapter 15)."""

_RISEN = float(np.sin(np.radians(RISEN_DEG)))
_MINUTE = np.timedelta64(1, "m")


@dataclass(frozen=True)
class Day:
    """A local day and its sun.

    Attributes
    ----------
    day : date
    sunrise, sunset : Timestamp or None
        First sunrise and last sunset of the day in local time, to the minute; None
        where there is none.
    words : str
    """

    day: date
    sunrise: pd.Timestamp | None
    sunset: pd.Timestamp | None
    words: str


def is_up(time_utc: Times, latitude_deg: float, longitude_deg: float) -> NDArray[np.bool_]:
    """Whether the edge of the sun shows."""
    return np.asarray(cos_zenith(time_utc, latitude_deg, longitude_deg) >= _RISEN)


def days_of_sun(
    first: date, last: date, zone: tzinfo, latitude_deg: float, longitude_deg: float
) -> tuple[Day, ...]:
    """Sunrise and sunset of every local day.

    Parameters
    ----------
    first, last : date
        Both included.
    zone : datetime.tzinfo
    latitude_deg, longitude_deg : float
        [°]

    Returns
    -------
    tuple of Day

    Notes
    -----
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
    made = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        begin, end = (
            naive_utc([_midnight(d, zone)])[0] for d in (day, day + timedelta(days=1))
        )
        minutes = np.arange(begin, end + _MINUTE, _MINUTE)
        up = is_up(minutes, latitude_deg, longitude_deg)
        rises = minutes[1:][~up[:-1] & up[1:]]
        sets = minutes[:-1][up[:-1] & ~up[1:]]
        made.append(_day(day, zone, rises, sets, always=bool(up[0])))
    return tuple(made)


def _midnight(day: date, zone: tzinfo) -> pd.Timestamp:
    # Some days begin at one o'clock, where clocks go forward at midnight.
    moment = pd.Timestamp(day)
    return moment.tz_localize(zone, ambiguous=True, nonexistent="shift_forward")


def _day(day: date, zone: tzinfo, rises: Times, sets: Times, *, always: bool) -> Day:
    sunrise = _local(rises[0], zone) if rises.size else None
    sunset = _local(sets[-1], zone) if sets.size else None
    if sunrise is None and sunset is None:
        words = "The sun does not set." if always else "The sun does not rise."
    else:
        rise = f"Sunrise {sunrise:%H:%M}" if sunrise is not None else "No sunrise"
        fall = f"sunset {sunset:%H:%M}" if sunset is not None else "no sunset"
        words = f"{rise}, {fall}."
    return Day(day, sunrise, sunset, words)


def _local(moment: np.datetime64, zone: tzinfo) -> pd.Timestamp:
    return pd.Timestamp(moment).tz_localize("UTC").tz_convert(zone)


def all_daylight(
    start_utc: Times, end_utc: Times, latitude_deg: float, longitude_deg: float
) -> NDArray[np.bool_]:
    """Whether the sun is up from the start of each session to its end."""
    if not start_utc.size:
        return np.zeros(0, dtype=bool)
    origin = start_utc.min()
    minutes = np.arange(origin, end_utc.max() + 2 * _MINUTE, _MINUTE)
    dark = np.cumsum(~is_up(minutes, latitude_deg, longitude_deg))
    before = np.concatenate([[0], dark])
    first = ((start_utc - origin) / _MINUTE).astype(np.intp)
    last = np.ceil((end_utc - origin) / _MINUTE).astype(np.intp)
    return np.asarray(before[last + 1] == before[first])
