"""What the columns of a coach's list mean: certain, or in doubt and then asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from riskmodel.inputs.blanks import is_blank
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.tables import folded
from riskmodel.inputs.told import quoted
from riskmodel.inputs.units import UNITS_NAMED, unit_word
from riskmodel.squad.births import ONE_YEAR_OPEN, YEAR_WAYS, date_order, date_ways
from riskmodel.squad.durations import says_its_unit
from riskmodel.squad.headers import TARGETS, asked_of, meanings, read_header, words
from riskmodel.squad.raw import RawTable

LEAVE_OUT = ""
NOT_UNDERSTOOD = "Not understood: left out unless you say what it is."

SEX_LETTERS: Mapping[str, Mapping[str, str]] = {
    "F/M": {"f": "female", "w": "female", "m": "male"},
    "H/M Spanish or Portuguese": {"h": "male", "m": "female", "f": "female"},
    "H/F French": {"h": "male", "f": "female"},
}
"""What single letters mean, by the way a column is written."""
UNITS: Mapping[str, tuple[str, ...]] = {
    "height_cm": ("cm", "m", "m or cm", "ft in", "in"),
    "body_mass_kg": ("kg", "lb"),
    "date_of_birth": ("year first", "day first", "month first", *YEAR_WAYS),
    "sex": tuple(SEX_LETTERS),
    "longest_recent_min": ("min", "h"),
    "duration_min": ("min", "h"),
    "air_temperature_c": ("°C", "°F"),
    "wbgt_c": ("°C", "°F"),
    "wind_speed_m_s": ("m/s", "km/h", "mph"),
}
"""Ways to write a column, where there are several; the project's own first."""
_DURATIONS = ("longest_recent_min", "duration_min")
# How a file says it without a doubt, where that is more than a unit in the header.
_WAYS = {
    "height_cm": "name it Height (cm), Height (m) or Height (in)",
    "date_of_birth": "write dates like 2001-04-03",
    "sex": "write female and male",
}


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
        One of `UNITS`, empty where there is only one way to write it, or where it is
        not known which.
    doubt : str
        Why a person should say what it means, empty if that is certain.
    unit_doubt : str
        Why it is not known how it is written, where there is more to say of it.
    ways : tuple of str
        Those of `UNITS` in which its cells can be written; empty where all are.
    """

    place: int
    header: str
    target: str
    unit: str = ""
    doubt: str = ""
    unit_doubt: str = ""
    ways: tuple[str, ...] = field(default=(), compare=False)

    @property
    def needs_unit(self) -> bool:
        """Whether a person has to say how it is written."""
        return self.target in UNITS and not self.unit

    @property
    def question(self) -> str:
        """What to ask about the column, empty if all is certain."""
        ways = self.ways or UNITS.get(self.target, ())
        asked = f"Written as {', '.join(ways[:-1])} or {ways[-1]}?" if ways else ""
        of_unit = [self.unit_doubt, asked] if self.needs_unit else []
        return " ".join(filter(None, [self.doubt, *of_unit]))


def match_columns(raw: RawTable) -> list[Column]:
    """Say what each column is, in the order of the file, and where to look."""
    read = [_meant(place, header, raw) for place, header in enumerate(raw.headers)]
    certain = {column.target for column in read if not column.doubt}
    columns: list[Column] = []
    taken: set[str] = set()
    for column in read:
        target = column.target
        # One that is in doubt gives way to one that is not.
        if target and (target in taken or (column.doubt and target in certain)):
            doubt = f"There is another column for {TARGETS[target]}."
            column = replace(column, target=LEAVE_OUT, doubt=doubt)
        taken.add(column.target)
        columns.append(with_unit(column, raw))
    return _with_parts(columns, taken)


def _meant(place: int, header: str, raw: RawTable) -> Column:
    """What a column is by its own header."""
    targets, _, way = read_header(header)
    if not targets:
        return Column(place, header, LEAVE_OUT, doubt=NOT_UNDERSTOOD)
    doubt = "This header can mean several things."
    if len(targets) == 1:
        doubt = _doubt(targets[0], header, raw.cells[place])
    return Column(place, header, targets[0], way, doubt)


def _with_parts(columns: Sequence[Column], taken: Set[str]) -> list[Column]:
    """Ask about a header that holds a word of a question that no other column answers."""
    asked, out = set(taken), []
    for column in columns:
        if column.doubt == NOT_UNDERSTOOD:
            said = {*folded(column.header).split()}
            for target, about in words()["in_doubt"].items():
                if about.get("parts") and target not in asked and said & {*about["words"]}:
                    asked.add(target)
                    column = replace(column, target=target, doubt=about["question"])
        out.append(column)
    return out


def lacking(columns: Sequence[Column]) -> list[str]:
    """What every athlete answers and no column tells, as labels of the questions.

    Examples
    --------
    >>> lacking([Column(0, "Name", "athlete")])
    ['Age']
    >>> lacking([Column(0, "DOB", "date_of_birth")])
    []
    """
    told = {column.target for column in columns}
    told |= {"age_years"} if "date_of_birth" in told else set()
    own = [f for f in FIELDS.values() if f.required and not f.of_the_plan]
    return [field.label for field in own if field.name not in told]


def names_a_year(column: Column) -> bool:
    """Whether the header asks for cramps of one year, and so of no other.

    Examples
    --------
    >>> [names_a_year(Column(0, header, "cramp_sessions_12mo"))
    ...     for header in ("Cramps last year", "Cramps", "cramp_sessions_12mo")]
    [True, False, False]
    """
    asked = words()["columns"].get("cramp_sessions_12mo", [])
    return column.target == "cramp_sessions_12mo" and (
        read_header(column.header).phrase in map(folded, asked)
    )


def _answered(cells: pd.Series[Any]) -> pd.Series[Any]:
    return cells[~cells.map(is_blank).astype(bool)]


def _doubt(target: str, header: str, cells: pd.Series[Any]) -> str:
    """Ask what a header means that can mean other things too."""
    _, phrase, unit = read_header(header)
    field = FIELDS.get(target)
    if unit and field is not None and target not in UNITS and unit != field.unit:
        return f"The header says {unit}; needed is {field.unit or 'no unit'}."
    named = unit and unit != UNITS_NAMED.get(phrase)
    if named or phrase not in map(folded, asked_of(target).get("words", [])):
        return ""
    # Our own files name a question so, and then hold its own answers.
    if (
        folded(header) == folded(target)
        and field is not None
        and {*_answered(cells)} <= {*field.levels}
    ):
        return ""
    return str(asked_of(target)["question"])


def how_to_write(column: Column, raw: RawTable) -> str:
    """Say what is in doubt of a column, with a cell of it, and how a file can say it."""
    others = [name for name in meanings(column.header) if name != column.target]
    field = FIELDS.get(column.target)
    if others:
        ways = f"name it {' or '.join([column.target, *others])}"
    elif column.doubt and field is not None:
        ways = f"if it is, name it {field.name} and write {field.allowed}"
    else:
        label = TARGETS[column.target]
        headers = " or ".join(f"{label} ({unit})" for unit in UNITS[column.target])
        ways = _WAYS.get(column.target, f"name it {headers}")
    cells = _answered(raw.cells[column.place])
    example = f", such as {str(cells.iloc[0]).strip()[:40]}" if len(cells) else ""
    named = f'Column "{quoted(column.header)}"{example}'
    return f"{named}: {column.question} In the file, {ways}."


# ---------------------------------------------------------------- how it is written


def with_unit(column: Column, raw: RawTable) -> Column:
    """Find out how a column is written, from its header or else its cells."""
    allowed = UNITS.get(column.target)
    if allowed is None:
        return replace(column, unit="")
    cells = _answered(raw.cells[column.place])
    if column.target == "date_of_birth":
        column = replace(column, ways=date_ways(cells))
    if column.unit in allowed:
        looks_like = _looks_like(column.target, cells)
        if not looks_like or looks_like == column.unit:
            return column
        doubt = f"The header says {column.unit}, the cells look like {looks_like}."
        return replace(column, unit="", unit_doubt=doubt)
    doubt = ""
    if column.target == "height_cm":
        found = _height_unit(cells)
    elif column.target in _DURATIONS and len(cells) and cells.map(says_its_unit).all():
        found = "h"  # whichever it is
    elif column.target == "date_of_birth":
        found = date_order(cells)
        doubt = ONE_YEAR_OPEN if column.ways == YEAR_WAYS else ""
    elif column.target == "sex":
        found = _sex_letters(cells, folded(column.header))
    else:
        found = _suffix(cells.astype(str))
    unit = found if found in allowed else ""
    return replace(column, unit=unit, unit_doubt="" if unit else doubt)


def _looks_like(target: str, cells: pd.Series[Any]) -> str:
    """How the cells of a column are written whose header says it too, "" if any way."""
    if target == "height_cm":
        return _height_unit(cells)
    return date_order(cells, "") if target == "date_of_birth" else ""


def number_and_unit(text: pd.Series[Any]) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """Split cells such as 72,5 kg into 72.5 and kg; NaN where there is no number."""
    # A spreadsheet marks numbers that are text with an apostrophe.
    plain = text.str.normalize("NFKC").str.strip().str.removeprefix("'")
    parts = plain.str.extract(r"^\s*(-?\d[\d.,]*)\s*(\D*?)\s*$")
    number = parts[0].mask(
        # 72,5 is a number; 1,234 may be one or a thousand.
        parts[0].str.fullmatch(r"-?\d+,(\d{1,2}|\d{4,})", na=False),
        parts[0].str.replace(",", ".", regex=False),
    )
    unit = parts[1].map(lambda word: (unit_word(word) or "?") if word else "", "ignore")
    return pd.to_numeric(number, errors="coerce"), unit


def _height_unit(cells: pd.Series[Any]) -> str:
    text = cells.astype(str)
    if not text.empty and text.str.contains(r"['\u2019\u2032]|ft", regex=True).all():
        return "ft in"
    if (suffix := _suffix(text)) in ("cm", "m"):
        return suffix
    number = number_and_unit(text)[0].dropna()
    # Nobody is 2.3 to 100 of anything tall but in inches, which must be asked.
    metres, centimetres = number.between(1.0, 2.3), number.between(100, 250)
    if number.empty or not (metres | centimetres).all():
        return ""
    return "m" if metres.all() else "cm" if centimetres.all() else "m or cm"


def _suffix(text: pd.Series[Any]) -> str:
    """Unit that every cell names after its number."""
    units = set(number_and_unit(text)[1])
    unit = units.pop() if len(units) == 1 else ""
    return unit if isinstance(unit, str) else ""


def _sex_letters(cells: pd.Series[Any], header: str) -> str:
    """Which letters a column uses; empty where M or H could be either."""
    said = set(cells.map(lambda cell: str(cell).strip().casefold()))
    females, m, h = said & {"f", "w"}, "m" in said, "h" in said
    if h and m:
        return "" if females else "H/M Spanish or Portuguese"
    if h:
        return "" if "w" in said else "H/F French"
    spanish = header in words()["m_can_be_female"]["headers"]
    return "" if m and not females and spanish else "F/M"
