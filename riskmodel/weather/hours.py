"""Weather hour by hour, whatever it came from: one shape, in UTC, with its origin."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from types import MappingProxyType
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.problems import Problem
from riskmodel.inputs.results import ShortRepr
from riskmodel.inputs.told import ToldError

Times = NDArray[np.datetime64]
Kind = Literal["forecast", "climate", "typed"]

KIND_WORDS: Mapping[Kind, str] = MappingProxyType(
    {
        "forecast": "Forecast",
        "climate": "Usual climate of that time of year, not a forecast",
        "typed": "Weather typed by hand",
    }
)
"""What a reader must be told about where hours come from."""

ATTRIBUTION = "Weather data by Open-Meteo.com"
"""Must stand next to the data: they come under CC BY 4.0."""
ATTRIBUTION_URL = "https://open-meteo.com/"
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"

HOUR = np.timedelta64(1, "h")
FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Years that a form takes, and that NumPy can count in nanoseconds."""
_OFFSET = re.compile(r"([+-])(\d{1,2}):([0-5]\d)")


class WeatherError(ToldError, ValueError):
    """Weather that cannot be had or read; the message says why in one sentence.

    Its one argument is that sentence, or the `Problem` with an answer.
    """


@dataclass(frozen=True)
class Place:
    """A place as a search finds it; region and country may be empty."""

    name: str
    region: str
    country: str
    latitude_deg: float  # [°], to two decimals, about a kilometre, as the longitude
    longitude_deg: float
    time_zone: str  # IANA name

    @property
    def label(self) -> str:
        """Name, region and country in one line."""
        parts = (self.name, self.region, self.country)
        return ", ".join(dict.fromkeys(part for part in parts if part))


@dataclass(frozen=True)
class LeftOpen:
    """Cells of a source that are no weather: how many, and the first of them."""

    label: str
    count: int
    cell: str  # as it is written
    at: str  # when, on the clock of the source
    why: Literal["impossible", "unreadable"] = "impossible"

    def __str__(self) -> str:
        cells = f"{self.count} value{'s' * (self.count != 1)} of {self.label}"
        verb = "was" if self.count == 1 else "were"
        of_time = f" at {self.at}" if self.at else ""
        problem = "cannot be" if self.why == "impossible" else "cannot be read"
        example = f"{self.cell}{of_time}"
        return f"{cells} {problem} ({example}) and {verb} left open."


@dataclass(frozen=True)
class ClockDoubt:
    """Hours of a file that do not fit the sun at its place.

    Attributes
    ----------
    by : {"light", "clock"}
        "light" where the file's own light comes at another time than the sun, "clock"
        where its time zone is far from the longitude.
    hours : float
        By how much the light is late, or the clock ahead of the sun. [h]
    """

    by: Literal["light", "clock"]
    hours: float
    time_zone: str
    latitude_deg: float
    longitude_deg: float

    def __str__(self) -> str:
        n = round(abs(self.hours))
        size = f"about {n} hour{'s' * (n != 1)}"
        place = f"{self.latitude_deg:g}, {self.longitude_deg:g}"
        if self.by == "light":
            way = "later" if self.hours > 0 else "earlier"
            return (
                f"Day and night of this weather come {size} {way} than at {place}: its "
                "time zone or its place is likely wrong, and so is every hour below."
            )
        way = "ahead of" if self.hours > 0 else "behind"
        return (
            f"The clock of {self.time_zone} is {size} {way} the sun at {place}: read times "
            "of day as those of that time zone, not of the place."
        )


