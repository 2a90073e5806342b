"""Zip archives: which of their files are needed, and the sessions in those.

Where an archive has a list of everything (Strava, Garmin, Apple Health, Health Connect),
that alone is unpacked.  Otherwise each file that can be a log is.
"""

from __future__ import annotations

import gzip
import io
import os
import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo

import pandas as pd

from riskmodel.training.limits import (
    MOST_MEMBERS,
    MOST_NAMES_BYTES,
    MOST_SESSION_FILES,
    MOST_TABLES,
    MOST_UNPACKED_BYTES,
    Bounded,
    refuse_above,
)
from riskmodel.training.log import TrainingLog, TrainingLogError
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

_SESSION_ENDINGS = (".fit", ".tcx", ".gpx")
_TABLE_ENDINGS = (".csv", ".tsv", ".txt")
_ARCHIVE_ENDINGS = (".zip", ".7z", ".rar", ".tar", ".tgz")
_MOST_LOOKED_AT = 20  # files whose beginning is read to find the list of everything
_TOO_MANY = "There are {} {} in this archive; allowed are up to {}."


@dataclass
class _Parts:
    """What an archive gave so far."""

    logs: list[TrainingLog] = field(default_factory=list)
    rows: list[Rows] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)  # a file, and why
    used: int = 0  # files that were read


def logs_in_archive(file: BinaryIO, ways: Ways) -> tuple[list[TrainingLog], list[Finding]]:
    """Read the logs in an archive, at least one, and find what was left unread.

    Its list of names should have passed `refuse_many_names`.
    """
    with _opened(file) as archive:
        members = [i for i in archive.infolist() if not (i.is_dir() or _is_litter(i))]
        if len(members) > MOST_MEMBERS:
            raise TrainingLogError(_TOO_MANY.format(len(members), "files", MOST_MEMBERS))
        parts = _lists_of_everything(archive, members, ways)
        if parts is None:
            parts = _each_file(archive, members, ways)
    logs = [*parts.logs, *_logs_of_rows(parts, ways)]
    if not logs:
        raise _nothing(parts, members)
    notes = []
    if unread := parts.unread:
        name, why = unread[0]
        notes.append(finding("members_unread", files=len(unread), name=name, why=why))
    if left := len(members) - parts.used - len(unread):
        notes.append(finding("left_in_archive", files=left))
    return logs, notes


