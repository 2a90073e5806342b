"""The whole database as one file, and back again.

A backup is what the database's own tool makes: a SQLite file, or a dump of PostgreSQL
in the custom format of pg_dump.  It holds what people saved about their health: it is
made readable for its user only.  Restoring reads nothing but rows out of it, so that
every backup fits either kind of database and no foreign code gets in.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import stat
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import astuple
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import IO, Any, cast

from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo
from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from riskmodel.reporting.replacing import put_in_place
from riskmodel.store.backup_file import (
    ALL_TABLES,
    damage_in,
    read_rows,
    run_tool,
    seal,
    unfit,
)
from riskmodel.store.errors import StoreError, one_sentence
from riskmodel.store.models import items, metadata, outcomes, sign_ins_over, teams
from riskmodel.store.opening import Database, new_database
from riskmodel.store.places import place_of, read_url
from riskmodel.store.records import Counts, count_squad_sessions
from riskmodel.store.rows import Unreadable, rows_of
from riskmodel.store.store import Store, open_store

_ROWS_AT_ONCE = 100
# Secrets that PostgreSQL's library does not itself mark as such.
_ALSO_SECRET = (b"scram_client_key", b"scram_server_key")
_SERVICE = "cramprisk"


def backup(store: Store, path: str | os.PathLike[str]) -> Counts:
    """Write everything of every owner into a file, as it was at one moment.

    Parameters
    ----------
    store : Store
    path : str or path
        A file is replaced when the new one is whole and was checked.

    Raises
    ------
    StoreError
        If nothing is saved, the database cannot be read or the file cannot be written;
        if it belongs to the database itself or is a device; if PostgreSQL's pg_dump is
        missing.
    """
    target, file = Path(path).resolve(), f"The file {path}"
    with one_sentence(file):
        store.database.check_not_own(target)
        _check_replaceable(path, file)
        # A folder beside it, which nobody else can look into.
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".cramprisk-") as folder:
            whole = Path(folder) / "backup"
            whole.touch(mode=0o600)
            with store.database.reading() as connection, one_sentence(file):
                counts = {
                    name: connection.scalar(select(func.count()).select_from(table)) or 0
                    for name, table in metadata.tables.items()
                }
                found = Counts.of(counts, count_squad_sessions(connection))
                if not any(astuple(found)):
                    raise StoreError(
                        f"{store.database.place} holds nothing: no backup was made."
                    )
                write = _copy if store.database.dialect == "sqlite" else _dump
                write(connection, whole, store.database.place)
            put_in_place(whole, target, private=True)
    return found


def unreadable_rows(store: Store) -> list[Unreadable]:
    """Rows of every owner that cannot be read, because of which none could be restored."""
    with store.database.reading() as connection:
        return [
            row
            for table in metadata.tables.values()
            for row in rows_of(connection, select(table), table).unreadable
        ]


def _check_replaceable(path: str | os.PathLike[str], file: str) -> None:
    """Make sure that there is nothing yet, or a file: what else is there is no backup."""
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        raise StoreError(f"{file} is a device, a pipe or a socket: name a regular file.")


def _copy(connection: Connection, whole: Path, place: str) -> None:
    """Copy SQLite by its online backup, https://www.sqlite.org/backup.html."""
    source = cast(sqlite3.Connection, connection.connection.driver_connection)
    with closing(sqlite3.connect(whole)) as copy:
        source.backup(copy)
        # One file with nothing beside it, and without an earlier seal.
        copy.execute("PRAGMA journal_mode = DELETE")
        copy.execute("PRAGMA user_version = 0")
        if damage_in(copy):
            raise StoreError(f"{place} is damaged: restore an earlier backup.")
        # Not those who have signed out: a dump of PostgreSQL lacks them too.
        copy.execute("PRAGMA secure_delete = ON")
        with copy:
            copy.execute(f"DELETE FROM {sign_ins_over.name}")
    seal(whole)


def _dump(connection: Connection, whole: Path, place: str) -> None:
    """Let pg_dump write what this transaction sees."""
    moment = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
    sign_in = connection.dialect.create_connect_args(connection.engine.url)[1]
    address, environment = _without_secrets(sign_in, whole.parent)
    run_tool(
        "pg_dump",
        "--format=custom",
        "--encoding=UTF8",
        "--no-owner",
        "--no-privileges",
        "--strict-names",
        *(f"--table={name}" for name in ALL_TABLES),
        f"--snapshot={moment}",
        f"--file={whole}",
        f"--dbname={address}",
        environment=environment,
        problem=f"pg_dump cannot back up {place[0].lower()}{place[1:]}: it must not be "
        "older than the server and must know every option of the address, and the "
        "database user must be allowed to read every table.",
    )


