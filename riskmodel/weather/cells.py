"""Cells of a table of hours as spreadsheet programs write them: numbers and times."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from riskmodel.inputs.blanks import is_blank, is_error
from riskmodel.inputs.date_words import EXCEL_EPOCH, date_in_words, of_excel, tidy_date
from riskmodel.weather.hours import WeatherError

_SPACE_BETWEEN = re.compile(r"(?<=\d)[\s'\u2019](?=\d{3}(?!\d))")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_EVIDENCE = {
    mark: re.compile(
        rf"[+-]?(?:\d*|\d{{1,3}}(?:\{other}\d{{3}})+)\{mark}(?:\d{{1,2}}|\d{{4,}})(?:[eE].*)?"
        rf"|[+-]?(?:0|\d{{1,3}}(?:\{other}\d{{3}})+)\{mark}\d+"
    )
    for mark, other in ((",", "."), (".", ","))
}
"""Numbers in which the mark can only be the decimal one: no three digits follow."""

_CLOCK = re.compile(
    r"(\d{1,2})(?:[:.h](\d{2})?(?:[:.](\d{2})(?:[.,]\d+)?)?)?"
    r"\s*([ap]\.?\s?m\.?)?(?:\s*uhr)?",
    re.IGNORECASE,
)
_TIME = re.compile(
    rf"(\d{{1,4}})([./-])(\d{{1,2}})\2(\d{{1,4}})\.?(?:,?[\sT]\s*{_CLOCK.pattern})?",
    re.IGNORECASE,
)
_DAY_FIRST, _MONTH_FIRST, _YEAR_FIRST = (2, 1, 0), (2, 0, 1), (0, 1, 2)
"""Where year, month and day stand."""
_ORDER_WORDS = {
    _DAY_FIRST: "day first",
    _MONTH_FIRST: "month first",
    _YEAR_FIRST: "year first",
}
_EXCEL_DAYS = (20_000.0, 80_000.0)
_HOUR = timedelta(hours=1)
NEEDED_TIME = "2026-07-28T14:00 or 28.07.2026 14:00"


def decimal_mark(cells: Iterable[str]) -> str:
    """Decimal mark of a table, from those of its numbers that can have only one.

    Examples
    --------
    >>> decimal_mark(["70", "18,8", "1.013"]), decimal_mark(["1,013.2"])
    (',', '.')
    """
    plain = [_plain(cell) for cell in cells]
    counts = {m: sum(bool(p.fullmatch(c)) for c in plain) for m, p in _EVIDENCE.items()}
    if counts[","] == counts["."]:
        return ""
    return "," if counts[","] > counts["."] else "."


def number_of(cell: Any, mark: str) -> float | None:
    """Read a number with this decimal mark; None is a cell without a value.

    Raises
    ------
    ValueError
        If it is no number, or could be two.

    Examples
    --------
    >>> number_of("1.013,2", ","), number_of("18.8", ","), number_of("#NV", ",")
    (1013.2, 18.8, None)
    """
    if cell is None or isinstance(cell, int | float):
        return None if cell is None or cell != cell else float(cell)
    text = _plain(str(cell)).removesuffix("%").rstrip()
    if is_blank(text) or is_error(text) or text.lower() == "none":
        return None
    other = "." if mark == "," else ","
    grouped = re.fullmatch(
        rf"[+-]?[1-9]\d{{0,2}}(?:\{other}\d{{3}})+(?:\{mark or '.'}\d+)?", text
    )
    if mark and grouped:
        text = text.replace(other, "")
    elif not mark and re.fullmatch(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", text):
        raise ValueError(cell)
    text = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
    if not _NUMBER.fullmatch(text):
        raise ValueError(cell)
    return float(text)


def _plain(cell: str) -> str:
    text = cell.strip().replace("\N{MINUS SIGN}", "-")
    return _SPACE_BETWEEN.sub("", text)


class TimesRead(NamedTuple):
    """Times on the clock of the file; None where a cell is none."""

    moments: list[datetime | None]
    unix: bool  # whether they are in UTC
    notes: tuple[str, ...]


def read_times(cells: Sequence[Any], epoch: datetime = EXCEL_EPOCH) -> TimesRead:
    """Read a column of hours, whichever way a spreadsheet program has written them.

    Whether the day or the month stands first is told by the hours, which follow each
    other in the right order only; dates with points begin with the day.  Days that Excel
    counts are those since an epoch.

    Raises
    ------
    WeatherError
        If they can be read in two ways.

    Examples
    --------
    >>> read_times(["3/31/26 11 PM", "4/1/26 12 AM"]).moments[1]
    datetime.datetime(2026, 4, 1, 0, 0)
    """
    numbers = [_number(cell) for cell in cells]
    if cells and all(n is not None for n in numbers):
        seconds = [n for n in numbers if n is not None]
        if min(seconds) > 1e8:
            return TimesRead([*map(_of_seconds, seconds)], True, ())
    matches = [_TIME.fullmatch(c.strip()) if isinstance(c, str) else None for c in cells]
    fixed = [_fixed(cell, n, epoch) for cell, n in zip(cells, numbers, strict=True)]
    tried = {order: _in_order(matches, fixed, order) for order in _ORDER_WORDS}
    ranks = {order: _rank(moments) for order, moments in tried.items()}
    best = max(ranks, key=lambda order: ranks[order])
    n_read = ranks[best][1]
    differ = [o for o in tried if tried[o] != tried[best] and ranks[o][1] == n_read]
    if not differ:
        return TimesRead(tried[best], False, ())
    example = next(
        cell
        for cell, one, other in zip(cells, tried[best], tried[differ[0]], strict=True)
        if one != other
    )
    if any(ranks[order] == ranks[best] for order in differ):
        raise WeatherError(
            f"The time {example} can be read {_ORDER_WORDS[best]} or "
            f"{_ORDER_WORDS[differ[0]]}, and the hours do not tell; needed is a time like "
            f"{NEEDED_TIME}."
        )
    note = f"Times such as {example} were read {_ORDER_WORDS[best]}"
    return TimesRead(tried[best], False, (f"{note}: only so the hours follow each other.",))


def _number(cell: Any) -> float | None:
    try:
        return None if isinstance(cell, bool) else number_of(cell, ",")
    except ValueError:
        return None


def _fixed(cell: Any, number: float | None, epoch: datetime) -> datetime | None:
    """Read a moment that has one meaning: of a workbook, or a serial day of Excel."""
    if isinstance(cell, datetime):
        return _to_the_minute(cell)
    if number is not None and _EXCEL_DAYS[0] < number < _EXCEL_DAYS[1]:
        return _to_the_minute(of_excel(number, epoch))
    if isinstance(cell, str) and (worded := date_in_words(tidy_date(cell))):
        clock = _CLOCK.fullmatch(worded.rest or "0")
        if clock is not None:
            return _at(worded.year, worded.month, worded.day, clock.groups())
    return None


def _of_seconds(seconds: float) -> datetime | None:
    try:
        return datetime(1970, 1, 1) + timedelta(seconds=seconds)
    except OverflowError:
        return None


def _to_the_minute(moment: datetime) -> datetime:
    """Round what a fraction of a day has lost."""
    return (moment + timedelta(seconds=30)).replace(second=0, microsecond=0, tzinfo=None)


def _in_order(
    matches: Sequence[re.Match[str] | None],
    fixed: Sequence[datetime | None],
    order: tuple[int, int, int],
) -> list[datetime | None]:
    return [
        _moment(match, order) if match is not None else known
        for match, known in zip(matches, fixed, strict=True)
    ]


def _moment(match: re.Match[str], order: tuple[int, int, int]) -> datetime | None:
    parts = match.group(1, 3, 4)
    if len(parts[0]) == 4:
        order = _YEAR_FIRST
    elif match[2] == "." and order != _DAY_FIRST:
        order = _DAY_FIRST
    year, month, day = (parts[at] for at in order)
    if len(year) not in (2, 4) or max(len(month), len(day)) > 2:
        return None
    return _at(year, int(month), int(day), match.group(5, 6, 7, 8))


def _at(year: str, month: int, day: int, clock: Sequence[str | None]) -> datetime | None:
    """Moment of a day and the parts of its clock, None where there is none."""
    hour, minute, second = (int(part or 0) for part in clock[:3])
    half = (clock[3] or "").lower()[:1]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (half == "p")
    full_year = int(year) + 2000 * (len(year) == 2)
    try:
        return datetime(full_year, month, day, hour, minute, second)
    except ValueError:
        return None


def _rank(moments: Sequence[datetime | None]) -> tuple[int, int]:
    """How many hours have a next one, and how many cells can be read so."""
    known = {moment for moment in moments if moment is not None}
    n_read = sum(moment is not None for moment in moments)
    return sum(m + _HOUR in known for m in known if m.year < 9999), n_read
