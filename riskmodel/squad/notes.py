"""What is told of a coach's list: how it was read, and which cells answer nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from riskmodel.inputs.blanks import is_blank, is_error
from riskmodel.inputs.date_words import EXCEL_EPOCH
from riskmodel.inputs.fields import FIELDS, Field
from riskmodel.inputs.told import in_quotes, quoted
from riskmodel.squad.births import ages, date_order, is_serial, order_told_by
from riskmodel.squad.cells import NAMES, names_of
from riskmodel.squad.columns import LEAVE_OUT, Column, names_a_year, number_and_unit
from riskmodel.squad.items import (
    is_interpreted,
    item_answer,
    items_in,
    put_together,
)
from riskmodel.squad.names import exact, known_word
from riskmodel.squad.raw import RawTable

_NAMED = 20
_NONE_IN_A_YEAR = (
    "Counted as none in the last 12 months, since the header asks of no earlier year"
)
_OTHERS_ONLY = (
    "Known, and no medicine that is asked about, so that it counts as none of these"
)
_YEARS_APART = 1
"""An age may be that of the last birthday but one before anybody needs to look."""


def squad_notes(
    raw: RawTable, columns: Sequence[Column], on: date, *, named: bool = False
) -> tuple[str, ...]:
    """Say how a list was read, which cells answer nothing, and where it contradicts itself.

    With ``named`` a row is told with the name that stands in it.
    """
    used = {column.target: column for column in columns if column.target != LEAVE_OUT}
    asked = [c for name, c in used.items() if name not in NAMES]
    medicines = [column for column in asked if column.target == "medications"]
    of_a_year = [column for column in asked if names_a_year(column)]
    names = names_of(raw, used).dropna().to_dict() if named else {}

    def told(columns: Sequence[Column], wanted: Callable[[Any], bool], what: str) -> str:
        return _told_cells(raw, columns, wanted, what, names)

    notes = [
        _not_used([column.header for column in columns if column.target == LEAVE_OUT]),
        *(_read_as(raw, column) for column in asked),
        told(asked, is_marked_blank, "Not answered"),
        told(asked, is_error, "A broken formula, to be mended in the file"),
        told(of_a_year, _says_never, _NONE_IN_A_YEAR),
        told(medicines, _names_others_only, _OTHERS_ONLY),
    ]
    if "date_of_birth" in used:
        born = used["date_of_birth"]
        since = "" if raw.epoch == EXCEL_EPOCH else f" from {raw.epoch.year}"
        notes.append(order_told(raw, born))
        notes.append(
            told([born], is_serial, f"A date of birth as Excel counts days{since}")
        )
        if "age_years" in used:
            notes.append(_two_ages(raw, born, used["age_years"], on))
    return tuple(filter(None, notes))


def order_told(raw: RawTable, born: Column) -> str:
    """Say by which date it is known how the others are written, "" where none is needed."""
    cells = raw.cells[born.place]
    telling = order_told_by(cells)
    if telling is None or born.unit != date_order(cells):
        return ""
    return (
        f"Dates under {quoted(born.header)} were read {born.unit}: "
        f"{in_quotes(str(telling).strip())} can be nothing else."
    )


def _read_as(raw: RawTable, column: Column) -> str:
    """Say which words were read as an answer that they do not say by themselves."""
    field = FIELDS.get(column.target)
    if field is None or field.kind not in ("level", "levels"):
        return ""
    spelt: dict[str, str] = {}
    count: Counter[str] = Counter()
    for cell in raw.cells[column.place].dropna():
        for item in items_in(field.name, str(cell)):
            if is_interpreted(field.name, item):
                spelt.setdefault(exact(item), item)
                count[exact(item)] += 1
    if not count:
        return ""
    told = [
        f"{in_quotes(spelt[word])} ({number}) as {_labels(field, spelt[word])}"
        for word, number in count.most_common()
    ]
    return f"Read under {quoted(column.header)}: {_first_of(told, '; ')}."


def _labels(field: Field, item: str) -> str:
    levels = str(item_answer(field.name, item)).split(";")
    return " and ".join(field.levels[level] for level in levels)


def is_marked_blank(cell: Any) -> bool:
    """Whether something stands in a cell that means "not answered", such as a dash."""
    return isinstance(cell, str) and is_blank(cell)


def _says_never(cell: Any) -> bool:
    return item_answer("cramp_sessions_12mo", str(cell)) == "never"


def _names_others_only(cell: Any) -> bool:
    """Whether a cell holds medicines, all known, and none that is asked about."""
    items = items_in("medications", str(cell))
    if put_together([item_answer("medications", item) for item in items]) != "none":
        return False
    known = [known_word("medications", item) for item in items]
    return any(word is not None and word.is_asked_nowhere for word in known)


def _not_used(headers: Sequence[str]) -> str:
    """Name the columns that no question is answered by; empty if there are none."""
    if not headers:
        return ""
    columns = "1 column" if len(headers) == 1 else f"{len(headers)} columns"
    return f"Not used: {columns}, {_first_of([*map(in_quotes, headers)])}."


def _told_cells(
    raw: RawTable,
    columns: Sequence[Column],
    wanted: Callable[[Any], bool],
    what: str,
    names: Mapping[Any, str],
) -> str:
    """Name cells, those that say the same in a column at once; empty if there are none."""
    rows_of: dict[tuple[str, str], list[str]] = {}
    for column in columns:
        for row, cell in raw.cells[column.place].items():
            if cell is not None and wanted(cell):
                same = str(cell).strip()[:40], column.header
                name = f" {in_quotes(names[row])}" if row in names else ""
                rows_of.setdefault(same, []).append(f"{row}{name}")
    if not rows_of:
        return ""
    told = [
        f"{in_quotes(cell)} under {quoted(header)} in row{'s' * (len(rows) > 1)} "
        f"{_first_of(rows)}"
        for (cell, header), rows in rows_of.items()
    ]
    return f"{what}: {_first_of(told, '; ')}."


def _first_of(names: Sequence[str], between: str = ", ") -> str:
    named, more = between.join(names[:_NAMED]), len(names) - _NAMED
    return f"{named} and {more} more" if more > 0 else named


def _two_ages(raw: RawTable, born: Column, age: Column, on: date) -> str:
    """Say where the age and the date of birth contradict each other."""
    by_date = pd.to_numeric(
        ages(raw.cells[born.place], born.unit, on, raw.epoch), errors="coerce"
    )
    given = number_and_unit(raw.cells[age.place].astype(str))[0]
    apart = int(((by_date - given).abs() > _YEARS_APART).sum())
    if not apart:
        return ""
    rows = "In 1 row" if apart == 1 else f"In {apart} rows"
    return (
        f"{rows} age and date of birth differ by more than a year: used was the date of "
        "birth."
    )
