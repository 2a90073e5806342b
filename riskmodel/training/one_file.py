"""What a single file is, told by what it holds and not by its name, and its sessions."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pandas as pd

from riskmodel.training.apple_health import APPLE_HEALTH, read_apple_health
from riskmodel.training.clock import FIRST_YEAR, LAST_YEAR
from riskmodel.training.fit_file import is_fit, read_fit
from riskmodel.training.garmin_archive import (
    GARMIN_ARCHIVE,
    GARMIN_MARK,
    read_garmin_archive,
)
from riskmodel.training.health_connect import (
    HEALTH_CONNECT,
    SQLITE_MARK,
    read_health_connect,
)
from riskmodel.training.limits import (
    MOST_BYTES,
    MOST_FIT_BYTES,
    MOST_JSON_BYTES,
    MOST_SECONDS,
    MOST_STREAM_BYTES,
    Readable,
)
from riskmodel.training.log import TrainingLog, TrainingLogError
from riskmodel.training.sentences import Finding
from riskmodel.training.track_file import read_gpx, read_tcx
from riskmodel.training.words import FIT, GPX, TCX

HEAD_BYTES = 65_536
"""Beginning of a file from which its kind is told."""

READ = (
    "tables of Strava, Garmin Connect, intervals.icu, TrainingPeaks and WHOOP, FIT, TCX "
    "and GPX files, and the exports of Apple Health and Health Connect"
)
"""What is read, for sentences that say so."""


@dataclass(frozen=True)
class Rows:
    """Sessions of a file as `sessions_of` takes them."""

    frame: pd.DataFrame
    source: str
    notes: list[Finding]


@dataclass(frozen=True)
class Ways:
    """How tables and rows become logs, the zone of what is written in UTC, and how long.

    ``most_seconds`` are for the files of one session in an archive.
    """

    zone: ZoneInfo
    of_table: Callable[[bytes], TrainingLog]
    of_rows: Callable[[Rows], TrainingLog]
    most_seconds: float = MOST_SECONDS


_Reader = Callable[[Readable, ZoneInfo], tuple[pd.DataFrame, list[Finding]]]


@dataclass(frozen=True)
class Format:
    """A kind of file that holds sessions, but is no table."""

    source: str
    most_bytes: int
    read: _Reader


FORMATS = {
    "fit": Format(FIT, MOST_FIT_BYTES, lambda s, zone: read_fit(s.read(), zone)),
    "tcx": Format(TCX, MOST_FIT_BYTES, lambda s, zone: read_tcx(s.read(), zone)),
    "gpx": Format(GPX, MOST_FIT_BYTES, lambda s, zone: read_gpx(s.read(), zone)),
    "apple_health": Format(
        APPLE_HEALTH, MOST_STREAM_BYTES, lambda s, _: read_apple_health(s)
    ),
    "garmin_archive": Format(GARMIN_ARCHIVE, MOST_JSON_BYTES, read_garmin_archive),
    "health_connect": Format(HEALTH_CONNECT, MOST_STREAM_BYTES, read_health_connect),
}
"""Every such kind by its name; what is none of them is a ``table``, ``zip`` or ``gzip``."""


def most_bytes(kind: str) -> int:
    """How large a file of a kind may be, once unpacked."""
    return FORMATS[kind].most_bytes if kind in FORMATS else MOST_BYTES


def rows_of(kind: str, stream: Readable, zone: ZoneInfo) -> Rows:
    """Sessions of a file whose kind is one of `FORMATS`."""
    found = FORMATS[kind]
    frame, notes = found.read(stream, zone)
    moment = pd.to_datetime(frame["moment"])
    # A clock that was never set begins with the years of computers.
    known = moment.dt.year.between(FIRST_YEAR, LAST_YEAR)
    frame["moment"] = moment.where(known).astype("datetime64[s]")
    return Rows(frame, found.source, notes)


_ROOTS = {
    "trainingcenterdatabase": "tcx",
    "gpx": "gpx",
    "healthdata": "apple_health",
}
"""First element of an XML file, in small letters."""

_OTHER_ROOTS = {
    "html": "This is a web page, such as the page to sign in that a browser saved instead "
    "of the file: sign in, and save the file then.",
    "kml": "This is a KML file, a way on a map without times: give the session as FIT, "
    "TCX or GPX.",
    "clinicaldocument": "This is the clinical part of an export of Apple Health, which "
    "holds no workouts: give the export.zip as a whole.",
}

_OTHER_MARKS = {
    b"7z\xbc\xaf\x27\x1c": "This is a 7-Zip archive: unpack it, and give the files in it "
    "or a .zip.",
    b"Rar!": "This is a RAR archive: unpack it, and give the files in it or a .zip.",
    b"BZh": "This file is compressed (.bz2): unpack it first.",
    b"\xfd7zXZ": "This file is compressed (.xz): unpack it first.",
    b"\x28\xb5\x2f\xfd": "This file is compressed (.zst): unpack it first.",
    b"\x89PNG": "This is a picture: give the file that a sports program writes.",
    b"\xff\xd8\xff": "This is a picture: give the file that a sports program writes.",
}
"""First bytes of files that are not read, and what is needed instead."""


def kind_of(head: bytes) -> str:
    r"""Kind of a file by its first `HEAD_BYTES`.

    `TrainingLogError` where no log is in such a file; what holds no text is for the
    reader of tables to refuse.

    Examples
    --------
    >>> kind_of(b"Date;Sport"), kind_of(b"PK\x03\x04"), kind_of(b"<?xml?><gpx>")
    ('table', 'zip', 'gpx')
    """
    for mark, sentence in _OTHER_MARKS.items():
        if head.startswith(mark):
            raise TrainingLogError(sentence)
    if head[257:262] == b"ustar":
        raise TrainingLogError(
            "This is a tar archive: unpack it, and give the files in it or a .zip."
        )
    if is_fit(head):
        return "fit"
    for mark, kind in (
        (b"PK\x03\x04", "zip"),
        (b"PK\x05\x06", "zip"),
        (b"\x1f\x8b", "gzip"),
        (SQLITE_MARK, "health_connect"),
    ):
        if head.startswith(mark):
            return kind
    utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = head.decode("utf-16" if utf16 else "utf-8-sig", "ignore").lstrip()
    if text.startswith("<"):
        return _xml_kind(text)
    if text.startswith(("{", "[")):
        return _json_kind(head)
    return "table"


def _xml_kind(text: str) -> str:
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    first = re.search(r"<(?:!DOCTYPE\s+)?(?:[\w.-]+:)?([A-Za-z][\w.-]*)", text)
    root = first.group(1) if first else ""
    if kind := _ROOTS.get(root.lower()):
        return kind
    if sentence := _OTHER_ROOTS.get(root.lower()):
        raise TrainingLogError(sentence)
    named = f" ({root[:30]})" if root else ""
    raise TrainingLogError(
        f"This is XML of a kind that is not known here{named}: known are {READ}."
    )


def _json_kind(head: bytes) -> str:
    if GARMIN_MARK in head:
        return "garmin_archive"
    raise TrainingLogError(
        "This is JSON of a kind that is not known here: give the list of activities in "
        "Garmin's archive (summarizedActivities.json), and of other programs a table (CSV) "
        "or FIT, TCX or GPX files."
    )
