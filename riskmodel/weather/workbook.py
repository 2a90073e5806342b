"""Rows of an Excel workbook with hours of weather."""

from __future__ import annotations

import io
import warnings
import zipfile
from typing import Any

from riskmodel.weather.hours import WeatherError

MOST_UNZIPPED_BYTES = 100_000_000
_MOST_COLUMNS = 200
_MOST_ROWS = 100_000


def workbook_rows(content: bytes) -> list[list[Any]]:
    """Cells of the first visible sheet that has something in it.

    Raises
    ------
    WeatherError
        If it is no workbook, or one that is too large.
    """
    try:
        import openpyxl  # comes with the app, not with the base install
    except ModuleNotFoundError:
        raise WeatherError(
            "An Excel file needs one more package: pip install openpyxl, or save the table "
            "as CSV."
        ) from None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            size = sum(part.file_size for part in packed.infolist())
        if size > MOST_UNZIPPED_BYTES:
            raise WeatherError("This workbook is too large: save the table as CSV.")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and charts, which are not read
            book = openpyxl.load_workbook(
                io.BytesIO(content), read_only=True, data_only=True
            )
            for sheet in book.worksheets:
                if sheet.sheet_state != "visible":
                    continue
                cells = sheet.iter_rows(
                    max_row=_MOST_ROWS, max_col=_MOST_COLUMNS, values_only=True
                )
                rows = [list(row) for row in cells]
                if any(cell is not None for row in rows for cell in row):
                    return rows
    except WeatherError:
        raise
    # Whatever a parser of somebody else's says about a spoilt file.
    except Exception as error:
        raise WeatherError("This is no Excel file that can be read.") from error
    raise WeatherError("There is nothing in this workbook.")
