"""Mutants that know what they change: cells, values, nodes, members of archives."""

from __future__ import annotations

import gzip
import io
import json
import re
import sqlite3
import warnings
import zipfile
from contextlib import closing, suppress
from random import Random
from typing import Any

from proofs.fuzzing import hostile, mutate
from proofs.fuzzing.mutate import Mutation, mutant

# --------------------------------------------------------------------------- CSV


def cells(data: bytes, rng: Random) -> bytes:
    """Change cells, columns or the separator of a table."""
    text = data.decode("utf-8", "replace")
    mark = max(",;\t", key=text[:2000].count)
    rows = [line.split(mark) for line in text.split("\n")]
    row = rng.choice(rows)
    column = rng.randrange(len(row))
    match rng.randrange(9):
        case 0 | 1 | 2:
            row[column] = hostile.text(rng)
        case 3:
            row[column] = hostile.number(rng)
        case 4:
            written = hostile.text(rng)
            for other in rows[rng.randrange(2) :]:
                if column < len(other):
                    other[column] = written
        case 5:
            for other in rows:
                del other[column : column + 1]
        case 6:
            for other in rows:
                more = rng.choice((1, 2, 200 if len(rows) < 100 else 3))
                other[column:column] = other[column : column + 1] * more
        case 7:
            header = rng.choice(rows[:5])
            header[rng.randrange(len(header))] = rng.choice(rng.choice(rows))
        case _:
            mark = rng.choice((";", "\t", "|", ",", ", "))
    return hostile.plain("\n".join(mark.join(each) for each in rows))


# -------------------------------------------------------------------- JSON and TOML


def _value(rng: Random, old: Any) -> Any:
    """Another value in the place of one."""
    match rng.randrange(8):
        case 0 | 1:
            return hostile.text(rng)
        case 2:
            return rng.choice((None, True, False, 0, 1, -1, 10**12, 10**400, -0.0))
        case 3:
            return rng.choice((1e308, -1e308, 1e-320, float("nan"), float("inf"), 0.5))
        case 4:
            return rng.choice(([], {}, [old], {"a": old}, [[[]]], [old] * 100))
        case 5 if isinstance(old, int | float) and not isinstance(old, bool):
            factor = rng.choice((-1, 0, 0.5, 2, 10, 1e-310))
            return old * (factor if isinstance(old, float) or abs(old) < 2**1000 else 0)
        case 6:
            return str(old)
        case _:
            return rng.uniform(-1000, 1000)


def _holders(value: Any) -> list[Any]:
    """Every list and table in a value that holds something."""
    found, todo = [], [value]
    while todo:
        here = todo.pop()
        if isinstance(here, dict | list) and here:
            found.append(here)
            todo += list(here.values()) if isinstance(here, dict) else here
    return found


def change_value(whole: Any, rng: Random) -> Any:
    """Change one value of lists in tables in lists, in place, or the whole."""
    holders = _holders(whole)
    if not holders or rng.random() < 0.01:
        return _value(rng, whole)
    holder = rng.choice(holders)
    key = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    match rng.randrange(8):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, list):
            holder[key:key] = [holder[key]] * rng.choice((1, 2, 50))
        case 1:
            holder[hostile.text(rng)] = holder[key]
        case 2:
            other = rng.choice(holders)
            place = rng.choice(
                list(other) if isinstance(other, dict) else range(len(other))
            )
            with suppress(TypeError):
                holder[key] = json.loads(json.dumps(other[place]))
        case _:
            holder[key] = _value(rng, holder[key])
    return whole


def json_values(data: bytes, rng: Random) -> bytes:
    """Change values and keys of a JSON file."""
    try:
        whole = json.loads(data)
        for _ in range(rng.choice((1, 1, 2, 4))):
            whole = change_value(whole, rng)
        text = json.dumps(whole, ensure_ascii=rng.random() < 0.5)
    except (ValueError, RecursionError):
        return mutate.renumber(data, rng)
    return hostile.plain(text)


def toml_text(value: Any) -> str:
    """A value as TOML on one line, of a table its keys line by line."""
    if isinstance(value, dict):
        return "".join(f"{json.dumps(k)} = {_inline(v)}\n" for k, v in value.items())
    return _inline(value)


