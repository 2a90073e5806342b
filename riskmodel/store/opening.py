"""From a URL to a database that is open, whole and up to date."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import URL
from sqlalchemy.pool import ConnectionPoolEntry

from riskmodel.store.errors import FullError, StoreError, one_sentence
from riskmodel.store.places import OpenFile, no_tables, place_of, put_new

T = TypeVar("T")

VERSION_TABLE = "cramprisk_revision"
_MIGRATIONS = Path(__file__).parent / "migrations"
_CONNECT_S = 10
# SQLAlchemy logs rows that it has read, even where it hides what is written.
_LOGGING_NAME = "cramprisk"
logging.getLogger(f"sqlalchemy.engine.Engine.{_LOGGING_NAME}").setLevel(logging.WARNING)
# Any number, as long as nobody else's is the same; keeps two openings from migrating
# one PostgreSQL database at once.
_MIGRATION_LOCK = 7_266_747_201
# What was confirmed survives a crash of a server that was set to confirm sooner; see
# https://www.postgresql.org/docs/current/wal-async-commit.html
_WAIT_FOR_DISK = (
    "set_config('synchronous_commit', coalesce("
    "nullif(current_setting('synchronous_commit'), 'off'), 'on'), true)"
)
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
                self.file.check_not_cut()

    def deleting(self, delete: Callable[[Connection], T]) -> T:
        """Delete something, on a full disk in the room that the log of SQLite has already.

        Also a deletion is written into the log first.
        """
        try:
            with self.writing() as connection:
                return delete(connection)
        except FullError:
            self.forget_the_deleted()  # what is in the log goes into the database
            with self.writing() as connection:
                return delete(connection)

    def check_not_own(self, path: str | os.PathLike[str]) -> None:
        """Make sure that a file to write is not the database itself, nor its log."""
        if self.file is not None and self.file.is_own(path):
            raise StoreError(
                f"The file {path} belongs to the database itself: name another file."
            )

    def forget_the_deleted(self) -> None:
        """Empty SQLite's write-ahead log, which may hold what was deleted.

        A `StoreError` if that fails says that the deletion itself is done.
        """
        if self.dialect != "sqlite":
            return
        is_busy = True
        with (
            suppress(StoreError),
            one_sentence(self.place),
            self._engine.connect() as connection,
        ):
            # Outside of a transaction, which SQLAlchemy would begin.
            cursor = connection.connection.cursor()
            is_busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            cursor.close()
        if is_busy:
            raise StoreError(
                f"{self.place} was changed, but what was deleted could not be overwritten "
                "on the disk yet: it is full, reports an error or is in use."
            )

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
            path = Path(str(url.database)).resolve()
            if create and not path.exists():
                with suppress(FileExistsError), new_database(path, place):
                    pass
            file = OpenFile(path, place)
        engine = create_engine(
            url,
            pool_pre_ping=True,
            hide_parameters=True,  # not even in an exception
            logging_name=_LOGGING_NAME,
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
            _bring_up_to_date(engine, place, create and file is None)
            if file is not None:
                file.make_private()
    except BaseException:
        engine.dispose()
        raise
    return Database(engine, place, file)


@contextmanager
def new_database(path: Path, place: str) -> Iterator[Database]:
    """Make a whole database beside its place, and put it there once the block ends well.

    So neither a crash nor a refused backup leaves an empty one, which would look like one
    that was cut.  A `FileExistsError` if another one was put there meanwhile.
    """
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".cramprisk-") as folder:
        new = Path(folder) / "new.db"
        new.touch(mode=0o600)
        engine = create_engine(
            URL.create("sqlite", database=str(new)),
            hide_parameters=True,
            logging_name=_LOGGING_NAME,
            json_serializer=_to_json,
        )
        try:
            _bring_up_to_date(engine, place, create=True)
            yield Database(engine, place)
        finally:
            engine.dispose()
        put_new(new, path)


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
    # On a Mac a sync reaches no further than the disk's own memory without this.
    connection.execute("PRAGMA fullfsync = ON")
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
    file.check_not_cut()
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgres(connection: Connection, *, wait_s: float) -> None:
    if connection.get_execution_options().get("writes", False):
        connection.exec_driver_sql(
            f"SELECT set_config('lock_timeout', '{round(1000 * wait_s)}', true), "
            + _WAIT_FOR_DISK
        )
    else:  # what one reading sees belongs together
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _check(engine: Engine, place: str) -> None:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # A row that no rule allows is no damage of the others.
            connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
            found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
            connection.exec_driver_sql("PRAGMA ignore_check_constraints = OFF")
            if found != "ok":
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
    return [step.revision for step in _steps(ScriptDirectory(str(_MIGRATIONS)))]


def _steps(scripts: ScriptDirectory) -> list[Script]:
    steps = list(scripts.walk_revisions())[::-1]
    if not steps:  # to Alembic a folder that cannot be read is an empty one
        raise StoreError(f"The folder {_MIGRATIONS} cannot be read.")
    return steps


def _bring_up_to_date(engine: Engine, place: str, create: bool) -> None:
    with _one_migration:
        scripts = ScriptDirectory(str(_MIGRATIONS))
        steps = _steps(scripts)
        known = [step.revision for step in steps]
        with engine.connect() as connection:
            at = _revision(connection, known, place)
            if at == known[-1]:
                return
            if at is None and not create:
                raise (
                    no_tables(place)
                    if engine.dialect.name == "sqlite"
                    else StoreError(f"{place} is empty: nothing was ever saved there.")
                )
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
