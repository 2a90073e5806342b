"""How used to such heat somebody may be, from the weather of the last fourteen days."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.physiology.heat import SIMILAR_AIR_C
from riskmodel.weather.hours import (
    Weather,
    WeatherError,
    at_clock,
    check_year,
    local_time,
    naive_utc,
)
from riskmodel.weather.over_session import session_weather

DAYS = 14
HOT_FROM_C = 20.0
"""Planned air below this is not hot, however used to it somebody is.  Judgement. [°C]"""


@dataclass(frozen=True)
class HeatDays:
    """An offer for the answer ``heat_days_14d``.

    None is suggested without training days, when only `warm_days`, the most that it can
    be, is known, and where the planned session is not hot.
    """

    suggested: int | None
    warm_days: int  # that were warm enough at that time of day
    known_days: int  # of the last fourteen, those whose weather is known
    sentence: str  # how it was counted


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

    Raises
    ------
    WeatherError
        If the weather of the planned session is not known.
    """
    planned = local_time(naive_utc([pd.Timestamp(start)])[0], weather.zone)
    last = _last_day(weather, today, planned.date())
    planned_c = float(_air_temperature_c(weather, [planned], duration_min)[0])
    if math.isnan(planned_c):
        raise WeatherError("The weather of the planned session is not known.")
    same_time = {
        day: at_clock(datetime.combine(day, planned.time()), weather.zone)
        for day in (last - timedelta(days=n) for n in range(DAYS, 0, -1))
    }
    usual_c = _air_temperature_c(weather, list(same_time.values()), duration_min)
    n_warm = int((usual_c >= planned_c - SIMILAR_AIR_C).sum())
    n_known = int(np.isfinite(usual_c).sum())
    if planned_c < HOT_FROM_C:
        sentence = (
            f"The air of the session has {planned_c:.1f} °C, which is not hot (below "
            f"{HOT_FROM_C:g} °C): days of heat need not be counted."
        )
        return HeatDays(None, n_warm, n_known, sentence)
    if trained is None:
        counted, sentence = None, _warm_words(n_warm, planned_c)
    else:
        moments = [_session(entry, same_time, weather.zone) for entry in trained]
        inside = [m for m in moments if m is not None and m.date() in same_time]
        counted, sentence = _trained(weather, inside, duration_min, planned_c)
    if n_known < DAYS:
        sentence += f" The weather of {DAYS - n_known} of these days is not known."
    return HeatDays(counted, n_warm, n_known, sentence)


def _warm_words(n_warm: int, planned_c: float) -> str:
    return (
        f"On {n_warm} of the last {DAYS} days it was as warm at that time of day "
        f"({_rule(planned_c)}); count those on which you trained then."
    )


def _trained(
    weather: Weather, sessions: list[pd.Timestamp], duration_min: float, planned_c: float
) -> tuple[int, str]:
    """Count the days with a session in air as warm as that, and say so."""
    met_c = _air_temperature_c(weather, sessions, duration_min)
    warm = met_c >= planned_c - SIMILAR_AIR_C
    counted = len({m.date() for m, hot in zip(sessions, warm, strict=True) if hot})
    return counted, (
        f"If you trained at {weather.place or 'this place'}: {counted} of the "
        f"{len({m.date() for m in sessions})} days with a session in the last {DAYS} had "
        f"air as warm as that ({_rule(planned_c)})."
    )


def _rule(planned_c: float) -> str:
    warm_c = planned_c - SIMILAR_AIR_C
    return f"{warm_c:.1f} °C or more, {SIMILAR_AIR_C:g} °C below the plan"


def _last_day(weather: Weather, today: date | None, day_of_session: date) -> date:
    """Up to where days are past, also if nobody says it."""
    if today is None:
        if weather.issued is not None:
            today = weather.issued.astimezone(weather.zone).date()
        elif weather.kind == "forecast":
            today = datetime.now(weather.zone).date()
        else:
            today = day_of_session
    check_year(today)
    return min(today, day_of_session)


def _session(
    entry: date | datetime, same_time: dict[date, pd.Timestamp], zone: tzinfo
) -> pd.Timestamp | None:
    if not isinstance(entry, datetime):
        return same_time.get(entry)
    if entry.tzinfo is None:
        raise WeatherError(f"The session of {entry} has no time zone.")
    return pd.Timestamp(entry).tz_convert(zone)


def _air_temperature_c(
    weather: Weather, starts: list[pd.Timestamp], duration_min: float
) -> NDArray[np.float64]:
    if not starts:
        return np.zeros(0)
    n = len(starts)
    met = session_weather(
        weather, naive_utc(starts), np.full(n, duration_min), np.zeros(n, dtype=bool)
    )
    return np.asarray(met.columns["air_temperature_c"])
