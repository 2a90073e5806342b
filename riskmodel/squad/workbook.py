"""The sheets of an Excel file as a person sees them, and what they do not show."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from riskmodel.squad.columns import unit_word
from riskmodel.squad.rows import MOST_COLUMNS, Row, SquadFileError, is_empty, limited
from riskmodel.squad.sheet_layout import Layout, TooLargeError, sheet_layout

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

MOST_UNZIPPED_BYTES = 100_000_000
"""What a workbook may hold: a full one of the size of a list needs about half of it."""
_MOST_SHEETS = 100
_MOST_TAGS = 5_000_000
_LONGEST_TEXT = 32_767  # of a cell, by Excel
_BYTES_AT_ONCE = 1 << 20
_TOO_LARGE = (
    "This workbook is too large: delete what is not needed, or save the list as CSV."
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
        Those in sight, without the cells of hidden columns.
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
    """Sheets that hold something, and the titles of those that are hidden."""

    sheets: tuple[Sheet, ...]
    hidden: tuple[str, ...]


def read_workbook(content: bytes, title: str = "") -> Workbook:
    """Read the sheets in sight, or one by its title, hidden or not.

    Raises
    ------
    SquadFileError
        If it is no workbook, is too large, or has no such sheet.
    """
    try:
        import openpyxl  # comes with the app, not with the base install
    except ModuleNotFoundError as error:
        raise SquadFileError(
            "An Excel file needs one more package: pip install openpyxl, or save the list "
            "as CSV."
        ) from error
    try:
        _refuse_others(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and charts, which are not read
            book = openpyxl.load_workbook(
                io.BytesIO(content), read_only=True, data_only=True
            )
            of_book: Sequence[ReadOnlyWorksheet] = book.worksheets
            titles = [str(sheet.title) for sheet in of_book]
            if title and title not in titles:
                raise SquadFileError(
                    f"There is no sheet {title} in this workbook, but: {', '.join(titles)}."
                )
            if len(titles) > _MOST_SHEETS:
                raise SquadFileError(_TOO_LARGE)
            shown = [s for s in of_book if s.sheet_state == "visible"]
            read = [s for s in of_book if s.title == title] if title else shown
            sheets = tuple(_sheets(read))
    except SquadFileError:
        raise
    except TooLargeError as error:
        raise SquadFileError(_TOO_LARGE) from error
    # Whatever a parser of somebody else's says about a spoilt file.
    except Exception as error:
        raise SquadFileError("This is no Excel file that can be read.") from error
    hidden = tuple(str(s.title) for s in of_book if s not in shown and s not in read)
    return Workbook(
        tuple(s for s in sheets if s.rows or s.hidden_rows or s.hidden_columns), hidden
    )


def _refuse_others(content: bytes) -> None:
    """Refuse what is no workbook, or too large a one, before its parts are read."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = packed.infolist()
        for name, is_this in _OTHER_FILES.items():
            if any(part.filename == name for part in parts):
                raise SquadFileError(f"{is_this}: save the list as .xlsx or CSV.")
        if sum(part.file_size for part in parts) > MOST_UNZIPPED_BYTES:
            raise TooLargeError
        n_tags = 0
        for part in parts:
            with packed.open(part) as source:
                while block := source.read(_BYTES_AT_ONCE):
                    n_tags += block.count(b"<") if part.filename.endswith(".xml") else 0
                    if n_tags > _MOST_TAGS:
                        raise TooLargeError


def _sheets(sheets: Sequence[ReadOnlyWorksheet]) -> Iterator[Sheet]:
    left = _MOST_TAGS
    for sheet in sheets:
        # What the reader of values leaves out stands in the same part of the file.
        with sheet._get_source() as source:
            layout = sheet_layout(source, left)
        left -= layout.n_elements  # several sheets may share one part
        yield _sheet(sheet, layout)


def _sheet(sheet: ReadOnlyWorksheet, layout: Layout) -> Sheet:
    every = limited(_shown_rows(sheet, layout.last_row))
    merged = _fill_merged(every, layout)
    hidden = sorted(layout.hidden_columns)
    columns = [name for column in hidden if (name := _first_in(every, column - 1))]
    for _, cells in every:
        for column in hidden:
            if column <= len(cells):
                cells[column - 1] = None
    rows = [row for row in every if not all(map(is_empty, row[1]))]
    return Sheet(
        str(sheet.title),
        [row for row in rows if row[0] not in layout.hidden_rows],
        [row for row in rows if row[0] in layout.hidden_rows],
        tuple(columns),
        tuple(
            (row, _name(row, column))
            for row, column in layout.uncalculated
            if column not in layout.hidden_columns
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
    names = []
    for (top, left), (bottom, right) in layout.merged:
        first = by_number.get(top, [])
        if left != right or left > len(first) or is_empty(first[left - 1]):
            continue
        below = [cells for number, cells in rows if top < number <= bottom]
        for cells in below:
            cells[left - 1] = first[left - 1]
        if below:
            names.append((top, _name(top, left)))
    return names


def _shown_rows(sheet: ReadOnlyWorksheet, last_row: int) -> Iterator[tuple[Any, ...]]:
    sheet.reset_dimensions()  # a file may say that it is smaller than it is
    epoch = sheet.parent.epoch
    # One column more than allowed, to see that there is one.
    rows = sheet.iter_rows(max_row=last_row, max_col=MOST_COLUMNS + 1)
    for row in islice(rows, last_row):  # what stands below them is not read
        yield () if _holds_nothing(row) else tuple(_as_shown(cell, epoch) for cell in row)


def _holds_nothing(row: tuple[Any, ...]) -> bool:
    # A cell that is not in the file is one and the same object in its whole row.
    return row[0].value is None and all(cell is row[0] for cell in row)


def _as_shown(cell: Any, epoch: datetime) -> Any:
    """A value as the sheet shows it: Excel has no dates, durations, units or per cent."""
    value = cell.value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        if len(value) > _LONGEST_TEXT:
            raise TooLargeError
        return value
    if isinstance(value, datetime):
        if _shown_as(cell.number_format).has_day:
            return value.date() if value.time() == time() else value
        from openpyxl.utils.datetime import to_excel

        return _clock(timedelta(days=to_excel(value, epoch)))
    if isinstance(value, time):
        return _clock(datetime.combine(datetime.min, value) - datetime.min)
    if isinstance(value, timedelta):
        return _clock(value)
    if not cell.has_style:
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
