"""The whole database as one file, for either kind of database.

JSON Lines: a header, one line for each row of every owner, and a last line by which a
file that was cut short or altered is known.  It holds what people saved about their
health: it is made readable for its user only.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from itertools import groupby, islice
from math import isfinite
from operator import itemgetter
from pathlib import Path
from typing import IO, Any, TypeGuard

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    Integer,
    String,
    Table,
    delete,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError

from riskmodel import __version__
from riskmodel.diary.outcomes import MUSCLES, Outcome, check_outcome
from riskmodel.inputs.fields import FIELDS
from riskmodel.store.errors import StoreError, one_sentence
from riskmodel.store.kinds import check_stored, checked_text
from riskmodel.store.models import UtcTime, metadata
from riskmodel.store.opening import Database
from riskmodel.store.store import Counts, Store

FORMAT = 2  # since outcomes can be pending
_ROWS_AT_ONCE = 100
_MOST_VERSIONS = 2**31 - 1  # what PostgreSQL's integer holds
# Far enough from the ends of the calendar for every time zone.
_MOMENTS = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_TABLES = {table.name: table for table in metadata.sorted_tables}
_SOME_SPORT, _SOME_MUSCLE = next(iter(FIELDS["sport"].levels)), next(iter(MUSCLES))


def backup(store: Store, path: str | os.PathLike[str] | IO[bytes]) -> Counts:
    """Write everything of every owner into a file, as it was at one moment.

    Parameters
    ----------
    store : Store
    path : str, path or binary file
        A file is replaced when the new one is whole; an open one is written to.

    Returns
    -------
    Counts

    Raises
    ------
    StoreError
        If the database cannot be read or the file cannot be written, or if it belongs
        to the database itself.
    """
    if not isinstance(path, str | os.PathLike):
        return _write(store, path, "The output")
    target = Path(path).resolve()
    file = f"The file {path}"
    with one_sentence(file):
        store.database.check_not_own(target)
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        # Private from the start.
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".cramprisk-")
        try:
            with os.fdopen(handle, "wb") as out:
                counts = _write(store, out, file)
                out.flush()
                os.fsync(out.fileno())
            os.replace(name, target)
        finally:
            Path(name).unlink(missing_ok=True)
    return counts


def _write(store: Store, out: IO[bytes], file: str) -> Counts:
    seal = hashlib.sha256()

    def write(content: dict[str, Any]) -> None:
        line = json.dumps(content, default=_iso, separators=(",", ":")).encode() + b"\n"
        seal.update(line)
        with one_sentence(file):  # or it would count as an error of the database
            out.write(line)

    write({"cramp-risk-backup": FORMAT, "program": __version__, "made": datetime.now(UTC)})
    counts = dict.fromkeys(_TABLES, 0)
    with store.database.reading() as connection:
        for name, table in _TABLES.items():
            query = select(table).order_by(table.c.created, table.c.id)
            rows = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(query)
            for row in rows:
                write({"table": name, "row": dict(row._mapping)})
                counts[name] += 1
    write({"end": counts, "sha256": seal.hexdigest()})
    return Counts(**counts)


def _iso(value: date) -> str:
    return value.isoformat()


def restore(
    store: Store, path: str | os.PathLike[str] | IO[bytes], *, replace: bool = False
) -> Counts:
    """Put a backup into a database, all of it or, if anything is wrong, nothing.

    Parameters
    ----------
    store : Store
        Empty, unless ``replace``.
    path : str, path or binary file
        An open file is read to its end.
    replace : bool
        Delete everything of every owner first.

    Returns
    -------
    Counts

    Raises
    ------
    StoreError
        If the file is no whole backup, or the database is not empty.

    Notes
    -----
    A row must make sense to this version of the program, apart from words that it does
    not know, such as a sport: those are restored, and reported when they are read.
    """
    file = "The input"
    opened: Any = nullcontext(path)
    if isinstance(path, str | os.PathLike):
        file = f"The file {path}"
        with one_sentence(file):
            opened = open(path, "rb")  # noqa: SIM115, closed below
    with opened as lines, store.database.writing() as connection:
        _make_empty(connection, store.database, replace)
        counts = dict.fromkeys(_TABLES, 0)
        rows = _rows(lines, file, counts)
        for name, together in groupby(rows, key=itemgetter(0)):
            while several := [row for _, row in islice(together, _ROWS_AT_ONCE)]:
                try:
                    connection.execute(insert(_TABLES[name]), several)
                except IntegrityError:
                    raise _unfit(file, "its rows contradict each other") from None
    return Counts(**counts)


def _make_empty(connection: Connection, database: Database, replace: bool) -> None:
    if database.dialect == "postgresql":
        # Nobody saves something between this look and the end.
        connection.exec_driver_sql(f"LOCK TABLE {', '.join(_TABLES)} IN EXCLUSIVE MODE")
    for table in _TABLES.values():
        if replace:
            connection.execute(delete(table))
        elif connection.execute(select(table.c.id).limit(1)).first() is not None:
            raise StoreError(
                f"{database.place} is not empty: restore into a new place, or say that "
                "everything in it shall be replaced (--replace)."
            )


def _unfit(file: str, why: str) -> StoreError:
    return StoreError(f"{file} is no whole backup of cramp-risk: {why}.")


def _rows(
    lines: IO[bytes], file: str, counts: dict[str, int]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Read the rows of a backup; at its end, make sure that it was whole.

    ``counts`` are the rows read so far, which grow.
    """
    seal = hashlib.sha256()
    content, line = _line(lines, file)
    header = content.get("cramp-risk-backup")
    if not _is_whole(header) or header < 1:
        raise _unfit(file, "its first line is another one")
    if header > FORMAT:
        raise StoreError(
            f"{file} was written by a newer version of cramp-risk: update the program to "
            "restore it."
        )
    seal.update(line)
    while True:
        content, line = _line(lines, file)
        if "end" in content:
            break
        seal.update(line)
        name, row = content.get("table"), content.get("row")
        if not isinstance(name, str) or name not in _TABLES or not isinstance(row, dict):
            raise _unfit(file, "it holds a line of another kind")
        counts[name] += 1
        yield name, _as_stored(_TABLES[name], row, file)
    whole = content.get("sha256") == seal.hexdigest() and content["end"] == counts
    with one_sentence(file):
        if not whole or lines.read(1):
            raise _unfit(file, "it was changed or cut")


