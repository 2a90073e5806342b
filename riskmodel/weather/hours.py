"""Weather hour by hour, whatever it came from: one shape, in UTC, with its origin."""

from __future__ import annotations

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
from riskmodel.physiology import sun

Array = NDArray[np.float64]
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
LONGEST_HOURS = 24 * 400
"""More than a year of hours in one piece is no weather for a session; our judgement."""
SLIGHTLY_NEGATIVE_W_M2 = -5.0
"""Weather models give radiation a little below 0; what is lower is no radiation; our
judgement. [W/m²]"""
SLIGHTLY_MORE_W_M2 = 5.0
"""By how much rounding may lift the direct part above the whole; our judgement. [W/m²]"""
MOST_DIRECT = 0.9
"""Largest direct share that `riskmodel.physiology.heat` is made for."""
SEA_LEVEL_HPA = 1013.25
"""Pressure of the standard atmosphere, where none is given. [hPa]"""
FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Years that a form takes, and that NumPy can count in nanoseconds."""


class WeatherError(ValueError):
    """Weather that cannot be had or read; the message says why in one sentence."""


@dataclass(frozen=True)
class Column:
    """A quantity of an hour: its unit, and beyond what it is no weather at all."""

    label: str
    unit: str
    low: float
    high: float
    needed: bool = False


COLUMNS: Mapping[str, Column] = MappingProxyType(
    {
        "air_temperature_c": Column("air temperature", "°C", -90, 60, True),
        "relative_humidity_pct": Column("relative humidity", "%", 0, 110, True),
        "wind_speed_m_s": Column("wind", "m/s", 0, 115, True),
        "solar_radiation_w_m2": Column("solar radiation", "W/m²", 0, 1500, True),
        "direct_fraction": Column("direct share of the radiation", "", 0, 1),
        "cloud_pct": Column("cloud", "%", 0, 100),
        "pressure_hpa": Column("air pressure", "hPa", 300, 1100),
        "wbgt_c": Column("WBGT", "°C", -90, 60),
    }
)
"""Columns of `Weather.frame`.  The limits are a little wider than the records of the
World Meteorological Organization: what lies outside them is an error of the source,
while a day that is only outside `FIELDS`, such as −30 °C, is weather without a number."""


@dataclass(frozen=True)
class Place:
    """A place as a search finds it.

    Attributes
    ----------
    name, region, country : str
        Region and country may be empty.
    latitude_deg, longitude_deg : float
        [°], rounded to two decimals, about a kilometre.
    time_zone : str
        IANA name.
    """

    name: str
    region: str
    country: str
    latitude_deg: float
    longitude_deg: float
    time_zone: str

    @property
    def label(self) -> str:
        """Name, region and country in one line."""
        parts = (self.name, self.region, self.country)
        return ", ".join(dict.fromkeys(part for part in parts if part))


@dataclass(frozen=True, eq=False)
class Weather:
    """Hours of weather at one place.

    Attributes
    ----------
    frame : pandas.DataFrame
        Index ``hour_utc``: where each hour begins, in UTC, without gaps.  Columns as
        in `COLUMNS`, each the mean over the hour; NaN is missing.
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

    @property
    def words(self) -> str:
        """What kind of weather this is, and where."""
        return f"{KIND_WORDS[self.kind]}, {self.place}" if self.place else self.kind_words

    @property
    def kind_words(self) -> str:
        """What kind of weather this is."""
        return KIND_WORDS[self.kind]

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
    """Moments with a time zone as datetime64[ns] in UTC.

    Raises
    ------
    WeatherError
        If they have none, or lie outside of 1900 to 2199.
    """
    index = pd.DatetimeIndex(moments)
    if index.tz is None:
        raise WeatherError(f"The time {index[0]} has no time zone.")
    # Before anything is computed: the first day there is has no hour before it.
    for moment in (index.min(), index.max()) if len(index) else ():
        check_year(moment)
    plain = index.tz_convert("UTC").tz_localize(None)
    return plain.to_numpy().astype("datetime64[ns]")


