"""From the cells of a coach's list to answers: numbers, levels, ages and names.

What cannot be read stays as it was written, for the engine to say so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from riskmodel.inputs.blanks import is_blank, is_error
from riskmodel.inputs.date_words import EXCEL_EPOCH
from riskmodel.inputs.fields import FIELDS, Field
from riskmodel.inputs.problems import TWO_CLOCKS
from riskmodel.inputs.told import in_quotes, quoted
from riskmodel.inputs.units import height_cm, unit_written
from riskmodel.squad.births import ages, is_serial
from riskmodel.squad.columns import (
    LEAVE_OUT,
    UNITS,
    Column,
    names_a_year,
    number_and_unit,
)
from riskmodel.squad.durations import could_be_two, duration_min
from riskmodel.squad.items import item_answer, items_in, put_together
from riskmodel.squad.names import known_word
from riskmodel.squad.plan import may_be_left_open
from riskmodel.squad.raw import RawTable

_NAME_PARTS = ("first_name", "last_name")
_NAMED = 20
_NONE_IN_A_YEAR = (
    "Counted as none in the last 12 months, since the header asks of no earlier year"
)
_OTHERS_ONLY = (
    "Known, and no medicine that is asked about, so that it counts as none of these"
)
_YEARS_APART = 1
"""An age may be that of the last birthday but one before anybody needs to look."""


def squad_frame(
    raw: RawTable,
    columns: Sequence[Column],
    on: date,
    *,
    warnings_stay: bool = False,
) -> pd.DataFrame:
    """Turn the cells of a file into answers.

    Parameters
    ----------
    raw : RawTable
    columns : sequence of Column
        Each target at most once, and each with its unit where there are several.
    on : datetime.date
        Day of the session, for the age.
    warnings_stay : bool, optional
        Whether a cell stays as it was written that names what a coach must know about,
        for `riskmodel.squad.unknown.settle` to read.

    Returns
    -------
    pandas.DataFrame
        Columns named as in `FIELDS`; the index is the row in the file.  What cannot be
        read stays as it was written, for the engine to say so.

    Raises
    ------
    ValueError
        If two columns have the same target, or it is open how one is written.
    """
    used = {column.target: column for column in columns if column.target != LEAVE_OUT}
    if len(used) < sum(column.target != LEAVE_OUT for column in columns):
        raise ValueError("Two columns have the same meaning: leave one of them out.")
    for column in used.values():
        if column.needs_unit:
            raise ValueError(f"It is open how {column.header!r} is written.")
    cells = {target: raw.cells[column.place] for target, column in used.items()}
    out = pd.DataFrame(index=raw.cells.index)
    for name, field in FIELDS.items():
        if name not in cells:
            continue
        if field.kind != "text":
            cells[name] = _answered(cells[name], name)
        if field.kind == "number":
            out[name] = _numbers(cells[name], used[name].unit or field.unit, field)
        elif field.kind in ("level", "levels"):
            out[name] = _levels(cells[name], used[name], stay=warnings_stay)
        else:
            out[name] = cells[name].map(str, na_action="ignore")
    if "date_of_birth" in cells:
        age = ages(cells["date_of_birth"], used["date_of_birth"].unit, on, raw.epoch)
        given = out.get("age_years", pd.Series(np.nan, out.index, dtype=object))
        known = pd.to_numeric(age, errors="coerce").notna()
        out["age_years"] = age.where(known | given.isna(), given)
    if names := [cells[n] for n in ("first_name", "last_name", "athlete") if n in cells]:
        whole = _names(names)
        out = out.drop(columns="athlete", errors="ignore")
        out.insert(0, "athlete", whole)
    return out


def squad_notes(raw: RawTable, columns: Sequence[Column], on: date) -> tuple[str, ...]:
    """Say which cells of a list answer nothing, and where it contradicts itself."""
    used = {column.target: column for column in columns if column.target != LEAVE_OUT}
    asked = [c for name, c in used.items() if name not in ("athlete", *_NAME_PARTS)]
    medicines = [column for column in asked if column.target == "medications"]
    of_a_year = [column for column in asked if names_a_year(column)]
    notes = [
        _not_used([column.header for column in columns if column.target == LEAVE_OUT]),
        _told_cells(raw, asked, is_marked_blank, "Not answered"),
        _told_cells(raw, asked, is_error, "A broken formula, to be mended in the file"),
        _told_cells(raw, of_a_year, _says_never, _NONE_IN_A_YEAR),
        _told_cells(raw, medicines, _names_others_only, _OTHERS_ONLY),
    ]
    if "date_of_birth" in used:
        born = used["date_of_birth"]
        since = "" if raw.epoch == EXCEL_EPOCH else f" from {raw.epoch.year}"
        notes.append(
            _told_cells(
                raw, [born], is_serial, f"A date of birth as Excel counts days{since}"
            )
        )
        if "age_years" in used:
            notes.append(_two_ages(raw, born, used["age_years"], on))
    return tuple(filter(None, notes))


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
    raw: RawTable, columns: Sequence[Column], wanted: Callable[[Any], bool], what: str
) -> str:
    """Name cells, those that say the same in a column at once; empty if there are none."""
    rows_of: dict[tuple[str, str], list[str]] = {}
    for column in columns:
        for row, cell in raw.cells[column.place].items():
            if cell is not None and wanted(cell):
                same = str(cell).strip()[:40], column.header
                rows_of.setdefault(same, []).append(str(row))
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


def _names(parts: Sequence[pd.Series[Any]]) -> pd.Series[Any]:
    """Join names, each word that is there already only once."""

    def join(row: Sequence[Any]) -> str | None:
        said: list[str] = []
        for cell in row:
            text = "" if pd.isna(cell) else str(cell).strip()
            if text and text.casefold() not in " ".join(said).casefold().split():
                had = [word.casefold() for word in text.split()]
                # A full name holds the first name that stands beside it.
                said = [s for s in said if not {*s.casefold().split()} <= {*had}]
                said.append(text)
        return " ".join(said) or None

    rows = zip(*parts, strict=True)
    return pd.Series([join(row) for row in rows], parts[0].index, dtype=object)


def _answered(cells: pd.Series[Any], name: str) -> pd.Series[Any]:
    """Cells without those that answer nothing."""
    nothing = cells.map(is_blank)
    if may_be_left_open(name):
        nothing |= cells.map(is_error)
    return cells.mask(nothing.astype(bool), None)


def _numbers(cells: pd.Series[Any], unit: str, field: Field) -> pd.Series[Any]:
    """Numbers in the unit of the question; one that is not allowed stays as written."""
    own = field.unit
    is_duration = own in ("min", "h")
    read = (_durations if is_duration else _in_own_unit)(cells, unit, own)
    text = cells.astype(str).str.strip()
    bare = text.str.fullmatch(r"-?[\d.,]+")
    number = pd.to_numeric(read, errors="coerce")
    allowed = number.isna() | number.between(field.low, field.high)
    if unit == own:  # a number as it was written
        return read.where(allowed | bare, cells)
    return read.where(allowed, cells.mask(bare, text + f" {unit}"))


def _in_own_unit(cells: pd.Series[Any], unit: str, own: str) -> pd.Series[Any]:
    if unit == "ft in":
        return _feet(cells)
    number, named = number_and_unit(cells.astype(str))
    if unit == "m or cm":
        metres = number.between(1.0, 2.3) & named.isin(["", "m"])
        centimetres = number.between(100.0, 250.0) & named.isin(["", "cm"])
        value = (number * 100.0).round(2).where(metres, number.where(centimetres))
    else:
        value = number.where(named.isin(["", unit]))
        if unit != own:
            value = unit_written(own, unit).inside(value).round(2)
    return value.astype(object).where(value.notna() & cells.notna(), cells)


def _durations(cells: pd.Series[Any], unit: str, own: str) -> pd.Series[Any]:
    minutes = pd.to_numeric(cells.map(lambda c: duration_min(c, unit), na_action="ignore"))
    value = minutes / 60.0 if own == "h" else minutes
    # Marked, as everywhere else a time such as 1:30 is read as hours and minutes.
    doubtful = cells.map(lambda c: could_be_two(c, unit), na_action="ignore").eq(True)
    cells = cells.mask(doubtful, cells.astype(str).str.strip() + TWO_CLOCKS)
    return value.round(4).astype(object).where(value.notna() & cells.notna(), cells)


def _feet(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Heights such as 5'8", 5 ft 8 in and 6'."""
    parts = cells.astype(str).str.extract(
        r"^\s*(\d)\s*(?:'|\u2019|\u2032|ft\.?|-)\s*(\d{1,2}(?:\.\d+)?)?\s*"
        r"(?:\"|''|\u201d|\u2033|in\.?)?\s*$"
    )
    feet = pd.to_numeric(parts[0])
    inches = pd.to_numeric(parts[1]).fillna(0.0)
    height = height_cm(feet, inches).round(1).where(inches < 12.0)
    return height.astype(object).where(height.notna(), cells)


