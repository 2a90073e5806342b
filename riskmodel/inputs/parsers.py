"""One raw answer as people, files and programs write it, read and checked.

Every door reads by these: the pages, lists, tables, JSON, Python and the command line.
"""

from __future__ import annotations

import math
import numbers
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np

from riskmodel.inputs.fields import FIELDS, Field
from riskmodel.inputs.sport_words import sports_called
from riskmodel.inputs.written import number_written, span_in

# Nanoseconds, in which NumPy counts the time, reach from 1678 to 2262.
FIRST_TIME = np.datetime64("1900-01-01")
END_OF_TIME = np.datetime64("2200-01-01")

UNKNOWN = -1
"""Code of a level or list that was not answered."""


def _parse_number(field: Field, value: Any) -> float:
    # A truth value is a number to Python and NumPy, not to people.
    if isinstance(value, bool | np.bool_) or "_" in str(value):
        raise ValueError
    if isinstance(value, timedelta | np.timedelta64):
        number = span_in(field.unit, value)
    elif isinstance(value, str):
        number = _number_in(field, value)
    elif isinstance(value, numbers.Real | Decimal):
        number = float(value)
    else:
        raise TypeError
    if not field.low <= number <= field.high:
        raise ValueError
    return number


def _number_in(field: Field, text: str) -> float:
    """Read a number as files hold it, else as people write it, with a unit or a clock."""
    try:
        return float(text)
    except ValueError:
        if len(text) > _LONGEST_WRITTEN:
            raise
        return number_written(text, field)


_LONGEST_WRITTEN = 40  # characters; no number with its unit is longer


def _level_name(value: Any) -> str:
    """Spell a level as in `FIELDS`: lower case, underscores, plain hyphen."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | float | np.integer | np.floating) and (
        float(value).is_integer()
    ):
        return str(int(value))
    return str(value).strip().lower().replace(" ", "_").replace("\N{EN DASH}", "-")


def _parse_level(field: Field, value: Any) -> int:
    name = _level_name(value)
    for spelt in (name, _plain_level(name)):
        if spelt in field.codes:
            return field.codes[spelt]
    if field.name == "sport" and len(sports := sports_called(str(value))) == 1:
        return field.codes[sports[0]]
    return _codes_by_label(field.name)[name]


def _plain_level(name: str) -> str:
    """What a program that writes a truth value or a whole number as a text means."""
    if name in _TRUTH:
        return _TRUTH[name]
    try:
        number = math.nan if "_" in name else float(name)
    except ValueError:
        return name
    return str(int(number)) if number.is_integer() else name


_TRUTH = {"true": "yes", "false": "no"}


@cache
def _codes_by_label(name: str) -> dict[str, int]:
    """Codes of levels by what people read for them, which a form or a sheet may hold."""
    labels = FIELDS[name].levels.values()
    return {_level_name(label): code for code, label in enumerate(labels)}


def _parse_levels(field: Field, value: Any) -> int:
    items = value.split(";") if isinstance(value, str) else list(value)
    if any(item is None for item in items):
        raise ValueError
    names = {_level_name(item) for item in items} - {""}
    if names == {"none"}:
        return 0
    if not names:  # separators alone are no answer
        return UNKNOWN
    # One item may stand there twice, once by its name and once by its label.
    return sum(1 << code for code in {_parse_level(field, name) for name in names})


def _parse_time(_: Field, value: Any) -> np.datetime64:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    if not FIRST_TIME <= np.datetime64(utc, "us") <= END_OF_TIME:
        raise ValueError
    return np.datetime64(utc, "ns")


PARSERS = {
    "number": _parse_number,
    "level": _parse_level,
    "levels": _parse_levels,
    "time": _parse_time,
}
"""Reader of one raw answer by the kind of its question; what it raises is a problem."""
