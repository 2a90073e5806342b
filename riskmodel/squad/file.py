"""A coach's list of athletes as it comes: the cells of a CSV or Excel file."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

import pandas as pd

from riskmodel.inputs.tables import (
    FIRST_ROWS,
    TableFileError,
    csv_rows,
    read_text,
    separator,
)
from riskmodel.squad.cells import squad_frame
from riskmodel.squad.columns import Column, RawTable, how_to_write, match_columns, meanings

MOST_ROWS = 5000
MOST_COLUMNS = 200
MOST_UNZIPPED_BYTES = 100_000_000
"""What a workbook may hold: a full one of the size above needs about half of it."""
_TOLD_ROWS = 3

Row = tuple[int, list[Any]]
"""Number of a row in its file, and its cells; rows without any are not kept."""


class SquadFileError(ValueError):
    """A file that cannot be read as a list of athletes; the message says why."""


def read_squad_file(content: bytes) -> RawTable:
    r"""Read the cells of a CSV or Excel file.

    Parameters
    ----------
    content : bytes
        Of any kind; the name of a file says less than what it holds.

    Returns
    -------
    RawTable
        Where no header is known, every row is taken for an athlete.

    Raises
    ------
    SquadFileError
        If it is no table, is empty, or is too large.

    Examples
    --------
    >>> read_squad_file(b"Name;Alter\nAda;31\n").headers
    ('Name', 'Alter')
    """
    notes: tuple[str, ...] = ()
    excel = content.startswith(b"PK")
    try:
        if excel:
            rows, notes = _excel_rows(content)
        else:
            text = read_text(content)
            rows, notes = _csv_rows(text.text), text.notes
    except TableFileError as error:
        raise SquadFileError(str(error)) from error
    if not any(len(_filled(cells)) > 1 for _, cells in rows):
        raise SquadFileError("This file is no table: no row has two cells.")
    start, known = _best_header(rows)
    if known:
        above, headers, body = rows[:start], rows[start][1], rows[start + 1 :]
        headers = ["" if _blank(cell) else str(cell).strip() for cell in headers]
        if not excel:
            _refuse_cut_numbers(headers, body)
        if above:
            plural = "s" * (len(above) > 1)
            were = "were" if plural else "was"
            notes += (f"{len(above)} row{plural} above the headers {were} left out.",)
    else:
        body = rows
        headers = [f"Column {i + 1}" for i in range(max(len(c) for _, c in rows))]
        notes += ("No header of this file is understood: each row counts as an athlete.",)
    if not body:
        raise SquadFileError(
            "There are no athletes in this file: no row below the headers."
        )
    if len(body) > MOST_ROWS:
        raise SquadFileError(f"There are {len(body)} rows; allowed is up to {MOST_ROWS}.")
    return _table(headers, body, notes)


def read_squad(content: bytes, on: date | None = None) -> pd.DataFrame:
    r"""Read the athletes of a coach's list, CSV or Excel.

    Parameters
    ----------
    content : bytes
    on : datetime.date, optional
        Day of the session, for ages; today by default.

    Returns
    -------
    pandas.DataFrame
        As from `squad_frame`: the answers, for `riskmodel.score_squad`.

    Raises
    ------
    SquadFileError
        If it is no list, or a column is in doubt; one sentence for each, which says how
        to write it.

    Examples
    --------
    >>> squad = read_squad("Name;Größe;Gewicht (kg)\nZoë;1,72;64,5\n".encode())
    >>> squad.loc[2, ["athlete", "height_cm", "body_mass_kg"]].tolist()
    ['Zoë', 172.0, 64.5]
    """
    raw = read_squad_file(content)
    return squad_frame(raw, certain_columns(raw), on or date.today())


def certain_columns(raw: RawTable) -> list[Column]:
    """What the columns are, or a `SquadFileError` about those in doubt."""
    columns = match_columns(raw)
    if asked := [how_to_write(c) for c in columns if c.target and c.question]:
        raise SquadFileError("\n".join(asked))
    return columns


def _table(headers: list[str], body: Sequence[Row], notes: tuple[str, ...]) -> RawTable:
    width = max(len(headers), *(len(cells) for _, cells in body))
    headers = [*headers, *[""] * (width - len(headers))]
    frame = pd.DataFrame(
        [
            [*(None if _blank(c) else c for c in cells), *[None] * (width - len(cells))]
            for _, cells in body
        ],
        columns=range(width),
        index=[number for number, _ in body],
        dtype=object,
    )
    kept = [i for i in range(width) if headers[i] or frame[i].notna().any()]
    frame = frame[kept].set_axis(range(len(kept)), axis=1)
    return RawTable(frame, tuple(headers[i] or "(no header)" for i in kept), notes)


def _blank(cell: Any) -> bool:
    """Whether there is nothing in a cell; what means "no answer" may be a name, as Na."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _filled(cells: Sequence[Any]) -> list[int]:
    """Places of the cells that hold something."""
    return [place for place, cell in enumerate(cells) if not _blank(cell)]


