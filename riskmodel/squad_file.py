"""A coach's list of athletes as it comes: CSV or Excel, read by its headers.

Nothing is guessed: what a column or its unit means is certain or in doubt, and what is
in doubt is asked.
"""

from __future__ import annotations

import io
import re
import tomllib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from riskmodel.datasets import data_file
from riskmodel.fields import FIELDS
from riskmodel.table_file import (
    FIRST_ROWS,
    TableFileError,
    csv_rows,
    folded,
    separator,
    text_of,
)

MOST_ROWS = 5000
LEAVE_OUT = ""
_POUND_KG, _INCH_CM = 0.45359237, 2.54

DATE_ORDERS = ("year first", "day first", "month first")
UNITS: Mapping[str, tuple[str, ...]] = {
    "height_cm": ("cm", "m", "ft in", "in"),
    "body_mass_kg": ("kg", "lb"),
    "date_of_birth": DATE_ORDERS,
}
"""Ways to write a column, where there are several."""

HELPERS: Mapping[str, str] = {
    "first_name": "First name",
    "last_name": "Last name",
    "date_of_birth": "Date of birth",
}
"""Columns that are no question but make the answer to one."""

TARGETS: Mapping[str, str] = {
    "athlete": FIELDS["athlete"].label,
    **HELPERS,
    **{name: field.label for name, field in FIELDS.items() if name != "athlete"},
}
"""What a column can be, with its label."""

_UNIT_WORDS = {
    "kg": "kg", "kgs": "kg", "kilos": "kg", "lb": "lb", "lbs": "lb", "pounds": "lb",
    "cm": "cm", "m": "m", "metres": "m", "meters": "m", "ft": "ft in", "feet": "ft in",
    "in": "in", "inches": "in", "ftin": "ft in",
}  # fmt: skip


class SquadFileError(ValueError):
    """A file that cannot be read as a list of athletes; the message says why."""


@dataclass(frozen=True)
class RawTable:
    """Cells of a file, below their headers.

    Attributes
    ----------
    cells : pandas.DataFrame
        One column per header, numbered from 0; the index is the row in the file.
    headers : tuple of str
    notes : tuple of str
        What was left out, and which sheet was read.
    """

    cells: pd.DataFrame
    headers: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """What a column of a file is taken for.

    Attributes
    ----------
    place : int
        Column of `RawTable.cells`.
    header : str
    target : str
        One of `TARGETS`, or `LEAVE_OUT`.
    unit : str
        One of `UNITS`, empty where there is only one way to write it.
    doubt : str
        Why a person should look, empty if it is certain.
    """

    place: int
    header: str
    target: str
    unit: str = ""
    doubt: str = ""


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(data_file("squad_columns.toml").read_text("utf-8"))


# ------------------------------------------------------------------------- reading


def read_squad_file(content: bytes) -> RawTable:
    r"""Read the cells of a CSV or Excel file.

    Parameters
    ----------
    content : bytes
        Of any kind; the name of a file says less than what it holds.

    Returns
    -------
    RawTable

    Raises
    ------
    SquadFileError
        If it is no table, is empty, or has too many rows.

    Examples
    --------
    >>> read_squad_file(b"Name;Alter\nAda;31\n").headers
    ('Name', 'Alter')
    """
    notes: tuple[str, ...] = ()
    try:
        if content.startswith(b"PK"):
            rows, notes = _excel_rows(content)
        else:
            text = text_of(content)
            rows = [list[Any](row) for row in csv_rows(text, separator(text))]
    except TableFileError as error:
        raise SquadFileError(str(error)) from error
    start = _header_row(rows)
    headers = ["" if cell is None else str(cell).strip() for cell in rows[start]]
    width = max(len(headers), *(len(row) for row in rows[start:]))
    headers += [""] * (width - len(headers))
    body = pd.DataFrame(
        [[*row, *[None] * (width - len(row))] for row in rows[start + 1 :]],
        columns=range(width),
        index=range(start + 2, len(rows) + 1),
        dtype=object,
    )
    empty = body.isna() | body.map(lambda cell: isinstance(cell, str) and not cell.strip())
    body = body.mask(empty, None).loc[~empty.all(axis=1)]
    kept = [i for i in range(width) if headers[i] or not empty[i].all()]
    if not len(body):
        raise SquadFileError(
            "There are no athletes in this file: no row below the headers."
        )
    if len(body) > MOST_ROWS:
        raise SquadFileError(f"There are {len(body)} rows; allowed is up to {MOST_ROWS}.")
    if start:
        notes += (f"{start} rows above the headers were left out.",)
    body = body[kept].set_axis(range(len(kept)), axis=1)
    return RawTable(body, tuple(headers[i] or "(no header)" for i in kept), notes)


