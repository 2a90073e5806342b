"""The files that hold a backup, and the rows in them.

Three kinds are told apart by their first bytes: a SQLite file, a dump of PostgreSQL, and
the JSON Lines of earlier builds.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date, datetime
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, Float, Integer, String, inspect, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from riskmodel.diary.outcomes import UNREADABLE
from riskmodel.inputs.files import open_file
from riskmodel.store.errors import StoreError, is_of_content, one_sentence
from riskmodel.store.kinds import checked_text
from riskmodel.store.models import UtcTime, metadata
from riskmodel.store.opening import VERSION_TABLE, known_revisions, open_database

Row = tuple[str, dict[str, Any]]  # name of the table, and the cells

ALL_TABLES = (VERSION_TABLE, *metadata.tables)
_JSON_FORMAT = 2  # the last one that was written
_GREATEST_VERSION = 2**31 - 1  # what PostgreSQL's integer holds
# Where a SQLite file holds its journal mode and a number of the program's own; see
# https://www.sqlite.org/fileformat.html
_JOURNAL_MODE, _USER_VERSION, _HEADER = 18, slice(60, 64), 100
_PIECE_BYTES = 1 << 20
_ANOTHER = "it was cut short, or is another file"
_TABLE_NAMES = "SELECT name FROM sqlite_master WHERE type = 'table'"
_NO_LOG = (
    "the file that lay beside it, with the same name and -wal at its end, is missing and "
    "held a part of what was saved; make a backup with `cramprisk backup`"
)


def unfit(file: str, why: str) -> StoreError:
    """Error for a file that is no backup, or only a part of one."""
    return StoreError(f"{file} is no whole backup of cramp-risk: {why}.")


def run_tool(
    name: str, *arguments: str, problem: str, environment: Mapping[str, str] | None = None
) -> None:
    """Run a program of PostgreSQL; what it says is not shown, as it may hold a row.

    Everybody on the machine can see the arguments, and only its user the environment.
    """
    try:
        done = subprocess.run(
            [name, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={**os.environ, **(environment or {})},
            check=False,
        )
    except FileNotFoundError:
        raise StoreError(
            f"This needs the program {name}, which is not there: install the client "
            "programs of PostgreSQL."
        ) from None
    if done.returncode:
        raise StoreError(problem)


def damage_in(connection: sqlite3.Connection) -> bool:
    """Whether SQLite finds anything wrong in a file."""
    return bool(connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",))


def seal(path: Path) -> None:
    """Write a checksum into a SQLite file, in which SQLite itself has none."""
    checksum = _checksum(path)
    with open(path, "r+b") as file:
        file.seek(_USER_VERSION.start)
        file.write(checksum)


def _checksum(path: Path) -> bytes:
    with open_file(path) as file:
        head = file.read(_HEADER)
        checksum = zlib.crc32(head[: _USER_VERSION.start] + head[_USER_VERSION.stop :])
        while piece := file.read(_PIECE_BYTES):
            checksum = zlib.crc32(piece, checksum)
    return checksum.to_bytes(4, "big")


def _is_spoilt(path: Path) -> bool:
    with open_file(path) as file:
        head = file.read(_HEADER)
    if len(head) < _HEADER:
        return True
    sealed = head[_USER_VERSION]
    # An app that has opened the file since has switched to the write-ahead log; then
    # the seal is that of an earlier state.
    in_use = head[_JOURNAL_MODE] == 2
    return not in_use and sealed != bytes(4) and sealed != _checksum(path)


def read_rows(path: Path, file: str, folder: Path) -> Iterator[Row]:
    """Rows of a backup, each of which either database can hold.

    ``file`` names it in a sentence; ``folder`` is an empty one for what is unpacked.  A
    file that is not whole is an error before or after its rows.
    """
    with one_sentence(file), open_file(path) as opened:
        start = opened.read(16)
    if start == b"SQLite format 3\0":
        rows = _sqlite_rows(path, file, folder)
    elif start.startswith(b"PGDMP"):
        rows = _dumped_rows(path, file, folder)
    elif start.startswith(b"{"):
        rows = _json_rows(path, file)
    else:
        raise unfit(file, _ANOTHER)
    for name, row in rows:
        yield name, _checked(name, row, file)


def _sqlite_rows(path: Path, file: str, folder: Path) -> Iterator[Row]:
    """Rows of a copy, which is brought up to date; the file stays as it is."""
    copied = folder / "copy.db"
    lacks_log = _lacks_log(path, file)  # before SQLite, which may make one
    with one_sentence(file):
        if _is_spoilt(path):
            raise unfit(file, "it was changed or cut")
        address = f"{path.resolve().as_uri()}?mode=ro"
        with (
            closing(sqlite3.connect(address, uri=True)) as given,
            closing(sqlite3.connect(copied)) as copy,
        ):
            given.backup(copy)
            if damage_in(copy):
                raise unfit(file, "it is damaged")
            tables = {name for (name,) in copy.execute(_TABLE_NAMES)}
            if VERSION_TABLE in tables:
                stamp = copy.execute(f"SELECT * FROM {VERSION_TABLE}").fetchone()
                if stamp is None:
                    raise unfit(file, "it does not say which version wrote it")
    if VERSION_TABLE not in tables:
        foreign = not lacks_log or tables - set(ALL_TABLES)
        raise unfit(file, "it is a database of another program" if foreign else _NO_LOG)
    url = URL.create("sqlite", database=str(copied))
    try:
        database = open_database(url, 1.0, create=False, place=file)
    except StoreError as error:
        if not is_of_content(error.__context__):
            raise
        raise unfit(file, "its tables were changed") from None
    is_empty = True
    with closing(database), database.reading() as connection:
        for name, table in metadata.tables.items():
            if not inspect(connection).has_table(name):
                raise unfit(file, f"it has no table {name}")
            try:
                for row in connection.execute(select(table)):
                    is_empty = False
                    yield name, dict(row._mapping)
            except (*UNREADABLE, DBAPIError) as error:
                if not is_of_content(error):
                    raise
                raise unfit(file, f"{name} hold what cannot be read") from None
    if lacks_log and is_empty:
        raise unfit(file, _NO_LOG)


def _lacks_log(path: Path, file: str) -> bool:
    """Whether a SQLite file uses a write-ahead log, and none lies beside it.

    That is so of a copy of an open one, and also of one that was closed in order, which
    is whole by itself: only what it lacks tells them apart.
    """
    with one_sentence(file), open(path, "rb") as opened:
        header = opened.read(_HEADER)
    beside = Path(f"{path.resolve()}-wal")
    return header[_JOURNAL_MODE : _JOURNAL_MODE + 1] == b"\2" and not beside.exists()


def _dumped_rows(path: Path, file: str, folder: Path) -> Iterator[Row]:
    """Rows of a dump, which pg_restore turns into text; no server is asked."""
    stamps = _dumped(VERSION_TABLE, path, file, folder)
    revisions = [str(row["version_num"]) for row in stamps]
    if not set(revisions) <= set(known_revisions()):
        raise _newer(file)
    for name, table in metadata.tables.items():
        if table.info.get("since", "") > max(revisions, default=""):
            continue
        for cells in _dumped(name, path, file, folder):
            try:
                yield name, {n: _from_text(table.c[n], cells[n]) for n in cells}
            except UNREADABLE:
                raise unfit(file, f"{name} hold what cannot be read") from None


def _dumped(
    table: str, path: Path, file: str, folder: Path
) -> Iterator[dict[str, str | None]]:
    """Cells of one table as text, see https://www.postgresql.org/docs/current/sql-copy.html."""
    text = folder / f"{table}.sql"
    run_tool(
        "pg_restore",
        "--data-only",
        f"--table={table}",
        f"--file={text}",
        str(path.resolve()),
        problem=f"{file} is no whole backup of cramp-risk: pg_restore cannot read it, or "
        "is older than the pg_dump that wrote it.",
    )
    columns: list[str] = []
    is_there = False
    with one_sentence(file), open(text, encoding="utf-8", newline="\n") as lines:
        for line in lines:
            if head := re.fullmatch(r"COPY [^(]*\((.*)\) FROM stdin;\n", line):
                columns = [name.strip('"') for name in head[1].split(", ")]
                is_there = True
            elif line == "\\.\n":
                columns = []
            elif columns:
                cells = map(_unescaped, line[:-1].split("\t"))
                yield dict(zip(columns, cells, strict=True))
    if not is_there:
        raise unfit(file, f"it is one of another program, or spoilt: it has no {table}")


