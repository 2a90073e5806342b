"""Rows of an Excel workbook with hours of weather."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from typing import Any, NamedTuple

from riskmodel.inputs.sheet_notes import sheet_notes
from riskmodel.inputs.tables import TableFileError
from riskmodel.inputs.workbook import read_workbook
from riskmodel.weather.hours import WeatherError

_MOST_ROWS = 100_000


class SheetRows(NamedTuple):
    """Cells of a sheet, and what is told of it."""

    rows: list[list[Any]]
    notes: tuple[str, ...]
    epoch: datetime  # from which numbers that are days count


def workbook_rows(content: bytes) -> SheetRows:
    """Cells of the first visible sheet that has something in it.

    Raises
    ------
    WeatherError
        If it is no workbook, or one that is too large.
    """
    try:
        book = read_workbook(io.BytesIO(content), most_rows=_MOST_ROWS)
    except TableFileError as error:
        raise WeatherError(str(error)) from error
    sheet = next(iter(book.sheets), None)
    if sheet is None:
        raise WeatherError("There is nothing in this workbook.")
    rows: list[list[Any]] = []
    before = 0
    for number, cells in sheet.rows:
        if number > before + 1:
            rows.append([])  # an empty row ends the lines about the place
        rows.append([*map(_moment, cells)])
        before = number
    return SheetRows(rows, sheet_notes(book, sheet), book.epoch)


def _moment(cell: Any) -> Any:
    """A day as its first hour."""
    is_day = isinstance(cell, date) and not isinstance(cell, datetime)
    return datetime.combine(cell, time()) if is_day else cell