def _excel_rows(content: bytes) -> tuple[list[list[Any]], tuple[str, ...]]:
    import openpyxl  # comes with the app, not with the base install

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheets = {
            sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)]
            for sheet in book.worksheets
        }
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, IndexError) as error:
        raise SquadFileError("This is no Excel file that can be read.") from error
    filled = {
        title: rows
        for title, rows in sheets.items()
        if any(cell is not None for row in rows for cell in row)
    }
    if not filled:
        raise SquadFileError("There is nothing in this workbook.")
    title, rows = next(iter(filled.items()))
    others = ", ".join(name for name in filled if name != title)
    note = (f"Read was the sheet {title}; left out: {others}.",) if others else ()
    return rows, note


def _header_row(rows: Sequence[Sequence[Any]]) -> int:
    """Row with most known headers, else the first with two cells."""

    def known(row: Sequence[Any]) -> int:
        return sum(bool(_meanings(_plain(str(c))[0])) for c in row if c is not None)

    best = max(range(min(len(rows), FIRST_ROWS)), key=lambda i: (known(rows[i]), -i))
    if known(rows[best]):
        return best
    filled = (i for i, row in enumerate(rows) if sum(c not in (None, "") for c in row) > 1)
    first = next(filled, None)
    if first is None:
        raise SquadFileError("This file is no table: no row has two cells.")
    return first


# ------------------------------------------------------------------------ matching


def _plain(header: str) -> tuple[str, str]:
    """Header without its unit, and the unit it names."""
    words = folded(header).split()
    unit = _UNIT_WORDS.get(words[-1], "") if len(words) > 1 else ""
    if len(words) > 2 and words[-2:] == ["ft", "in"]:
        return " ".join(words[:-2]), "ft in"
    return " ".join(words[:-1] if unit else words), unit


@cache
def _dictionary() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    words = _words()
    for target, label in TARGETS.items():
        base = re.sub(r"_(kg|cm|c|h|min|pct|l_h|m_s)$", "", target)
        own = [folded(target), folded(label), folded(base)]
        listed = words["columns"].get(target, []) + words["in_doubt"].get(target, [])
        for word in {*own, *map(folded, listed)}:
            found.setdefault(word, []).append(target)
    return {word: tuple(targets) for word, targets in found.items()}


def _meanings(plain: str) -> tuple[str, ...]:
    return _dictionary().get(plain, ())


def match_columns(raw: RawTable) -> list[Column]:
    """Say what each column is, and where a person should look.

    Parameters
    ----------
    raw : RawTable

    Returns
    -------
    list of Column
        In the order of the file.
    """
    columns: list[Column] = []
    taken: set[str] = set()
    doubtful = {folded(word) for words in _words()["in_doubt"].values() for word in words}
    for place, header in enumerate(raw.headers):
        plain, unit = _plain(header)
        targets = _meanings(plain) or _meanings(folded(header))
        if not targets:
            columns.append(Column(place, header, LEAVE_OUT))
            continue
        target, doubt = targets[0], ""
        if len(targets) > 1:
            doubt = "This header can mean several things."
        elif target in taken:
            target, doubt = LEAVE_OUT, f"There is another column for {TARGETS[target]}."
        elif plain in doubtful:
            doubt = (
                "Which scale is it, and which end is good? Needed is 0 none to 10 worst."
            )
            doubt = doubt if target == "soreness_0_10" else "Which scale is it?"
        taken.add(target)
        column = Column(place, header, target, unit, doubt)
        columns.append(_with_unit(column, raw.cells[place]))
    return columns


def _with_unit(column: Column, cells: pd.Series[Any]) -> Column:
    """Find out how a column is written, from its header or else its cells."""
    allowed = UNITS.get(column.target)
    if allowed is None:
        return replace(column, unit="")
    if column.unit in allowed:
        return column
    found = {
        "height_cm": _height_unit,
        "body_mass_kg": _mass_unit,
        "date_of_birth": _date_order,
    }[column.target](cells.dropna())
    if found:
        return replace(column, unit=found)
    doubt = column.doubt or f"Written as {', '.join(allowed[:-1])} or {allowed[-1]}?"
    return replace(column, unit=allowed[0], doubt=doubt)


