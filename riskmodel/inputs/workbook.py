"""The sheets of an Excel file as a person sees them, and what they do not show."""

from __future__ import annotations

import re
import warnings
import zipfile
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from riskmodel.inputs.date_words import EXCEL_EPOCH
from riskmodel.inputs.rows import MOST_COLUMNS, Row, is_empty, limited
from riskmodel.inputs.sheet_layout import Layout, TooLargeError, sheet_layout
from riskmodel.inputs.tables import MOST_ROWS_SEEN, TableFileError
from riskmodel.inputs.units import unit_word

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

MOST_UNZIPPED_BYTES = 20_000_000
"""What a workbook may hold: 5000 athletes with 60 answers each need 16 MB."""
_MOST_SHEETS = 100
_MOST_TAGS = 2_000_000  # 5000 athletes with 60 answers each need 1.5 million
_LONGEST_TEXT = 32_767  # of a cell, by Excel
_MOST_DURATION_DAYS = 1000
"""A moment that is shown without its day is a duration up to here (judgement)."""
_BYTES_AT_ONCE = 1 << 20
_ROW = re.compile(rb"<(?:[\w.-]+:)?row[\s/>]")
_TOO_LARGE = (
    "This workbook is too large: delete what is not needed, or save the table as CSV."
)
# Other files that are packed as a workbook is, by a part that only they have.
_OTHER_FILES = {
    "xl/workbook.bin": "This is a binary Excel file (.xlsb)",
    "word/document.xml": "This is a Word file",
    "Index/Document.iwa": "This is a Numbers file",
    "Index.zip": "This is a Numbers file",
    "content.xml": "This is an OpenDocument file, such as .ods",
}


@dataclass(frozen=True)
class Sheet:
    """What a sheet shows, and what it hides.

    Attributes
    ----------
    title : str
    rows : list of Row
        Those in sight, without the cells of hidden columns; or all, see `read_workbook`.
    hidden_rows : list of Row
        Those that are hidden, also by a filter or in a collapsed group.
    hidden_columns : tuple of str
        What stands first in each that holds something.
    uncalculated : tuple of (row, name)
        Cells with a formula and no value, such as ``(3, "B3")``.
    merged : tuple of (row, name)
        Cells that were read for the rows that they span.
    """

    title: str
    rows: list[Row]
    hidden_rows: list[Row]
    hidden_columns: tuple[str, ...] = ()
    uncalculated: tuple[tuple[int, str], ...] = ()
    merged: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Workbook:
    """Sheets that hold something, titles of hidden ones, and whether read as seen."""

    sheets: tuple[Sheet, ...]
    hidden: tuple[str, ...]
    as_seen: bool
    epoch: datetime = EXCEL_EPOCH  # from which numbers that are days count


def is_workbook(file: BinaryIO) -> bool:
    """Whether a zip archive is an Excel workbook; the file is rewound."""
    try:
        with zipfile.ZipFile(file) as packed:
            return "[Content_Types].xml" in packed.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return False
    finally:
        file.seek(0)


