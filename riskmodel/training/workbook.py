"""A table in an Excel workbook, as the CSV that Excel would make of it."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any, BinaryIO

from riskmodel.inputs.sheet_notes import sheet_notes
from riskmodel.inputs.tables import TableFileError
from riskmodel.inputs.workbook import read_workbook
from riskmodel.training.limits import MOST_ROWS
from riskmodel.training.log import TrainingLogError
from riskmodel.training.sentences import Finding, finding


def csv_of_workbook(file: BinaryIO) -> tuple[bytes, list[Finding]]:
    """Cells of the one visible sheet that holds any in CSV, and what is told of it.

    Rows that Excel hides, as a filter does, are rows of the table all the same.
    """
    try:
        book = read_workbook(file, most_rows=MOST_ROWS)
    except TableFileError as error:
        raise TrainingLogError(str(error)) from error
    if len(book.sheets) != 1:
        named = ", ".join(sheet.title[:30] for sheet in book.sheets)
        raise TrainingLogError(
            f"There is more than one sheet in this workbook ({named}): save the one with "
            "the sessions as CSV."
            if book.sheets
            else "There is nothing in this workbook."
        )
    (sheet,) = book.sheets
    out = io.StringIO(newline="")
    csv.writer(out).writerows([*map(_text, cells)] for _, cells in sheet.rows)
    notes = [finding("as_written", text=note) for note in sheet_notes(book, sheet)]
    return out.getvalue().encode(), notes


def _text(cell: Any) -> str:
    """Cell as it is written in a table.

    Examples
    --------
    >>> _text(datetime(2026, 7, 1, 18)), _text(4.0), _text(None)
    ('2026-07-01 18:00:00', '4', '')
    """
    if isinstance(cell, float):
        return f"{cell:.12g}"
    if isinstance(cell, datetime):
        return str(cell.replace(microsecond=0))
    return "" if cell is None else str(cell)
