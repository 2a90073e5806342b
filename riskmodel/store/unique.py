"""What may be there once only, seen before the database refuses it.

What PostgreSQL refuses it writes into its own log, with whose it is and how it is called.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(
    connection: sa.Connection, table: sa.Table, values: Mapping[str, Any]
) -> bool:
    """Insert a row, unless one is there that it may not be beside; whether it was."""
    is_sqlite = connection.dialect.name == "sqlite"
    new: sqlite.Insert | postgresql.Insert
    new = sqlite.insert(table) if is_sqlite else postgresql.insert(table)
    new = new.values(**values).on_conflict_do_nothing()
    done = connection.execute(new, execution_options={"preserve_rowcount": True})
    return done.rowcount == 1


def no_other_has(table: sa.Table, name: str) -> sa.ColumnElement[bool]:
    """Whether no other row of the same owner and kind has a name."""
    other = table.alias()
    same = (other.c[column] == table.c[column] for column in ("owner", "kind"))
    return ~sa.exists().where(*same, other.c.name == name, other.c.id != table.c.id)