# -------------------------------------------------------------------------- levels


def _levels(cells: pd.Series[Any], column: Column, *, stay: bool) -> pd.Series[Any]:
    name, unit = column.target, column.unit

    def read(cell: Any) -> Any:
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        text = ";".join(map(str, cell)) if isinstance(cell, list | tuple) else str(cell)
        items = items_in(name, text)
        answer = put_together([item_answer(name, item, unit) for item in items])
        # What is not understood stays whole, for a person to find it.
        whole = answer is None or (stay and any(_warns(name, item) for item in items))
        return cell if whole else answer

    levels = cells.map(read, na_action="ignore")
    return levels.mask(levels == "never", "0") if names_a_year(column) else levels


def _warns(name: str, item: str) -> bool:
    known = known_word(name, item)
    return known is not None and bool(known.warning)


# ------------------------------------------------------------------------ our own


def read_cells(table: pd.DataFrame) -> pd.DataFrame:
    """Read cells that were typed under the names of `FIELDS`, in the project's units.

    As `squad_frame`, with the index of ``table`` and names with a warning as they were
    written; rows without any answer are left out.
    """
    names = [str(name) for name in table.columns]
    raw = RawTable(table.set_axis(range(len(names)), axis=1), tuple(names))
    columns = [
        Column(place, name, name, UNITS[name][0] if name in UNITS else "")
        for place, name in enumerate(names)
    ]
    blank = raw.cells.isna() | (raw.cells.astype(str).apply(lambda c: c.str.strip()) == "")
    cells = raw.cells.astype(object).mask(blank, None).loc[~blank.all(axis=1)]
    raw = replace(raw, cells=cells)
    return squad_frame(raw, columns, date.today(), warnings_stay=True)


def template() -> pd.DataFrame:
    """A table to fill in: one column for each question about an athlete, two examples."""
    names = ["athlete", "age_years", "sex", "body_mass_kg", "height_cm"]
    names += ["cramp_sessions_12mo", "muscle_injury_12mo", "sessions_per_week"]
    names += ["longest_recent_min", "heat_days_14d", "strength_training", "sleep_h"]
    rows = [
        ["Example A", 24, "female", 62, 170, "1-2", "none", 4, 90, 3, "yes", 7.5],
        ["Example B", 31, "male", 80, 184, "never", "recovered", 3, 90, 0, "no", 8],
    ]
    return pd.DataFrame(rows, columns=names)
