"""Which program wrote a table, and where its columns are."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from riskmodel.inputs.rows import MOST_COLUMNS
from riskmodel.inputs.tables import (
    FIRST_ROWS,
    SEPARATORS,
    TableFileError,
    csv_rows,
    refuse_many_cells,
    separator,
    text_of,
)
from riskmodel.inputs.told import grouped
from riskmodel.training.any_file import Given, opened, plain
from riskmodel.training.limits import MOST_BYTES, MOST_ROWS
from riskmodel.training.log import NoTable, TrainingLogError, UnknownTable
from riskmodel.training.one_file import READ
from riskmodel.training.words import (
    DURATIONS,
    MEANINGS,
    OWN_LABEL,
    Source,
    header_key,
    numbered,
    sources,
)

OWN = Source("own", OWN_LABEL, "local", (), frozenset(), (), {}, {})
_NO_TABLE = "This file is no table: no row has two cells."


@dataclass(frozen=True)
class LogColumn:
    """A column of a file that nobody has said the meaning of yet.

    Attributes
    ----------
    header : str
        As `read_log` takes it; the second of its name ends with ``#2``.
    samples : tuple of str
        Its first cells that are not empty, at most three.
    meaning : str
        One of `MEANINGS` where the program that wrote the file is known, else empty.
    """

    header: str
    samples: tuple[str, ...]
    meaning: str = ""


@dataclass(frozen=True)
class Table:
    """A table in a file, and what wrote it."""

    source: Source
    mark: str
    headers: list[str]
    places: dict[str, int]  # of the columns, by what they mean
    text: str
    below: int  # the row below the headers

    @cached_property
    def rows(self) -> list[list[str]]:
        """Cells of every row below the headers."""
        return _rows(self.text, self.mark)[self.below :]


def read_table(content: bytes, columns: Mapping[str, str] | None) -> Table:
    """Find the headers in a file, those of a program or those that a person has named."""
    text = _text(content)
    return _known_table(text) if columns is None else _own_table(text, columns)


def log_columns(file: Given) -> tuple[LogColumn, ...]:
    r"""List the columns of a CSV table, for a person to say what they mean.

    Parameters
    ----------
    file : bytes, pathlib.Path or binary file

    Returns
    -------
    tuple of LogColumn

    Raises
    ------
    TrainingLogError
        If it is no table.

    Examples
    --------
    >>> log_columns(b"When;Minutes\n3.5.2026;60\n")[1]
    LogColumn(header='Minutes', samples=('60',), meaning='')
    """
    with opened(file) as packed:
        unpacked, kind, _ = plain(packed)
        if kind != "table":
            raise TrainingLogError("This file has no columns to name: it is read as it is.")
        text = _text(unpacked.read(MOST_BYTES))
    try:
        table = _known_table(text)
    except TrainingLogError:
        rows = _rows(text, mark := separator(text))
        place = _first_with_cells(rows)
        if place is None:
            raise NoTable(_NO_TABLE) from None
        table = Table(OWN, mark, _headers(rows[place]), {}, text, place + 1)
    meanings = {place: what for what, place in table.places.items() if what in MEANINGS}
    return tuple(
        LogColumn(header, tuple(_samples(table.rows, place)), meanings.get(place, ""))
        for place, header in enumerate(table.headers)
        if header
    )


def _samples(rows: list[list[str]], place: int) -> Iterator[str]:
    filled = (row[place].strip() for row in rows if len(row) > place and row[place].strip())
    return (cell[:40] for cell in islice(filled, 3))


def _text(content: bytes) -> str:
    """Text of a table, or a sentence about what else it is."""
    try:
        text = text_of(content, "CSV")
        refuse_many_cells(text, separator(text))
        return text
    except TableFileError as error:
        raise TrainingLogError(str(error)) from error


def _rows(text: str, mark: str) -> list[list[str]]:
    """Rows of a CSV text, if there are not too many."""
    try:
        rows = csv_rows(text, mark)
    except TableFileError as error:
        raise TrainingLogError(str(error)) from error
    if len(rows) > MOST_ROWS + FIRST_ROWS:
        raise TrainingLogError(
            f"There are {grouped(len(rows))} rows in this file; allowed are up to "
            f"{grouped(MOST_ROWS)}."
        )
    return rows


def _first_with_cells(rows: list[list[str]]) -> int | None:
    return next((i for i, row in enumerate(rows) if sum(map(bool, row)) > 1), None)


def _possible_headers(text: str) -> Iterator[tuple[str, int, list[str]]]:
    """Each of the first rows, cut by each mark: the mark, its place and its cells."""
    lines = io.StringIO(text, newline="")
    for mark in SEPARATORS:
        lines.seek(0)
        try:
            rows = list(islice(csv.reader(lines, delimiter=mark), FIRST_ROWS))
        except csv.Error:
            continue
        for place, row in enumerate(rows):
            if len(row) > 1:
                yield mark, place, _headers(row)


def _headers(row: list[str]) -> list[str]:
    """Names of columns, each another one, if there are not too many."""
    if len(row) > MOST_COLUMNS:
        raise TrainingLogError(
            f"There are {grouped(len(row))} columns in this table; allowed are up to "
            f"{MOST_COLUMNS}."
        )
    return numbered(row)


def _places(source: Source, headers: list[str]) -> dict[str, int]:
    """Column of each meaning, if this can be a table of the source at all."""
    columns = {header_key(name): i for i, name in reversed([*enumerate(headers)])}
    places = {
        what: columns[next(name for name in names if name in columns)]
        for what, names in source.columns.items()
        if any(name in columns for name in names)
    }
    fits = source.marks & columns.keys() and all(what in places for what in source.needs)
    return places if fits else {}


def _known_table(text: str) -> Table:
    """Find the headers of a known program; which one has the most of them."""
    possible = [
        (places, source, mark, place, headers)
        for mark, place, headers in _possible_headers(text)
        for source in sources().values()
        if (places := _places(source, headers))
    ]
    if not possible:
        raise _not_known(text)
    places, source, mark, place, headers = max(possible, key=lambda one: len(one[0]))
    return Table(source, mark, headers, places, text, place + 1)


def _not_known(text: str) -> TrainingLogError:
    """Say whether headers are missing, or are of another program."""
    first = _rows(text, separator(text))[:FIRST_ROWS]
    place = _first_with_cells(first)
    if place is None:
        return NoTable(_NO_TABLE)
    row = first[place]
    numbers = (re.fullmatch(r"\s*[\d.,:/\-\s]*\d[\d.,:/\-\s]*", cell) for cell in row)
    if value := next(filter(None, numbers), None):
        return TrainingLogError(
            f"The first row holds values, such as {value[0].strip()[:30]}, where the names "
            "of the columns should be: add a row of headers above it."
        )
    named = ", ".join(cell.strip()[:30] for cell in row[:4])
    return UnknownTable(
        row[0].strip()[:30] or "Date",
        f"These columns are of no program known here ({named}, ...): known are {READ}; "
        "for another table, say what its columns mean.",
    )


def _own_table(text: str, columns: Mapping[str, str]) -> Table:
    """Find the row of headers that a person has named."""
    for meaning in columns.values():
        if meaning not in MEANINGS:
            raise TrainingLogError(
                f"A column cannot mean {meaning!r}; allowed are {', '.join(MEANINGS)}."
            )
    if len(set(columns.values())) < len(columns):
        raise TrainingLogError("Two columns have the same meaning: leave one of them out.")
    if "start" not in columns.values() or not DURATIONS.keys() & set(columns.values()):
        raise TrainingLogError(
            "Needed are a column for the start and one for the duration."
        )
    wanted = {header_key(header): meaning for header, meaning in columns.items()}
    for mark, place, headers in _possible_headers(text):
        keys = [header_key(header) for header in headers]
        if all(key in keys for key in wanted):
            places = {what: keys.index(key) for key, what in wanted.items()}
            return Table(OWN, mark, headers, places, text, place + 1)
    raise TrainingLogError(f"No row of headers has all of these: {', '.join(columns)}.")