def _height_unit(cells: pd.Series[Any]) -> str:
    text = cells.astype(str)
    if text.str.contains(r"['\u2019\u2032]|ft", regex=True).all():
        return "ft in"
    if (suffix := _suffix(text)) in ("cm", "m"):
        return suffix
    number = _numbers(cells, "")
    if not pd.to_numeric(number, errors="coerce").notna().any():
        return ""
    values = pd.to_numeric(number, errors="coerce").dropna()
    # Nobody is 2.3 to 100 of anything tall but in inches, which must be asked.
    if values.between(1.0, 2.3).all():
        return "m"
    return "cm" if values.between(100, 250).all() else ""


def _mass_unit(cells: pd.Series[Any]) -> str:
    return _suffix(cells.astype(str))


def _suffix(text: pd.Series[Any]) -> str:
    """Unit that every cell names after its number."""
    words = text.str.extract(r"^\s*[\d.,]+\s*([A-Za-z]+)\.?\s*$")[0]
    units = set(words.dropna().str.lower().map(lambda word: _UNIT_WORDS.get(word, "?")))
    return units.pop() if len(units) == 1 and words.notna().all() else ""


def _date_order(cells: pd.Series[Any]) -> str:
    text = cells[~cells.map(lambda cell: isinstance(cell, datetime | date))].astype(str)
    if text.str.fullmatch(r"\s*\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.*").all():
        return "year first"
    parts = text.str.extract(r"^\s*(\d{1,2})([./-])(\d{1,2})[./-]\d{4}\s*$")
    if (parts[1].dropna() == ".").all() and parts[1].notna().any():
        return "day first"  # dates with dots are written so everywhere
    first, second = (pd.to_numeric(parts[i]) > 12 for i in (0, 2))
    if first.any() != second.any():
        return "day first" if first.any() else "month first"
    return ""


# ---------------------------------------------------------------------- converting


def squad_frame(raw: RawTable, columns: Sequence[Column], on: date) -> pd.DataFrame:
    """Turn the cells of a file into answers.

    Parameters
    ----------
    raw : RawTable
    columns : sequence of Column
        Each target at most once.
    on : datetime.date
        Day of the session, for the age.

    Returns
    -------
    pandas.DataFrame
        Columns named as in `FIELDS`; the index is the row in the file.  What cannot be
        read stays as it was written, for the engine to say so.

    Raises
    ------
    ValueError
        If two columns have the same target.
    """
    used = {column.target: column for column in columns if column.target != LEAVE_OUT}
    if len(used) < sum(column.target != LEAVE_OUT for column in columns):
        raise ValueError("Two columns have the same meaning: leave one of them out.")
    cells = {target: raw.cells[column.place] for target, column in used.items()}
    out = pd.DataFrame(index=raw.cells.index)
    for name, field in FIELDS.items():
        if name not in cells:
            continue
        if field.kind == "number":
            out[name] = _in_own_unit(cells[name], used[name].unit)
        elif field.kind in ("level", "levels"):
            out[name] = _levels(cells[name], name)
        else:
            out[name] = cells[name].map(str, na_action="ignore")
    if "date_of_birth" in cells:
        order = used["date_of_birth"].unit
        age = _ages(cells["date_of_birth"], order, on)
        given = out.get("age_years", pd.Series(np.nan, out.index, dtype=object))
        out["age_years"] = given.where(given.notna(), age)
    halves = [cells[half] for half in ("first_name", "last_name") if half in cells]
    if halves and "athlete" not in out:
        joined = halves[0].fillna("").astype(str)
        for other in halves[1:]:
            joined = joined + " " + other.fillna("").astype(str)
        out.insert(0, "athlete", joined.str.strip())
    return out


def _numbers(cells: pd.Series[Any], unit: str) -> pd.Series[Any]:
    """Numbers where cells can be read as one, else the cells as they were."""
    text = cells.map(lambda cell: str(cell).strip(), na_action="ignore").astype(object)
    if unit:
        words = "|".join(word for word, own in _UNIT_WORDS.items() if own == unit)
        text = text.str.replace(rf"(?i)\s*({words})\.?$", "", regex=True)
    # 72,5 is a number; 1,234 may be one or a thousand, and stays.
    comma = text.str.fullmatch(r"-?\d+,(\d{1,2}|\d{4,})", na=False).astype(bool)
    text = text.mask(comma, text.str.replace(",", ".", regex=False))
    number = pd.to_numeric(text, errors="coerce")
    return number.astype(object).where(number.notna(), cells)