def refuse_many_names(file: BinaryIO) -> None:
    """Stop at a list of names that would itself fill the memory.

    The end of an archive tells how long that list is, twice where it is large; whatever
    reads the list reads no more than that.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 66_000))
    tail = file.read()
    file.seek(0)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        return  # no archive, which its reader says
    (names,) = struct.unpack_from("<L", tail, end + 12)
    if (large := tail.rfind(b"PK\x06\x06", 0, end)) >= 0 and end - large >= 56:
        (names,) = struct.unpack_from("<Q", tail, large + 40)
    refuse_above("The list of the files in this archive", names, MOST_NAMES_BYTES)


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
    """Whether a file is what macOS adds to the archives that it makes."""
    path = PurePosixPath(member.filename)
    return "__MACOSX" in path.parts or path.name.startswith("._")


def _base(member: ZipInfo) -> str:
    return PurePosixPath(member.filename.replace("\\", "/")).name.lower()


def _shown(member: ZipInfo) -> str:
    """Name of a file for a sentence."""
    name = PurePosixPath(member.filename).name
    return "".join(letter for letter in name if letter.isprintable())[-40:]


def _stream(archive: ZipFile, member: ZipInfo, most: int) -> Bounded:
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
    return Bounded(opened, what, most)


def _kind(archive: ZipFile, member: ZipInfo) -> str:
    """Kind of a file by its beginning, empty where that says of no log."""
    try:
        size = max(member.file_size, HEAD_BYTES)
        return kind_of(_stream(archive, member, size).read(HEAD_BYTES))
    except TrainingLogError:
        return ""


def _lists_of_everything(
    archive: ZipFile, members: Sequence[ZipInfo], ways: Ways
) -> _Parts | None:
    """What the lists in an archive of a whole account say, None where there is none."""
    for kind, ending in (
        ("garmin_archive", "summarizedactivities.json"),
        ("apple_health", ".xml"),
        ("health_connect", ".db"),
    ):
        named = [m for m in members if _base(m).endswith(ending)][:_MOST_LOOKED_AT]
        if found := [m for m in named if _kind(archive, m) == kind]:
            each = [
                rows_of(kind, _stream(archive, m, most_bytes(kind)), ways.zone)
                for m in found
            ]
            return _Parts(rows=each, used=len(found))
    strava = sources()["strava"].label
    for member in [m for m in members if _base(m) == "activities.csv"][:_MOST_LOOKED_AT]:
        try:
            content = _stream(archive, member, most_bytes("table")).read()
            log = ways.of_table(content)
        except TrainingLogError as error:
            beside = f"{PurePosixPath(member.filename).parent / 'activities'}/"
            if any(m.filename.startswith(beside) for m in members):
                raise TrainingLogError(
                    f"{_shown(member)} in this archive: {error}"
                ) from error
            continue  # a table among others, of which it is said below why it is not read
        if log.report.sources == (strava,):
            return _Parts(logs=[log], used=1)
    return None


def _each_file(archive: ZipFile, members: Sequence[ZipInfo], ways: Ways) -> _Parts:
    """Read every file that can be a log by its name, each as what it is."""
    endings = (_SESSION_ENDINGS, _TABLE_ENDINGS)
    session_files, tables = (
        [m for m in members if _base(m).removesuffix(".gz").endswith(each)]
        for each in endings
    )
    for found, what, most in (
        (session_files, "FIT, TCX and GPX files", MOST_SESSION_FILES),
        (tables, "tables", MOST_TABLES),
    ):
        if len(found) > most:
            raise TrainingLogError(
                f"{_TOO_MANY.format(len(found), what, most)[:-1]}: give those of the last "
                "months."
            )
    wanted = [*tables, *session_files]
    whole = sum(m.file_size for m in wanted)
    refuse_above("What this archive holds", whole, MOST_UNPACKED_BYTES)
    parts = _Parts()
    left = MOST_UNPACKED_BYTES
    for member in wanted:
        try:
            content = _unpacked(archive, member, min(left, most_bytes("table")))
            left -= len(content)
            _take(content, ways, parts)
            parts.used += 1
        except TrainingLogError as error:
            parts.unread.append((_shown(member), str(error)))
    return parts


def _unpacked(archive: ZipFile, member: ZipInfo, most: int) -> bytes:
    content = _stream(archive, member, most).read()
    if not content.startswith(b"\x1f\x8b"):
        return content
    return unzipped(io.BytesIO(content), f"{_shown(member)} in this archive", most)


def unzipped(file: BinaryIO, what: str, most: int) -> bytes:
    """What a .gz file holds, up to a size."""
    with gzip.GzipFile(fileobj=file) as inner:
        return Bounded(inner, what, most).read()


def _take(content: bytes, ways: Ways, parts: _Parts) -> None:
    kind = kind_of(content[:HEAD_BYTES])
    if kind in ("zip", "gzip"):
        raise TrainingLogError("It is packed twice: unpack it first.")
    if kind == "table":
        parts.logs.append(ways.of_table(content))
        return
    refuse_above("It", len(content), most_bytes(kind))
    parts.rows.append(rows_of(kind, io.BytesIO(content), ways.zone))


def _logs_of_rows(parts: _Parts, ways: Ways) -> Iterator[TrainingLog]:
    """One log for all files of a kind, which are faster checked together than merged."""
    for source in dict.fromkeys(rows.source for rows in parts.rows):
        same = [rows for rows in parts.rows if rows.source == source]
        frame = pd.concat([rows.frame for rows in same], ignore_index=True)
        notes = [note for rows in same for note in rows.notes]
        try:
            yield ways.of_rows(Rows(frame, source, notes))
        except TrainingLogError as error:
            parts.unread.append((source, str(error)))


def _nothing(parts: _Parts, members: Sequence[ZipInfo]) -> TrainingLogError:
    """Say why there is no log in an archive."""
    if parts.unread:
        name, why = parts.unread[0]
        return TrainingLogError(
            f"No file in this archive is a log that can be read; {name}: {why}"
        )
    for member in members:
        if _base(member).endswith(_ARCHIVE_ENDINGS):
            return TrainingLogError(
                f"This archive holds another one, {_shown(member)}: unpack it, and give "
                "that."
            )
    endings = Counter(PurePosixPath(_base(m)).suffix or "no ending" for m in members)
    held = ", ".join(f"{number} {ending}" for ending, number in endings.most_common(3))
    return TrainingLogError(
        f"There is no log in this archive ({held or 'it is empty'}): known are {READ}."
    )