def _inline(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value!r}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_inline, value))}]"
    if isinstance(value, dict):
        return (
            f"{{{', '.join(f'{json.dumps(k)} = {_inline(v)}' for k, v in value.items())}}}"
        )
    return json.dumps(str(value))


# --------------------------------------------------------------------------- XML

_TAG = re.compile(rb"<[^>]{1,400}>")
_ATTRIBUTE = re.compile(rb'="([^"]*)"')
_INSIDE = re.compile(rb">([^<>]+)<")
_PIECES = (
    *(b"<!DOCTYPE a [<!ENTITY x 'y'>]>", b"<?xml version='9.9'?>", b"<![CDATA[1]]>"),
    *(b"<?x y?>", b"<a>" * 3000, b"</a>", b"<a b='1' b='2'/>", b"<!-- -- -->", b"&#1;"),
    *(b"<row/>", b"<c/>", b"<c r='A1'/>", b"<v/>", b"<f>1/0</f>", b"<t/>", b"<is/>"),
)
_SPREADSHEET = (
    *(b"A1", b"XFD1048576", b"A1048577", b"A0", b"ZZZZ9", b"A1:XFD1048576", b"B2:A1"),
    *(b"1048576", b"1048577", b"1000000000000", b"0", b"-1", b"16384", b"99999"),
    *(b"s", b"n", b"d", b"e", b"b", b"str", b"inlineStr", b"x", b"1", b"0", b"true"),
    *(b"2026-07-01T06:00:00", b"46204.5", b"2958466", b"-1", b"1e308", b"NaN", b"60.5"),
)


def nodes(data: bytes, rng: Random) -> bytes:
    """Change attributes, texts and tags of an XML file."""
    tags = list(_TAG.finditer(data))
    which = rng.randrange(6)
    among = {0: _ATTRIBUTE, 1: _ATTRIBUTE, 2: _INSIDE}.get(which)
    found = list(among.finditer(data)) if among else []
    if found:
        start, end = rng.choice(found).span(1)
        other = hostile.plain(hostile.text(rng))
        if rng.random() < 0.5:
            other = rng.choice(_SPREADSHEET)
        return data[:start] + other + data[end:]
    if not tags:
        return mutate.flip(data, rng)
    tag, other_tag = rng.choice(tags), rng.choice(tags)
    if which == 3:  # from one tag to another, again or away
        start, end = sorted((tag.start(), other_tag.end()))
        return data[:end] + data[start:end] * rng.choice((0, 1, 3)) + data[end:]
    if which == 4:
        return data[: tag.start()] + data[tag.end() :]
    return data[: tag.end()] + rng.choice(_PIECES) + data[tag.end() :]


# ------------------------------------------------------------- members and databases

_NAMES = (
    *("activities.csv", "x.fit", "a/b.gpx", "c.tcx.gz", "export.xml", "../x.csv", "/etc/x"),
    *(
        "a" * 5000 + ".csv",
        "\u202e.csv",
        "x.db",
        "workouts.csv",
        "x_summarizedActivities.json",
    ),
    *("con.zip", "", ".", "xl/workbook.xml", "content.xml", "[Content_Types].xml", "é.fit"),
)


