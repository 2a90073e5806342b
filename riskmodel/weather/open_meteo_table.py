"""Read tables of Open-Meteo, CSV or Excel, also as a spreadsheet program saves them.

The places are in the first lines, one in each; below an empty line follow the hours,
with their units in brackets, and perhaps other tables: of the present, of quarters of an
hour, of days.  With several places each line of both begins with the number of one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice, pairwise
from typing import Any, NamedTuple

from riskmodel.inputs.date_words import EXCEL_EPOCH, months
from riskmodel.inputs.tables import TableFileError, csv_rows, folded, separator
from riskmodel.inputs.told import grouped
from riskmodel.weather.cells import (
    NEEDED_TIME,
    TimesRead,
    decimal_mark,
    number_of,
    read_times,
)
from riskmodel.weather.complete import LONGEST_HOURS
from riskmodel.weather.hours import LeftOpen, Weather, WeatherError
from riskmodel.weather.open_meteo_answer import VARIABLES, weather_of
from riskmodel.weather.several_places import FilePlace, chosen_place

Row = Sequence[Any]

UNREADABLE_SHARE = 0.2
"""Where so many cells of a column cannot be read, it is another kind of table; our
judgement, as with other scales."""
MOST_LINES = 5 * LONGEST_HOURS
"""Of hours and of quarters of them, of one place, in all the tables of a file."""
MOST_COLUMNS = 1_000
"""Of a table; each variable may be there for many models.  Judgement."""
MOST_PLACES, MOST_TABLES = 2_000, 100
"""Of a file: the service gives 1000 places at once, and four tables.  Judgement."""
_CELLS_THAT_TELL = 5_000
"""Among so many numbers some show which their decimal mark is."""
_NEEDED_PLACE = ("latitude", "longitude", "utc_offset_seconds")
_DAY_OF_MONTH = re.compile(r"\d{1,2}[. -]{1,2}([^\W\d_]+)\.?")
_UNITS = {
    **{"c": "°C", "f": "°F", "kmh": "km/h", "km/h": "km/h", "mph": "mph", "mp/h": "mp/h"},
    **{"kn": "kn", "ms": "m/s", "m/s": "m/s", "%": "%", "w/m": "W/m²", "w/m2": "W/m²"},
    **{"hpa": "hPa", "k": "K"},
}
"""Units without the letters that a wrong encoding breaks."""


class _Block(NamedTuple):
    """One table of hours: what its columns are called, and its rows."""

    names: tuple[str, ...]
    units: tuple[str, ...]
    rows: list[Row]

    def column(self, name: str) -> list[Any]:
        at = self.names.index(name)
        return [row[at] for row in self.rows]


def is_table(text: str) -> bool:
    """Whether a text begins like a table of the service."""
    return "latitude" in text[:400].lower()


def text_rows(text: str) -> list[list[Any]]:
    """Cells of a CSV text, also where each line has become one cell.

    Raises
    ------
    WeatherError
        If it is no table.
    """
    try:
        rows = csv_rows(text, mark := separator(text))
        # A program that did not know the separator has put each line into one cell.
        if all(sum(bool(c.strip()) for c in row) <= 1 for row in rows) and mark in ",;\t|":
            inner = "\n".join(next((c for c in row if c.strip()), "") for row in rows)
            if inner != text:
                rows = csv_rows(inner, separator(inner))
    except TableFileError as error:
        raise WeatherError(str(error)) from None
    _refuse_wide(rows)
    return [[*row] for row in rows]


def _refuse_wide(rows: Sequence[Row]) -> None:
    widest = max(map(len, rows), default=0)
    if widest > MOST_COLUMNS:
        raise WeatherError(
            f"The file has a line of {grouped(widest)} cells; allowed is up to "
            f"{MOST_COLUMNS}."
        )


def _refuse_many(count: int, most: int, of: str) -> None:
    if count > most:
        raise WeatherError(
            f"The file has {grouped(count)} {of}; allowed is up to {grouped(most)}."
        )


def weather_of_table(
    rows: Sequence[Row],
    *,
    place: str = "",
    location: int | None = None,
    epoch: datetime = EXCEL_EPOCH,
) -> Weather:
    """Read the rows of a table saved from the service, or say why it is none.

    Raises
    ------
    WeatherError
        If it is none; `SeveralPlacesError` if one of its places must be chosen.
    """
    places, blocks = _parts(rows)
    broken = (c for row in rows for c in row if isinstance(c, str) and re.search("[.,]", c))
    mark = decimal_mark(islice(broken, _CELLS_THAT_TELL))
    numbered = [_place(about, mark) for about in places]
    where = chosen_place(
        [_file_place(n, about) for n, about in enumerate(numbered)], location
    )
    about = numbered[where]
    of_place = [_of_place(block, about.get("location_id"), mark) for block in blocks]
    n_lines = sum(len(block.rows) for block in of_place)
    _refuse_many(n_lines, MOST_LINES, "lines of hours of a place")
    block, times = _hourly(of_place, epoch)
    kept = [n for n, moment in enumerate(times.moments) if moment is not None]
    open_cells = _unreadable_times(block, times.moments)
    columns: dict[str, list[Any]] = {}
    read_names = {name for variable in VARIABLES.values() for name in variable.names}
    for name in dict.fromkeys(block.names):
        if name in read_names or name == "is_day":
            columns[name], some = _numbers(block, name, mark)
            open_cells += some
    stamps = [_stamp(times.moments[n], unix=times.unix) for n in kept]
    payload = {
        **about,
        "hourly": {
            # What is not read is told where something that is needed is missing.
            **dict.fromkeys(block.names),
            "time": stamps,
            **{name: [values[n] for n in kept] for name, values in columns.items()},
        },
        "hourly_units": {
            **dict(zip(block.names, block.units, strict=True)),
            "time": "unixtime" if times.unix else "iso8601",
        },
    }
    weather = weather_of(payload, place=place)
    return replace(
        weather,
        notes=(*times.notes, *weather.notes),
        left_open=(*open_cells, *weather.left_open),
    )


def _parts(rows: Sequence[Row]) -> tuple[list[dict[str, Any]], list[_Block]]:
    """Lines about the places, by their headers, and the tables below them."""
    words = [[_word(cell) for cell in row] for row in rows]
    head = next((n for n, row in enumerate(words) if "latitude" in row), None)
    starts = [n for n, row in enumerate(words) if "time" in row and head is not None]
    if head is None or not starts:
        raise WeatherError(
            "The file has no line that begins with time, below the lines with the place."
        )
    places = []
    for n in range(head + 1, starts[0]):
        if not any(words[n]):
            break  # below may be a table of the present
        names_of_place = words[head][: len(rows[n])]
        places.append({name: rows[n][at] for at, name in enumerate(names_of_place)})
    _refuse_many(len(places), MOST_PLACES, "places")
    _refuse_many(len(starts), MOST_TABLES, "tables")
    if not places:
        raise WeatherError("The file has no line with the place below that of its headers.")
    blocks = []
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        width = max(at for at, word in enumerate(words[start]) if word) + 1
        headers = [_header(str(cell)) for cell in rows[start][:width]]
        body = [
            _whole(rows[n], words[n], width)
            for n in range(start + 1, _end(words, start, end, width))
            if any(words[n])
        ]
        names, units = zip(*headers, strict=True)
        blocks.append(_Block(names, units, body))
    return places, blocks


def _end(words: Sequence[Sequence[str]], start: int, end: int, width: int) -> int:
    """Where the rows of a table end: at one that is no row of it, below an empty line."""
    for n in range(start + 2, end):
        filled = sum(bool(word) for word in words[n])
        if 0 < filled < min(width, 3) and not any(words[n - 1]):
            return n
    return end


def _word(cell: Any) -> str:
    return "" if cell is None else str(cell).strip().lower()


def _whole(row: Row, words: Sequence[str], width: int) -> Row:
    """Cells below headers; a spreadsheet program adds empty ones behind them."""
    if any(words[width:]) or len(row) < width:
        n_cells = max(at for at, word in enumerate(words) if word) + 1
        raise WeatherError(
            f"The line of {row[0]} has {grouped(n_cells)} cells; needed are {width}."
        )
    return row[:width]


def _header(cell: str) -> tuple[str, str]:
    """Name and unit of a column such as ``wind_speed_10m (km/h)``."""
    name, _, unit = cell.strip().rpartition(" (")
    if not name:
        return unit.strip().lower(), ""
    unit = unit.rstrip(")").strip()
    plain = re.sub(r"[^a-z0-9/%]", "", unit.encode("ascii", "ignore").decode().lower())
    return name.strip().lower(), _UNITS.get(plain, unit)


def _place(about: dict[str, Any], mark: str) -> dict[str, Any]:
    """Line about a place, with numbers where they are needed."""
    numbers: dict[str, Any] = {}
    for name in (*_NEEDED_PLACE, "location_id"):
        try:
            numbers[name] = number_of(about.get(name), mark)
        except ValueError:
            numbers[name] = about[name]
    return {**about, **numbers}


def _file_place(number: int, about: dict[str, Any]) -> FilePlace:
    """Make what is offered of a place; what cannot be read is told once it is chosen."""
    latitude, longitude, own = (
        about[key] if isinstance(about[key], float) else float("nan")
        for key in ("latitude", "longitude", "location_id")
    )
    location = int(own) if own == own else number
    return FilePlace(location, latitude, longitude, str(about.get("timezone")))


def _of_place(block: _Block, location: Any, mark: str) -> _Block:
    if "location_id" not in block.names:
        return block
    at = block.names.index("location_id")

    def own(row: Row) -> bool:
        try:
            return bool(number_of(row[at], mark) == location)
        except ValueError:
            return False

    return block._replace(rows=[row for row in block.rows if own(row)])


def _hourly(blocks: Sequence[_Block], epoch: datetime) -> tuple[_Block, TimesRead]:
    """Find the table whose lines are an hour apart, or else the first with some lines."""
    several = [block for block in blocks if len(block.rows) > 1] or blocks[:1]
    for block in several:
        times = read_times(block.column("time"), epoch)
        moments = set(filter(None, times.moments))
        steps = Counter(b - a for a, b in pairwise(sorted(moments)))
        if steps and steps.most_common(1)[0][0] == timedelta(hours=1):
            return block, times
    return several[0], read_times(several[0].column("time"), epoch)


def _unreadable_times(block: _Block, moments: Sequence[datetime | None]) -> list[LeftOpen]:
    """Rows without a time that can be read; WeatherError if these are most."""
    cells = block.column("time")
    lost = [n for n, moment in enumerate(moments) if moment is None]
    if not lost and cells:
        return []
    example = str(cells[lost[0]])[:40] if lost else ""
    if len(lost) == len(cells) or len(lost) > UNREADABLE_SHARE * len(cells):
        raise WeatherError(
            f"The weather has times that are none, such as {example!r}; needed is a time "
            f"like {NEEDED_TIME}."
        )
    return [LeftOpen("time", len(lost), example, "", "unreadable")]


def _numbers(block: _Block, name: str, mark: str) -> tuple[list[Any], list[LeftOpen]]:
    """Values of a column, None where there is none or none that can be read."""
    cells, values, odd = block.column(name), [], []
    for n, cell in enumerate(cells):
        try:
            values.append(number_of(cell, mark))
        except ValueError:
            values.append(None)
            odd.append(n)
    if not odd:
        return values, []
    example, when = str(cells[odd[0]])[:40], str(block.column("time")[odd[0]])
    if len(odd) > UNREADABLE_SHARE * len(cells):
        if any(_is_date(cells[n]) for n in odd):
            raise WeatherError(
                f"A spreadsheet program has made dates of numbers in {name} (such as "
                f"{example}): needed is the file as the service gave it, not as that "
                "program saved it."
            )
        raise WeatherError(
            f"The file has {example!r} in {name} at {when}; needed is a number like 18.5 "
            "or 18,5."
        )
    return values, [LeftOpen(name, len(odd), example, when, "unreadable")]


def _is_date(cell: Any) -> bool:
    """Whether a cell is a day, also without its year, such as 18. Jul."""
    day = _DAY_OF_MONTH.fullmatch(str(cell))
    return isinstance(cell, datetime) or (day is not None and folded(day[1]) in months())


def _stamp(moment: datetime | None, *, unix: bool) -> Any:
    if moment is None:
        return None
    return (moment - datetime(1970, 1, 1)).total_seconds() if unix else moment.isoformat()
