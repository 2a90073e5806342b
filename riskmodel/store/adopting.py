"""Everything of one owner becomes another one's, once people sign in."""

from __future__ import annotations

from collections import Counter
from itertools import count
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from riskmodel.inputs.told import grouped
from riskmodel.store.errors import StoreError
from riskmodel.store.kinds import KINDS, MOST_ITEMS, MOST_OUTCOMES, numbered
from riskmodel.store.models import items, metadata, outcomes
from riskmodel.store.records import Counts
from riskmodel.store.rows import Rows, rows_of


def move_rows(connection: Connection, giver: str, owner: str) -> Counts:
    """Move every row; what has a name that the owner has already gets a number."""
    theirs, new = _named(connection, owner), _named(connection, giver)
    for kind, n in Counter(row.kind for row in (*theirs, *new)).items():
        _check_sum(n, MOST_ITEMS, KINDS[kind].plural if kind in KINDS else f"of {kind}")
    taken = {(row.kind, row.name) for row in theirs}
    doubled = [row for row in new if (row.kind, row.name) in taken]
    taken |= {(row.kind, row.name) for row in new}
    # First the names, which nobody has yet, so that no two are ever the same.
    for row in doubled:
        names = (numbered(row.name, i) for i in count(2))
        name = next(n for n in names if (row.kind, n) not in taken)
        taken.add((row.kind, name))
        one = update(items).where(items.c.id == row.id, items.c.owner == giver)
        connection.execute(one.values(name=name))
    moved = {}
    for table in metadata.tables.values():
        move = update(table).where(table.c.owner == giver).values(owner=owner)
        moved[table.name] = connection.execute(move).rowcount
    n_outcomes = select(func.count()).where(outcomes.c.owner == owner)
    _check_sum(connection.execute(n_outcomes).scalar_one(), MOST_OUTCOMES, "outcomes")
    return Counts(**moved)


def _named(connection: Connection, owner: str) -> Rows[Row[Any]]:
    query = select(items.c.id, items.c.kind, items.c.name).where(items.c.owner == owner)
    # What cannot be read moves as it is.
    return rows_of(connection, query.order_by(items.c.created, items.c.id), items)


def _check_sum(together: int, most: int, what: str) -> None:
    if together > most:
        raise StoreError(
            f"Together that is {grouped(together)} {what}; allowed is up to "
            f"{grouped(most)}: delete some."
        )
