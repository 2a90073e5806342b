"""Zip archives: which of their files are needed, and the sessions in those.

Every list and every table is read.  FIT, TCX and GPX files are not needed beside a list
of everything, as the archives of Strava, Garmin, Apple Health and Health Connect have it.
A file that could be a log and is not read is told as failed: what it holds is not known.
"""

from __future__ import annotations

import gzip
import io
import os
import re
import struct
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo

import pandas as pd

from riskmodel.inputs.told import grouped
from riskmodel.inputs.workbook import is_workbook
from riskmodel.training.failed import FailedFile
from riskmodel.training.limits import (
    MOST_LISTS,
    MOST_MEMBERS,
    MOST_NAMES_BYTES,
    MOST_SESSION_FILES,
    MOST_TABLES,
    MOST_UNPACKED_BYTES,
    Bounded,
    Budget,
    refuse_above,
)
from riskmodel.training.log import (
    NoLog,
    NoTable,
    TrainingLog,
    TrainingLogError,
    UnknownTable,
    noted,
)
from riskmodel.training.one_file import (
    HEAD_BYTES,
    READ,
    Rows,
    Ways,
    kind_of,
    most_bytes,
    rows_of,
)
from riskmodel.training.sentences import Finding, finding
from riskmodel.training.words import sources
from riskmodel.training.workbook import csv_of_workbook

_SESSION_ENDINGS = (".fit", ".tcx", ".gpx")
_TEXT_ENDINGS = (".csv", ".tsv", ".txt")
_TABLE_ENDINGS = (*_TEXT_ENDINGS, ".xlsx")
_ARCHIVE_ENDINGS = (".zip", ".7z", ".rar", ".tar", ".tgz")
_UNREAD_ENDINGS = (*_ARCHIVE_ENDINGS, ".gz", ".xls", ".ods", ".numbers")
"""Endings of files that may hold a log, and are not read in an archive."""
_LIST_ENDINGS = {
    "garmin_archive": "summarizedactivities.json",
    "apple_health": ".xml",
    "health_connect": ".db",
}
"""How the name of a list of everything ends, in small letters, by its kind."""
_FOLDERS = ("apple_health_export", "di_connect")
"""Folders of whole accounts: besides the list there is no log in them."""
_ACCOUNTS = {
    "activities.csv": ("profile.csv", "activities"),
    "workouts.csv": ("physiological_cycles.csv", "sleeps.csv"),
}
"""The lists in the archives of Strava and WHOOP, and what tells those archives: one of
these beside the list.  Their tables of other columns are no logs."""


@dataclass
class _Parts:
    """What an archive gave so far."""

    logs: list[TrainingLog] = field(default_factory=list)
    rows: list[Rows] = field(default_factory=list)
    failed: list[FailedFile] = field(default_factory=list)
    used: int = 0  # files that were read
    has_list: bool = False  # of everything
    budget: Budget = field(default_factory=lambda: Budget(MOST_UNPACKED_BYTES))

    def fail(self, name: str, error: TrainingLogError) -> None:
        """Keep a file that could not be read, and why."""
        self.failed.append(FailedFile(name, str(error), not isinstance(error, NoLog)))


def logs_in_archive(
    file: BinaryIO, ways: Ways
) -> tuple[list[TrainingLog], list[FailedFile], list[Finding]]:
    """Read the logs in an archive, at least one, and find what was left unread.

    Its list of names should have passed `refuse_many_names`.
    """
    with _opened(file) as archive:
        members = [i for i in archive.infolist() if not _is_litter(i)]
        _refuse_many(members, "files", MOST_MEMBERS, way_on="")
        parts = _Parts()
        _read_lists(archive, members, ways, parts)
        _read_tables(archive, members, ways, parts)
        if not parts.has_list:
            _read_sessions(archive, members, ways, parts)
    logs = [*parts.logs, *_logs_of_rows(parts, ways)]
    if not logs:
        raise _nothing(parts, members)
    left = len(members) - parts.used - len(parts.failed)
    for member in members:
        if _is_packed_log(member):
            error = TrainingLogError("It is not read in an archive: give it alone.")
            parts.fail(_shown(member), error)
            left -= 1
    notes = [finding("left_in_archive", files=left)] if left else []
    return logs, parts.failed, notes