def members(data: bytes, rng: Random) -> bytes:
    """Change what an archive holds, and pack it again; a workbook is one."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            held = [(info.filename, packed.read(info)) for info in packed.infolist()]
    except Exception:  # a mutant of a mutant is no archive any more
        return mutate.flip(data, rng)
    if not held:
        return mutate.flip(data, rng)
    place = rng.randrange(len(held))
    sheets = [i for i, (name, _) in enumerate(held) if "sheet" in name or "Strings" in name]
    if sheets and rng.random() < 0.7:
        place = rng.choice(sheets)
    name, content = held[place]
    match rng.randrange(10):
        case 0:
            del held[place]
        case 1:
            held[place] = (rng.choice(_NAMES), content)
        case 2:
            held.append((rng.choice((name, rng.choice(_NAMES))), content))
        case 3:
            held[place] = (name, rng.choice(held)[1])
        case _:
            held[place] = (name, mutant(content, rng, *of_kind(content)))
    out = io.BytesIO()
    how = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2))
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", how) as packed:
        warnings.simplefilter("ignore")  # a name that stands twice
        for member, inside in held:
            packed.writestr(zipfile.ZipInfo(member or "x"), inside, how)
    return out.getvalue()


def unzipped(data: bytes, rng: Random) -> bytes:
    """Change what is compressed, and compress it again."""
    try:
        content = gzip.decompress(data)
    except Exception:
        return mutate.flip(data, rng)
    return gzip.compress(mutant(content, rng, *of_kind(content)), 1)


_SQLITE_VALUES = (
    *(None, 0, -1, 2**63 - 1, -(2**63), 1e308, float("inf"), -0.0, 0.5, b"", b"\xff\0"),
    *(10**15, 1_751_407_200_000, "1e999", "[]", "{}", "[" * 5000, '{"a":NaN}'),
)


def rows(data: bytes, rng: Random) -> bytes:
    """Change cells, rows and tables of a SQLite file."""
    with closing(sqlite3.connect(":memory:")) as base:
        base.text_factory = lambda name: name.decode("utf-8", "replace")
        try:
            base.deserialize(data)
            tables = base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            table = _quoted(rng.choice(tables.fetchall())[0])
            columns = base.execute(f"PRAGMA table_info({table})").fetchall()
            column = _quoted(rng.choice(columns)[1])
            other = rng.choice((hostile.text(rng), rng.choice(_SQLITE_VALUES)))
            if isinstance(other, str):  # SQLite has no halves of a pair
                other = other.encode("utf-8", "replace").decode()
            match rng.randrange(10):
                case 0:
                    base.execute(f"DELETE FROM {table}")
                case 1:
                    base.execute(f"INSERT INTO {table} SELECT * FROM {table}")
                case 2:
                    base.execute(f"ALTER TABLE {table} RENAME TO x{rng.randrange(9)}")
                case 3:
                    base.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
                case 4:
                    base.execute(f"ALTER TABLE {table} ADD COLUMN more DEFAULT 'x'")
                case _:
                    base.execute(f"UPDATE {table} SET {column} = ?", (other,))
            base.commit()
            return base.serialize()
        except (sqlite3.Error, IndexError, MemoryError, OverflowError, UnicodeDecodeError):
            return mutate.flip(data, rng)


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


# ----------------------------------------------------------------------------- FIT


def fit_fields(data: bytes, rng: Random) -> bytes:
    """Change bytes of a FIT file, and write the checksum that then fits."""
    from fitdecode.utils import compute_crc  # type: ignore[import-untyped]

    head = data[0] if data else 0
    if len(data) < 20 or head not in (12, 14):
        return mutate.flip(data, rng)
    inside = mutate.mutant(
        data[head:-2], rng, mutate.flip, mutate.flip, mutate.cut, mutate.swap
    )
    whole = bytearray(data[:head] + inside)
    whole[4:8] = len(inside).to_bytes(4, "little")
    if head == 14:
        whole[12:14] = compute_crc(bytes(whole[:12])).to_bytes(2, "little")
    checksum: int = compute_crc(bytes(whole))
    return bytes(whole) + checksum.to_bytes(2, "little")


def of_kind(content: bytes) -> tuple[Mutation, ...]:
    """Mutations for what a file holds, those that know it more often."""
    if content.startswith(b"PK"):
        return (members, members, members, *mutate.BLIND)
    if content.startswith(b"\x1f\x8b"):
        return (unzipped, unzipped, unzipped, mutate.flip, mutate.cut)
    if content.startswith(b"SQLite format 3"):
        return (rows, rows, rows, mutate.flip, mutate.cut)
    if content[8:12] == b".FIT":
        return (fit_fields, fit_fields, mutate.flip, mutate.cut)
    start = content[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        return (*[nodes] * 8, *mutate.TEXT)
    if start.startswith((b"{", b"[{")):
        return (*[json_values] * 8, *mutate.TEXT)
    return (*[cells] * 8, *mutate.TEXT)
