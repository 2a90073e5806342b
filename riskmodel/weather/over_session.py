"""What a session meets of the weather: the hours that it covers, each by its share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.fields import FIELDS
from riskmodel.physiology import heat, sun
from riskmodel.weather.complete import COLUMNS, SEA_LEVEL_HPA
from riskmodel.weather.hours import (
    HOUR,
    Times,
    Weather,
    WeatherError,
    clock_words,
    naive_utc,
)

Array = NDArray[np.float64]

_NEEDED = tuple(name for name, column in COLUMNS.items() if column.needed)
_MINUTE_NS = 60e9


@dataclass(frozen=True)
class SessionWeather:
    """The weather of n sessions, in arrays of shape (n,); NaN where it is not known.

    The columns are answers to `FIELDS`: means over the session of air temperature,
    humidity, wind, radiation at the athlete and WBGT.
    """

    columns: Mapping[str, Array]
    wbgt_highest_c: Array  # WBGT of the hottest hour that the session touches [°C]
    problems: NDArray[Any]  # why there is no number; empty where there is one


def session_weather(
    weather: Weather,
    start_utc: Times,
    duration_min: Array,
    shade: NDArray[np.bool_],
) -> SessionWeather:
    """Average the weather over sessions.

    Parameters
    ----------
    weather : Weather
    start_utc : ndarray of datetime64, shape (n,)
    duration_min : ndarray of shape (n,)
        [min], above 0 and up to 1440.
    shade : ndarray of bool, shape (n,)
        True where trees or stands hide the sun: only diffuse light arrives.

    Notes
    -----
    Every hour counts by the minutes that the session spends in it.  WBGT is computed
    for each hour, from its own weather and its own sun, with the direct share and
    the pressure where they are known, and then averaged; a WBGT that comes with the
    weather is used as it is.  A form that is not told this WBGT computes one under the
    mean sun of the session instead, which may be a little different.

    A session that touches an hour with something missing, or outside of what can be
    scored, or that begins before or ends after the weather, has no number.
    """
    starts = start_utc.astype("datetime64[ns]")
    ends = starts + (duration_min * _MINUTE_NS).astype("timedelta64[ns]")
    hours = weather.hours_utc
    rows, share = _shares(hours[0], starts, ends, duration_min)
    met = share > 0.0
    safe = np.clip(rows, 0, len(hours) - 1)
    hourly = _at_the_athlete(weather)
    problems = _problems(weather, starts, ends, safe, met & (rows == safe), hourly)
    values = {name: hourly[name][safe] for name in (*_NEEDED, "wbgt_c")}
    hidden = shade
    diffuse = values["solar_radiation_w_m2"] * (1.0 - hourly["direct_fraction"][safe])
    values["solar_radiation_w_m2"] = np.where(
        hidden, diffuse, values["solar_radiation_w_m2"]
    )
    values["wbgt_c"] = np.where(hidden, hourly["wbgt_shade_c"][safe], values["wbgt_c"])
    # An hour that the session does not touch may hold anything.
    highest = {name: np.where(met, v, -np.inf).max(axis=0) for name, v in values.items()}
    columns = {}
    for name, column in values.items():
        mean = (np.where(met, column, 0.0) * share).sum(axis=0)
        # The shares of the hours add up to 1 only but for rounding.
        lowest = np.where(met, column, np.inf).min(axis=0)
        mean = np.clip(mean, lowest, highest[name])
        columns[name] = np.where(problems == "", mean, np.nan)
    wbgt_highest_c = np.where(problems == "", highest["wbgt_c"], np.nan)
    return SessionWeather(columns, wbgt_highest_c, problems)


def _shares(
    first_utc: np.datetime64, starts: Times, ends: Times, duration_min: Array
) -> tuple[NDArray[np.intp], Array]:
    """Hours of the weather that each session may meet, and the share it spends in each.

    Arrays of shape (n_hours, n_sessions), so that sums over the hours are few passes.
    """
    first = np.floor((starts - first_utc) / HOUR).astype(np.intp)
    width = (np.ceil((ends - first_utc) / HOUR) - first).max(initial=1.0)
    rows = first + np.arange(int(width))[:, None]
    begin = first_utc + rows * HOUR
    time = np.minimum(ends, begin + HOUR) - np.maximum(starts, begin)
    share = np.maximum(time / np.timedelta64(1, "m"), 0.0) / duration_min
    return rows, share


def weather_answers(
    weather: Weather, start: datetime, duration_min: float, *, shade: bool = False
) -> dict[str, Any]:
    """Answers to the weather questions for one session.

    With these in the form, `riskmodel.assess` gives what `riskmodel.starts.best` gives
    at that start.

    Parameters
    ----------
    weather : Weather
    start : datetime
        With its time zone.
    duration_min : float
        [min], above 0 and up to 1440.
    shade : bool
        True where trees or stands hide the sun.

    Returns
    -------
    dict of str to answer
        Air temperature, humidity, wind, radiation and WBGT over the session, with
        place and start.  WBGT below what the form takes is left to the rest.

    Raises
    ------
    WeatherError
        If something is missing, or the duration is none; the sentence says what.
    """
    if not 0.0 < duration_min <= 1440.0:
        raise WeatherError(
            f"A session of {duration_min:g} min has no weather; allowed is above 0 and up "
            "to 1440 min."
        )
    when = naive_utc([pd.Timestamp(start)])
    met = session_weather(weather, when, np.array([duration_min]), np.array([shade]))
    if met.problems[0]:
        raise WeatherError(str(met.problems[0]))
    answers: dict[str, Any] = {name: float(v[0]) for name, v in met.columns.items()}
    if answers["wbgt_c"] < FIELDS["wbgt_c"].low:
        del answers["wbgt_c"]
    answers["latitude_deg"] = weather.latitude_deg
    answers["longitude_deg"] = weather.longitude_deg
    answers["start_time"] = start.astimezone(weather.zone).isoformat()
    return answers


def _at_the_athlete(weather: Weather) -> dict[str, Array]:
    """Every hour's weather, with its WBGT in the sun and in the shade."""
    hourly = {name: weather.frame[name].to_numpy() for name in COLUMNS}
    place = weather.latitude_deg, weather.longitude_deg
    cosine = sun.mean_cos_zenith(weather.hours_utc, 60.0, *place)
    whole = hourly["solar_radiation_w_m2"]
    given = hourly["direct_fraction"]
    direct = np.where(np.isnan(given), sun.direct_fraction(whole, cosine), given)
    hourly["direct_fraction"] = direct
    pressure = np.nan_to_num(hourly["pressure_hpa"], nan=SEA_LEVEL_HPA)

    def wbgt(radiation: Array, beam: Array) -> Array:
        wind = heat.wind_speed_2m(hourly["wind_speed_m_s"], radiation, cosine)
        state = heat.wbgt_liljegren(
            hourly["air_temperature_c"],
            # What lies outside of FIELDS gets no number; here it must only do no harm.
            np.clip(hourly["relative_humidity_pct"], 1.0, 100.0),
            wind,
            radiation,
            beam,
            cosine,
            pressure_hpa=pressure,
        )
        return state.wbgt_c

    hourly["wbgt_shade_c"] = wbgt(whole * (1.0 - direct), np.zeros_like(whole))
    measured = hourly["wbgt_c"]
    hourly["wbgt_c"] = np.where(np.isnan(measured), wbgt(whole, direct), measured)
    return hourly


