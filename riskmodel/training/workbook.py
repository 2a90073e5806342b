"""A table in an Excel workbook, as the CSV that Excel would make of it."""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

from riskmodel.inputs.tables import FIRST_ROWS
from riskmodel.training.limits import MOST_BYTES, MOST_ROWS, refuse_above
from riskmodel.training.log import TrainingLogError

MOST_COLUMNS = 200


def is_workbook(file: BinaryIO) -> bool:
    """Whether a zip archive is an Excel workbook; the file is rewound."""
    try:
        with ZipFile(file) as packed:
            return "[Content_Types].xml" in packed.namelist()
    except (BadZipFile, NotImplementedError, ValueError, OSError):
        return False
    finally:
        file.seek(0)


def csv_of_workbook(file: BinaryIO) -> bytes:
    """Cells of the one visible sheet that holds any, in CSV.

    Rows that Excel hides, as a filter does, are rows of the table all the same.
    """
    try:
        import openpyxl  # comes with the app
    except ImportError as error:
        raise TrainingLogError(
            'Excel workbooks need one more package: pip install "cramp-risk[app]".'
        ) from error
    with ZipFile(file) as packed:
        refuse_above(
            "This workbook", sum(part.file_size for part in packed.infolist()), MOST_BYTES
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and charts, which are not read
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            sheets = {
                str(sheet.title): list(_rows(sheet))
                for sheet in book.worksheets
                if sheet.sheet_state == "visible"
            }
    except TrainingLogError:
        raise
    # Whatever a parser of somebody else's says about a spoilt file.
    except Exception as error:
        raise TrainingLogError("This is no Excel workbook that can be read.") from error
    filled = {title: rows for title, rows in sheets.items() if any(map(any, rows))}
    if len(filled) != 1:
        named = ", ".join(title[:30] for title in filled)
        raise TrainingLogError(
            f"There is more than one sheet in this workbook ({named}): save the one with "
            "the sessions as CSV."
            if filled
            else "There is nothing in this workbook."
        )
    out = io.StringIO(newline="")
    csv.writer(out).writerows(*filled.values())
    return out.getvalue().encode()


def _rows(sheet: Any) -> Iterator[list[str]]:
    """Cells of a sheet as text, refused as soon as there are too many."""
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True)):
        if number > MOST_ROWS + FIRST_ROWS:
            raise TrainingLogError(
                f"There are more than {MOST_ROWS} rows in this workbook; allowed are up to "
                f"{MOST_ROWS}."
            )
        filled = [place for place, cell in enumerate(row, 1) if cell is not None]
        yield [_text(cell) for cell in row[: max(filled, default=0)]]


def _text(cell: Any) -> str:
    """Cell as it is written in a table.

    Examples
    --------
    >>> _text(datetime(2026, 7, 1)), _text(timedelta(hours=26, seconds=5)), _text(4.0)
    ('2026-07-01', '26:00:05', '4')
    """
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return str(cell.date() if cell.time() == time() else cell.replace(microsecond=0))
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    if isinstance(cell, time):
        return cell.strftime("%H:%M:%S")
    if isinstance(cell, float):
        return f"{cell:.12g}"
    return str(cell) if not isinstance(cell, date) else cell.isoformat()
