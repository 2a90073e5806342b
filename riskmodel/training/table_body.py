"""Rows of a table below its headers: the columns that are used, as text.

Most files are plain: every row is as wide as the headers, and quotation marks stand only
around cells.  Of those pandas reads the columns that are used.  Python's own reader takes
longer; it reads every other file, keeps rows of any width and notices a quotation mark
that is never closed.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.training.limits import MOST_ROWS
from riskmodel.training.log import TrainingLogError
from riskmodel.training.log_table import Table
from riskmodel.training.quantities import example


@dataclass(frozen=True)
class TableBody:
    """Rows of a table that are not blank."""

    columns: pd.DataFrame  # by what they mean, as text
    widths: NDArray[np.int64]  # cells of each row
    rows: Callable[[], list[list[str]]]  # in full, which few rows are needed


def body_of(table: Table) -> TableBody:
    """Rows of a table, each with a cell in every column that is used."""
    full = len(table.headers)
    if _is_plain(table):
        columns = _read_by_pandas(table)
        # A row without a start may be blank.
        if columns["start"].str.strip().ne("").all():
            return TableBody(columns, np.full(len(columns), full), lambda: table.rows)
    body = [row for row in table.rows if any(map(str.strip, row))]
    if not body:
        raise TrainingLogError(
            "There are no sessions in this file: no row below the headers."
        )
    widths = np.array([_width(row, full) for row in body])
    wrong = widths != full
    rows = np.array([sum(map(bool, map(str.strip, row))) > 1 for row in body])
    if (wrong & rows).sum() > 0.5 * max(rows.sum(), 1):  # a single cell is a heading
        first = body[int((wrong & rows).argmax())]
        raise TrainingLogError(
            f"Most rows have not as many cells as there are headers: {len(first)} in "
            f"{example(', '.join(first))}, under {full} headers; give each cell its "
            "header, in the order of the cells."
        )
    whole = [row if len(row) >= full else row + [""] * (full - len(row)) for row in body]
    columns = pd.DataFrame(
        {what: [row[place] for row in whole] for what, place in table.places.items()},
        dtype="str",
    )
    return TableBody(columns, widths, lambda: body)


def _width(row: list[str], headers: int) -> int:
    """Cells of a row, but for empty ones beyond the headers, which some programs add."""
    if len(row) <= headers:
        return len(row)
    beyond = any(cell.strip() for cell in row[headers:])
    return len(row) if beyond else headers


def _is_plain(table: Table) -> bool:
    """Whether every row is as wide as the headers, which marks outside of quotes tell."""
    pieces = table.text.split('"')
    outside, edges = pieces[::2], f"{table.mark}\r\n"
    closed = len(pieces) % 2 == 1
    closed &= all(piece[-1:] in edges for piece in outside[:-1])
    closed &= all(piece[:1] in edges for piece in outside[1:])
    text = '"'.join(outside).replace("\r\n", "\n")
    if not closed or "\r" in text:
        return False
    lines = text.rstrip("\n").split("\n")[table.below :]
    marks = len(table.headers) - 1
    return 0 < len(lines) <= MOST_ROWS and all(
        line.count(table.mark) == marks for line in lines
    )


def _read_by_pandas(table: Table) -> pd.DataFrame:
    columns = pd.read_csv(
        io.StringIO(table.text),
        sep=table.mark,
        header=None,
        skiprows=table.below,
        usecols=[*table.places.values()],
        dtype="str",
        na_filter=False,
    )
    return columns[[*table.places.values()]].set_axis([*table.places], axis=1)