def check_year(day: date) -> None:
    """Refuse days that no form takes.

    Raises
    ------
    WeatherError
        If the year is outside of 1900 to 2199.

    Examples
    --------
    >>> check_year(date(2300, 1, 1))
    Traceback (most recent call last):
    riskmodel.weather.hours.WeatherError: The date is 2300-01-01; allowed is 1900 to 2199.
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        shown = f"{day.year:04d}-{day.month:02d}-{day.day:02d}"
        raise WeatherError(f"The date is {shown}; allowed is {FIRST_YEAR} to {LAST_YEAR}.")


def clock_words(moment: pd.Timestamp) -> str:
    """Time of day, with the offset in the hour that comes twice when clocks go back.

    Parameters
    ----------
    moment : Timestamp
        In the local time.

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


def hours_words(n: int) -> str:
    """Write a count of hours.

    Examples
    --------
    >>> hours_words(1), hours_words(3)
    ('1 hour', '3 hours')
    """
    return "1 hour" if n == 1 else f"{n} hours"


def read_zone(name: str) -> tzinfo:
    """Find a time zone.

    Parameters
    ----------
    name : str
        IANA name, or an offset such as ``+05:30``.

    Returns
    -------
    datetime.tzinfo

    Raises
    ------
    WeatherError
        If there is none of that name.

    Examples
    --------
    >>> read_zone("+05:30").utcoffset(None)
    datetime.timedelta(seconds=19800)
    """
    if name[:1] in "+-" and name[1:]:
        try:
            hours, minutes = (int(part) for part in name[1:].split(":"))
            size = timedelta(hours=hours, minutes=minutes)
            return timezone(-size if name[0] == "-" else size)
        except ValueError:
            raise WeatherError(f"There is no time zone {name!r}.") from None
    try:
        return ZoneInfo(name)
    # A name that is a folder or a path is refused in several ways.
    except (KeyError, ValueError, OSError):
        raise WeatherError(f"There is no time zone {name!r}.") from None


def end_of_days(first: date, days: int, zone: tzinfo) -> datetime:
    """Last minute of so many local days."""
    midnight = pd.Timestamp(first + timedelta(days=days))
    end = midnight.tz_localize(zone, ambiguous=True, nonexistent="shift_forward")
    return end - pd.Timedelta(1, "min")


def rounded_place(latitude_deg: float, longitude_deg: float) -> tuple[float, float]:
    """Coordinates to two decimals, about a kilometre: all that a service may know.

    Raises
    ------
    WeatherError
        If there is no such place.

    Examples
    --------
    >>> rounded_place(48.20849, -16.37208)
    (48.21, -16.37)
    """
    for name, value in (("latitude_deg", latitude_deg), ("longitude_deg", longitude_deg)):
        field = FIELDS[name]
        # The comparison is also False for NaN.
        if not field.low <= value <= field.high:
            raise WeatherError(
                f"{field.label} ({name}) is {value:g}; allowed is {field.allowed}."
            )
    # A place just west of Greenwich must not become −0.
    return round(latitude_deg, 2) + 0.0, round(longitude_deg, 2) + 0.0


