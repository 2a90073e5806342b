"""Cells of logs as numbers, durations, times and distances; NaN where there is none.

``thousands`` says whether a single comma before exactly three digits cuts thousands;
otherwise it is the decimal mark.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.reading import BLANK_MARKS, BLANKS
from riskmodel.inputs.tables import folded
from riskmodel.training.log import TrainingLogError
from riskmodel.training.words import months

Text = pd.Series  # of str
Array = NDArray[np.float64]

_TIME = (
    r"(?:,?\s*(?:T|à|at|um|om|a las)?\s*(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})"
    r"(?:[:.](?P<second>\d{2}))?(?:[.,]\d+)?\s*(?P<half>[AaPp]\.?\s?[Mm]\.?)?)?"
)
_ZONE = r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
_DATES = (
    rf"^(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_TIME}{_ZONE}$",
    r"^(?P<day>\d{1,2})\.?\s+(?:de\s+)?(?P<word>[^\W\d_]+)\.?(?:\s+de)?,?\s+"
    rf"(?P<year>\d{{4}}){_TIME}{_ZONE}$",
    r"^(?P<word>[^\W\d_]+)\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+"
    rf"(?P<year>\d{{4}}){_TIME}{_ZONE}$",
    r"^(?P<first>\d{1,2})(?P<mark>[./-])(?P<other>\d{1,2})[./-]"
    rf"(?P<year>\d{{4}}){_TIME}{_ZONE}$",
)
_PARTS = ["year", "month", "day", "word", "first", "mark", "other"]
_PARTS += ["hour", "minute", "second", "half", "zone"]
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_MOST_MONTH, _MOST_DAY = 12, 31
_PACE_TOLERANCE = 0.08  # a pace is rounded to seconds
_SPEEDS_M_S = (0.3, 30.0)  # from a slow walk to a fast descent by bicycle


def _tidy(cells: Text) -> Text:
    """Text with plain spaces; exports put narrow ones before PM."""
    text = cells.astype("str").str.normalize("NFKC")
    return text.str.replace(r"\s+", " ", regex=True).str.strip()


def blank(cells: Text) -> pd.Series[bool]:
    """Where a cell says nothing.

    Besides what is blank everywhere these are marks without a digit, such as Garmin's
    ``--:--``, and Python's ``None``: "none" is no quantity, and so no answer in a log.

    Examples
    --------
    >>> blank(pd.Series(["", "--", "--:--:--", "n/a", "0"])).tolist()
    [True, True, True, True, False]
    """
    text = _tidy(cells)
    nothing = text.str.fullmatch(rf"{BLANK_MARKS}|None")
    return cells.isna() | text.str.lower().isin(BLANKS) | nothing


def _floats(text: Text) -> pd.Series[float]:
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
    text = _tidy(cells).str.replace(" ", "").str.lstrip("'")
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
    value = _floats(text.where(~text.str.contains("_")))
    return np.where(np.isfinite(value), value, np.nan)


def durations_min(cells: Text, unit_min: float, *, thousands: bool) -> Array:
    """Durations [min], from a clock such as 1:02:03.5 or a number of ``unit_min``.

    Two numbers are hours and minutes where the unit is an hour, else minutes and seconds.
    """
    text = _tidy(cells)
    parts = text.str.extract(r"^(\d{1,5}):(\d{1,2})(?::(\d{1,2}(?:[.,]\d+)?))?$")
    short = text.str.extract(r"^(\d{1,5}):(\d{1,2}[.,]\d+)$")
    a, b, c = (_floats(parts[i]) for i in range(3))
    minutes, seconds = (_floats(short[i]) for i in range(2))
    duration = np.asarray(a * 60 + b + c / 60)
    for other in (
        a * 60 + b if unit_min == 60.0 else a + b / 60,
        minutes + seconds / 60,
        numbers(cells, thousands=thousands) * unit_min,
    ):
        duration = np.where(np.isnan(duration), other, duration)
    return duration


def _day_first(parts: pd.DataFrame, text: Text, header: str) -> bool:
    """Whether dates in digits begin with the day, which a 13 tells, or else a dot."""
    first, other = (_floats(parts[name]) for name in ("first", "other"))
    by_day = text[first.between(_MOST_MONTH, _MOST_DAY, inclusive="right")]
    by_month = text[other.between(_MOST_MONTH, _MOST_DAY, inclusive="right")]
    dotted = (parts["mark"] == ".").all()
    if len(by_day) and len(by_month):
        unclear = (
            f"{by_day.iloc[0]} and {by_month.iloc[0]}, begin now with the day and now with "
            "the month"
        )
    elif dotted and len(by_month):
        unclear = (
            f"{by_month.iloc[0]}, begin with the month, where dots stand after the day"
        )
    elif dotted or len(by_day) or len(by_month):
        return bool(dotted or len(by_day))
    else:
        unclear = f"{text.iloc[0]}, can begin with the day or the month"
    raise TrainingLogError(
        f"The dates in {header}, such as {unclear}: write them as 2026-07-31."
    )


def dates(cells: Text, header: str) -> pd.DataFrame:
    """Dates and times in the ways in which exports write them.

    Columns are ``moment`` without a zone, NaT where a cell is no date from 1990 to 2100;
    ``has_time``; ``offset_min``, the UTC offset that the cell names, else NaN.
    TrainingLogError where digits can be day and month or month and day.
    """
    text = _tidy(cells)
    parts = pd.DataFrame(None, cells.index, _PARTS, dtype="str")
    for pattern in _DATES:
        parts = parts.combine_first(text.str.extract(pattern))
    parts = parts.reindex(columns=_PARTS).astype("str")
    whole = _calendar(parts, text, header).join(_clock(parts))
    moment = pd.to_datetime(whole.astype(float), errors="coerce")
    return pd.DataFrame(
        {
            "moment": moment.astype("datetime64[s]"),
            "has_time": parts["hour"].notna(),
            "offset_min": _offset_min(parts["zone"]),
        }
    )


def _calendar(parts: pd.DataFrame, text: Text, header: str) -> pd.DataFrame:
    """Year, month and day, NaN where a year is none that we take."""
    words = parts["word"].map(lambda word: months().get(folded(word)), na_action="ignore")
    month = _floats(parts["month"]).fillna(pd.to_numeric(words))
    day = _floats(parts["day"])
    digits = parts["first"].notna()
    if digits.any():
        names = ["first", "other"]
        if not _day_first(parts[digits], text[digits], header):
            names.reverse()
        day = day.fillna(_floats(parts[names[0]]))
        month = month.fillna(_floats(parts[names[1]]))
    year = _floats(parts["year"])
    year = year.where(year.between(_FIRST_YEAR, _LAST_YEAR))
    return pd.DataFrame({"year": year, "month": month, "day": day})


def _clock(parts: pd.DataFrame) -> pd.DataFrame:
    """Hour, minute and second, 0 where a cell names none, NaN where a clock has none."""
    hour, minute, second = (_floats(parts[n]) for n in ("hour", "minute", "second"))
    half = parts["half"].str.lower().str.slice(0, 1)
    clock = hour.mask(half.notna(), hour % 12 + 12 * (half == "p"))
    whole = pd.DataFrame({"hour": clock, "minute": minute, "second": second}).fillna(0)
    none = (hour > half.notna().map({True: 12, False: 23})) | (minute > 59) | (second > 59)
    return whole.mask(none)


def _offset_min(zone: Text) -> pd.Series[float]:
    """UTC offset that a cell names; Z, UTC and GMT are 0 minutes."""
    parts = zone.str.extract(r"([+-])(\d{2}):?(\d{2})")
    offset = _floats(parts[1]) * 60 + _floats(parts[2])
    offset = offset.where(parts[0] != "-", -offset)
    return offset.mask(zone.notna() & offset.isna(), 0.0).astype(float)


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
    with np.errstate(divide="ignore", invalid="ignore"):
        by_pace = np.where(swims, 100.0, 1000.0) * duration_min / per_pace
        ways = [decimal * 1000.0, counted, decimal, counted * 1000.0]
        agree = [np.abs(way / by_pace - 1.0) <= _PACE_TOLERANCE for way in ways]
        slow, fast = (speed * duration_min * 60.0 for speed in _SPEEDS_M_S)
        human = [(way >= slow) & (way <= fast) for way in ways[:2]]
    in_water = [swims & human[1]]
    return np.select([*agree, *in_water, *human], [*ways, counted, *ways[:2]], np.nan)