def _limited(rows: Iterator[Sequence[Any]]) -> list[Row]:
    """Rows that hold something, refused as soon as there are too many of anything."""
    kept: list[Row] = []
    for number, row in enumerate(rows, 1):
        filled = _filled(row)
        if not filled:
            continue
        if filled[-1] >= MOST_COLUMNS:
            raise SquadFileError(
                f"There are more than {MOST_COLUMNS} columns in row {number}; allowed is "
                f"up to {MOST_COLUMNS}."
            )
        kept.append((number, list(row[:MOST_COLUMNS])))
        if len(kept) > MOST_ROWS + FIRST_ROWS:
            raise SquadFileError(
                f"There are more than {MOST_ROWS} rows; allowed is up to {MOST_ROWS}."
            )
    return kept


def _csv_rows(text: str) -> list[Row]:
    mark = separator(text)
    widest = max(line.count(mark) for line in text.splitlines()[:FIRST_ROWS])
    if widest > 10 * MOST_COLUMNS:  # before anything is made of them
        raise SquadFileError(
            f"There are more than {MOST_COLUMNS} columns; allowed is up to {MOST_COLUMNS}."
        )
    return _limited(iter(csv_rows(text, mark)))


def _excel_rows(content: bytes) -> tuple[list[Row], tuple[str, ...]]:
    """Rows of the sheet with most known headers, and which sheet that was."""
    try:
        import openpyxl  # comes with the app, not with the base install
    except ModuleNotFoundError as error:
        raise SquadFileError(
            "An Excel file needs one more package: pip install openpyxl, or save the list "
            "as CSV."
        ) from error
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            size = sum(part.file_size for part in packed.infolist())
        if size > MOST_UNZIPPED_BYTES:
            raise SquadFileError(
                "This workbook is too large: delete what is not needed, or save the list "
                "as CSV."
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and charts, which are not read
            book = openpyxl.load_workbook(
                io.BytesIO(content), read_only=True, data_only=True
            )
            sheets = {
                str(sheet.title): _limited(
                    [_plain_date(cell) for cell in row]
                    # One more than allowed, to see that there is one.
                    for row in sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True)
                )
                for sheet in book.worksheets
            }
    except SquadFileError:
        raise
    # Whatever a parser of somebody else's says about a spoilt file.
    except Exception as error:
        raise SquadFileError("This is no Excel file that can be read.") from error
    filled = {title: rows for title, rows in sheets.items() if rows}
    if not filled:
        raise SquadFileError("There is nothing in this workbook.")
    title = max(filled, key=lambda name: _best_header(filled[name])[1])
    others = ", ".join(name for name in filled if name != title)
    note = (f"Read was the sheet {title}; left out: {others}.",) if others else ()
    return filled[title], note


def _plain_date(cell: Any) -> Any:
    """Excel has no dates, only moments."""
    midnight = isinstance(cell, datetime) and cell.time() == time()
    return cell.date() if midnight else cell


def _best_header(rows: Sequence[Row]) -> tuple[int, int]:
    """Place of the row with most known headers, the first of equals, and how many."""
    known = [
        sum(bool(meanings(cell)) for cell in cells if isinstance(cell, str))
        for _, cells in rows[:FIRST_ROWS]
    ]
    best = max(range(len(known)), key=lambda place: known[place])
    return best, known[best]


def _refuse_cut_numbers(headers: Sequence[str], body: Sequence[Row]) -> None:
    width = max(_filled(headers)) + 1
    longer = [number for number, cells in body if _filled(cells)[-1] >= width]
    if not longer:
        return
    named = ", ".join(map(str, longer[:_TOLD_ROWS]))
    more = f" and {len(longer) - _TOLD_ROWS} more" if len(longer) > _TOLD_ROWS else ""
    some = f"Rows {named}{more} have" if len(longer) > 1 else f"Row {named} has"
    raise SquadFileError(
        f"{some} more cells than there are headers: does a decimal comma cut a number in "
        "two? Put such numbers in quotes, or save the list with ; between the cells."
    )
