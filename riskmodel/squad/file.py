"""A coach's list of athletes as it comes: the cells of a CSV or Excel file."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from operator import itemgetter
from os import PathLike
from typing import Any

import pandas as pd

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.files import read_file
from riskmodel.inputs.formulas import as_it_was
from riskmodel.inputs.rows import MOST_COLUMNS, Row, filled, is_empty, limited
from riskmodel.inputs.sheet_notes import sheet_notes, some
from riskmodel.inputs.tables import (
    FIRST_ROWS,
    TableFileError,
    TooManyRowsError,
    csv_rows,
    read_text,
    separator,
)
from riskmodel.inputs.told import grouped
from riskmodel.inputs.workbook import MOST_UNZIPPED_BYTES, Sheet, read_workbook
from riskmodel.squad.cells import squad_frame
from riskmodel.squad.columns import Column, how_to_write, match_columns
from riskmodel.squad.headers import meanings
from riskmodel.squad.limits import LONGEST_CELL, MOST_ROWS, SquadFileError
from riskmodel.squad.notes import squad_notes
from riskmodel.squad.raw import LeftOut, RawTable, rows_named
from riskmodel.squad.summary_rows import summary_rows

_TOLD_ROWS = 3


_WAY_ON = (
    "Split it into several lists; or name its columns as the template does (cramprisk "
    "template), and cramprisk batch scores any number of rows."
)


def read_squad_file(
    content: bytes,
    *,
    sheet: str = "",
    hidden_rows: bool = False,
    summaries: bool = False,
) -> RawTable:
    r"""Read the cells of a CSV or Excel file.

    Parameters
    ----------
    content : bytes
        Of any kind; the name of a file says less than what it holds.
    sheet : str, optional
        Title of the sheet to read; by default the one in sight with most known headers.
    hidden_rows : bool, optional
        Whether rows count that the sheet hides, also by a filter or a collapsed group.
    summaries : bool, optional
        Whether rows count as athletes that sum up the others, such as "Average".

    Returns
    -------
    RawTable
        Where no header is known, every row is taken for an athlete.  What was left out
        stands in ``left_out`` and is told in ``told``.

    Raises
    ------
    SquadFileError
        If it is no table, is empty, or is too large.

    Examples
    --------
    >>> read_squad_file(b"Name;Alter\nAda;31\n").headers
    ('Name', 'Alter')
    >>> print(*read_squad_file(b"Name;Alter\nAda;31\nAverage;31\n").told)
    Row 3 “Average” was left out: it sums up the others.
    """
    try:
        if content.startswith(b"PK"):
            return _with_lone_cells(_from_workbook(content, sheet, hidden_rows, summaries))
        text = read_text(content)
        raw = _from_rows(_csv_rows(text.text), text.notes, cut_by_commas=True)
    except TooManyRowsError as error:
        raise SquadFileError(f"{error} {_WAY_ON}") from error
    except TableFileError as error:
        raise SquadFileError(str(error)) from error
    return _with_lone_cells(raw if summaries else _without_summaries(raw))


def read_squad(
    content: bytes | str | PathLike[str],
    on: date | None = None,
    *,
    sheet: str = "",
    hidden_rows: bool = False,
    summaries: bool = False,
    warnings_stay: bool = False,
) -> pd.DataFrame:
    r"""Read the athletes of a coach's list, CSV or Excel, as the page Squad does.

    Parameters
    ----------
    content : bytes, str or path
        What is in the file, or where it is.
    on : datetime.date, optional
        Day of the session, for ages; today by default.
    sheet, hidden_rows, summaries : optional
        As for `read_squad_file`.
    warnings_stay : bool, optional
        As for `squad_frame`.

    Returns
    -------
    pandas.DataFrame
        As from `squad_frame`: the answers, for `riskmodel.score_squad`; a column whose
        cells can all be read is of floats or of texts.  What was noticed
        and left out stands in ``attrs["notes"]``, a sentence for each.

    Raises
    ------
    SquadFileError
        If it is no list, or a column is in doubt; one sentence for each, which says how
        to write it.

    Examples
    --------
    >>> squad = read_squad("Name;Größe;Gewicht (kg)\nZoë;1,72;64,5\n".encode())
    >>> print(*squad.loc[2, ["athlete", "height_cm", "body_mass_kg"]])
    Zoë 172.0 64.5
    """
    if not isinstance(content, bytes):
        content = read_file(content, MOST_UNZIPPED_BYTES)
    raw = read_squad_file(
        content, sheet=sheet, hidden_rows=hidden_rows, summaries=summaries
    )
    columns, day = certain_columns(raw), on or date.today()
    squad, notes = read_athletes(raw, columns, day, warnings_stay=warnings_stay)
    squad = squad.apply(_typed)
    squad.attrs["notes"] = [*notes]
    return squad


def _typed(column: pd.Series[Any]) -> pd.Series[Any]:
    """A column in the type of its question, where every cell can be read."""
    field = FIELDS[str(column.name)]
    if field.kind != "number":
        texts = column.map(lambda cell: isinstance(cell, str), na_action="ignore")
        return column.astype("str") if texts.fillna(True).all() else column
    numbers = pd.to_numeric(column, errors="coerce")
    readable = numbers.notna().eq(column.notna()).all()
    return numbers.astype("float64") if readable else column


def read_athletes(
    raw: RawTable, columns: Sequence[Column], on: date, *, warnings_stay: bool = False
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Athletes of a list whose columns are understood, and what is told of it."""
    athletes = squad_frame(raw, columns, on, warnings_stay=warnings_stay)
    return athletes, (*raw.told, *squad_notes(raw, columns, on, named=True))


