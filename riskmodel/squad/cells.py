"""From the cells of a coach's list to answers: numbers, levels, ages and names.

What cannot be read stays as it was written, for the engine to say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.problems import BORN
from riskmodel.inputs.reading import is_blank
from riskmodel.inputs.units import height_cm, unit_written
from riskmodel.squad.columns import (
    LEAVE_OUT,
    UNITS,
    Column,
    RawTable,
    number_and_unit,
    says_nothing,
)
from riskmodel.squad.items import item_answer, items_in, put_together
from riskmodel.squad.names import known_word
from riskmodel.squad.plan import may_be_left_open

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
        if field.kind != "text" and may_be_left_open(name):
            cells[name] = cells[name].mask(cells[name].map(says_nothing).astype(bool), None)
        if field.kind == "number":
            out[name] = _in_own_unit(cells[name], used[name].unit or field.unit, field.unit)
        elif field.kind in ("level", "levels"):
            out[name] = _levels(cells[name], name, used[name].unit, stay=warnings_stay)
        else:
            out[name] = cells[name].map(str, na_action="ignore")
    if "date_of_birth" in cells:
        age = _ages(cells["date_of_birth"], used["date_of_birth"].unit, on)
        given = out.get("age_years", pd.Series(np.nan, out.index, dtype=object))
        known = pd.to_numeric(age, errors="coerce").notna()
        out["age_years"] = age.where(known | given.isna(), given)
    if names := [cells[n] for n in ("first_name", "last_name", "athlete") if n in cells]:
        whole = _names(names)
        out = out.drop(columns="athlete", errors="ignore")
        out.insert(0, "athlete", whole)
    return out


def squad_notes(raw: RawTable, columns: Sequence[Column], on: date) -> tuple[str, ...]:
    """Say where a list contradicts itself, and what was used."""
    used = {column.target: column for column in columns if column.target != LEAVE_OUT}
    if not {"date_of_birth", "age_years"} <= set(used):
        return ()
    born = used["date_of_birth"]
    age = pd.to_numeric(_ages(raw.cells[born.place], born.unit, on), errors="coerce")
    given = number_and_unit(raw.cells[used["age_years"].place].astype(str))[0]
    apart = int(((age - given).abs() > _YEARS_APART).sum())
    if not apart:
        return ()
    rows = "In 1 row" if apart == 1 else f"In {apart} rows"
    return (
        f"{rows} age and date of birth differ by more than a year: used was the date of "
        "birth.",
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


def _levels(cells: pd.Series[Any], name: str, unit: str, *, stay: bool) -> pd.Series[Any]:
    def read(cell: Any) -> Any:
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        text = ";".join(map(str, cell)) if isinstance(cell, list | tuple) else str(cell)
        items = items_in(name, text)
        answer = put_together([item_answer(name, item, unit) for item in items])
        # What is not understood stays whole, for a person to find it.
        whole = answer is None or (stay and any(_warns(name, item) for item in items))
        return cell if whole else answer

    return cells.map(read, na_action="ignore")


def _warns(name: str, item: str) -> bool:
    known = known_word(name, item)
    return known is not None and bool(known.warning)


# ---------------------------------------------------------------------------- ages


def _ages(cells: pd.Series[Any], order: str, on: date) -> pd.Series[Any]:
    """Whole years on a day; what is no date stays, after `BORN`."""
    text = cells.map(
        lambda c: c.strftime("%Y-%m-%d") if isinstance(c, date) else str(c).strip(),
        na_action="ignore",
    ).astype(object)
    iso = text.str.extract(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]00:00(?::00)?)?$")
    other = text.str.extract(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$")
    if order == "year first":
        other = other.mask(other.notna())
    day, month = (1, 0) if order == "month first" else (0, 1)
    known = pd.DataFrame(
        {
            "year": iso[0].fillna(other[2]),
            "month": iso[1].fillna(other[month]),
            "day": iso[2].fillna(other[day]),
        }
    )
    born = pd.to_datetime(known.apply(pd.to_numeric), errors="coerce")
    before = (born.dt.month > on.month) | (
        (born.dt.month == on.month) & (born.dt.day > on.day)
    )
    years = (on.year - born.dt.year - before).astype(object)
    unclear = (BORN + text.astype(str)).astype(object)
    unclear = unclear.mask(text.map(is_blank), None)
    age: pd.Series[Any] = years.where(born.notna(), unclear)
    return age


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
