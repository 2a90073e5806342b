"""The cells of a coach's list as they stand in its file, and what is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import pandas as pd

from riskmodel.inputs.date_words import EXCEL_EPOCH
from riskmodel.inputs.sheet_notes import some
from riskmodel.inputs.told import in_quotes


def rows_named(rows: Sequence[int], names: Sequence[str]) -> str:
    """Rows of a file, the first of them with what stands first in each.

    Examples
    --------
    >>> rows_named([3], ["Forwards"]), rows_named([3, 9], ["", "Backs"])
    ('Row 3 “Forwards”', 'Rows 3, 9 “Backs”')
    """
    named = [
        f"{row} {in_quotes(name)}" if name else str(row)
        for row, name in zip(rows, names, strict=True)
    ]
    return f"Row{'s' * (len(named) != 1)} {some(named)}"


@dataclass(frozen=True)
class LeftOut:
    """Rows of a file that count as nobody, unless a person says so.

    Attributes
    ----------
    kind : str
        ``hidden_rows`` or ``summaries``: the word by which `read_squad_file` counts them.
    rows : tuple of int
        In the file.
    names : tuple of str
        What stands first in each.
    """

    kind: Literal["hidden_rows", "summaries"]
    rows: tuple[int, ...]
    names: tuple[str, ...]

    def __str__(self) -> str:
        one = len(self.rows) == 1
        rows = f"{rows_named(self.rows, self.names)} {'was' if one else 'were'}"
        if self.kind == "hidden_rows":
            return f"{rows} left out: {'it is' if one else 'they are'} hidden in the sheet."
        return f"{rows} left out: {'it sums' if one else 'they sum'} up the others."


@dataclass(frozen=True)
class RawTable:
    """Cells of a file, below their headers.

    Attributes
    ----------
    cells : pandas.DataFrame
        One column per header, numbered from 0; the index is the row in the file.
    headers : tuple of str
    notes : tuple of str
        What was noticed, and which sheet was read.
    left_out : tuple of LeftOut
        Rows that do not count.
    alike : tuple of str
        Sheets of a workbook that look as much like the list as the one that was read,
        and this one; empty if there is no other.
    epoch : datetime.datetime
        Day 0 of numbers that Excel counts days by: some workbooks count from 1904.
    """

    cells: pd.DataFrame
    headers: tuple[str, ...]
    notes: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    alike: tuple[str, ...] = ()
    epoch: datetime = EXCEL_EPOCH

    @property
    def told(self) -> tuple[str, ...]:
        """All that a person should know of the file, a sentence for each."""
        return (*self.notes, *map(str, self.left_out))