def _problems(
    weather: Weather,
    starts: Times,
    ends: Times,
    rows: NDArray[np.intp],
    met: NDArray[np.bool_],
    hourly: Mapping[str, Array],
) -> NDArray[Any]:
    """Why each session has no number; empty where it has one."""
    texts = np.full(len(starts), "", dtype=object)
    index = pd.DatetimeIndex(weather.frame.index).tz_convert(weather.zone)
    for name in (*_NEEDED, "wbgt_c"):
        values, column = hourly[name], COLUMNS[name]
        low, high = FIELDS[name].low, FIELDS[name].high
        if name == "wbgt_c":
            low = -np.inf  # no cold is too cold for the curve
        gone = np.isnan(values)
        bad = (gone | (values < low) | (values > high))[rows] & met
        sessions = np.flatnonzero(bad.any(axis=0) & (texts == ""))
        hour = rows[bad[:, sessions].argmax(axis=0), sessions]
        # One sentence for each hour, not for each session.
        for row in np.unique(hour):
            text = f"The {column.label} {_of_hour(index[row])} is "
            if gone[row]:
                text += "missing."
            else:
                text += f"{values[row]:.3g} {column.unit}; "
                text += f"allowed is {FIELDS[name].allowed}."
            texts[sessions[hour == row]] = text
    begin, end = weather.hours_utc[0], weather.hours_utc[-1] + HOUR
    late, early = _day_and_clock(weather.end), _day_and_clock(index[0])
    texts[ends > end] = f"The weather ends on {late}, before the session would."
    texts[starts < begin] = f"The weather begins on {early}, after the session would."
    return texts


def _of_hour(begin: pd.Timestamp) -> str:
    """Both ends of an hour: a mean over it is open too where only its end is."""
    end = clock_words(begin + pd.Timedelta(1, "h"))
    return f"from {_day_and_clock(begin)} to {end}"


def _day_and_clock(moment: pd.Timestamp) -> str:
    return f"{WEEKDAYS[moment.weekday()]} {clock_words(moment)}"


WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
"""Short names, the same on every machine."""