def _unescaped(cell: str) -> str | None:
    letters = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
    if cell == r"\N":
        return None
    return re.sub(r"\\(.)", lambda match: letters.get(match[1], match[1]), cell)


def _json_rows(path: Path, file: str) -> Iterator[Row]:
    """Rows of the JSON Lines that earlier builds wrote: a header, the rows, a seal."""
    with one_sentence(file):
        lines = path.read_bytes().splitlines(keepends=True)
    try:
        header, *contents = map(json.loads, lines)
        if int(header["cramp-risk-backup"]) > _JSON_FORMAT:
            raise _newer(file)
        *rows, end = contents
        is_whole = end["sha256"] == sha256(b"".join(lines[:-1])).hexdigest()
        tables = [content["table"] for content in rows]
        is_whole &= end["end"] == {name: tables.count(name) for name in end["end"]}
        is_whole &= set(tables) <= end["end"].keys() <= metadata.tables.keys()
    except UNREADABLE:
        raise unfit(file, _ANOTHER) from None
    if not is_whole:
        raise unfit(file, "it was changed or cut")
    for name, content in zip(tables, rows, strict=True):
        try:
            columns = metadata.tables[name].c
            moments = {
                n: _from_text(columns[n], cell)
                for n, cell in content["row"].items()
                if isinstance(columns[n].type, UtcTime | Date)
            }
            yield name, content["row"] | moments
        except UNREADABLE:
            raise unfit(file, f"{name} hold what cannot be read") from None