def certain_columns(raw: RawTable) -> list[Column]:
    """What the columns are, or a `SquadFileError` about those in doubt."""
    columns = match_columns(raw)
    if asked := [how_to_write(c, raw) for c in columns if c.target and c.question]:
        raise SquadFileError("\n".join(asked))
    return columns


# ----------------------------------------------------------------- from rows to a table


def _from_rows(
    rows: list[Row], notes: tuple[str, ...], *, cut_by_commas: bool = False
) -> RawTable:
    """The table below the row with most known headers."""
    if not any(len(filled(cells)) > 1 for _, cells in rows):
        raise SquadFileError("This file is no table: no row has two cells.")
    start, known = _best_header(rows)
    if known:
        above, headers, body = rows[:start], rows[start][1], rows[start + 1 :]
        headers = [
            "" if is_empty(cell) else str(as_it_was(cell)).strip() for cell in headers
        ]
        if cut_by_commas:
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
        raise SquadFileError(
            f"There are {grouped(len(body))} rows; allowed is up to {MOST_ROWS}. {_WAY_ON}"
        )
    return _table(headers, body, notes)


def _table(headers: list[str], body: Sequence[Row], notes: tuple[str, ...]) -> RawTable:
    for number, cells in body:
        length = max(len(cell) if isinstance(cell, str) else 0 for cell in cells)
        if length > LONGEST_CELL:
            raise SquadFileError(
                f"A cell in row {grouped(number)} has {grouped(length)} characters; "
                f"allowed is up to {LONGEST_CELL}."
            )
    width = max(len(headers), *(len(cells) for _, cells in body))
    headers = [*headers, *[""] * (width - len(headers))]
    frame = pd.DataFrame(
        [
            [
                *(None if is_empty(c) else as_it_was(c) for c in cells),
                *[None] * (width - len(cells)),
            ]
            for _, cells in body
        ],
        columns=range(width),
        index=[number for number, _ in body],
        dtype=object,
    )
    kept = [i for i in range(width) if headers[i] or frame[i].notna().any()]
    frame = frame[kept].set_axis(range(len(kept)), axis=1)
    return RawTable(frame, tuple(headers[i] or "(no header)" for i in kept), notes)


def _without_summaries(raw: RawTable) -> RawTable:
    rows = summary_rows(raw.cells, raw.headers)
    if not rows or len(rows) == len(raw.cells):
        return raw
    names = tuple(map(_first, raw.cells.loc[rows].to_numpy()))
    left_out = (*raw.left_out, LeftOut("summaries", tuple(rows), names))
    return replace(raw, cells=raw.cells.drop(index=rows), left_out=left_out)


def _with_lone_cells(raw: RawTable) -> RawTable:
    """Tell of rows of one cell: a title such as "Forwards", or somebody still unknown."""
    alone = raw.cells[raw.cells.notna().sum(axis=1) == 1]
    if not 0 < len(alone) < len(raw.cells):
        return raw
    rows = rows_named(list(alone.index), [*map(_first, alone.to_numpy())])
    note = (
        f"{rows} holds one cell and nothing else, and counts as an athlete: delete it if "
        "it is a title."
        if len(alone) == 1
        else f"{rows} hold one cell and nothing else, and count as athletes: delete those "
        "that are titles."
    )
    return replace(raw, notes=(*raw.notes, note))


