"""Cells of logs as numbers, durations and distances; NaN where there is none.

``thousands`` says whether a single comma before exactly three digits cuts thousands;
otherwise it is the decimal mark.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.blanks import BLANK_MARKS, BLANKS
from riskmodel.inputs.fields import FIELDS, Field
from riskmodel.inputs.written import number_written

Text = pd.Series  # of str
Array = NDArray[np.float64]

_DIGIT = re.compile("[0-9]")
_MARKS = re.compile(rf"{BLANK_MARKS}|None")
_NO_QUANTITY = 1e100  # from here on nothing is one, and in another unit it may overflow
PACE_TOLERANCE = 0.08  # a pace is rounded to seconds
SPEEDS_M_S = (0.3, 30.0)  # from a slow walk to a fast descent by bicycle


def by_cell(cells: Text, read: Callable[[Text], NDArray[Any]]) -> NDArray[Any]:
    """Read each distinct cell once, and give every row the result."""
    codes, distinct = pd.factorize(cells.astype("str"), use_na_sentinel=False)
    return read(pd.Series(distinct, dtype="str"))[codes]


def tidy(cells: Text) -> Text:
    """Text with plain spaces; exports put narrow ones before PM."""
    return cells.astype("str").map(_tidied, na_action="ignore").astype("str")


def _tidied(cell: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", cell).split())


def blank(cells: Text) -> pd.Series[bool]:
    """Where a cell says nothing.

    Besides what is blank everywhere these are marks without a digit, such as Garmin's
    ``--:--``, and Python's ``None``: "none" is no quantity, and so no answer in a log.

    Examples
    --------
    >>> blank(pd.Series(["", "--", "--:--:--", "n/a", "0"])).tolist()
    [True, True, True, True, False]
    """
    return pd.Series(by_cell(cells, _blank), cells.index)


def _blank(cells: Text) -> NDArray[np.bool_]:
    return np.array([says_nothing(cell) for cell in cells], bool)


def says_nothing(cell: Any) -> bool:
    """Whether one cell is `blank`."""
    if not isinstance(cell, str):
        return True
    if _DIGIT.search(cell):
        return False
    text = _tidied(cell)
    return text.lower() in BLANKS or _MARKS.fullmatch(text) is not None


def floats(text: Text) -> pd.Series[float]:
    """Numbers with a point or a decimal comma; digits of other scripts are none."""
    return pd.to_numeric(text.str.replace(",", "."), errors="coerce").astype("float64")


def numbers(cells: Text, *, thousands: bool) -> Array:
    r"""Numbers of cells.

    Examples
    --------
    >>> numbers(pd.Series(["1,158", "2,81", "1.234,5", "--", "1,234.5"]), thousands=True)
    array([1158.  ,    2.81, 1234.5 ,     nan, 1234.5 ])
    >>> numbers(pd.Series(["1,158", "\N{MINUS SIGN}4,5"]), thousands=False)
    array([ 1.158, -4.5  ])
    """
    return by_cell(cells, partial(_numbers, thousands=thousands))


def _numbers(cells: Text, *, thousands: bool) -> Array:
    value = _plain_numbers(cells)
    written = np.isnan(value)
    written[written] = ~_blank(cells[written])
    if written.any():
        value[written] = _written_numbers(cells[written], thousands=thousands)
    return value


def _plain_numbers(cells: Text) -> Array:
    """Numbers that every program reads alike, which most cells are."""
    return _quantities(pd.to_numeric(cells, errors="coerce").to_numpy(np.float64))


def _quantities(value: Array) -> Array:
    return np.where(np.abs(value) < _NO_QUANTITY, value, np.nan)


def _written_numbers(cells: Text, *, thousands: bool) -> Array:
    text = tidy(cells)
    # 1 234 is a number, 1 30 may be two.
    two = text.str.contains(r"\d \d(?!\d{2}(?!\d))")
    text = text.str.replace(" ", "").str.lstrip("'")
    text = text.str.replace("\N{MINUS SIGN}", "-")
    comma, dot = text.str.rfind(","), text.str.rfind(".")
    both = (comma >= 0) & (dot >= 0)
    whole = text.str.fullmatch(r"[-+]?\d{1,3}(?:,\d{3})+") & (
        thousands | (text.str.count(",") > 1)
    )
    dots = text.str.fullmatch(r"[-+]?\d{1,3}(?:\.\d{3}){2,}")
    no_comma = (both & (dot > comma)) | (~both & whole)
    text = text.mask(no_comma, text.str.replace(",", ""))
    text = text.mask((both & (comma > dot)) | dots, text.str.replace(".", ""))
    value = floats(text.where(~text.str.contains("_") & ~two))
    return _quantities(np.asarray(value, np.float64))


def with_units(cells: Text, name: str) -> Array:
    """Numbers of cells that name their unit, in the unit of a field: 68 F as 20 °C."""
    return by_cell(
        cells,
        lambda text: np.array([written_number(cell, FIELDS[name]) for cell in text], float),
    )


def durations_min(cells: Text, unit_min: float, *, thousands: bool) -> Array:
    """Durations [min], from a clock such as 1:02:03.5 or a number of ``unit_min``.

    Two numbers are hours and minutes where the unit is an hour, else minutes and seconds.
    A cell that names its unit, such as 1h05 or 50 min, needs no other.
    """
    return by_cell(cells, partial(_durations_min, unit_min=unit_min, thousands=thousands))


def _durations_min(cells: Text, *, unit_min: float, thousands: bool) -> Array:
    duration = _plain_numbers(cells) * unit_min
    written = np.isnan(duration)
    written[written] = ~_blank(cells[written])
    if written.any():
        duration[written] = _written_durations_min(
            cells[written], unit_min=unit_min, thousands=thousands
        )
    return duration


def _written_durations_min(cells: Text, *, unit_min: float, thousands: bool) -> Array:
    text = tidy(cells).str.replace(r"^0 days,? ", "", regex=True)
    long = text.str.extract(r"^(\d{1,5}):(\d{1,2}):([0-5]?\d(?:[.,]\d+)?)$")
    pair = text.str.extract(r"^(\d{1,5}):([0-5]?\d)$")
    short = text.str.extract(r"^(\d{1,5}):([0-5]?\d[.,]\d+)$")
    hours, minutes, seconds = (floats(long[i]) for i in range(3))
    duration = np.asarray(hours * 60 + minutes + seconds / 60)
    large, small = (floats(pair[i]) for i in range(2))
    minutes, seconds = (floats(short[i]) for i in range(2))
    for other in (
        large * 60 + small if unit_min == 60.0 else large + small / 60,
        minutes + seconds / 60,
    ):
        duration = np.where(np.isnan(duration), other, duration)
    unread = np.isnan(duration)
    duration[unread] = _numbers(cells[unread], thousands=thousands) * unit_min
    unread = np.isnan(duration)
    field = FIELDS["duration_min"]
    duration[unread] = [written_number(cell, field) for cell in text[unread]]
    return duration


def written_number(text: str, field: Field) -> float:
    """Number of a text in the unit of a field, NaN if it is none."""
    try:
        number = number_written(text, field)
    except ValueError:
        return np.nan
    return number if abs(number) < _NO_QUANTITY else np.nan


def garmin_distances_m(
    shown: Text, pace: Text, duration_min: Array, swims: NDArray[np.bool_]
) -> Array:
    """Distances [m] of a Garmin list, whose unit changes from row to row.

    The pace is the only hint at the unit in the file: time over pace is the distance
    in kilometres, or in hundreds of metres in the water.  Where there is none, the
    first of kilometres and metres that makes a human speed.  Miles cannot be told from
    kilometres and are taken for those.
    """
    decimal = numbers(shown, thousands=False)
    counted = numbers(shown, thousands=True)
    per_pace = durations_min(pace.where(pace.str.contains(":")), 1.0, thousands=True)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        by_pace = np.where(swims, 100.0, 1000.0) * duration_min / per_pace
        ways = [decimal * 1000.0, counted, decimal, counted * 1000.0]
        agree = [np.abs(way / by_pace - 1.0) <= PACE_TOLERANCE for way in ways]
        slow, fast = (speed * duration_min * 60.0 for speed in SPEEDS_M_S)
        human = [(way >= slow) & (way <= fast) for way in ways[:2]]
    in_water = [swims & human[1]]
    return np.select([*agree, *in_water, *human], [*ways, counted, *ways[:2]], np.nan)