def over_hours(
    labels_utc: Times, instantaneous: Mapping[str, Array], preceding: Mapping[str, Array]
) -> pd.DataFrame:
    """Means over hours from values at the full hour and from means of the hour before.

    Parameters
    ----------
    labels_utc : ndarray of datetime64, shape (n,)
        Increasing, whole hours apart; hours that are left out become missing.
    instantaneous : mapping of str to ndarray of shape (n,)
        Values at the labels.  Their mean over an hour is that of its two ends.
    preceding : mapping of str to ndarray of shape (n,)
        Means over the hour that ends at the label: what stands at 13:00 is the mean
        from 12:00 to 13:00.

    Returns
    -------
    pandas.DataFrame
        One row for each hour between two labels, as `Weather.frame`.

    Raises
    ------
    WeatherError
        If there are fewer than two labels, or they are not hourly.

    Examples
    --------
    >>> labels = np.array(["2026-07-01T12", "2026-07-01T13"], dtype="datetime64[h]")
    >>> over_hours(labels, {"air_temperature_c": np.array([20.0, 22.0])},
    ...            {"solar_radiation_w_m2": np.array([700.0, 800.0])}).iloc[0].tolist()
    [21.0, 800.0]
    """
    if len(labels_utc) < 2:
        raise WeatherError("There are fewer than two hours of weather.")
    moments = labels_utc.astype("datetime64[ns]")
    steps = (moments - moments[0]) / HOUR
    if (np.diff(steps) <= 0).any() or (steps != np.floor(steps)).any():
        raise WeatherError("The times of the weather are not hourly and in order.")
    if steps[-1] > LONGEST_HOURS:
        raise WeatherError(
            f"The weather spans {steps[-1]:.0f} hours; allowed is up to {LONGEST_HOURS}."
        )
    place = steps.astype(np.intp)

    def spread(values: Array) -> Array:
        full = np.full(place[-1] + 1, np.nan)
        full[place] = values
        return full

    at_label = {name: spread(values) for name, values in instantaneous.items()}
    means = {name: (full[:-1] + full[1:]) / 2.0 for name, full in at_label.items()}
    means |= {name: spread(values)[1:] for name, values in preceding.items()}
    starts = moments[0] + np.arange(place[-1]) * HOUR
    return pd.DataFrame(means, index=hour_index(starts))


def hour_index(starts_utc: Times) -> pd.DatetimeIndex:
    """Index of `Weather.frame`."""
    return pd.DatetimeIndex(starts_utc, name="hour_utc").tz_localize(UTC)


def make_weather(
    hours: pd.DataFrame,
    *,
    time_zone: str,
    kind: Kind,
    place: str,
    latitude_deg: float,
    longitude_deg: float,
    attribution: str = "",
    notes: tuple[str, ...] = (),
    issued: datetime | None = None,
) -> Weather:
    """Check hours and complete them.

    Parameters
    ----------
    hours : pandas.DataFrame
        As `Weather.frame`; may lack columns.
    time_zone, kind, place, latitude_deg, longitude_deg, attribution, notes, issued
        As in `Weather`.

    Returns
    -------
    Weather
        With every column of `COLUMNS`.  Radiation a little below 0 is 0, a direct
        share above 0.9 is 0.9, and where no radiation is given at all it comes from
        the cloud; the notes say so, and in how many hours.  They also count the hours
        whose direct share or pressure a session has to do without.

    Raises
    ------
    WeatherError
        If there are no hours, a value is none that weather can have, or there is
        neither radiation nor cloud.
    """
    read_zone(time_zone)
    latitude_deg, longitude_deg = rounded_place(latitude_deg, longitude_deg)
    if hours.empty:
        raise WeatherError("There are no hours of weather.")
    if (np.diff(naive_utc(hours.index)) != HOUR).any():
        raise WeatherError("The times of the weather are not hourly and in order.")
    frame = hours.reindex(columns=list(COLUMNS)).astype(np.float64)
    frame["solar_radiation_w_m2"], said = _not_below_zero(frame["solar_radiation_w_m2"])
    for name in COLUMNS:
        check_possible(name, frame[name].to_numpy())
    of_cloud = bool(frame["solar_radiation_w_m2"].isna().all())
    if of_cloud:
        frame["solar_radiation_w_m2"] = _from_cloud(frame, latitude_deg, longitude_deg)
        said += ("The sun was computed from the cloud; no radiation was given.",)
    for name, column in COLUMNS.items():
        if column.needed and frame[name].isna().all():
            raise WeatherError(f"The weather holds no {column.label} ({name}).")
    said += _gaps(frame, of_cloud=of_cloud)
    # The rest of what a model lets through at the edges of the day counts as direct
    # too: the heat balance is made for a share of 0.9 at most.
    frame["direct_fraction"] = frame["direct_fraction"].clip(upper=MOST_DIRECT)
    return Weather(
        frame,
        time_zone,
        kind,
        place,
        latitude_deg,
        longitude_deg,
        attribution,
        (*notes, *said),
        issued,
    )


