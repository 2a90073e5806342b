"""Durations in a coach's list: numbers in the unit of their column, clocks and words."""

from __future__ import annotations

import re
from typing import Any

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.written import number_written

_CLOCK = re.compile(r"(\d{1,4}):([0-5]\d)(?::([0-5]\d)(?:\.\d+)?)?")
_MOST_HOURS = 10
"""In a column of minutes a clock of more hours may be one of minutes and seconds, and one
of fewer minutes and seconds one of hours and minutes (judgement)."""


def duration_min(cell: Any, unit: str) -> float | None:
    """Read a duration [min], None where it is none or could be two.

    Parameters
    ----------
    cell : object
        As a file holds it; what a workbook shows as a time has three parts.
    unit : {"min", "h"}
        Of the column: of bare numbers, and of a clock with two parts.

    Examples
    --------
    >>> [duration_min(cell, "h") for cell in (1.5, "1:30", "1:30:00", "1h30", "90 min")]
    [90.0, 90.0, 90.0, 90.0, 90.0]
    >>> [duration_min(cell, "min") for cell in (90, "90:00", "1:30:00", "1:30", "90:00:00")]
    [90.0, 90.0, 90.0, None, None]
    """
    text = _text(cell)
    if clock := _CLOCK.fullmatch(text):
        first, second = int(clock[1]), int(clock[2])
        in_hours = clock[3] is not None or unit == "h"
        if unit == "min" and (first >= _MOST_HOURS) == in_hours:
            return None
        minutes = first * 60 + second if in_hours else first + second / 60
        return minutes + int(clock[3] or 0) / 60
    try:
        minutes = number_written(text, FIELDS["duration_min"])
    except ValueError:
        return None
    return minutes * 60 if unit == "h" and _is_bare(text) else minutes


def could_be_two(cell: Any, unit: str) -> bool:
    """Whether a cell is a clock that says neither hours and minutes nor minutes alone.

    Examples
    --------
    >>> [could_be_two(cell, "min") for cell in ("1:30", "90:00", "1:30:00", "1 h")]
    [True, False, False, False]
    """
    clock = _CLOCK.fullmatch(_text(cell)) is not None
    return clock and duration_min(cell, unit) is None


def says_its_unit(cell: Any) -> bool:
    """Whether a cell is a duration in whatever unit its column is.

    Examples
    --------
    >>> [says_its_unit(cell) for cell in ("1:30:00", "90 min", "1:30", 90)]
    [True, True, False, False]
    """
    text = _text(cell)
    clock = _CLOCK.fullmatch(text)
    if clock or _is_bare(text):
        return clock is not None and clock[3] is not None
    return duration_min(text, "h") is not None


def _text(cell: Any) -> str:
    return str(cell).strip().lstrip("'").strip()


def _is_bare(text: str) -> bool:
    return re.fullmatch(r"[+-]?[\d.,\s]+", text) is not None