def refuse_many_names(file: BinaryIO) -> None:
    """Stop at a list of names that would itself fill the memory.

    The end of an archive tells how long that list is, twice where it is large; whatever
    reads the list reads no more than that.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 66_000))
    tail = file.read()
    file.seek(0)
    # A comment or a number can look like an end: the largest of all that do counts.
    large = _numbers_in(tail, b"PK\x06\x06", 40, "<Q", 56)
    small = _numbers_in(tail, b"PK\x05\x06", 12, "<L", 22)
    if large:  # the short list says then that it does not know
        small = [number for number in small if number != 2**32 - 1]
    names = max([*small, *large], default=0)  # without any it is no archive
    refuse_above("The list of the files in this archive", names, MOST_NAMES_BYTES)


def _numbers_in(tail: bytes, mark: bytes, place: int, kind: str, least: int) -> list[int]:
    """Number at a place after each mark that has its bytes behind it."""
    starts = (found.start() for found in re.finditer(re.escape(mark), tail))
    return [
        struct.unpack_from(kind, tail, start + place)[0]
        for start in starts
        if start + least <= len(tail)
    ]


@contextmanager
def _opened(file: BinaryIO) -> Iterator[ZipFile]:
    try:
        archive = ZipFile(file)
    except (BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise TrainingLogError(
            "This zip archive is damaged or was cut off: it cannot be unpacked."
        ) from error
    with archive:
        yield archive


def _is_litter(member: ZipInfo) -> bool:
    """Whether it is a folder, has no name, is what macOS adds to archives, or a read-me."""
    path = PurePosixPath(member.filename)
    named_so = path.name.lower().startswith(("._", "readme"))
    return member.filename[-1:] in ("", "/") or "__MACOSX" in path.parts or named_so


def _base(member: ZipInfo) -> str:
    return PurePosixPath(member.filename.replace("\\", "/")).name.lower()


def _shown(member: ZipInfo) -> str:
    """Name of a file for a sentence."""
    name = PurePosixPath(member.filename).name
    return "".join(letter for letter in name if letter.isprintable())[-40:]


def _stream(
    archive: ZipFile, member: ZipInfo, most: int, budget: Budget | None = None
) -> Bounded:
    """Open a file for reading, if it is not too large."""
    what = f"{_shown(member)} in this archive"
    refuse_above(what, member.file_size, most)
    try:
        opened = archive.open(member)
    except (BadZipFile, ValueError, OSError) as error:
        raise TrainingLogError(f"{what} is damaged: it cannot be unpacked.") from error
    except (RuntimeError, NotImplementedError) as error:
        raise TrainingLogError(
            f"{what} has a password or is packed in a way that is not known here: unpack "
            "the archive, and give the files in it."
        ) from error
    return Bounded(opened, what, most, budget)


def _kind(archive: ZipFile, member: ZipInfo) -> str:
    """Kind of a file by its beginning, empty where that says of no log."""
    size = max(member.file_size, HEAD_BYTES)
    head = _stream(archive, member, size).read(HEAD_BYTES)
    try:
        return kind_of(head)
    except TrainingLogError:
        return ""


def _read_lists(
    archive: ZipFile, members: Sequence[ZipInfo], ways: Ways, parts: _Parts
) -> None:
    """Read every list of everything that is no table."""
    for kind, ending in _LIST_ENDINGS.items():
        ending_so = [m for m in members if _base(m).endswith(ending)]
        _refuse_many(ending_so, f"files {ending}", MOST_LISTS)
        for member in ending_so:
            try:
                if _kind(archive, member) != kind:
                    continue
                stream = _stream(archive, member, most_bytes(kind))
                parts.rows.append(rows_of(kind, stream, ways.zone))
                parts.used += 1
                parts.has_list = True
            except TrainingLogError as error:
                parts.has_list |= not isinstance(error, NoLog)
                parts.fail(_shown(member), error)


def _read_tables(
    archive: ZipFile, members: Sequence[ZipInfo], ways: Ways, parts: _Parts
) -> None:
    """Read every table, each as what it is."""
    tables = [m for m in members if _ends(m, _TABLE_ENDINGS) and not _in_account(m)]
    _refuse_many(tables, "tables", MOST_TABLES)
    refuse_above("What this archive holds", _size(tables), MOST_UNPACKED_BYTES)
    accounts = _accounts(members)
    for member in tables:
        try:
            _take(_unpacked(archive, member, parts.budget), ways, parts)
        except UnknownTable as error:
            _stop_at_damaged_list(member, members, error)
            if not accounts.isdisjoint(_path(member).parents):
                continue
            parts.fail(_shown(member), error)
        except TrainingLogError as error:
            _stop_at_damaged_list(member, members, error)
            if isinstance(error, NoTable) and _ends(member, _TEXT_ENDINGS):
                error = NoLog(str(error))
            parts.fail(_shown(member), error)
    strava = (sources()["strava"].label,)
    parts.has_list |= any(log.report.sources == strava for log in parts.logs)


def _stop_at_damaged_list(
    member: ZipInfo, members: Sequence[ZipInfo], error: TrainingLogError
) -> None:
    """Stop where the list of Strava cannot be read that stands beside its files."""
    beside = _path(member).parent / "activities"
    if _base(member) == "activities.csv" and any(
        beside in _path(m).parents for m in members
    ):
        raise TrainingLogError(f"{_shown(member)} in this archive: {error}") from error


def _read_sessions(
    archive: ZipFile, members: Sequence[ZipInfo], ways: Ways, parts: _Parts
) -> None:
    """Read the files of one session each, for as long as a reader may wait."""
    sessions = [m for m in members if _ends(m, _SESSION_ENDINGS)]
    _refuse_many(sessions, "FIT, TCX and GPX files", MOST_SESSION_FILES)
    tables = [m for m in members if _ends(m, _TABLE_ENDINGS)]
    whole = _size([*tables, *sessions])
    refuse_above("What this archive holds", whole, MOST_UNPACKED_BYTES)
    last = time.monotonic() + ways.most_seconds
    for member in sessions:
        try:
            if time.monotonic() > last:
                raise TrainingLogError(
                    "This archive takes too long: give the files of the last months."
                )
            _take(_unpacked(archive, member, parts.budget), ways, parts)
        except TrainingLogError as error:
            parts.fail(_shown(member), error)


def _refuse_many(
    members: Sequence[ZipInfo],
    what: str,
    most: int,
    way_on: str = ": give those of the last months",
) -> None:
    if (count := len(members)) > most:
        raise TrainingLogError(
            f"There are {grouped(count)} {what} in this archive; allowed are up to "
            f"{grouped(most)}{way_on}."
        )


def _path(member: ZipInfo) -> PurePosixPath:
    return PurePosixPath(member.filename.replace("\\", "/"))


def _ends(member: ZipInfo, endings: tuple[str, ...]) -> bool:
    return _base(member).removesuffix(".gz").endswith(endings)


def _size(members: Sequence[ZipInfo]) -> int:
    return sum(member.file_size for member in members)


def _in_account(member: ZipInfo) -> bool:
    """Whether a file lies in a folder that a program made of a whole account."""
    return any(folder in _FOLDERS for folder in map(str.lower, _path(member).parts))


def _is_packed_log(member: ZipInfo) -> bool:
    """Whether a file may hold a log, and is of a kind that is not read in an archive."""
    read = _ends(member, (*_SESSION_ENDINGS, *_TABLE_ENDINGS))
    unread = _base(member).endswith(_UNREAD_ENDINGS)
    return unread and not read and not _in_account(member)


def _accounts(members: Sequence[ZipInfo]) -> set[PurePosixPath]:
    """Folders with the archive of an account, of which a list and what is beside tell."""
    paths = [_path(member) for member in members]
    there = {*paths, *(path.parent for path in paths)}
    return {
        path.parent
        for path in paths
        if any(path.parent / name in there for name in _ACCOUNTS.get(path.name.lower(), ()))
    }


def _unpacked(archive: ZipFile, member: ZipInfo, budget: Budget) -> bytes:
    most = most_bytes("table")
    content = _stream(archive, member, most, budget).read()
    if not content.startswith(b"\x1f\x8b"):
        return content
    what = f"{_shown(member)} in this archive"
    return unzipped(io.BytesIO(content), what, most, budget)


def unzipped(file: BinaryIO, what: str, most: int, budget: Budget | None = None) -> bytes:
    """What a .gz file holds, up to a size."""
    with gzip.GzipFile(fileobj=file) as inner:
        return Bounded(inner, what, most, budget).read()


def _take(content: bytes, ways: Ways, parts: _Parts) -> None:
    """Read a table, a workbook or a file of one session."""
    kind, notes = kind_of(content[:HEAD_BYTES]), list[Finding]()
    if kind == "zip":
        refuse_many_names(file := io.BytesIO(content))
        if is_workbook(file):
            (content, notes), kind = csv_of_workbook(file), "table"
    if kind in ("zip", "gzip"):
        raise TrainingLogError("It is packed twice: unpack it first.")
    if kind == "table":
        parts.logs.append(noted(ways.of_table(content), *notes))
    else:
        refuse_above("It", len(content), most_bytes(kind))
        parts.rows.append(rows_of(kind, io.BytesIO(content), ways.zone))
    parts.used += 1


def _logs_of_rows(parts: _Parts, ways: Ways) -> Iterator[TrainingLog]:
    """One log for all files of a kind, which are faster checked together than merged."""
    for source in dict.fromkeys(rows.source for rows in parts.rows):
        same = [rows for rows in parts.rows if rows.source == source]
        frame = pd.concat([rows.frame for rows in same], ignore_index=True)
        notes = [note for rows in same for note in rows.notes]
        try:
            yield ways.of_rows(Rows(frame, source, notes))
        except TrainingLogError as error:
            parts.fail(source, error)


def _nothing(parts: _Parts, members: Sequence[ZipInfo]) -> TrainingLogError:
    """Say why there is no log in an archive."""
    if parts.failed:
        first = parts.failed[0]
        may_be = any(file.may_hold_sessions for file in parts.failed)
        return (TrainingLogError if may_be else NoLog)(
            f"No file in this archive is a log that can be read; {first.name}: {first.why}"
        )
    for member in members:
        if _base(member).endswith(_ARCHIVE_ENDINGS):
            return TrainingLogError(
                f"This archive holds another one, {_shown(member)}: unpack it, and give "
                "that."
            )
    endings = Counter(PurePosixPath(_base(m)).suffix or "no ending" for m in members)
    held = ", ".join(f"{number} {ending}" for ending, number in endings.most_common(3))
    return NoLog(
        f"There is no log in this archive ({held or 'it is empty'}): known are {READ}."
    )