def _gaps(frame: pd.DataFrame, *, of_cloud: bool) -> tuple[str, ...]:
    """Say in how many hours a share is too large, or something has to be assumed."""
    direct, sunny = frame["direct_fraction"], frame["solar_radiation_w_m2"] > 0.0
    large = int((direct > MOST_DIRECT).sum())
    unknown = 0 if of_cloud else int((direct.isna() & sunny).sum())
    known = frame["air_temperature_c"].notna()
    no_pressure = int((frame["pressure_hpa"].isna() & known).sum())
    counted = (
        (large, f"Direct radiation above {MOST_DIRECT:g} of all was taken as that"),
        (unknown, "Direct radiation is not given and was computed from radiation and sun"),
        (no_pressure, f"Air pressure is not given and was taken as {SEA_LEVEL_HPA:g} hPa"),
    )
    return tuple(f"{text} in {hours_words(n)}." for n, text in counted if n)


def check_possible(name: str, values: Array) -> None:
    """Refuse what no weather has, before averaging hides it.

    Parameters
    ----------
    name : str
        One of `COLUMNS`.
    values : ndarray
        NaN is missing; radiation may be slightly below 0.

    Raises
    ------
    WeatherError
        If a value is outside of the limits of its column.
    """
    column = COLUMNS[name]
    low = SLIGHTLY_NEGATIVE_W_M2 if column.unit == "W/m²" else column.low
    wrong = (values < low) | (values > column.high) | np.isinf(values)
    if wrong.any():
        raise WeatherError(
            f"The weather has {values[wrong][0]:g} {column.unit} as {column.label} "
            f"({name}); possible is {column.low:g} to {column.high:g}."
        )


def direct_share(direct_w_m2: Array, radiation_w_m2: Array) -> Array:
    """Share of the radiation that comes straight from the sun, 0 where there is none.

    Raises
    ------
    WeatherError
        If the part is larger than the whole.
    """
    check_possible("solar_radiation_w_m2", direct_w_m2)
    beam = direct_w_m2.clip(0.0)
    if (beam > radiation_w_m2.clip(0.0) + SLIGHTLY_MORE_W_M2).any():
        raise WeatherError("The weather has more direct radiation than radiation in all.")
    whole = np.where(radiation_w_m2 > 0.0, radiation_w_m2, np.inf)
    share = np.minimum(beam / whole, 1.0)
    return np.where(np.isnan(radiation_w_m2), np.nan, share)


def _not_below_zero(radiation: pd.Series[Any]) -> tuple[Array, tuple[str, ...]]:
    values = radiation.to_numpy()
    check_possible("solar_radiation_w_m2", values)
    slightly = (np.signbit(values) & ~np.isnan(values)).nonzero()[0]
    if not slightly.size:
        return values, ()
    made = values.copy()
    made[slightly] = 0.0
    hours = hours_words(slightly.size)
    return made, (f"Solar radiation slightly below 0 in {hours} was taken as 0.",)


def _from_cloud(frame: pd.DataFrame, latitude_deg: float, longitude_deg: float) -> Array:
    """Radiation under a share of cloud, as `riskmodel.physiology.sun` has it for words."""
    starts = naive_utc(frame.index)
    cosine = sun.mean_cos_zenith(starts, 60.0, latitude_deg, longitude_deg)
    cloud = frame["cloud_pct"].to_numpy() / 100.0
    return np.asarray(sun.clear_sky_radiation_w_m2(cosine) * (1.0 - 0.75 * cloud**3.4))
