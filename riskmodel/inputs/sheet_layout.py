"""What the values of an Excel sheet do not tell: what is hidden, merged, or not worked out.

The sheet's own text is read once from start to end, and nothing of it is held: a workbook
made to exhaust the memory is refused instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO
from xml.parsers.expat import ParserCreate

MOST_ROW, MOST_COLUMN = 1_048_576, 16_384
"""Of a sheet, by Excel."""
_MOST_MERGED = 1000
_MOST_FORMULAS = 10_000
_BYTES_AT_ONCE = 1 << 20

Cell = tuple[int, int]
"""Row and column of a cell, both counted from 1."""


class TooLargeError(ValueError):
    """A sheet that holds more than is read."""


@dataclass
class Layout:
    """What was found in a sheet; rows and columns count from 1.

    Attributes
    ----------
    hidden_rows, hidden_columns : set of int
        Also those that a filter or a collapsed group hides.
    merged : list of (first, last)
        The upper left and the lower right cell of each.
    uncalculated : list of (row, column)
        Cells with a formula and no value.
    last_row, last_column : int
        The last that have a value.
    n_elements : int
        Of the XML.
    """

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[Cell, Cell]] = field(default_factory=list)
    uncalculated: list[Cell] = field(default_factory=list)
    last_row: int = 0
    last_column: int = 0
    n_elements: int = 0


def place_of(name: str) -> Cell:
    """Row and column of a cell by its name.

    Examples
    --------
    >>> place_of("C12")
    (12, 3)
    """
    match = re.fullmatch(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})", name)
    if match is None:
        raise ValueError(name)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]), column


def sheet_layout(source: IO[bytes], most_elements: int) -> Layout:
    """Read what the values do not tell.

    Parameters
    ----------
    source : file
        The XML of one sheet.
    most_elements : int
        How many elements of it may be read.

    Raises
    ------
    TooLargeError
        If there are more, or a row or column that no sheet of Excel has.
    """
    reader = _LayoutReader(most_elements)
    parser = ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.buffer_text = True
    while block := source.read(_BYTES_AT_ONCE):
        parser.Parse(block)
    parser.Parse(b"", True)
    return reader.layout


class _LayoutReader:
    """What an XML parser calls for each element."""

    def __init__(self, most_elements: int) -> None:
        self.layout = Layout()
        self._most = most_elements
        self._row = self._column = self._n_hidden_columns = 0
        self._has_formula = self._has_value = self._in_value = False

    def start(self, name: str, given: Mapping[str, str]) -> None:
        self.layout.n_elements += 1
        if self.layout.n_elements > self._most:
            raise TooLargeError
        match name.rpartition(" ")[2]:
            case "row":
                self._start_row(given)
            case "c":
                at = given.get("r")
                self._column = place_of(at)[1] if at else self._column + 1
                if self._column > MOST_COLUMN:
                    raise TooLargeError
                self._has_formula = False
                # An empty text is a value that Excel worked out.
                self._has_value = given.get("t") == "str"
            case "f":
                self._has_formula = True
            case "v" | "t":
                self._in_value = True
            case "col":
                if _is_hidden(given, "width"):
                    first, last = int(given["min"]), int(given["max"])
                    self._hide(max(first, 1), min(last, MOST_COLUMN))
            case "mergeCell":
                if len(self.layout.merged) < _MOST_MERGED and ":" in given["ref"]:
                    first_cell, last_cell = map(place_of, given["ref"].split(":"))
                    self.layout.merged.append((first_cell, last_cell))

    def _hide(self, first: int, last: int) -> None:
        self._n_hidden_columns += max(last + 1 - first, 0)
        if self._n_hidden_columns > MOST_COLUMN:  # some of them again and again
            raise TooLargeError
        self.layout.hidden_columns |= {*range(first, last + 1)}

    def _start_row(self, given: Mapping[str, str]) -> None:
        self._row = int(float(given["r"])) if "r" in given else self._row + 1
        self._column = 0
        if not 1 <= self._row <= MOST_ROW:
            raise TooLargeError
        if _is_hidden(given, "ht"):
            self.layout.hidden_rows.add(self._row)

    def text(self, _: str) -> None:
        if self._in_value:
            self._has_value = True

    def end(self, name: str) -> None:
        layout = self.layout
        match name.rpartition(" ")[2]:
            case "v" | "t":
                self._in_value = False
            case "c" if self._has_value:
                layout.last_row = max(layout.last_row, self._row)
                layout.last_column = max(layout.last_column, self._column)
            case "c" if self._has_formula and len(layout.uncalculated) < _MOST_FORMULAS:
                layout.uncalculated.append((self._row, self._column))


def _is_hidden(given: Mapping[str, str], size: str) -> bool:
    """Whether a row or column is hidden, or has no height or width."""
    return given.get("hidden") in ("1", "true") or float(given.get(size, 1)) == 0.0
