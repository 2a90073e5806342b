"""One way in for whatever a person gives: bytes, a path or an open file."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from riskmodel.inputs.files import open_file
from riskmodel.inputs.workbook import is_workbook
from riskmodel.training.archive import logs_in_archive, refuse_many_names, unzipped
from riskmodel.training.limits import MOST_BYTES, refuse_above
from riskmodel.training.log import TrainingLog, TrainingLogError
from riskmodel.training.merge import merge_logs, with_failed
from riskmodel.training.one_file import HEAD_BYTES, Ways, kind_of, most_bytes, rows_of
from riskmodel.training.sentences import Finding
from riskmodel.training.workbook import csv_of_workbook

Given = bytes | Path | BinaryIO
"""A file: what it holds, where it is, or open for reading from any place in it."""

ENDINGS = (
    "csv", "txt", "tsv", "xlsx", "fit", "tcx", "gpx", "gz", "zip", "xml", "json", "db",
)  # fmt: skip
"""Endings of the names of files that can be logs, without the dot."""


@contextmanager
def opened(given: Given) -> Iterator[BinaryIO]:
    """Open what a person gives; a file that was open already stays open."""
    if isinstance(given, bytes | bytearray | memoryview):
        yield io.BytesIO(given)
        return
    if not isinstance(given, str | os.PathLike):
        yield given
        return
    try:
        file = open_file(given)
    except OSError as error:
        raise TrainingLogError(
            f"{Path(given).name} cannot be opened: {error.strerror or error}."
        ) from error
    with file:
        yield file


def plain(file: BinaryIO) -> tuple[BinaryIO, str, list[Finding]]:
    """Give a file, its kind and what is told of it, unpacked, a workbook as a table."""
    kind = _kind(file)
    if kind == "zip":
        refuse_many_names(file)
        if is_workbook(file):
            table, notes = csv_of_workbook(file)
            return io.BytesIO(table), "table", notes
    if kind != "gzip":
        return file, kind, []
    file = io.BytesIO(unzipped(file, "What is compressed in this file", MOST_BYTES))
    kind = _kind(file)
    if kind in ("gzip", "zip"):
        raise TrainingLogError("This file is packed twice: unpack it first.")
    return file, kind, []


def _kind(file: BinaryIO) -> str:
    file.seek(0)
    kind = kind_of(file.read(HEAD_BYTES))
    file.seek(0)
    return kind


def read_any(given: Given, ways: Ways) -> TrainingLog:
    """Read the log in a file of any kind, that of several in an archive merged."""
    with opened(given) as packed:
        file, kind, notes = plain(packed)
        if kind == "zip":
            logs, failed, told = logs_in_archive(file, ways)
            log = merge_logs(logs) if len(logs) > 1 else logs[0]
            return with_failed(_with_notes(log, told), failed)
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        refuse_above("This file", size, most_bytes(kind))
        if kind == "table":
            return _with_notes(ways.of_table(file.read()), notes)
        return ways.of_rows(rows_of(kind, file, ways.zone))


def _with_notes(log: TrainingLog, notes: Iterable[Finding]) -> TrainingLog:
    report = replace(log.report, notes=(*log.report.notes, *notes))
    return replace(log, report=report)
