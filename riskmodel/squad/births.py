"""Dates of birth as people write them, and ages from them."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache
from typing import Any

import pandas as pd

from riskmodel.inputs.blanks import is_blank
from riskmodel.inputs.date_words import EXCEL_EPOCH, date_in_words, of_excel, tidy_date
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.problems import BORN

_SERIALS = range(10_000, 60_000)
"""Days that may be dates of birth: from May 1927 to April 2064."""

_MIDNIGHT = r"0?0:00(?::00(?:\.0+)?)?"
_AT_MIDNIGHT = rf"(?:[t ]{_MIDNIGHT})?"
_YEAR_FIRST = re.compile(
    rf"(\d{{4}})[-/. ]\s*(\d{{1,2}})[-/. ]\s*(\d{{1,2}})\.?{_AT_MIDNIGHT}"
)
_IN_DIGITS = re.compile(
    rf"(\d{{1,2}})\s*([-/.])\s*(\d{{1,2}})\s*\2\s*(\d{{4}}|\d{{2}})\.?{_AT_MIDNIGHT}"
)


def _text(cell: Any) -> str:
    return re.sub(r"[年月]", "-", tidy_date(str(cell))).removesuffix("日")


_ORDERS = ("day first", "month first")
YEAR_WAYS = ("year, counted as 1 January", "year, counted as 31 December")
"""How years of birth without a day may be counted."""
ONE_YEAR_OPEN = "A year alone leaves the age open by one."
_YEAR = re.compile(r"(\d{4}|\d{2})(?:\.0+)?")


def date_ways(cells: pd.Series[Any]) -> tuple[str, ...]:
    """The ways in which a column of dates can be written; empty if it can be any."""
    texts = [_text(cell) for cell in cells if not isinstance(cell, date)]
    if texts and len(texts) == len(cells) and all(map(_is_year, texts)):
        return YEAR_WAYS
    return _ORDERS if any(map(_IN_DIGITS.fullmatch, texts)) else ("year first", *_ORDERS)


def _is_year(text: str) -> bool:
    return _YEAR.fullmatch(text) is not None


def date_order(cells: pd.Series[Any], otherwise: str = "year first") -> str:
    """How a column of dates is written, empty where day and month could be either.

    Only dates of three numbers with the year last are in question; ``otherwise`` is what
    a column without them is.  A date that can be in one order alone tells that of the
    others, unless another contradicts it.
    """
    texts = [_text(cell) for cell in cells if not isinstance(cell, date)]
    seen = {order for text in texts if (order := _order_of(text))}
    if not any(map(_IN_DIGITS.fullmatch, texts)):
        known = [text for text in texts if _clear(text) is not None]
        return otherwise if known or not texts else ""
    return seen.pop() if len(seen) == 1 else ""


def _order_of(text: str) -> str:
    """The order that a date alone tells, "" if it can be either or is none."""
    if (match := _IN_DIGITS.fullmatch(text)) is None:
        return ""
    first, mark, second = int(match[1]), match[2], int(match[3])
    if 12 < second <= 31 and first <= 12:
        return "month first"
    # With dots they are written so in every language.
    return "day first" if mark == "." or (12 < first <= 31 and second <= 12) else ""


def order_told_by(cells: pd.Series[Any]) -> Any:
    """The first cell that tells the order of others that could be either, else None."""
    texts = {
        str(cell): _text(cell) for cell in cells.dropna() if not isinstance(cell, date)
    }
    telling = [cell for cell, text in texts.items() if _order_of(text)]
    open_ = any(_IN_DIGITS.fullmatch(t) and not _order_of(t) for t in texts.values())
    return telling[0] if telling and open_ else None


@cache
def _clear(text: str, epoch: datetime = EXCEL_EPOCH) -> tuple[int, int, int] | None:
    """Year, month and day of a date that can be read in one way; the year as written."""
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = map(int, match.groups())
        return (year, month, day) if month else None
    if worded := date_in_words(text):
        at_midnight = not worded.rest or re.fullmatch(_MIDNIGHT, worded.rest)
        return (int(worded.year), worded.month, worded.day) if at_midnight else None
    if is_serial(text):
        counted = of_excel(int(float(text)), epoch)
        return counted.year, counted.month, counted.day
    return None


def is_serial(cell: Any) -> bool:
    """Whether a cell may be a date as Excel counts the days, such as 34761."""
    match = re.fullmatch(r"(\d{5})(?:\.0+)?", str(cell).strip())
    return match is not None and int(match[1]) in _SERIALS


def born(cell: Any, order: str, on: date, epoch: datetime = EXCEL_EPOCH) -> date | None:
    """Date of birth that a cell says, None if it says none.

    Parameters
    ----------
    cell : object
        As a file holds it.
    order : str
        One of the ways of ``date_of_birth`` in `riskmodel.squad.columns.UNITS`.
    on : datetime.date
        By which a year of two digits is in the one century that makes an age we score.
    epoch : datetime.datetime, optional
        Day 0 of a date that Excel counts.

    Examples
    --------
    >>> day = date(2026, 7, 28)
    >>> born("3. März 1995", "", day), born("03.04.95", "day first", day)
    (datetime.date(1995, 3, 3), datetime.date(1995, 4, 3))
    >>> born("34761", "", day)
    datetime.date(1995, 3, 3)
    """
    if isinstance(cell, date):
        return date(cell.year, cell.month, cell.day)
    text = _text(cell)
    if (year_alone := _YEAR.fullmatch(text)) and order in YEAR_WAYS:
        year = int(year_alone[1])
        month, day = (1, 1) if order == YEAR_WAYS[0] else (12, 31)
    elif (match := _IN_DIGITS.fullmatch(text)) and order != "year first":
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        month, day = (first, second) if order == "month first" else (second, first)
    elif (clear := _clear(text, epoch)) is not None:
        year, month, day = clear
    else:
        return None
    years = [year] if year >= 100 else _centuries(year, on)
    try:
        return date(years[0], month, day) if len(years) == 1 else None
    except ValueError:
        return None


def _centuries(year: int, on: date) -> list[int]:
    """The years that two digits may mean of somebody whom we score."""
    age = FIELDS["age_years"]
    return [y for y in (1900 + year, 2000 + year) if age.low <= on.year - y < age.high]


def ages(
    cells: pd.Series[Any], order: str, on: date, epoch: datetime = EXCEL_EPOCH
) -> pd.Series[Any]:
    """Whole years on a day; what is no date of birth stays, after `BORN`."""
    return cells.map(lambda cell: _age(cell, order, on, epoch)).astype(object)


def _age(cell: Any, order: str, on: date, epoch: datetime) -> Any:
    if cell is None or is_blank(cell):
        return None
    day = born(cell, order, on, epoch)
    if day is None:
        return f"{BORN}{str(cell).strip()}"
    if day > on:
        return f"{BORN}{day.isoformat()}"
    return on.year - day.year - ((on.month, on.day) < (day.month, day.day))