def _newer(file: str) -> StoreError:
    return StoreError(
        f"{file} was written by a newer version of cramp-risk: update the program to "
        "restore it."
    )


def _from_text(column: Column[Any], cell: str | None) -> Any:
    """Cell as Python has it, from what a dump or JSON writes for it."""
    kind = column.type
    if cell is None or isinstance(kind, String):
        return cell
    if isinstance(kind, UtcTime):
        return datetime.fromisoformat(cell)
    if isinstance(kind, Date):
        return date.fromisoformat(cell)
    if isinstance(kind, Boolean):
        return {"t": True, "f": False}[cell]
    return json.loads(cell)  # a number, or JSON itself


def _checked(name: str, row: Mapping[str, Any], file: str) -> dict[str, Any]:
    """Row of which each cell is one that a database can hold; it may lack later columns."""
    columns = metadata.tables[name].c
    if unknown := row.keys() - columns.keys():
        raise unfit(file, f"{name} have no {min(unknown)!r}")
    cells = {}
    for column in columns:
        cell = row.get(column.name)
        if cell is None and column.server_default is not None:
            cell = ""
        try:
            fits = _fits(column, cell)
        except (*UNREADABLE, StoreError):
            fits = False
        if not fits:
            raise unfit(file, f"{name} hold a wrong {column.name}")
        cells[column.name] = cell
    return cells


def _fits(column: Column[Any], cell: Any) -> bool:
    """Whether a cell is one of its column; other errors than False mean no too."""
    kind = column.type
    if cell is None:
        return bool(column.nullable)
    if column.name == "id":
        return re.fullmatch(r"[0-9a-f]{32}", cell) is not None
    if isinstance(kind, String):
        empty = cell == "" and column.server_default is not None
        return empty or checked_text(cell, column.name, kind.length or 0) == cell
    if isinstance(kind, JSON):  # no number that JSON does not know
        return bool(json.dumps(cell, allow_nan=False))
    if isinstance(kind, UtcTime):
        # Far enough from the ends of the calendar for every time zone.
        return cell.tzinfo is not None and 1970 <= cell.year < 2200
    if isinstance(kind, Float):
        return not isinstance(cell, bool) and isfinite(cell)
    is_whole = isinstance(cell, int) and not isinstance(cell, bool)
    if isinstance(kind, Integer):
        return is_whole and 1 <= cell <= _GREATEST_VERSION
    return isinstance(cell, date if isinstance(kind, Date) else bool)
