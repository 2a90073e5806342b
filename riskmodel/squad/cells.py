"""From the cells of a coach's list to answers: numbers, levels, ages and names.

What cannot be read stays as it was written, for the engine to say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from riskmodel.inputs.blanks import is_blank, is_error
from riskmodel.inputs.fields import FIELDS, Field
from riskmodel.inputs.problems import TWO_CLOCKS
from riskmodel.inputs.units import height_cm, unit_written
from riskmodel.squad.births import ages
from riskmodel.squad.columns import (
    LEAVE_OUT,
    UNITS,
    Column,
    names_a_year,
    number_and_unit,
)
from riskmodel.squad.counts import count_said
from riskmodel.squad.durations import could_be_two, duration_min
from riskmodel.squad.items import (
    item_answer,
    items_in,
    put_together,
)
from riskmodel.squad.names import known_word
from riskmodel.squad.plan import may_be_left_open
from riskmodel.squad.raw import RawTable

NAMES = ("first_name", "last_name", "athlete")


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
    if any(name in used for name in NAMES):
        whole = names_of(raw, used)
        out = out.drop(columns="athlete", errors="ignore")
        out.insert(0, "athlete", whole)
    return out


def names_of(raw: RawTable, used: Mapping[str, Column]) -> pd.Series[Any]:
    """What everybody is called, None where nothing stands."""
    parts = [raw.cells[used[name].place] for name in NAMES if name in used]
    return _names(parts) if parts else pd.Series(None, raw.cells.index, dtype=object)


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
    if own in ("sessions", "days"):
        cells = cells.map(_counted, na_action="ignore")
    is_duration = own in ("min", "h")
    read = (_durations if is_duration else _in_own_unit)(cells, unit, own)
    text = cells.astype(str).str.strip()
    bare = text.str.fullmatch(r"-?[\d.,]+")
    number = pd.to_numeric(read, errors="coerce")
    allowed = number.isna() | number.between(field.low, field.high)
    if unit == own:  # a number as it was written
        return read.where(allowed | bare, cells)
    return read.where(allowed, cells.mask(bare, text + f" {unit}"))


def _counted(cell: Any) -> Any:
    """A number that stands in words, such as "twice"; else the cell as it is."""
    count = count_said(cell) if isinstance(cell, str) else None
    return str(count[0]) if count is not None and count[0] == count[1] else cell


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
