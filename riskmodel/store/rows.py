"""Rows of which some cannot be read: those are named, and the others read all the same.

Another program, a person's own hand or a spoilt disk may write into a cell what no
program of ours would.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from math import isfinite
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from riskmodel.diary.outcomes import UNREADABLE
from riskmodel.store.errors import is_of_content
from riskmodel.store.kinds import KINDS, LONGEST_NAME
from riskmodel.store.models import UtcTime

T = TypeVar("T")
_CHANCES = ("probability", "probability_low", "probability_high")


@dataclass(frozen=True)
class Unreadable:
    """A row that cannot be read.

    Attributes
    ----------
    noun : str
        What it is: a plan, say, or a session of the diary.
    id : str
        By which it can be deleted; empty if it has none of ours.
    name : str
        Empty if it has none.
    cells : mapping of str to str
        All of it as text, whatever it holds.
    """

    noun: str
    id: str
    name: str
    cells: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def __str__(self) -> str:
        of = f"The {self.noun} {self.name}" if self.name else f"One {self.noun}"
        return f"{of} cannot be read. It stays where it is until you delete it."


class Rows(list[T]):
    """What could be read, and beside it what could not."""

    def __init__(self, rows: Iterable[T], unreadable: Iterable[Unreadable] = ()) -> None:
        super().__init__(rows)
        self.unreadable = tuple(unreadable)


def rows_of(
    connection: sa.Connection, query: sa.Select[Any], table: sa.Table
) -> Rows[sa.Row[Any]]:
    """Rows of a query that takes columns of one table; an error only if none can be read.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    query : sqlalchemy.Select
    table : sqlalchemy.Table
    """
    try:
        rows = list(connection.execute(query))
    except (*UNREADABLE, DBAPIError) as error:
        if not is_of_content(error):
            raise
        rows = None
    columns = list(query.selected_columns)
    if rows is not None and all(_fits(row, columns) for row in rows):
        return Rows(rows)
    found = list(_one_by_one(connection, query, table))
    return Rows(
        (row for row in found if not isinstance(row, Unreadable)),
        (row for row in found if isinstance(row, Unreadable)),
    )


def _one_by_one(
    connection: sa.Connection, query: sa.Select[Any], table: sa.Table
) -> Iterator[sa.Row[Any] | Unreadable]:
    key, columns = _key(connection, table), list(query.selected_columns)
    for place in connection.scalars(query.with_only_columns(key).select_from(table)).all():
        try:
            row = connection.execute(query.where(key == place)).one()
        except (*UNREADABLE, DBAPIError) as error:
            if not is_of_content(error):
                raise
        else:
            if _fits(row, columns):
                yield row
                continue
        cells = _cells_as_text(connection, table, place)
        kind = KINDS.get(cells.get("kind", ""))
        noun = kind.noun if kind else "session of the diary" if "day" in cells else "entry"
        id, name = cells["id"], cells.get("name", "")[:LONGEST_NAME]
        yield Unreadable(noun, id if _is_id(id) else "", name, cells)


def _is_id(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{32}", text) is not None


def _key(connection: sa.Connection, table: sa.Table) -> sa.ColumnElement[Any]:
    # A number that SQLite itself gives, whatever stands in the cells.
    sqlite = connection.dialect.name == "sqlite"
    return sa.literal_column("rowid") if sqlite else table.c.id


def _cells_as_text(
    connection: sa.Connection, table: sa.Table, place: object
) -> dict[str, str]:
    """Every cell of one row as text, whatever it holds; ``place`` is that of its key."""
    kind: Any = sa.LargeBinary if connection.dialect.name == "sqlite" else sa.Text
    query = sa.select(*(sa.cast(column, kind).label(column.name) for column in table.c))
    row = connection.execute(query.where(_key(connection, table) == place)).one()
    return {
        name: cell.decode("utf-8", "backslashreplace")
        if isinstance(cell, bytes)
        else ""
        if cell is None
        else str(cell)
        for name, cell in row._mapping.items()
    }


def _fits(row: sa.Row[Any], columns: list[Any]) -> bool:
    """Whether each cell is of the type of its column, as SQLite does not promise."""
    return all(map(_fits_column, row, columns))


def _fits_column(cell: object, column: sa.Column[Any]) -> bool:
    kind = column.type
    if cell is None:
        return bool(column.nullable)
    if column.name == "id":
        return isinstance(cell, str) and _is_id(cell)
    if isinstance(kind, sa.Float):
        is_number = isinstance(cell, int | float) and isfinite(cell)
        # Out of their range they could not be compared with what came.
        return is_number and (column.name not in _CHANCES or 0 <= cell <= 1)  # type: ignore[operator]
    if isinstance(kind, sa.String):
        return isinstance(cell, str)
    if isinstance(kind, sa.Integer):
        return isinstance(cell, int)
    if isinstance(kind, UtcTime):
        return isinstance(cell, datetime)
    return not isinstance(kind, sa.Date) or isinstance(cell, date)
