"""Dates and times as exports, spreadsheets and people write them.

A cell's day is the day that stands in it: an offset is told, never added.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd

from riskmodel.inputs.date_words import half_of_day, months, of_excel, weekdays
from riskmodel.inputs.tables import folded
from riskmodel.training.cells import Text, floats, tidy
from riskmodel.training.clock import EAST_MIN, FIRST_YEAR, LAST_YEAR, WEST_MIN
from riskmodel.training.log import AmbiguousDates, TrainingLogError
from riskmodel.training.sentences import DATE_FORM, Finding, finding


def _half(name: str) -> str:
    """Pattern of the words for a half of the day: am, a.m. and a. m."""
    words = half_of_day(name)
    return "|".join(r"\.?\s?".join(map(re.escape, word)) + r"\.?" for word in words)


_AFTERNOON = _half("pm")
_HALF = rf"{_half('am')}|{_AFTERNOON}"
_TIME = (
    r"(?:,?\s*(?:(?:[Tt]|à|at|um|om|a las|alle|kl|klo|godz|v|o|,|-(?!\s?\d+\.\d+\.))"
    r"\.?\s*)?"
    rf"(?:(?P<before>(?i:{_HALF}))\s*)?(?P<hour>\d{{1,2}})[:.h](?P<minute>\d{{2}})"
    r"(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?(?!\.\d)"
    rf"\s*(?P<half>(?i:{_HALF}))?(?:\s*(?:Uhr|uur|h))?)?"
)
_ZONE = (
    r"\s*(?P<zone>(?:[Zz]|UTC|GMT)?\s?[+-]\d{1,2}(?::?\d{2})?|[Zz]|[A-Z]{3,5})?"
    r"(?:\[[\w/+-]+\])?"
)
_YEAR = r"'?(?P<year>\d{4}|\d{2})(?:\s?\N{CYRILLIC SMALL LETTER GHE}\.?)?"
_WORD = r"(?P<word>[^\W\d_]+)"
_DATES = (
    rf"^(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})\.?{_TIME}{_ZONE}$",
    r"^(?P<first>\d{1,2})(?P<mark>[./-])\s?(?P<other>\d{1,2})[./-]\s?"
    rf"{_YEAR}\.?{_TIME}{_ZONE}$",
    rf"^{_WORD}\.?[\s/-]+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?[\s/-]+{_YEAR}{_TIME}{_ZONE}$",
    rf"^(?P<day>\d{{1,2}})(?:\.?[o°]|\.|st|nd|rd|th|er)?[\s/-]+(?:de\s+)?{_WORD}\.?"
    rf"(?:\s+de)?,?[\s/-]+{_YEAR}{_TIME}{_ZONE}$",
    rf"^(?P<year>\d{{4}})\.?[\s/-]+{_WORD}\.?[\s/-]+(?P<day>\d{{1,2}})\.?{_TIME}{_ZONE}$",
    rf"^{_WORD}\.?\s+(?P<day>\d{{1,2}}){_TIME}{_ZONE}\s+(?P<year>\d{{4}})$",
    r"^(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:[Tt]?\s?(?P<hour>\d{2}):?"
    rf"(?P<minute>\d{{2}})(?::?(?P<second>\d{{2}}))?)?{_ZONE}$",
)
_USUAL = (
    ("%Y-%m-%d %H:%M:%S", True),
    ("%Y-%m-%dT%H:%M:%S", True),
    ("%Y-%m-%d", False),
    ("%b %d, %Y, %I:%M:%S %p", True),
)
_PARTS = ["year", "month", "day", "word", "first", "mark", "other"]
_PARTS += ["hour", "minute", "second", "before", "half", "zone"]
_CENTURY_TURNS = 69  # of a year with two digits, as POSIX has it
_MOST_MONTH, _MOST_DAY = 12, 31
_SERIAL = r"^(?:3[3-9]|[4-6]\d|7[0-2])\d{3}(?:[.,]\d+)?$"  # days, May 1990 to November 2099
_EPOCH = r"^1\d{9}(?:\d{3})?(?:\.\d+)?$"  # seconds or milliseconds since 1970
_WEEK = r"^(\d{4})-?W(\d{2})-?([1-7])(?!\d)"
_CJK = (
    r"^(\d{4})[年년]\s?(\d{1,2})[月월]\s?(\d{1,2})[日일]|^(\d{4})\. (\d{1,2})\. (\d{1,2})\."
)
_CJK_TIME = r"(\d{1,2})[時时시点點]\s?(\d{2})[分분](?:\s?(\d{2})[秒초])?"
_QUARTER_MIN = 15
_MILLISECONDS = 1e11  # more seconds than that are none
_CLOCK = r"\d{1,2}[:h]\d{2}"
_HALVES = rf"(?:\s?(?i:{_HALF}))?"
_FROM_TO = (  # an offset has no seconds, and stands after a T or after seconds
    rf"(?<![T\d:])({_CLOCK}{_HALVES})\s?[-\u2013\u2014]\s?{_CLOCK}{_HALVES}$"
    rf"|({_CLOCK}:\d{{2}}{_HALVES})\s?[-\u2013\u2014]\s?{_CLOCK}:\d{{2}}{_HALVES}$"
)


def dates(
    cells: Text, header: str, day_first: bool | None = None
) -> tuple[pd.DataFrame, list[Finding]]:
    """Dates and times, and what was taken for granted about them.

    Columns are ``moment`` as written, NaT where a cell is no date from 1990 to 2100;
    ``has_time``; ``clock``: "utc" where a cell names UTC, "own" where it names another
    offset, "nowhere" where no place has that offset, else empty.  AmbiguousDates where
    digits can be day and month or month and day, and nobody has said which.
    """
    codes, distinct = pd.factorize(cells.astype("str"), use_na_sentinel=False)
    text = pd.Series(distinct, dtype="str")
    usual = _usual(text)
    if len(usual) == len(text):
        return usual.take(codes).set_axis(cells.index), []
    text = tidy(text.drop(usual.index))
    parts = _parts(text)
    order = _day_first(parts, text, header, day_first)
    whole = _calendar(parts, day_first=order.day_first).join(_clock(parts))
    moment = pd.to_datetime(whole.astype(float), errors="coerce").astype("datetime64[s]")
    frame = pd.DataFrame(
        {
            "moment": moment,
            "has_time": parts["hour"].notna(),
            "clock": _clock_of(parts["zone"]),
        }
    )
    notes = _assumed(text, parts, frame)
    if order.cell:
        first = "day" if order.day_first else "month"
        notes.append(finding("date_order", header=header, first=first, cell=order.cell))
    return pd.concat([usual, frame]).reindex(codes).set_axis(cells.index), notes


def _usual(text: Text) -> pd.DataFrame:
    """Texts as programs write them most, by the reader of pandas, which is faster.

    A form is tried where the first text that has no other is of that form.
    """
    moment = pd.Series(pd.NaT, text.index, dtype="datetime64[s]")
    has_time = pd.Series(False, text.index)
    for form, timed in _USUAL:
        rest = text[moment.isna()]
        if not pd.to_datetime(rest[:1], format=form, errors="coerce").notna().all():
            continue
        found = pd.to_datetime(rest, format=form, errors="coerce").astype("datetime64[s]")
        found = found[found.dt.year.between(FIRST_YEAR, LAST_YEAR)]
        moment[found.index] = found
        has_time[found.index] = timed
    clock = pd.Series("", text.index, dtype="str")
    usual = pd.DataFrame({"moment": moment, "has_time": has_time, "clock": clock})
    return usual[moment.notna()]


def _parts(text: Text) -> pd.DataFrame:
    """Parts of each text, empty where it has no form of a date."""
    plain = _plain(text)
    parts = pd.DataFrame(None, text.index, _PARTS, dtype="str")
    for prepared in (lambda texts: texts, _without_weekday):
        rest = prepared(plain[parts["year"].isna()])
        for pattern in _DATES:
            if not len(rest):
                return parts
            found = rest.str.extract(pattern).dropna(subset="year")
            parts.loc[found.index, found.columns] = found
            rest = rest.drop(index=found.index)
    return parts


def _plain(text: Text) -> Text:
    """Numbers of spreadsheets and computers, weeks and East Asian dates as other dates."""
    for pattern, written in (
        (_SERIAL, _of_serial),
        (_EPOCH, _of_epoch),
        (_WEEK, _of_week),
        (_FROM_TO, lambda m: m[1] or m[2]),
        (_CJK, lambda m: "-".join(part for part in m.groups() if part) + " "),
        (_CJK_TIME, lambda m: ":".join(part for part in m.groups() if part)),
    ):
        text = text.str.replace(pattern, written, regex=True)
    text = text.str.replace("\N{MINUS SIGN}", "-").str.replace(r"\s+", " ", regex=True)
    return text.str.strip()


def _of_serial(match: re.Match[str]) -> str:
    days = float(match[0].replace(",", "."))
    moment = of_excel(days)
    return moment.isoformat(" ") if days % 1 else moment.date().isoformat()


def _of_epoch(match: re.Match[str]) -> str:
    seconds = float(match[0])
    seconds = seconds / 1000 if seconds > _MILLISECONDS else seconds
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _of_week(match: re.Match[str]) -> str:
    try:
        return date.fromisocalendar(*map(int, match.groups())).isoformat()
    except ValueError:
        return match[0]


def _without_weekday(text: Text) -> Text:
    text = text.str.replace(r"\s?\(([^)\d]{1,40})\)", " ", regex=True).str.strip()
    last = text.str.extract(r"^(?P<rest>.+?)[\s,]+(?P<word>[^\d\s,.]+)\.?$")
    known = last["word"].map(lambda word: folded(word) in weekdays(), na_action="ignore")
    text = text.mask(known.eq(True), last["rest"])
    parts = text.str.extract(r"^(?P<word>[^\d\s,]+?)[.,]*\s+(?P<rest>.+)$")
    known = parts["word"].map(lambda word: folded(word) in weekdays(), na_action="ignore")
    return text.mask(known.eq(True), parts["rest"]).str.replace(r"\s+", " ", regex=True)


@dataclass(frozen=True)
class _Order:
    """Whether dates in digits begin with the day, and the cell that tells, if it is one."""

    day_first: bool
    cell: str = ""


def _day_first(
    parts: pd.DataFrame, text: Text, header: str, day_first: bool | None
) -> _Order:
    """Whether dates in digits begin with the day: a 13 tells, or a person, or a dot."""
    digits = parts["first"].notna()
    if not digits.any():
        return _Order(day_first=True)
    parts, text = parts[digits], text[digits]
    first, other = (floats(parts[name]) for name in ("first", "other"))
    by_day = text[first.between(_MOST_MONTH, _MOST_DAY, inclusive="right")]
    by_month = text[other.between(_MOST_MONTH, _MOST_DAY, inclusive="right")]
    dotted = bool((parts["mark"] == ".").all())
    if len(by_day) and len(by_month):
        raise TrainingLogError(
            f"The dates in {header}, such as {by_day.iloc[0]} and {by_month.iloc[0]}, "
            f"begin now with the day and now with the month: write them as {DATE_FORM}."
        )
    if dotted and len(by_month) and day_first is None:
        raise TrainingLogError(
            f"The dates in {header}, such as {by_month.iloc[0]}, begin with the month, "
            f"where dots stand after the day: write them as {DATE_FORM}."
        )
    if day_first is None:
        _refuse_year_first(parts, text, header)
    if len(by_day) or len(by_month):
        cell = "" if dotted else [*by_day, *by_month][0]
        return _Order(day_first=bool(len(by_day)), cell=cell)
    if day_first is None and not dotted:
        raise AmbiguousDates(header, text.iloc[0])
    return _Order(day_first=dotted if day_first is None else day_first)


def _refuse_year_first(parts: pd.DataFrame, text: Text, header: str) -> None:
    """Stop at dates such as 26-07-31, where the last number changes more than the first."""
    short = parts[parts["year"].str.len() == 2]
    month, day = floats(short["other"]), floats(short["year"])
    if not len(short) or not (month.le(_MOST_MONTH) & day.between(1, _MOST_DAY)).all():
        return
    first, last = short["first"].nunique(), short["year"].nunique()
    padded = (short["first"].str.len() == 2).all()
    if padded and (last > first or (last == first and (short["mark"] == "-").all())):
        raise TrainingLogError(
            f"The dates in {header}, such as {text[short.index[0]]}, can begin with the "
            f"year: write it with four digits, as in {DATE_FORM}."
        )


def _calendar(parts: pd.DataFrame, *, day_first: bool) -> pd.DataFrame:
    """Year, month and day, NaN where a year is none that we take."""
    words = parts["word"].dropna().unique()
    months_named = parts["word"].map({word: months().get(folded(word)) for word in words})
    names = ["first", "other"] if day_first else ["other", "first"]
    day = floats(parts["day"]).fillna(floats(parts[names[0]]))
    month = floats(parts["month"]).fillna(pd.to_numeric(months_named))
    month = month.fillna(floats(parts[names[1]]))
    year = floats(parts["year"])
    short = parts["year"].str.len() == 2
    year = year.mask(short, year + 2000 - 100 * (year >= _CENTURY_TURNS))
    year = year.where(year.between(FIRST_YEAR, LAST_YEAR))
    return pd.DataFrame({"year": year, "month": month, "day": day})


def _clock(parts: pd.DataFrame) -> pd.DataFrame:
    """Hour, minute and second, 0 where a cell names none, NaN where a clock has none."""
    hour, minute, second = (floats(parts[n]) for n in ("hour", "minute", "second"))
    half = parts["half"].fillna(parts["before"])
    afternoon = half.str.fullmatch(_AFTERNOON, case=False).eq(True)
    clock = hour.mask(half.notna(), hour % 12 + 12 * afternoon)
    whole = pd.DataFrame({"hour": clock, "minute": minute, "second": second}).fillna(0)
    none = (hour > half.notna().map({True: 12, False: 23})) | (minute > 59) | (second > 59)
    return whole.mask(none)


def _clock_of(zone: Text) -> pd.Series[str]:
    """Whose clock a cell names: that of Greenwich, its own, or that of no place."""
    parts = zone.str.extract(r"([+-])(\d{1,2}):?(\d{2})?$")
    offset = floats(parts[1]) * 60 + floats(parts[2]).fillna(0.0)
    offset = offset.where(parts[0] != "-", -offset)
    somewhere = offset.between(WEST_MIN, EAST_MIN) & (offset % _QUARTER_MIN == 0)
    utc = zone.str.upper().isin(["Z", "UTC", "GMT"])
    weekday = zone.map(lambda word: folded(word) in weekdays(), na_action="ignore")
    clock = np.select(
        [zone.isna() | weekday.eq(True), utc, offset.notna() & ~somewhere],
        ["", "utc", "nowhere"],
        "own",
    )
    return pd.Series(clock, zone.index)


def _assumed(text: Text, parts: pd.DataFrame, frame: pd.DataFrame) -> list[Finding]:
    """What was taken for granted, with a cell for each."""
    read = frame["moment"].notna()
    where = {
        "from_to": text.map(lambda cell: re.search(_FROM_TO, cell) is not None).astype(
            bool
        ),
        "serial_dates": text.str.fullmatch(_SERIAL),
        "two_digit_years": parts["year"].str.len() == 2,
        "own_clock": frame["clock"] == "own",
        "no_such_offset": frame["clock"] == "nowhere",
    }
    return [
        finding(kind, cell=text[found & read].iloc[0])
        for kind, found in where.items()
        if (found & read).any()
    ]
