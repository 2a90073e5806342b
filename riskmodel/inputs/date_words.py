"""Dates in words, the words for months, weekdays and halves of the day, Excel's days."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from riskmodel.datasets import data_file
from riskmodel.inputs.tables import folded

_WORD = r"[^\W\d_]+"
_WEEKDAY = rf"(?:(?P<weekday>{_WORD}(?:-{_WORD})?)(?:\.?,|\.?\s)\s*)?"
_DAY = r"(?P<day>\d{1,2})"
_MONTH = rf"(?P<month>{_WORD})\.?"
_YEAR = r"'?(?P<year>\d{4}|\d{2})"
_FORMS = tuple(
    re.compile(rf"{form}(?:(?:,?\s|t)\s*(?P<rest>.*))?")
    for form in (
        rf"{_WEEKDAY}{_DAY}(?:\.|st|nd|rd|th|er|[oa](?=\s))?[-/\s]*(?:(?:de|of)\s+)?"
        rf"{_MONTH}[-/,\s]*(?:(?:de|del)\s+)?{_YEAR}",
        rf"{_WEEKDAY}{_MONTH}[-/\s]*{_DAY}(?:st|nd|rd|th)?(?:[-/,]|\s)\s*{_YEAR}",
        rf"(?P<year>\d{{4}})[-/.\s]+{_MONTH}[-/\s]+{_DAY}\.?",
    )
)


class WordedDate(NamedTuple):
    """A date whose month is a word."""

    year: str  # as written, with two digits or four
    month: int
    day: int
    rest: str  # what follows, such as a time


@cache
def date_words() -> Mapping[str, Any]:
    """Words in dates, from ``data/dates.toml``."""
    return tomllib.loads(data_file("dates.toml").read_text("utf-8"))


@cache
def months() -> Mapping[str, int]:
    """Number of each month by the `folded` words for it.

    Examples
    --------
    >>> months()["marz"], months()["dec"]
    (3, 12)
    """
    return {folded(w): int(m) for m, words in date_words()["months"].items() for w in words}


@cache
def weekdays() -> frozenset[str]:
    """Words for the days of the week, `folded`."""
    return frozenset(map(folded, date_words()["weekdays"]["words"]))


def half_of_day(name: str) -> Sequence[str]:
    """Words for a half of the day, ``am`` or ``pm``."""
    words: Sequence[str] = date_words()["half_of_day"][name]
    return words


EXCEL_EPOCH = datetime(1899, 12, 30)
"""Day 0 of Excel, but in workbooks that count from 1904."""


def of_excel(days: float, epoch: datetime = EXCEL_EPOCH) -> datetime:
    """Moment that Excel counts in days, to the second, after February 1900.

    Examples
    --------
    >>> of_excel(34761.5)
    datetime.datetime(1995, 3, 3, 12, 0)
    >>> of_excel(33299, datetime(1904, 1, 1))
    datetime.datetime(1995, 3, 3, 0, 0)
    """
    return epoch + timedelta(seconds=round(days * 86_400))


def tidy_date(text: str) -> str:
    """Text of a date in small letters, with single plain blanks."""
    plain = unicodedata.normalize("NFKC", text).strip().lstrip("'").lower()
    return " ".join(plain.split())


def date_in_words(text: str) -> WordedDate | None:
    """Read a `tidy_date` whose month is a word, None where it is none.

    Examples
    --------
    >>> date_in_words("28. juli 2026 14:00")
    WordedDate(year='2026', month=7, day=28, rest='14:00')
    >>> date_in_words("tue, jul 28, 26"), date_in_words("28.7.2026")
    (WordedDate(year='26', month=7, day=28, rest=''), None)
    """
    for form in _FORMS:
        if (match := form.fullmatch(text)) is None:
            continue
        parts = match.groupdict()
        month = months().get(folded(parts["month"]))
        weekday = parts.get("weekday")
        if month and (weekday is None or folded(weekday) in weekdays()):
            return WordedDate(parts["year"], month, int(parts["day"]), parts["rest"] or "")
    return None
