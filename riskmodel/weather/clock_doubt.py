"""Whether the hours of a file can be those of its place: the sun tells."""

from __future__ import annotations

import math
from datetime import timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.physiology import sun
from riskmodel.weather.hours import ClockDoubt, Weather, naive_utc

Array = NDArray[np.float64]

LIGHT_DOUBT_HOURS = 2.0
"""Light that comes so much earlier or later than the sun is that of another place or
time; clouds of a morning or an afternoon move it less.  Judgement. [h]"""
CLOCK_DOUBT_HOURS = 3.5
"""No clock of a town is so far from the sun: 3.45 h in Gambell in Alaska in summer, 3.0 h
in the west of China (tests/weather/test_clock_doubt.py; also the towns of the IANA time
zone database).  Stations in Antarctica keep clocks that are further from it. [h]"""
_BRIGHT_W_M2 = 10.0
"""More than twilight gives.  Judgement. [W/m²]"""
_LEAST_DAY = 0.3
"""Length of the mean direction of the light over the clock, 0 where it is the same at all
hours: below this, near a polar day, it points nowhere.  Judgement."""


def clock_doubts(
    weather: Weather, is_light: pd.Series[float] | None = None
) -> tuple[ClockDoubt, ...]:
    """Compare the light of a file with the sun at its place, and its clock with both.

    Parameters
    ----------
    weather : Weather
    is_light : Series, optional
        The light in place of the radiation, by the hour in UTC: 1 by day, 0 by night.

    Returns
    -------
    tuple of ClockDoubt
        Empty where day and night come when they should, within `LIGHT_DOUBT_HOURS`, and
        the clock is within `CLOCK_DOUBT_HOURS` of the sun.
    """
    place = weather.time_zone, weather.latitude_deg, weather.longitude_deg
    light = weather.frame["solar_radiation_w_m2"]
    if is_light is not None:
        light = is_light.reindex(weather.frame.index) * 10.0 * _BRIGHT_W_M2
    late_h = _light_late_hours(light, weather.latitude_deg, weather.longitude_deg)
    if abs(late_h) > LIGHT_DOUBT_HOURS:
        return (ClockDoubt("light", late_h, *place),)
    ahead_h = clock_ahead_hours(weather)
    if abs(ahead_h) > CLOCK_DOUBT_HOURS:
        return (ClockDoubt("clock", ahead_h, *place),)
    return ()


def clock_ahead_hours(weather: Weather) -> float:
    """By how much the clock of the weather is ahead of the mean sun at its place. [h]."""
    middle = weather.frame.index[len(weather.frame) // 2].to_pydatetime()
    offset = middle.astimezone(weather.zone).utcoffset() or timedelta()
    ahead_h = offset / timedelta(hours=1) - weather.longitude_deg / 15.0
    return (ahead_h + 12.0) % 24.0 - 12.0


def _light_late_hours(
    light: pd.Series[float], latitude_deg: float, longitude_deg: float
) -> float:
    """By how much the light comes after the sun, 0 where that cannot be told. [h]."""
    whole = light.iloc[: len(light) // 24 * 24]
    known = whole.dropna()
    # Days with gaps would pull the mean to one side.
    if len(known) < 24 or 2 * len(known) < len(whole):
        return 0.0
    hours_utc = naive_utc(known.index)
    cosine = sun.mean_cos_zenith(hours_utc, 60.0, latitude_deg, longitude_deg)
    values = known.to_numpy().clip(0.0)
    bright_nights = ((values >= _BRIGHT_W_M2) & (cosine <= 0.0)).sum()
    if bright_nights < 0.5 * len(known) / 24.0:
        return 0.0
    turn = np.exp(2j * np.pi * (pd.DatetimeIndex(known.index).hour.to_numpy() + 0.5) / 24.0)
    expected = sun.clear_sky_radiation_w_m2(cosine)
    met, due = (values * turn).sum(), (expected * turn).sum()
    for mean, of in ((met, values), (due, expected)):
        if abs(mean) < _LEAST_DAY * of.sum() or not of.sum():
            return 0.0
    return math.remainder(float(np.angle(met) - np.angle(due)) * 12.0 / math.pi, 24.0)
