"""Rows of a table as they come, whichever file they stand in, and how many may come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from riskmodel.inputs.tables import (
    FIRST_ROWS,
    MOST_ROWS_SEEN,
    TableFileError,
    too_many_rows,
)
from riskmodel.inputs.told import grouped

MOST_COLUMNS = 200

Row = tuple[int, list[Any]]
"""Number of a row in its file, and its cells; rows without any are not kept."""


def is_empty(cell: Any) -> bool:
    """Whether there is nothing in a cell; what means "no answer" may be a name, as Na."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def filled(cells: Sequence[Any]) -> list[int]:
    """Places of the cells that hold something."""
    return [place for place, cell in enumerate(cells) if not is_empty(cell)]


def limited(rows: Iterable[Row], most_rows: int) -> list[Row]:
    """Rows that hold something, refused as soon as there are too many of anything."""
    kept: list[Row] = []
    for seen, (number, row) in enumerate(rows):
        if seen >= MOST_ROWS_SEEN:
            raise too_many_rows(MOST_ROWS_SEEN)
        if row.count(None) == len(row):
            continue
        places = filled(row)
        if not places:
            continue
        if places[-1] >= MOST_COLUMNS:
            raise TableFileError(
                f"Row {grouped(number)} has more than the {MOST_COLUMNS} columns that can "
                "be read."
            )
        kept.append((number, row[:MOST_COLUMNS]))
        if len(kept) > most_rows + FIRST_ROWS:
            raise too_many_rows(most_rows)
    return kept