def _without_secrets(
    sign_in: Mapping[str, Any], folder: Path
) -> tuple[str, dict[str, str]]:
    """Address that everybody may see, and the environment that leads to its secrets.

    The password has a variable of its own; other secrets go into a service file, see
    https://www.postgresql.org/docs/current/libpq-pgservice.html, in a private folder.
    """
    is_secret = {
        option.keyword.decode(): option.dispchar == b"*" or option.keyword in _ALSO_SECRET
        for option in Conninfo.get_defaults()
    }
    options = {n: str(v) for n, v in sign_in.items() if n in is_secret and v is not None}
    secrets = {n: v for n, v in options.items() if is_secret[n] and v}
    shown = {n: v for n, v in options.items() if not is_secret[n]}
    environment = {}
    if password := secrets.pop("password", ""):
        environment["PGPASSWORD"] = password
    if secrets:
        # One service file leads to no other, and of a line the blanks at its end are lost.
        is_taken = "service" in shown or "PGSERVICE" in os.environ
        if is_taken or any(v.rstrip().splitlines() != [v] for v in secrets.values()):
            raise StoreError(
                f"pg_dump cannot be given {', '.join(sorted(secrets))} without showing it "
                "to others: write it into a service file of PostgreSQL, and only the name "
                "of the service into the address."
            )
        service = folder / "service.conf"
        service.touch(mode=0o600)
        lines = [f"[{_SERVICE}]", *(f"{n}={v}" for n, v in secrets.items())]
        service.write_text("\n".join(lines) + "\n", "utf-8", newline="\n")
        shown["service"] = _SERVICE
        environment["PGSERVICEFILE"] = str(service)
    return make_conninfo(**shown), environment


@contextmanager
def store_to_restore_into(url: str | None = None) -> Iterator[Store]:
    """Open a database to restore into; a new file is there once the block ends well.

    Where the block fails, neither the file nor a folder made for it is left.

    Parameters
    ----------
    url : str, optional
        As for `open_store`.

    Raises
    ------
    StoreError
        As for `open_store`.
    """
    address = read_url(url, create=False)
    path, place = Path(str(address.database)).resolve(), place_of(address)
    if address.get_backend_name() != "sqlite" or path.exists():
        with closing(open_store(url)) as store:
            yield store
        return
    new_folders = [folder for folder in path.parents if not folder.exists()]
    read_url(url)  # makes the folder of the user's own file
    try:
        with one_sentence(place), new_database(path, place) as database:
            yield Store(database)
    except BaseException:
        for folder in new_folders:
            with suppress(OSError):  # somebody else uses it now
                folder.rmdir()
        raise


def restore(
    store: Store, source: str | os.PathLike[str] | IO[bytes], *, replace: bool = False
) -> Counts:
    """Put a backup into a database, all of it or, if anything is wrong, nothing.

    Parameters
    ----------
    store : Store
        Empty, unless ``replace``.
    source : str, path or binary file
        From `backup`, a database file of SQLite itself, or the JSON Lines that earlier
        builds wrote.  An open file is read to its end.
    replace : bool
        Delete everything of every owner first.

    Raises
    ------
    StoreError
        If the file is no whole backup or from a newer version, or the database is not
        empty; if pg_restore is missing, for a dump of PostgreSQL.

    Notes
    -----
    Words that this version of the program does not know, such as a sport, are restored,
    and reported when they are read.
    """
    counts = Counter({name: 0 for name in metadata.tables})
    with (
        one_sentence("The folder for temporary files"),
        tempfile.TemporaryDirectory(
            prefix="cramprisk-", ignore_cleanup_errors=True
        ) as folder,
    ):
        if isinstance(source, str | os.PathLike):
            path, file = Path(source), f"The file {source}"
        else:
            path, file = Path(folder) / "input", "The input"
            with one_sentence(file), open(path, "xb") as out:
                shutil.copyfileobj(source, out)
        with store.database.writing() as connection:
            _make_empty(connection, store.database, replace)
            rows = read_rows(path, file, Path(folder))
            for name, together in groupby(rows, key=itemgetter(0)):
                while several := [row for _, row in islice(together, _ROWS_AT_ONCE)]:
                    try:
                        connection.execute(insert(metadata.tables[name]), several)
                    except IntegrityError:
                        raise unfit(file, "its rows contradict each other") from None
                    counts[name] += len(several)
            n_sessions = count_squad_sessions(connection)
    if replace:
        store.database.forget_the_deleted()
    return Counts.of(counts, n_sessions)


def _make_empty(connection: Connection, database: Database, replace: bool) -> None:
    if database.dialect == "postgresql":
        # Nobody saves something between this look and the end.
        names = ", ".join(metadata.tables)
        connection.exec_driver_sql(f"LOCK TABLE {names} IN EXCLUSIVE MODE")
    for table in metadata.tables.values():
        # Who has signed in is noted also where nothing was ever saved.
        is_saved = table in (items, outcomes, teams)
        if replace or not is_saved:
            connection.execute(delete(table))
        elif connection.execute(select(table.c.id).limit(1)).first() is not None:
            raise StoreError(
                f"{database.place} is not empty: restore into a new place, or say that "
                "everything in it shall be replaced (--replace)."
            )
