"""When a session could start: on the hour or half hour, within limits, in daylight."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import datetime, time
from types import MappingProxyType
from typing import TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.told import grouped, quoted
from riskmodel.starts.daylight import MINUTE, Day, days_of_sun, is_up
from riskmodel.weather.hours import HOUR, Kind, Times, Weather, clock_words, naive_utc

Array = NDArray[np.float64]

STEPS_MIN = (15, 30, 60, 120, 180, 240, 360)
MOST_STARTS = 10_000
EARLIEST, LATEST = time(5, 0), time(21, 0)
"""When people start where they name no hours of their own: our judgement."""

FORECAST_ERROR_C = ((0.0, 2.0), (2.0, 2.5), (4.0, 3.0), (6.0, 3.5), (8.0, 4.0))
"""From how many days ahead, and by how much WBGT may be off either way. [days, °C]

The first is our judgement, and less than what was found where the weather of stations
was compared with that of a marathon's course: 1.9 °C apart on average, with a standard
deviation of 2.4 °C, the stations mostly too low (Cheuvront 2015,
doi:10.1249/MSS.0000000000000624).  That it grows by half a degree every two days is our
judgement too."""

ERROR_C: MappingProxyType[Kind, float] = MappingProxyType({"typed": 2.0, "climate": 5.0})
"""The same for weather that is no forecast.  Five degrees, for the days that differ from
the usual one, are our judgement. [°C]"""


@dataclass(frozen=True)
class Starts:
    """Possible starts, and what is known of each beforehand."""

    utc: Times
    local: pd.DatetimeIndex  # the same moments in the local time
    within: NDArray[np.bool_]  # whether it lies within the limits of the day
    wbgt_error_c: Array  # by how much WBGT may be off [°C]
    note: str  # why there is none, where the weather is over; else empty

    def days(self, weather: Weather) -> tuple[Day, ...]:
        """Sunrise and sunset of the days with a start."""
        if not len(self.local):
            return ()
        first, last = self.local[0].date(), self.local[-1].date()
        place = weather.latitude_deg, weather.longitude_deg
        return days_of_sun(first, last, weather.zone, *place)


class Limits(TypedDict, total=False):
    """When a session may start; everything may be left out.

    Attributes
    ----------
    now : datetime
        The present, with its time zone: what is over is not offered of a forecast,
        unless `first` asks for it.
    first, last : datetime
        Limits of the start, with their time zones; by default from when the forecast
        was issued, or from `now` if that is later, or from the first hour of other
        weather, to its end.
    earliest, latest : datetime.time or str
        Limits of the start on every day, local time, such as ``"06:30"``; by default
        `EARLIEST` and `LATEST`, or the end of the day that a limit of one's own lies
        beyond.  If the latest comes before the earliest, the night between is meant.
    step_min : int
        60, the default, for starts on the hour, 30 for those on the half hour too, or
        another of `STEPS_MIN`. [min]
    """

    now: datetime | None
    first: datetime | None
    last: datetime | None
    earliest: time | str | None
    latest: time | str | None
    step_min: int


def refuse_other_limits(limits: Limits, called: str) -> None:
    """Raise the TypeError of a call with a keyword that is none, by the name called."""
    if others := [name for name in limits if name not in Limits.__annotations__]:
        near = difflib.get_close_matches(others[0], Limits.__annotations__, 1)
        hint = f". Did you mean {near[0]!r}?" if near else ""
        raise TypeError(
            f"{called}() got an unexpected keyword argument {others[0]!r}{hint}"
        )


def possible_starts(
    weather: Weather,
    *,
    now: datetime | None = None,
    first: datetime | None = None,
    last: datetime | None = None,
    earliest: time | str | None = None,
    latest: time | str | None = None,
    step_min: int = 60,
) -> Starts:
    """List the moments within `Limits` at which the clock of the place shows a full step.

    On a day on which clocks change, every real moment comes once.

    Raises
    ------
    ValueError
        If a limit cannot be read, or there are too many starts.
    """
    if step_min not in STEPS_MIN:
        raise ValueError(
            f"The step (step_min) is {step_min}; allowed is one of "
            f"{', '.join(map(str, STEPS_MIN))} min."
        )
    begin, end, note = _span(weather, now, first, last)
    if (end - begin) / np.timedelta64(step_min, "m") > MOST_STARTS:
        raise ValueError(
            f"There are more than {grouped(MOST_STARTS)} starts from first to last."
        )
    # All time zones in use now are whole quarters of an hour from UTC.
    quarter = np.timedelta64(15, "m")
    origin = np.datetime64(0, "ns")
    low = origin + np.ceil((begin - origin) / quarter).astype(np.int64) * quarter
    utc = np.arange(low, end + np.timedelta64(1, "ns"), quarter).astype("datetime64[ns]")
    local = pd.DatetimeIndex(utc).tz_localize("UTC").tz_convert(weather.zone)
    minute = local.hour.to_numpy() * 60 + local.minute.to_numpy()
    full = minute % step_min == 0
    utc, local, minute = utc[full], local[full], minute[full]
    from_minute, to_minute = _hours_of_the_day(earliest, latest)
    after, before = minute >= from_minute, minute <= to_minute
    within = after & before if from_minute <= to_minute else after | before
    return Starts(utc, local, within, wbgt_error_c(weather, utc), note)


def start_at(weather: Weather, utc: np.datetime64) -> Starts:
    """Make the one start at this moment, whatever the limits."""
    moment = np.array([utc], dtype="datetime64[ns]")
    local = pd.DatetimeIndex(moment).tz_localize("UTC").tz_convert(weather.zone)
    return Starts(moment, local, np.ones(1, bool), wbgt_error_c(weather, moment), "")


def _span(
    weather: Weather, now: datetime | None, first: datetime | None, last: datetime | None
) -> tuple[np.datetime64, np.datetime64, str]:
    """First and last moment to start at, and why there is none in between."""
    begin, end = weather.hours_utc[0], weather.hours_utc[-1] + HOUR
    final = read_moment("last", last or weather.last_start, end - MINUTE)
    present = read_moment("now", now, np.datetime64("NaT", "ns"))
    if first is not None or weather.kind != "forecast":
        return read_moment("first", first, begin), final, ""
    begin = read_moment("issued", weather.issued, begin)
    note = (
        f"This forecast is over: it ended on {weather.end:%Y-%m-%d} at "
        f"{clock_words(weather.end)}. A newer one is needed."
    )
    # Comparisons with NaT are False.
    return present if present > begin else begin, final, note if end <= present else ""


def wbgt_error_c(weather: Weather, start_utc: Times) -> Array:
    """By how much WBGT may be off, by the kind of the weather and the time ahead. [°C].

    A forecast that nobody knows the age of counts as an old one.
    """
    if weather.kind != "forecast":
        return np.full(len(start_utc), ERROR_C[weather.kind])
    days, errors = np.array(FORECAST_ERROR_C).T
    if weather.issued is None:
        return np.full(len(start_utc), errors[-1])
    ahead = (start_utc - naive_utc([weather.issued])[0]) / np.timedelta64(1, "D")
    place = np.searchsorted(days, np.maximum(ahead, 0.0), side="right") - 1
    return np.asarray(errors[place])


def in_daylight(
    weather: Weather, start_utc: Times, duration_min: float
) -> NDArray[np.bool_]:
    """Whether the sun is up from the start of each session to its end."""
    if not start_utc.size:
        return np.zeros(0, dtype=bool)
    end_utc = start_utc + np.timedelta64(round(duration_min * 60), "s")
    origin = start_utc.min()
    minutes = np.arange(origin, end_utc.max() + 2 * MINUTE, MINUTE)
    dark = np.cumsum(~is_up(minutes, weather.latitude_deg, weather.longitude_deg))
    before = np.concatenate([[0], dark])
    first = ((start_utc - origin) / MINUTE).astype(np.intp)
    last = np.ceil((end_utc - origin) / MINUTE).astype(np.intp)
    return np.asarray(before[last + 1] == before[first])


def read_moment(
    name: str, limit: datetime | None, otherwise: np.datetime64
) -> np.datetime64:
    """Read a time with its zone as UTC; ValueError if it has none."""
    if limit is None:
        return otherwise
    if not isinstance(limit, datetime) or limit.tzinfo is None:
        raise ValueError(f"{name} is {limit!r}; needed is a time with its time zone.")
    return np.datetime64(naive_utc([pd.Timestamp(limit)])[0])


def _hours_of_the_day(
    earliest: time | str | None, latest: time | str | None
) -> tuple[int, int]:
    """First and last minute of the day to start at."""
    begin = _minute("earliest", EARLIEST if earliest is None else earliest)
    end = _minute("latest", LATEST if latest is None else latest)
    if begin > end and earliest is None:
        begin = 0
    if begin > end and latest is None:
        end = 24 * 60 - 1
    return begin, end


def _minute(name: str, limit: time | str) -> int:
    """Minute of the day of a limit."""
    try:
        clock = limit if isinstance(limit, time) else time.fromisoformat(limit.strip())
        if clock.tzinfo is not None:
            raise ValueError  # every limit is in the local time
    except (ValueError, AttributeError):
        raise ValueError(
            f"{name} is {quoted(repr(limit))}; needed is a local time like 06:30."
        ) from None
    return clock.hour * 60 + clock.minute
