"""The usual climate of a date, from the typical year of an EPW file."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.weather.hours import (
    COLUMNS,
    HOUR,
    Weather,
    WeatherError,
    check_possible,
    check_year,
    end_of_days,
    hours_words,
    make_weather,
    over_hours,
    read_zone,
)

Array = NDArray[np.float64]

AROUND_DAYS = 7
"""A typical year stands for a date with the days around it, a week each way: one day
of one year is chance.  Judgement."""
MOST_CLIMATE_DAYS = 14

_EPW_HEADER_LINES = 8


class _EpwField(NamedTuple):
    column: int
    missing: float  # what stands there, or more, is missing


# Columns of the EnergyPlus documentation, "Auxiliary Programs", EPW data dictionary.
_EPW = {
    "air_temperature_c": _EpwField(6, 99.9),
    "relative_humidity_pct": _EpwField(8, 999.0),
    "pressure_pa": _EpwField(9, 999999.0),
    "solar_radiation_w_m2": _EpwField(13, 9999.0),
    "diffuse_radiation_w_m2": _EpwField(15, 9999.0),
    "wind_speed_m_s": _EpwField(21, 999.0),
    "cloud_tenths": _EpwField(22, 99.0),
}
_EPW_PRECEDING = ("solar_radiation_w_m2", "diffuse_radiation_w_m2")


def epw_weather(
    content: bytes,
    on: date,
    *,
    days: int = 1,
    place: str = "",
    time_zone: str | None = None,
) -> Weather:
    """Make the usual climate of a date from a typical year.

    Parameters
    ----------
    content : bytes
        An EPW file: eight lines of header, and every hour of a year.
    on : date
        The first day that is wanted, from 1900 to 2199.
    days : int
        How many days from there, 1 to 14; one more is made, for sessions that cross
        the last midnight.
    place : str
        A label; that of the file by default.
    time_zone : str, optional
        IANA name.  The hours have the offset in the file, which knows no summer time;
        this zone is only for what people read, and only if its standard time has that
        same offset: otherwise the offset stands, and a note says so.

    Returns
    -------
    Weather
        Of kind "climate": every hour is the mean of that hour over the fifteen days
        around the date.

    Raises
    ------
    WeatherError
        If it is no such file, in one sentence.
    """
    if not 1 <= days <= MOST_CLIMATE_DAYS:
        raise WeatherError(f"{days} days of climate; allowed is 1 to {MOST_CLIMATE_DAYS}.")
    check_year(on)
    check_year(on + timedelta(days=days))
    try:
        rows = list(csv.reader(content.decode("utf-8-sig", "replace").splitlines()))
    except csv.Error:
        raise WeatherError("The file is no readable EPW file.") from None
    about, body = rows[0], [row for row in rows[_EPW_HEADER_LINES:] if row]
    if len(about) < 10 or len(body) not in (8760, 8784):
        raise WeatherError(
            f"The EPW file has {len(body)} hours below its 8 lines of header; needed is "
            "a whole year, 8760 or 8784."
        )
    latitude_deg, longitude_deg, offset_h = (
        _epw_number(about[at], name)
        for at, name in ((6, "latitude"), (7, "longitude"), (8, "time zone"))
    )
    if not -14 <= offset_h <= 14:
        raise WeatherError(f"The EPW file has the time zone {offset_h:g} h.")
    values = _epw_values(body)
    first = _epw_position(body, on)
    # Fifteen days for every hour; the year joins up with itself.
    around = np.arange(-AROUND_DAYS, AROUND_DAYS + 1) * 24
    # One label before the first midnight and all of one day more.
    n_labels = (days + 1) * 24 + 1
    at = first - 1 + np.arange(n_labels)[:, None] + around
    usual = {name: _mean(column[at % len(body)]) for name, column in values.items()}
    midnight = datetime(on.year, on.month, on.day, tzinfo=UTC) - timedelta(hours=offset_h)
    labels = np.datetime64(midnight.replace(tzinfo=None), "ns") + np.arange(n_labels) * HOUR
    hours = over_hours(
        labels,
        {n: v for n, v in usual.items() if n not in _EPW_PRECEDING},
        {n: v for n, v in usual.items() if n in _EPW_PRECEDING},
    )
    zone, said = _zone(time_zone, offset_h, on.year)
    weather = _from_epw(
        hours,
        place or ", ".join(filter(None, (about[1].strip(), about[3].strip()))),
        zone,
        latitude_deg,
        longitude_deg,
        said,
    )
    return replace(weather, last_start=end_of_days(on, days, weather.zone))


def _from_epw(
    hours: pd.DataFrame,
    place: str,
    time_zone: str,
    latitude_deg: float,
    longitude_deg: float,
    said: tuple[str, ...],
) -> Weather:
    whole = hours["solar_radiation_w_m2"]
    diffuse = hours.pop("diffuse_radiation_w_m2")
    if more := int((diffuse > whole).sum()):
        said += (
            f"Diffuse radiation above the radiation in all in {hours_words(more)} was "
            "taken as all of it.",
        )
    hours["direct_fraction"] = (1.0 - diffuse / whole.where(whole > 0)).clip(0.0, 1.0)
    hours["direct_fraction"] = hours["direct_fraction"].where(whole != 0, 0.0)
    hours["pressure_hpa"] = hours.pop("pressure_pa") / 100.0
    hours["cloud_pct"] = hours.pop("cloud_tenths") * 10.0
    return make_weather(
        hours,
        time_zone=time_zone,
        kind="climate",
        place=place,
        latitude_deg=latitude_deg,
        longitude_deg=longitude_deg,
        notes=(
            "Every hour is the mean of fifteen days around the date in a typical year.",
            *said,
        ),
    )


def _zone(time_zone: str | None, offset_h: float, year: int) -> tuple[str, tuple[str, ...]]:
    """Name of the zone for people, and what to say if it is not the one given."""
    own = _offset_name(offset_h)
    if time_zone is None:
        return own, ()
    zone = read_zone(time_zone)
    # Of January and July one has standard time; tzdata calls Irish winter time the
    # exception, while files and people call it the rule.
    offsets = [datetime(year, month, 1, tzinfo=zone).utcoffset() for month in (1, 7)]
    if min(offset for offset in offsets if offset is not None) == timedelta(hours=offset_h):
        return time_zone, ()
    return own, (
        f"Times are those of the file, UTC{own}: {time_zone} has another standard time.",
    )


def _epw_number(text: str, name: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise WeatherError(f"The EPW file has {text[:40]!r} as {name}; needed is a number.")
    return value


def _epw_values(body: list[list[str]]) -> dict[str, Array]:
    width = max(field.column for field in _EPW.values()) + 1
    short = next((row for row in body if len(row) < width), None)
    if short is not None:
        raise WeatherError(
            f"The EPW file has a line of {len(short)} cells; needed are {width} or more."
        )
    made = {}
    for name, field in _EPW.items():
        try:
            column = np.array([row[field.column] for row in body], dtype=np.float64)
        except ValueError:
            raise WeatherError(
                f"The EPW file has no number in column {field.column + 1}."
            ) from None
        made[name] = np.where(column >= field.missing, np.nan, column)
        if name in COLUMNS:
            check_possible(name, made[name])
    return made


def _epw_position(body: list[list[str]], on: date) -> int:
    """Row of the hour that ends at one o'clock of a day of the year."""
    # A typical year seldom has a 29 February: the day before stands for it.
    wanted = [(on.month, on.day)]
    if wanted == [(2, 29)]:
        wanted.append((2, 28))
    for month, day in wanted:
        for at in range(0, len(body), 24):
            if body[at][1:4] == [str(month), str(day), "1"]:
                return at
    raise WeatherError(f"The EPW file has no {on.day}.{on.month}. in order of hours.")


def _mean(values: Array) -> Array:
    """Mean over the days around; missing where most of them are."""
    known = np.isfinite(values)
    total = np.where(known, values, 0.0).sum(axis=1)
    count = known.sum(axis=1)
    enough = 2 * count > values.shape[1]
    return np.where(enough, total / np.maximum(count, 1), np.nan)


def _offset_name(hours: float) -> str:
    minutes = round(abs(hours) * 60)
    return f"{'-' if hours < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
