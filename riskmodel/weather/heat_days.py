"""How used to such heat somebody may be, from the weather of the last fourteen days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from riskmodel.physiology.heat import SIMILAR_AIR_C
from riskmodel.weather.hours import Weather, WeatherError, check_year, naive_utc
from riskmodel.weather.over_session import session_weather

DAYS = 14
HOT_FROM_C = 20.0
"""Planned air below this is not hot, however used to it somebody is.  Judgement. [°C]"""


@dataclass(frozen=True)
class HeatDays:
    """An offer for the answer ``heat_days_14d``.

    Attributes
    ----------
    suggested : int or None
        None without training days: then only `warm_days`, the most that it can be,
        is known.  None too where the planned session is not hot.
    warm_days : int
        Days that were warm enough at that time of day.
    known_days : int
        Of the last fourteen, those whose weather is known.
    sentence : str
        How it was counted.
    """

    suggested: int | None
    warm_days: int
    known_days: int
    sentence: str


def suggest_heat_days(
    weather: Weather,
    start: datetime,
    duration_min: float,
    *,
    trained: Iterable[date | datetime] | None = None,
    today: date | None = None,
) -> HeatDays:
    """Count the days of the last fourteen that were about as warm as the session.

    Parameters
    ----------
    weather : Weather
        With the planned session in it, and the days before.
    start : datetime
        Of the planned session, with its time zone.
    duration_min : float
        [min]
    trained : iterable of date or datetime, optional
        Days with a session.  One with a time, which needs its time zone, is looked up
        at that time; one without at the time of the planned session.
    today : date, optional
        The fourteen days are those before it, or before that of the session if that is
        earlier; by default the day on which the weather was issued, or else the present
        one for a forecast, and that of the session for other weather.

    Returns
    -------
    HeatDays

    Raises
    ------
    WeatherError
        If the weather of the planned session is not known.
    """
    zone = weather.zone
    (when,) = naive_utc([pd.Timestamp(start)])
    local = pd.Timestamp(when).tz_localize("UTC").tz_convert(zone)
    if today is None:
        today = _today(weather, local.date())
    check_year(today)
    last = min(today, local.date())
    planned = _air_temperature_c(weather, [local], duration_min)[0]
    if np.isnan(planned):
        raise WeatherError("The weather of the planned session is not known.")
    days = [last - timedelta(days=n) for n in range(DAYS, 0, -1)]
    same_time = {
        day: pd.Timestamp(datetime.combine(day, local.time())).tz_localize(
            zone, ambiguous=True, nonexistent="shift_forward"
        )
        for day in days
    }
    usual = _air_temperature_c(weather, list(same_time.values()), duration_min)
    warm = {d for d, c in zip(days, usual, strict=True) if c >= planned - SIMILAR_AIR_C}
    known = int(np.isfinite(usual).sum())
    if planned < HOT_FROM_C:
        sentence = (
            f"The air of the session has {planned:.1f} °C, which is not hot (below "
            f"{HOT_FROM_C:g} °C): days of heat need not be counted."
        )
        return HeatDays(None, len(warm), known, sentence)
    rule = f"{planned - SIMILAR_AIR_C:.1f} °C or more, {SIMILAR_AIR_C:g} °C below the plan"
    if trained is None:
        sentence = (
            f"On {len(warm)} of the last {DAYS} days it was as warm at that time of day "
            f"({rule}); count those on which you trained then."
        )
        return HeatDays(None, len(warm), known, _with_gaps(sentence, known))
    moments = [_session(entry, same_time, zone) for entry in trained]
    inside = [m for m in moments if m is not None and m.date() in same_time]
    met = _air_temperature_c(weather, inside, duration_min)
    counted = {
        m.date() for m, c in zip(inside, met, strict=True) if c >= planned - SIMILAR_AIR_C
    }
    sessions = {m.date() for m in inside}
    sentence = (
        f"If you trained at {weather.place or 'this place'}: {len(counted)} of the "
        f"{len(sessions)} days with a session in the last {DAYS} had air as warm as that "
        f"({rule})."
    )
    return HeatDays(len(counted), len(warm), known, _with_gaps(sentence, known))


def _today(weather: Weather, day_of_session: date) -> date:
    """Up to where days are past, if nobody says it."""
    if weather.issued is not None:
        return weather.issued.astimezone(weather.zone).date()
    if weather.kind == "forecast":
        return datetime.now(weather.zone).date()
    return day_of_session


def _with_gaps(sentence: str, known: int) -> str:
    if known == DAYS:
        return sentence
    return f"{sentence} The weather of {DAYS - known} of these days is not known."


def _session(
    entry: date | datetime, same_time: dict[date, pd.Timestamp], zone: object
) -> pd.Timestamp | None:
    if not isinstance(entry, datetime):
        return same_time.get(entry)
    if entry.tzinfo is None:
        raise WeatherError(f"The session of {entry} has no time zone.")
    return pd.Timestamp(entry).tz_convert(zone)  # type: ignore[arg-type]


def _air_temperature_c(
    weather: Weather, starts: list[pd.Timestamp], duration_min: float
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    if not starts:
        return np.zeros(0)
    n = len(starts)
    met = session_weather(
        weather, naive_utc(starts), np.full(n, duration_min), np.zeros(n, dtype=bool)
    )
    return np.asarray(met.columns["air_temperature_c"])