def _first(cells: Iterable[object]) -> str:
    """What stands first in a row."""
    return next((str(cell).strip() for cell in cells if not is_empty(cell)), "")


def _from_workbook(
    content: bytes, title: str, hidden_rows: bool, summaries: bool
) -> RawTable:
    """The table of the sheet with most known headers, the first of equals."""
    book = read_workbook(io.BytesIO(content), title, most_rows=MOST_ROWS, as_seen=True)
    if not book.sheets:
        if book.hidden:
            named = ", ".join(book.hidden)
            raise SquadFileError(
                f"No sheet in sight holds anything. Hidden is {named}: show the sheet with "
                "the list in Excel, and save the workbook."
            )
        raise SquadFileError("There is nothing in this workbook.")
    known = {sheet.title: _best_header(sheet.rows)[1] for sheet in book.sheets}
    best = max(book.sheets, key=lambda sheet: known[sheet.title])
    alike = tuple(t for t, n in known.items() if n == known[best.title] and n)
    rows = (
        sorted([*best.rows, *best.hidden_rows], key=itemgetter(0))
        if hidden_rows
        else best.rows
    )
    if not rows:
        raise SquadFileError(
            f"Everything in the sheet {best.title} is hidden: show it in Excel, and save "
            "the workbook."
        )
    raw = _from_rows(rows, ())
    hidden = () if hidden_rows else _hidden(best, raw)
    raw = raw if summaries else _without_summaries(raw)
    notes = sheet_notes(book, best, frozenset(raw.cells.index))
    others = some([title for title in known if title != best.title])
    if len(alike) > 1:
        which = f"The sheets {' and '.join(alike)} look alike; read was {best.title}."
        notes = (which, *notes)
    elif others:
        notes = (f"Read was the sheet {best.title}; left out: {others}.", *notes)
    return replace(
        raw,
        notes=(*notes, *raw.notes),
        left_out=(*hidden, *raw.left_out),
        alike=alike if len(alike) > 1 else (),
        epoch=book.epoch,
    )


def _hidden(sheet: Sheet, raw: RawTable) -> tuple[LeftOut, ...]:
    """Hidden rows below the headers, where athletes stand."""
    rows = [row for row in sheet.hidden_rows if row[0] > min(raw.cells.index)]
    numbers = tuple(number for number, _ in rows)
    names = tuple(_first(cells) for _, cells in rows)
    return (LeftOut("hidden_rows", numbers, names),) if rows else ()


def _csv_rows(text: str) -> list[Row]:
    mark = separator(text)
    widest = max(line.count(mark) for line in text.splitlines()[:FIRST_ROWS])
    if widest > 10 * MOST_COLUMNS:  # before anything is made of them
        raise SquadFileError(
            f"This file has more than the {MOST_COLUMNS} columns that can be read."
        )
    return limited(enumerate(csv_rows(text, mark), 1), MOST_ROWS)


def _best_header(rows: Sequence[Row]) -> tuple[int, int]:
    """Place of the row with most known headers, the first of equals, and how many."""
    known = [
        sum(bool(meanings(cell)) for cell in cells if isinstance(cell, str))
        for _, cells in rows[:FIRST_ROWS]
    ]
    best = max(range(len(known)), key=lambda place: known[place], default=0)
    return best, known[best] if known else 0


def _refuse_cut_numbers(headers: Sequence[str], body: Sequence[Row]) -> None:
    width = max(filled(headers)) + 1
    longer = [number for number, cells in body if filled(cells)[-1] >= width]
    if not longer:
        return
    named = ", ".join(map(str, longer[:_TOLD_ROWS]))
    more = f" and {len(longer) - _TOLD_ROWS} more" if len(longer) > _TOLD_ROWS else ""
    some = f"Rows {named}{more} have" if len(longer) > 1 else f"Row {named} has"
    raise SquadFileError(
        f"{some} more cells than there are headers: does a decimal comma cut a number in "
        "two? Put such numbers in quotes, or save the list with ; between the cells."
    )