def _in_own_unit(cells: pd.Series[Any], unit: str) -> pd.Series[Any]:
    if unit == "ft in":
        return _feet(cells)
    number = _numbers(cells, unit)
    factor = {"m": 100.0, "in": _INCH_CM, "lb": _POUND_KG}.get(unit)
    if factor is None:
        return number
    value = pd.to_numeric(number, errors="coerce") * factor
    return value.round(2).astype(object).where(value.notna(), cells)


def _feet(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Heights such as 5'8", 5 ft 8 in and 6'."""
    parts = cells.astype(str).str.extract(
        r"^\s*(\d)\s*(?:'|\u2019|\u2032|ft\.?|-)\s*(\d{1,2}(?:\.\d+)?)?\s*"
        r"(?:\"|''|\u201d|\u2033|in\.?)?\s*$"
    )
    feet = pd.to_numeric(parts[0])
    inches = pd.to_numeric(parts[1]).fillna(0.0)
    height = ((feet * 12.0 + inches) * _INCH_CM).round(1).where(inches < 12.0)
    return height.astype(object).where(height.notna(), cells)


@cache
def _cell_words(name: str) -> dict[str, str]:
    """What cells may say for the levels of a question."""
    field = FIELDS[name]
    spelt = {folded(level): level for level in field.levels}
    spelt |= {folded(label): level for level, label in field.levels.items()}
    for level, words in _words()["cells"].items():
        if level in field.levels or (level == "none" and field.kind == "levels"):
            spelt |= {folded(word): level for word in words}
    return spelt


def _levels(cells: pd.Series[Any], name: str) -> pd.Series[Any]:
    words = _cell_words(name)

    def read(cell: Any) -> Any:
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        if FIELDS[name].kind == "level":
            return words.get(folded(str(cell)), cell)
        items = [item for item in re.split(r"[;,/]", str(cell)) if item.strip()]
        return ";".join(words.get(folded(item), item.strip()) for item in items)

    return cells.map(read, na_action="ignore")


def _ages(cells: pd.Series[Any], order: str, on: date) -> pd.Series[Any]:
    """Whole years on a day; what is no date stays as it was."""
    text = cells.map(
        lambda c: c.strftime("%Y-%m-%d") if isinstance(c, date) else str(c).strip(),
        na_action="ignore",
    )
    iso = text.str.extract(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
    other = text.str.extract(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$")
    day, month = (0, 1) if order == "day first" else (1, 0)
    known = pd.DataFrame(
        {
            "year": iso[0].fillna(other[2]),
            "month": iso[1].fillna(other[month]),
            "day": iso[2].fillna(other[day]),
        }
    )
    if order == "year first":
        known = known[iso[0].notna()].reindex(known.index)
    born = pd.to_datetime(known.apply(pd.to_numeric), errors="coerce")
    before = (born.dt.month > on.month) | (
        (born.dt.month == on.month) & (born.dt.day > on.day)
    )
    years = on.year - born.dt.year - before
    age: pd.Series[Any] = years.astype(object).where(born.notna(), cells)
    return age


def read_cells(table: pd.DataFrame) -> pd.DataFrame:
    """Read cells that were typed under the names of questions, in the project's units.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns named as in `FIELDS`.

    Returns
    -------
    pandas.DataFrame
        As from `squad_frame`; rows without any answer are left out.
    """
    names = [str(name) for name in table.columns]
    raw = RawTable(table.set_axis(range(len(names)), axis=1), tuple(names))
    same = {"height_cm": "cm", "body_mass_kg": "kg"}
    columns = [Column(i, name, name, same.get(name, "")) for i, name in enumerate(names)]
    blank = raw.cells.isna() | (raw.cells.astype(str).apply(lambda c: c.str.strip()) == "")
    cells = raw.cells.mask(blank, None).loc[~blank.all(axis=1)]
    return squad_frame(replace(raw, cells=cells), columns, date.today())


def template() -> pd.DataFrame:
    """A table to fill in: one column for each question about an athlete, two examples."""
    names = ["athlete", "age_years", "sex", "body_mass_kg", "height_cm"]
    names += ["cramp_sessions_12mo", "muscle_injury_12mo", "sessions_per_week"]
    names += ["longest_recent_min", "heat_days_14d", "strength_training", "sleep_h"]
    rows = [
        ["Example A", 24, "female", 62, 170, "1-2", "none", 4, 90, 3, "yes", 7.5],
        ["Example B", 31, "male", 80, 184, "0", "recovered", 3, 90, 0, "no", 8],
    ]
    return pd.DataFrame(rows, columns=names)
