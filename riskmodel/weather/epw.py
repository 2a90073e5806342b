"""The usual climate of a date, from the typical year of an EPW file."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.told import grouped
from riskmodel.weather.cells import decimal_mark, number_of
from riskmodel.weather.complete import (
    COLUMNS,
    complete_weather,
    count_notes,
    over_hours,
)
from riskmodel.weather.hours import (
    HOUR,
    LeftOpen,
    Weather,
    WeatherError,
    check_days,
    end_of_days,
    read_zone,
)
from riskmodel.weather.impossible import OTHER_SCALE_SHARE, OtherScaleError, leave_open

Array = NDArray[np.float64]

AROUND_DAYS = 7
"""A typical year stands for a date with the days around it, a week each way: one day
of one year is chance.  Judgement."""
MOST_CLIMATE_DAYS = 14

_EPW_HEADER_LINES = 8
_ROWS_THAT_TELL = 200
"""In so many hours some number shows which its decimal mark is."""


class _EpwField(NamedTuple):
    column: int
    missing: float  # what stands there, or more, is missing
    is_a: str  # which of `COLUMNS`
    factor: float = 1.0  # to its unit
    preceding: bool = False  # the mean of the hour before, not the value at its end
    label: str = ""  # if it is not that column itself


# Columns of the EnergyPlus documentation, "Auxiliary Programs", EPW data dictionary.
_EPW = {
    "air_temperature_c": _EpwField(6, 99.9, "air_temperature_c"),
    "relative_humidity_pct": _EpwField(8, 999.0, "relative_humidity_pct"),
    "pressure_pa": _EpwField(9, 999999.0, "pressure_hpa", 0.01),
    "solar_radiation_w_m2": _EpwField(13, 9999.0, "solar_radiation_w_m2", preceding=True),
    "diffuse_radiation_w_m2": _EpwField(
        15, 9999.0, "solar_radiation_w_m2", preceding=True, label="diffuse radiation"
    ),
    "wind_speed_m_s": _EpwField(21, 999.0, "wind_speed_m_s"),
    "cloud_tenths": _EpwField(22, 99.0, "cloud_pct", 10.0),
}
_EPW_CELLS = 24
"""One more than the last that is read: where a file was cut, that one may be half."""


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
    check_days(on, days, most=MOST_CLIMATE_DAYS, of="climate")
    about, body = _epw_rows(content)
    mark = decimal_mark(cell for row in body[:_ROWS_THAT_TELL] for cell in row)
    latitude_deg, longitude_deg, offset_h = (
        _epw_number(about[at], name, mark)
        for at, name in ((6, "latitude"), (7, "longitude"), (8, "time zone"))
    )
    if not -14 <= offset_h <= 14:
        raise WeatherError(f"The EPW file has the time zone {offset_h:g} h.")
    hours, left_open, notes = _usual_hours(body, on, days, offset_h, mark)
    zone, zone_notes = _zone(time_zone, offset_h, on.year)
    place = place or ", ".join(filter(None, (about[1].strip(), about[3].strip())))
    mean = "Every hour is the mean of fifteen days around the date in a typical year."
    return complete_weather(
        Weather(
            *(hours, zone, "climate", place, latitude_deg, longitude_deg),
            notes=(mean, *zone_notes, *notes),
            last_start=end_of_days(on, days, read_zone(zone)),
            left_open=left_open,
        )
    )


def _epw_rows(content: bytes) -> tuple[list[str], list[list[str]]]:
    """Cells of the first line, which is about the place, and of every hour."""
    text = content.decode("utf-8-sig", "replace")
    # A spreadsheet program may save it with other separators than commas.
    mark = next((m for m in ";\t" if text[8:9] == m), ",")
    try:
        rows = list(csv.reader(text.splitlines(), delimiter=mark))
    except csv.Error:
        raise WeatherError("The file is no readable EPW file.") from None
    about, body = rows[:1], [row for row in rows[_EPW_HEADER_LINES:] if any(row)]
    if not about or len(about[0]) < 10 or len(body) not in (8760, 8784):
        raise WeatherError(
            f"The EPW file has {grouped(len(body))} hours below its 8 lines of header; "
            "needed is a whole year, 8760 or 8784."
        )
    short = min(len(row) for row in body)
    if short < _EPW_CELLS:
        raise WeatherError(
            f"The EPW file has a line of {short} cells; needed are {_EPW_CELLS} or more."
        )
    return about[0], body


def _usual_hours(
    body: list[list[str]], on: date, days: int, offset_h: float, mark: str
) -> tuple[pd.DataFrame, tuple[LeftOpen, ...], tuple[str, ...]]:
    """Means over the days around, in the columns of weather, and what was done."""
    # Fifteen days for every hour; the year joins up with itself.
    around = np.arange(-AROUND_DAYS, AROUND_DAYS + 1) * 24
    # One label before the first midnight and all of one day more.
    n_labels = (days + 1) * 24 + 1
    first = _epw_position(body, on) - 1
    at = (first + np.arange(n_labels)[:, None] + around) % len(body)
    usual: dict[str, Array] = {}
    left_open: tuple[LeftOpen, ...] = ()
    notes: tuple[str, ...] = ()
    for name, field in _EPW.items():
        values, some, note = _epw_values(body, field, np.unique(at), mark)
        usual[name] = _mean(values[at])
        left_open += some
        notes += note
    midnight = datetime(on.year, on.month, on.day, tzinfo=UTC) - timedelta(hours=offset_h)
    hours = over_hours(
        np.datetime64(midnight.replace(tzinfo=None), "ns") + np.arange(n_labels) * HOUR,
        {name: v for name, v in usual.items() if not _EPW[name].preceding},
        {name: v for name, v in usual.items() if _EPW[name].preceding},
    )
    whole, diffuse = hours["solar_radiation_w_m2"], hours.pop("diffuse_radiation_w_m2")
    above = (diffuse > whole).to_numpy()
    share = (1.0 - diffuse / whole.where(whole > 0)).clip(0.0, 1.0)
    hours["direct_fraction"] = share.where(whole != 0, 0.0)
    hours["pressure_hpa"] = hours.pop("pressure_pa") / 100.0
    hours["cloud_pct"] = hours.pop("cloud_tenths") * 10.0
    words = "Diffuse radiation above the radiation in all", "was taken as all of it"
    return hours, left_open, (*notes, *count_notes((above, *words)))


def _zone(time_zone: str | None, offset_h: float, year: int) -> tuple[str, tuple[str, ...]]:
    """Name of the zone for people, and what to say if it is not the one given."""
    minutes = round(abs(offset_h) * 60)
    own = f"{'-' if offset_h < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
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


def _epw_number(text: str, name: str, mark: str) -> float:
    try:
        value = number_of(text, mark)
    except ValueError:
        value = None
    if value is None:
        raise WeatherError(f"The EPW file has {text[:40]!r} as {name}; needed is a number.")
    return value


def _epw_values(
    body: list[list[str]], field: _EpwField, used: NDArray[np.intp], mark: str
) -> tuple[Array, tuple[LeftOpen, ...], tuple[str, ...]]:
    """One column of the year; what is missing, and what cannot be in a used row, is NaN."""
    cells = [row[field.column] for row in body]
    odd: tuple[LeftOpen, ...] = ()
    try:
        column = np.array(cells, dtype=np.float64)
    except ValueError:
        column, odd = _one_by_one(body, field, used, mark)
    values = np.where(column >= field.missing, np.nan, column)
    try:
        possible, left_open = leave_open(
            field.is_a,
            values[used] * field.factor,
            lambda row: _when(body[used[row]]),
            lambda row: cells[used[row]].strip(),
            values[used],
            field.label,
        )
    except OtherScaleError as error:
        if COLUMNS[field.is_a].needed:
            raise
        return np.full(len(body), np.nan), odd, (str(error),)
    values[used] = possible / field.factor
    return values, odd + left_open, ()


def _one_by_one(
    body: list[list[str]], field: _EpwField, used: NDArray[np.intp], mark: str
) -> tuple[Array, tuple[LeftOpen, ...]]:
    """Read a column in which some cells are empty, no numbers, or have a decimal comma."""
    values, odd = np.full(len(body), np.nan), []
    for n, row in enumerate(body):
        try:
            number = number_of(row[field.column], mark)
        except ValueError:
            odd.append(n)
        else:
            values[n] = np.nan if number is None else number
    if len(odd) > OTHER_SCALE_SHARE * len(body):
        raise WeatherError(
            f"The EPW file has no number in column {field.column + 1}, but "
            f"{body[odd[0]][field.column][:40]!r}."
        )
    seen = sorted({*odd} & {*used.tolist()})
    if not seen:
        return values, ()
    row = body[seen[0]]
    label, cell = field.label or COLUMNS[field.is_a].label, row[field.column][:40]
    return values, (LeftOpen(label, len(seen), cell, _when(row), "unreadable"),)


def _when(row: list[str]) -> str:
    """Hour of a row: month, day, and the hour as it is counted there, 1 to 24."""
    return f"{row[1]}/{row[2]}, hour {row[3]}"


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