def _is_whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _line(lines: IO[bytes], file: str) -> tuple[dict[str, Any], bytes]:
    with one_sentence(file):
        try:
            line = lines.readline()
            content = json.loads(line)
        except (ValueError, RecursionError):
            raise _unfit(file, "it was cut short, or is another file") from None
    if not isinstance(content, dict):
        raise _unfit(file, "it holds a line of another kind")
    return content, line


def _as_stored(table: Table, row: dict[str, Any], file: str) -> dict[str, Any]:
    """One row as the database takes it; one of an earlier version may lack columns."""
    if unknown := row.keys() - table.c.keys():
        raise _unfit(file, f"{table.name} have no {min(unknown)!r}")
    stored = {}
    for column in table.c:
        value = row.get(column.name)
        if value is None and column.server_default is not None:
            value = ""
        try:
            stored[column.name] = _cell(column, value)
        except (ValueError, TypeError, ArithmeticError, RecursionError, StoreError):
            raise _unfit(file, f"{table.name} hold a wrong {column.name}") from None
    try:
        if table.name == "items":
            check_stored(stored["kind"], stored["content"])
        else:
            _check_outcome_row(stored)
    except StoreError as error:
        raise StoreError(f"{file} cannot be restored: {error}") from None
    return stored


def _check_outcome_row(stored: dict[str, Any]) -> None:
    """Make sure that an outcome makes sense, whatever its words mean."""
    if stored["answers"] is not None:
        check_stored("plan", stored["answers"])
    outcome = Outcome(**{field.name: stored[field.name] for field in fields(Outcome)})
    # Another version may know more sports and muscles, and other answers.
    plain = replace(outcome, sport=_SOME_SPORT, answers=None)
    if plain.muscle is not None and plain.cramp:
        plain = replace(plain, muscle=_SOME_MUSCLE)
    if problems := check_outcome(plain):
        raise StoreError(problems[0])


def _cell(column: Column[Any], value: Any) -> Any:
    kind = column.type
    if value is None:
        if not column.nullable:
            raise ValueError
        return None
    if isinstance(kind, UtcTime):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None or not _MOMENTS[0] <= moment < _MOMENTS[1]:
            raise ValueError
        return moment.astimezone(UTC)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    if isinstance(kind, JSON):
        # As when it was written: no number that JSON does not know.
        json.dumps(value, allow_nan=False)
        return value
    if isinstance(kind, String):
        if column.name == "id" and not re.fullmatch(r"[0-9a-f]{32}", value):
            raise ValueError
        if value == "" and column.server_default is not None:
            return value
        return checked_text(value, column.name, kind.length or 0)
    if isinstance(kind, Boolean):
        if not isinstance(value, bool):
            raise TypeError
        return value
    if isinstance(kind, Integer):
        if not _is_whole(value) or not 1 <= value <= _MOST_VERSIONS:
            raise ValueError
        return value
    if not isinstance(value, float) and not _is_whole(value):
        raise TypeError
    if not isfinite(value):
        raise ValueError
    return float(value)
