"""Which program wrote a table, and where its columns are."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from riskmodel.inputs.tables import (
    FIRST_ROWS,
    SEPARATORS,
    TableFileError,
    csv_rows,
    separator,
    text_of,
)
from riskmodel.training.log import TrainingLogError
from riskmodel.training.words import (
    DURATIONS,
    MEANINGS,
    Source,
    header_key,
    numbered,
    sources,
)

MOST_ROWS = 100_000
MOST_BYTES = 100_000_000

OWN = Source("own", "your table", "local", (), frozenset(), (), {})
_KNOWN = "Strava, Garmin Connect, intervals.icu and TrainingPeaks, and FIT files"


@dataclass(frozen=True)
class Table:
    """Rows of a file below their headers, and what wrote them."""

    source: Source
    mark: str
    headers: list[str]
    meanings: dict[str, int]
    rows: list[list[str]]


def log_text(content: bytes) -> str:
    """Text of a file that may be a table, or a sentence about what else it is."""
    if len(content) > MOST_BYTES:
        raise TrainingLogError(
            f"This file has {len(content) / 1e6:.0f} MB; allowed are up to "
            f"{MOST_BYTES / 1e6:.0f} MB."
        )
    if content.startswith(b"PK"):
        if b"xl/" in content[:4000] or b"[Content_Types].xml" in content[:4000]:
            raise TrainingLogError("This is an Excel workbook: save the sheet as CSV.")
        raise TrainingLogError(
            "This is a zip archive: unpack it and give the activities.csv or the FIT files "
            "in it."
        )
    if content.startswith(b"\x1f\x8b"):
        raise TrainingLogError("This file is compressed (.gz): unpack it first.")
    try:
        text = text_of(content, "CSV")
    except TableFileError as error:
        raise TrainingLogError(str(error)) from error
    if text.lstrip()[:1] in ("<", "{"):
        raise TrainingLogError(
            "This file is no table but XML or JSON, such as GPX or TCX; known are "
            f"tables of {_KNOWN}."
        )
    return text


def table_rows(text: str, mark: str) -> list[list[str]]:
    """Rows of a CSV text, if there are not too many."""
    try:
        rows = csv_rows(text, mark)
    except TableFileError as error:
        raise TrainingLogError(str(error)) from error
    if len(rows) > MOST_ROWS + FIRST_ROWS:
        raise TrainingLogError(
            f"There are {len(rows)} rows in this file; allowed are up to {MOST_ROWS}."
        )
    return rows


def _first_rows(text: str, mark: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        return list(islice(reader, FIRST_ROWS))
    except csv.Error:
        return []


def _meanings(source: Source, headers: list[str]) -> dict[str, int]:
    """Column of each meaning, if this can be a table of the source at all."""
    places = {header_key(name): i for i, name in reversed([*enumerate(headers)])}
    found = {
        what: places[next(name for name in names if name in places)]
        for what, names in source.columns.items()
        if any(name in places for name in names)
    }
    fits = source.marks & places.keys() and all(what in found for what in source.needs)
    return found if fits else {}


def known_table(text: str) -> Table:
    """Find the headers of a known program; which one has the most of them."""
    best: tuple[int, str, int, Source] | None = None
    for mark in SEPARATORS:
        for place, row in enumerate(_first_rows(text, mark)):
            for source in sources().values():
                size = len(_meanings(source, numbered(row)))
                if size and (best is None or size > best[0]):
                    best = size, mark, place, source
    if best is None:
        raise _not_known(text)
    _, mark, place, source = best
    rows = table_rows(text, mark)
    headers = numbered(rows[place])
    return Table(source, mark, headers, _meanings(source, headers), rows[place + 1 :])


def _not_known(text: str) -> TrainingLogError:
    """Say whether headers are missing, or are of another program."""
    first = table_rows(text, separator(text))[:FIRST_ROWS]
    rows = [row for row in first if sum(map(bool, row)) > 1]
    if not rows:
        return TrainingLogError("This file is no table: no row has two cells.")
    if any(re.fullmatch(r"\s*[\d.,:/\-\s]*\d[\d.,:/\-\s]*", cell) for cell in rows[0]):
        return TrainingLogError(
            "The first row holds values where the names of the columns should be: export "
            "the file again, with its row of headers."
        )
    named = ", ".join(cell.strip()[:30] for cell in rows[0][:4])
    return TrainingLogError(
        f"These columns are of no program known here ({named}, ...): known are {_KNOWN}; "
        "for another table, say what its columns mean."
    )


def own_table(text: str, columns: Mapping[str, str]) -> Table:
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
    for mark in SEPARATORS:
        for place, row in enumerate(_first_rows(text, mark)):
            headers = numbered(row)
            keys = [header_key(header) for header in headers]
            if all(key in keys for key in wanted):
                rows = table_rows(text, mark)
                meanings = {what: keys.index(key) for key, what in wanted.items()}
                return Table(OWN, mark, headers, meanings, rows[place + 1 :])
    raise TrainingLogError(f"No row of headers has all of these: {', '.join(columns)}.")