def read_workbook(
    file: BinaryIO, title: str = "", *, most_rows: int, as_seen: bool = False
) -> Workbook:
    """Read the sheets in sight, or one by its title, hidden or not.

    Parameters
    ----------
    file : binary file
    title : str
    most_rows : int
        Of each sheet, below its headers.
    as_seen : bool
        Whether a person made it for people: rows and columns that are hidden do not
        count, and a number has the unit and the per cent that its format shows.

    Raises
    ------
    TableFileError
        If it is no workbook, is too large, or has no such sheet.
    """
    try:
        import openpyxl  # comes with the app, not with the base install
    except ModuleNotFoundError as error:
        raise TableFileError(
            "An Excel file needs one more package: pip install openpyxl, or save the table "
            "as CSV."
        ) from error
    try:
        _refuse_others(file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and charts, which are not read
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            of_book: Sequence[ReadOnlyWorksheet] = book.worksheets
            titles = [str(sheet.title) for sheet in of_book]
            if title and title not in titles:
                raise TableFileError(
                    f"There is no sheet {title} in this workbook, but: {', '.join(titles)}."
                )
            if len(titles) > _MOST_SHEETS:
                raise TableFileError(_TOO_LARGE)
            shown = [s for s in of_book if s.sheet_state == "visible"]
            read = [s for s in of_book if s.title == title] if title else shown
            sheets = tuple(_sheets(read, most_rows, as_seen=as_seen))
    except (TableFileError, MemoryError):
        raise
    except TooLargeError as error:
        raise TableFileError(_TOO_LARGE) from error
    # Whatever a parser of somebody else's says about a spoilt file.
    except Exception as error:
        raise TableFileError("This is no Excel file that can be read.") from error
    hidden = tuple(str(s.title) for s in of_book if s not in shown and s not in read)
    return Workbook(
        tuple(s for s in sheets if s.rows or s.hidden_rows or s.hidden_columns),
        hidden,
        as_seen,
        book.epoch,
    )


def _refuse_others(file: BinaryIO) -> None:
    """Refuse what is no workbook, or too large a one, before its parts are read."""
    with zipfile.ZipFile(file) as packed:
        parts = packed.infolist()
        for name, is_this in _OTHER_FILES.items():
            if any(part.filename == name for part in parts):
                raise TableFileError(f"{is_this}: save the table as .xlsx or CSV.")
        if sum(part.file_size for part in parts) > MOST_UNZIPPED_BYTES:
            raise TooLargeError
        n_tags = n_rows = 0
        for part in parts:
            with packed.open(part) as source:
                while block := source.read(_BYTES_AT_ONCE):
                    # Whatever the part is called.
                    n_tags += block.count(b"<")
                    n_rows += len(_ROW.findall(block))
                    if n_tags > _MOST_TAGS or n_rows > MOST_ROWS_SEEN:
                        raise TooLargeError


def _sheets(
    sheets: Sequence[ReadOnlyWorksheet], most_rows: int, *, as_seen: bool
) -> Iterator[Sheet]:
    left = _MOST_TAGS
    for sheet in sheets:
        # What the reader of values leaves out stands in the same part of the file.
        with sheet._get_source() as source:
            layout = sheet_layout(source, left)
        left -= layout.n_elements  # several sheets may share one part
        every = limited(_values(sheet, layout, as_seen=as_seen), most_rows)
        yield _sheet(str(sheet.title), every, layout, as_seen=as_seen)


def _sheet(title: str, every: list[Row], layout: Layout, *, as_seen: bool) -> Sheet:
    merged = _fill_merged(every, layout)
    hidden = sorted(c for c in layout.hidden_columns if c <= MOST_COLUMNS + 1)
    columns = [name for column in hidden if (name := _first_in(every, column - 1))]
    for _, cells in every if as_seen else ():
        for column in hidden:
            if column <= len(cells):
                cells[column - 1] = None
    rows = [row for row in every if not all(map(is_empty, row[1]))]
    return Sheet(
        title,
        [row for row in rows if not (as_seen and row[0] in layout.hidden_rows)],
        [row for row in rows if row[0] in layout.hidden_rows],
        tuple(columns),
        tuple(
            (row, _name(row, column))
            for row, column in layout.uncalculated
            if not (as_seen and column in layout.hidden_columns)
        ),
        tuple(merged),
    )


def _first_in(rows: Sequence[Row], place: int) -> str:
    """What stands first in a column, empty if nothing does."""
    cells = (cells[place] for _, cells in rows if place < len(cells))
    return next((str(cell).strip() for cell in cells if not is_empty(cell)), "")


def _name(row: int, column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def _fill_merged(rows: Sequence[Row], layout: Layout) -> list[tuple[int, str]]:
    """Write into each row what a cell over several of them says; give their names."""
    by_number = dict(rows)
    numbers = [number for number, _ in rows]
    names = []
    left_to_fill = _MOST_TAGS
    for (top, left), (bottom, right) in layout.merged:
        first = by_number.get(top, [])
        if left != right or left > len(first) or is_empty(first[left - 1]):
            continue
        below = rows[bisect_right(numbers, top) : bisect_right(numbers, bottom)]
        left_to_fill -= len(below)
        if left_to_fill < 0:
            raise TooLargeError
        for _, cells in below:
            cells[left - 1] = first[left - 1]
        if below:
            names.append((top, _name(top, left)))
    return names


def _values(sheet: ReadOnlyWorksheet, layout: Layout, *, as_seen: bool) -> Iterator[Row]:
    """Rows that stand in the file: what lies between them is not filled in."""
    from openpyxl.cell.read_only import ReadOnlyCell
    from openpyxl.worksheet._reader import WorkSheetParser

    book = sheet.parent
    # One column more than allowed, to see that there is one.
    width = min(layout.last_column, MOST_COLUMNS + 1)
    before = 0
    with sheet._get_source() as source:
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, cells in parser.parse():
            if number > layout.last_row:  # what stands below is not read
                break
            if number <= before:  # twice in the file, or out of order
                continue
            before = number
            row: list[Any] = [None] * width
            for cell in cells:
                if 1 <= cell["column"] <= width:
                    shown = ReadOnlyCell(sheet, **cell)
                    row[cell["column"] - 1] = _value(shown, book.epoch, as_seen=as_seen)
            yield number, row


def _value(cell: Any, epoch: datetime, *, as_seen: bool) -> Any:
    """What a cell says: Excel has no dates, durations, units or per cent."""
    value = cell.value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        if len(value) > _LONGEST_TEXT:
            raise TooLargeError
        return value
    if isinstance(value, datetime):
        from openpyxl.utils.datetime import to_excel

        days = to_excel(value, epoch)
        if _shown_as(cell.number_format).has_day or days > _MOST_DURATION_DAYS:
            return value.date() if value.time() == time() else value
        return _clock(timedelta(days=days))
    if isinstance(value, time):
        return _clock(datetime.combine(datetime.min, value) - datetime.min)
    if isinstance(value, timedelta):
        return _clock(value)
    if not as_seen or not cell.has_style:
        return value
    shown = _shown_as(cell.number_format)
    if shown.per_cent:
        return f"{value * 100:.10g}%"
    return f"{value:.10g} {shown.unit}" if shown.unit else value


class _ShownAs(NamedTuple):
    """What the format of a cell adds to its value."""

    has_day: bool
    per_cent: bool
    unit: str


@lru_cache(maxsize=256)
def _shown_as(number_format: str | None) -> _ShownAs:
    positive = (number_format or "").split(";")[0]
    letters = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", positive.lower())
    words = "".join(re.findall(r'"([^"]*)"', positive)).strip()
    is_unit = bool(unit_word(words))
    return _ShownAs(
        bool(re.search("[dy]", letters)), "%" in letters, words if is_unit else ""
    )


def _clock(span: timedelta) -> str:
    """A time or a duration as hours, minutes and seconds."""
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
