"""From a URL to a database that is open, whole and up to date."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import URL
from sqlalchemy.pool import ConnectionPoolEntry

from riskmodel.store.errors import StoreError, one_sentence
from riskmodel.store.places import OpenFile, place_of

VERSION_TABLE = "cramprisk_revision"
_MIGRATIONS = Path(__file__).parent / "migrations"
_CONNECT_S = 10
# Any number, as long as nobody else's is the same; keeps two openings from migrating
# one PostgreSQL database at once.
_MIGRATION_LOCK = 7_266_747_201
# Alembic's operations work on one database at a time in a process.
_one_migration = Lock()


def _to_json(value: Any) -> str:
    # Escaped, a NUL or half a surrogate pair passes through both databases.
    return json.dumps(value, allow_nan=False, separators=(",", ":"))


class Database:
    """Transactions, in which every error is one sentence that begins with ``place``.

    ``file`` is that of SQLite.
    """

    def __init__(self, engine: Engine, place: str, file: OpenFile | None = None) -> None:
        self.place = place
        self.file = file
        self.dialect = engine.dialect.name
        self._engine = engine
        self._writing_engine = engine.execution_options(writes=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees the database as it is at one moment."""
        with one_sentence(self.place), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction whose changes are confirmed together, or not at all."""
        with one_sentence(self.place), self._writing_engine.begin() as connection:
            yield connection
            # Nothing is confirmed that went into a file which nobody will find.
            if self.file is not None:
                self.file.check_same()

    def check_not_own(self, path: str | os.PathLike[str]) -> None:
        """Make sure that a file to write is not the database itself, nor its log."""
        if self.file is not None and self.file.is_own(path):
            raise StoreError(
                f"The file {path} belongs to the database itself: name another file."
            )

    def forget_the_deleted(self) -> None:
        """Empty SQLite's write-ahead log, which may hold what was deleted."""
        if self.dialect != "sqlite":
            return
        with one_sentence(self.place), self._engine.connect() as connection:
            # Outside of a transaction, which SQLAlchemy would begin.
            cursor = connection.connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.close()

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()


def open_database(
    url: URL, wait_s: float, *, create: bool = True, place: str = ""
) -> Database:
    """Open a database and bring it up to date; parameters as for `open_store`.

    ``place`` begins the sentences about it, by default with its address.
    """
    place = place or place_of(url)
    own: dict[str, Any] = {"timeout": wait_s}
    if url.get_backend_name() != "sqlite":
        # Without prepared statements a connection may pass through a pooler.
        own = {"connect_timeout": _CONNECT_S, "prepare_threshold": None}
    file = None
    with one_sentence(place):
        if url.get_backend_name() == "sqlite":
            file = OpenFile(Path(str(url.database)), place, create=create)
        engine = create_engine(
            url,
            pool_pre_ping=True,
            hide_parameters=True,  # not even in an exception
            json_serializer=_to_json,
            connect_args=own,
        )
    if file is not None:
        event.listen(engine, "do_connect", partial(_check_before_connecting, file=file))
        event.listen(engine, "connect", partial(_set_up_sqlite, wait_s=wait_s))
        event.listen(engine, "begin", partial(_begin_sqlite, file=file))
    else:
        event.listen(engine, "begin", partial(_begin_postgres, wait_s=wait_s))
    try:
        with one_sentence(place):
            _check(engine, place)
            _bring_up_to_date(engine, place, create)
            if file is not None:
                file.make_private()
    except BaseException:
        engine.dispose()
        raise
    return Database(engine, place, file)


def _check_before_connecting(*_: Any, file: OpenFile) -> None:
    # SQLite would make a new file, and nobody would notice.
    file.check_same()


def _set_up_sqlite(
    connection: sqlite3.Connection, _: ConnectionPoolEntry, *, wait_s: float
) -> None:
    connection.isolation_level = None  # the driver begins nothing on its own
    connection.execute("PRAGMA foreign_keys = ON")
    # What was confirmed survives a power cut too, see https://www.sqlite.org/wal.html
    connection.execute("PRAGMA synchronous = FULL")
    # What is deleted is overwritten.
    connection.execute("PRAGMA secure_delete = ON")
    until = time.monotonic() + wait_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # Another process is changing the mode, for which SQLite does not wait.
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_sqlite(connection: Connection, *, file: OpenFile) -> None:
    # A writer takes its turn at the beginning: one that first reads could no longer
    # write after another one has.
    writes = connection.get_execution_options().get("writes", False)
    if writes:
        file.check_same()
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgres(connection: Connection, *, wait_s: float) -> None:
    if connection.get_execution_options().get("writes", False):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {round(1000 * wait_s)}")
    else:  # what one reading sees belongs together
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _check(engine: Engine, place: str) -> None:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            if connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() != "ok":
                raise StoreError(
                    f"{place} is damaged: restore it from a backup into a new place."
                )
        elif connection.exec_driver_sql("SHOW server_encoding").scalar() != "UTF8":
            raise StoreError(f"{place} must have the encoding UTF8.")


def _revision(connection: Connection, known: list[str], place: str) -> str | None:
    """Where a database stands; None for an empty one."""
    opts = {"version_table": VERSION_TABLE}
    heads = MigrationContext.configure(connection, opts=opts).get_current_heads()
    if not heads:
        if inspect(connection).get_table_names():
            raise StoreError(f"{place} holds tables of another program: name an empty one.")
        return None
    if len(heads) > 1 or heads[0] not in known:
        raise StoreError(
            f"{place} was written by a newer version of cramp-risk "
            f"(revision {', '.join(map(str, heads))}): update the program to open it."
        )
    return heads[0]


def known_revisions() -> list[str]:
    """Names of the steps that this version of the program knows, the oldest first."""
    steps = ScriptDirectory(str(_MIGRATIONS)).walk_revisions()
    return [step.revision for step in steps][::-1]


def _bring_up_to_date(engine: Engine, place: str, create: bool) -> None:
    with _one_migration:
        scripts = ScriptDirectory(str(_MIGRATIONS))
        steps = list(scripts.walk_revisions())[::-1]
        known = known_revisions()
        with engine.connect() as connection:
            at = _revision(connection, known, place)
            if at == known[-1]:
                return
            if at is None and not create:
                raise StoreError(f"{place} is empty: nothing was ever saved there.")
        with engine.execution_options(writes=True).begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(
                    f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"
                )
            at = _revision(connection, known, place)  # another one may have been faster
            context = MigrationContext.configure(
                connection, opts={"version_table": VERSION_TABLE}
            )
            with Operations.context(context):
                for step in steps[0 if at is None else known.index(at) + 1 :]:
                    step.module.upgrade()
            context.stamp(scripts, known[-1])
