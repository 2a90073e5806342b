"""Every row of a database, read without the store that wrote it."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

from proofs.crash.ledger import Row, Rows
from tests.postgres import Server

ITEM_CELLS = ("owner", "kind", "name", "content", "program", "scorecard_version")
OUTCOME_CELLS = (
    "owner",
    "day",
    "probability",
    "probability_low",
    "probability_high",
    "program",
    "scorecard",
    "cramp",
    "sport",
    "duration_min",
    "muscle",
    "cramp_at_min",
    "after_session",
    "answers",
    "scorecard_version",
)
_TABLES = {"items": ITEM_CELLS, "outcomes": OUTCOME_CELLS}
_WAIT_S = 30.0


class DamageError(Exception):
    """The database is not whole."""


def sqlite_rows(path: Path) -> Rows:
    """Read a copy of a database that nobody writes; the file itself stays untouched."""
    with tempfile.TemporaryDirectory(prefix="cramprisk-crash-") as folder:
        for end in ("", "-wal", "-journal"):
            if (file := Path(f"{path}{end}")).exists():
                shutil.copyfile(file, Path(folder) / f"copy{end}")
        return rows_at(Path(folder) / "copy")


def rows_at(path: Path) -> Rows:
    """Read a database of SQLite, which must be whole."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            report = connection.execute("PRAGMA integrity_check").fetchall()
            if report != [("ok",)]:
                raise DamageError(str(report[:3]))
            names = connection.execute("SELECT count(*) FROM sqlite_master")
            return {} if names.fetchone() == (0,) else _rows(connection.execute)
    except sqlite3.DatabaseError as error:
        raise DamageError(str(error)) from error


def postgres_rows(server: Server, database: str) -> Rows:
    """Read a database once the work of programs that are dead has ended too."""
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    with server.connect(database) as connection:
        until = time.monotonic() + _WAIT_S
        while connection.execute(others).fetchone() != (0,):
            if time.monotonic() > until:
                raise DamageError("A killed program is still at work.")
            time.sleep(0.002)
        return _rows(lambda query: _as_text(connection, query))


def _as_text(connection: psycopg.Connection, query: str) -> Iterable[tuple[Any, ...]]:
    for name in ("content", "answers"):  # every byte of the JSON as it is stored
        query = query.replace(f" {name},", f" {name}::text,")
    return connection.execute(query.replace(" day,", " day::text,").encode())


def _rows(execute: Callable[[str], Iterable[tuple[Any, ...]]]) -> Rows:
    rows = {}
    for table, names in _TABLES.items():
        for id, version, *cells in execute(
            f"SELECT id, version, {', '.join(names)} FROM {table}"
        ):
            rows[id] = Row(version, (table, *cells))
    return rows