@dataclass(frozen=True, eq=False, repr=False)
class Weather(ShortRepr):
    """Hours of weather at one place.

    Attributes
    ----------
    frame : pandas.DataFrame
        Index ``hour_utc``: where each hour begins, in UTC, without gaps.  Columns as
        in `riskmodel.weather.complete.COLUMNS`, each the mean over the hour; NaN is
        missing.
    time_zone : str
        IANA name, or an offset such as ``+05:30``; only for what people read.
    kind : {"forecast", "climate", "typed"}
    place : str
    latitude_deg, longitude_deg : float
        [°]
    attribution : str
        Must be shown with the data; empty if nobody asks for it.
    notes : tuple of str
        What was done to the data.
    issued : datetime or None
        When a forecast was made or fetched, in UTC.
    last_start : datetime or None
        Hours after this one are there for sessions that began before; None if there is
        no such difference.
    left_open : tuple of LeftOpen
        Cells of the source that cannot be, and are missing now.
    doubts : tuple of ClockDoubt
        Why the hours may be those of another time or place.
    """

    frame: pd.DataFrame
    time_zone: str
    kind: Kind
    place: str
    latitude_deg: float
    longitude_deg: float
    attribution: str = ""
    notes: tuple[str, ...] = ()
    issued: datetime | None = None
    last_start: datetime | None = None
    left_open: tuple[LeftOpen, ...] = ()
    doubts: tuple[ClockDoubt, ...] = ()

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was left open, and what was done to the data."""
        return (*map(str, self.left_open), *self.notes)

    @property
    def words(self) -> str:
        """What kind of weather this is, and where."""
        return ", ".join(filter(None, (KIND_WORDS[self.kind], self.place)))

    @property
    def zone(self) -> tzinfo:
        """The time zone that people at the place live in."""
        return read_zone(self.time_zone)

    @property
    def hours_utc(self) -> Times:
        """Where each hour begins, datetime64[ns]."""
        return naive_utc(self.frame.index)

    @property
    def end(self) -> pd.Timestamp:
        """End of the last hour, in the local time."""
        end: pd.Timestamp = self.frame.index[-1].tz_convert(self.zone)
        return end + pd.Timedelta(1, "h")


def naive_utc(moments: Any) -> Times:
    """Moments with a time zone, from 1900 to 2199, as datetime64[ns] in UTC."""
    index = pd.DatetimeIndex(moments)
    if index.tz is None:
        raise WeatherError(f"The time {index[0]} has no time zone.")
    # Before anything is computed: the first day there is has no hour before it.
    for moment in (index.min(), index.max()) if len(index) else ():
        check_year(moment)
    plain = index.tz_convert("UTC").tz_localize(None)
    return plain.to_numpy().astype("datetime64[ns]")


def hour_index(starts_utc: Times) -> pd.DatetimeIndex:
    """Index of `Weather.frame`."""
    return pd.DatetimeIndex(starts_utc, name="hour_utc").tz_localize(UTC)


def local_time(moment_utc: np.datetime64, zone: tzinfo) -> pd.Timestamp:
    """Moment in UTC on the clock of a place."""
    return pd.Timestamp(moment_utc).tz_localize("UTC").tz_convert(zone)


def at_clock(time_of_day: datetime | date, zone: tzinfo) -> pd.Timestamp:
    """Moment at which the clock of a place first shows this.

    Some days begin at one o'clock, where clocks go forward at midnight.
    """
    moment = pd.Timestamp(time_of_day)
    return moment.tz_localize(zone, ambiguous=True, nonexistent="shift_forward")


def end_of_days(first: date, days: int, zone: tzinfo) -> datetime:
    """Last minute of so many local days."""
    return at_clock(first + timedelta(days=days), zone) - pd.Timedelta(1, "min")


def check_year(day: date) -> None:
    """Refuse days that no form takes."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        shown = f"{day.year:04d}-{day.month:02d}-{day.day:02d}"
        raise WeatherError(f"The date is {shown}; allowed is {FIRST_YEAR} to {LAST_YEAR}.")


def check_days(first: date, days: int, *, most: int, of: str) -> None:
    """Refuse more days than are made in one piece, or such as no form takes."""
    if not 1 <= days <= most:
        raise WeatherError(f"{days} days of {of}; allowed is 1 to {most}.")
    check_year(first)
    check_year(first + timedelta(days=days))


def clock_words(moment: pd.Timestamp) -> str:
    """Local time of day, with its offset in the hour that comes twice in autumn.

    Examples
    --------
    >>> vienna = ZoneInfo("Europe/Vienna")
    >>> clock_words(pd.Timestamp("2026-10-25T00:30Z").tz_convert(vienna))
    '02:30 (UTC+02:00)'
    >>> clock_words(pd.Timestamp("2026-10-25T02:30Z").tz_convert(vienna))
    '03:30'
    """
    shown = f"{moment:%H:%M}"
    plain = moment.to_pydatetime()
    if plain.replace(fold=0).utcoffset() == plain.replace(fold=1).utcoffset():
        return shown
    offset = f"{moment:%z}"
    return f"{shown} (UTC{offset[:3]}:{offset[3:5]})"


def read_zone(name: str) -> tzinfo:
    """Find a time zone by its IANA name, or an offset such as ``+05:30``."""
    try:
        if offset := _OFFSET.fullmatch(name):
            sign, hours, minutes = offset.groups()
            size = timedelta(hours=int(hours), minutes=int(minutes))
            return timezone(size if sign == "+" else -size)
        return ZoneInfo(name)
    # A name that is a folder or a path is refused in several ways.
    except (KeyError, ValueError, OSError):
        raise WeatherError(f"There is no time zone {name!r}.") from None


def rounded_place(latitude_deg: float, longitude_deg: float) -> tuple[float, float]:
    """Coordinates to two decimals, about a kilometre: all that a service may know."""
    for name, value in (("latitude_deg", latitude_deg), ("longitude_deg", longitude_deg)):
        field = FIELDS[name]
        # The comparison is also False for NaN.
        if not field.low <= value <= field.high:
            raise WeatherError(Problem(name, "not_allowed", f"{value:g}"))
    # A place just west of Greenwich must not become −0.
    return round(latitude_deg, 2) + 0.0, round(longitude_deg, 2) + 0.0
