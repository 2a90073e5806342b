"""What people, programs and attackers write where a plain answer is expected."""

from __future__ import annotations

import enum
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pandas as pd

NUMBERS = (
    *("1e308", "-1e308", "1e309", "1e-320", "5e-324", "-0", "-0.0", "0", "NaN", "nan"),
    *("inf", "-inf", "Infinity", "-Infinity", "1000000000000", "-1", "0.5", "00", "1e15"),
    *("9" * 400, "-" + "9" * 5000, "1" + "0" * 40, "1e99999", "0x10", "1_000", "1,5"),
    *("1.5.5", "1,500.5", "1.500,5", "--1", "+1", "1e", ".", "-", "½", "٣", "１２", "1²"),
    *("2147483648", "-2147483649", "9223372036854775808", "18446744073709551616"),
    *("20", "30", "45", "60", "90", "100", "3", "7", "1e3", "0.001", "99999", "2958466"),
)
"""Numbers at the ends of what computers hold, and some that look like numbers."""

TEXTS = (
    *("", " ", "\u00a0", "\0", "\ufeff", "\u200b", "\u202e", "\u202eabc", "e\u0301" * 50),
    *("a\u0300\u0301\u0302" * 100, "＝１＋１", "＋１", "－１", "=1+1", "@SUM(A1)"),
    *("\ud800", "\udfff", "a\ud800b", "😀" * 20, "\uffff", "ﷺ" * 50, "ß", "İ", "ı", "ŉ"),
    *('"', '""', "'", "’", "`", "\n", "\r", "\r\n", "\t", ";", ",", "|", "\\", "\\0"),
    *("{", "}", "[", "]", "[" * 2000, "<", ">", "<!--", "]]>", "<![CDATA[", "&", "&#0;"),
    *("&x;", "%s%n", "{0}", "{name}", "%", "$", "#", "#REF!", "#N/A", "#VALUE!"),
    *("../../etc/passwd", "C:\\con", "file:///etc/passwd", "<script>alert(1)</script>"),
    *("a" * 1000, "a" * 40_000, "9" * 300, "(" * 200, "a,b;c|d", "true", "null", "None"),
    *("NULL", "no", "yes", "YES", "none", "None;none", ";;;", "1;2;3", "none;1"),
    *("24:00", "1:99:99", "99:99", "3:45", "-3:45", "1:2:3:4", "0:00", "1h", "90 min"),
    *("2026-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "31.12.9999", "29.2.1900"),
    *("9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00-14:00", "2026-03-29T02:30"),
    *("2026-07-01T06:00:00+00:00/P9999Y", "PT1H", "P1D/", "2026-W27-3", "20260701"),
    *("1677-09-21", "2262-04-12", "1969-12-31T23:59:59Z", "2026-07-01T12:00:60Z"),
    *("UTC", "Mars/Olympus", "../UTC", "Europe/Berlin", "+25:00", "running", "Running"),
    *("1-2", "3-5", "Jan 2", "5'10\"", "86 F", "64,5 kg", "10 st 5", "12.03.04"),
)
"""Texts with signs that mean something to some program."""

MOMENT = datetime(2026, 7, 1, 6, 30, tzinfo=UTC)


class _Word(str):
    """A text of a kind of its own."""


class _Sport(enum.Enum):
    RUN = "running"


OBJECTS: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 5, 10**12, -(10**12), 10**400, 10**5000, 2**63),
    *(0.0, -0.0, 1.5, float("nan"), float("inf"), -float("inf"), 1e308, -1e308, 1e-320),
    *(5e-324, complex(1, 2), complex(30, 0), complex("nan"), Decimal("NaN"), Decimal("5")),
    *(Decimal("sNaN"), Decimal("1e4000"), Decimal("Infinity"), Fraction(1, 3)),
    *(Fraction(10**400), b"", b"running", b"\xff", bytearray(b"5"), memoryview(b"5")),
    *(date(2026, 7, 1), date.max, datetime(2026, 7, 1, 6), MOMENT, datetime.max),
    *(datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), time(6, 30)),
    *(datetime.max.replace(tzinfo=timezone(timedelta(hours=-14))), timedelta(minutes=90)),
    *(timedelta.max, pd.Timestamp(MOMENT), pd.Timestamp("2026-07-01"), pd.NaT, pd.NA),
    *(pd.Timedelta(90, "min"), pd.Period("2026-07"), pd.Interval(0, 1), np.float64(60)),
    *(np.float32(5.5), np.float16("inf"), np.int64(3), np.int8(3), np.uint64(2**64 - 1)),
    *(
        np.bool_(True),
        np.complex64(1j),
        np.str_("running"),
        np.bytes_(b"x"),
        np.longdouble(7),
    ),
    *(np.datetime64("2026-07-01T06:30"), np.datetime64("NaT"), np.timedelta64(90, "m")),
    *(np.datetime64("20000-01-01"), np.datetime64("2026"), np.timedelta64("NaT")),
    *(np.array(5), np.array([]), np.array([1, 2]), np.array(["none"]), np.ma.masked),
    *((), [], [1], ["none"], ["none", "none"], [None], [[1]], [float("nan")], {}, {"a": 1}),
    *(set(), {"none"}, frozenset({"none"}), range(3), ("statin",), object, object(), len),
    *(_Word("running"), _Sport.RUN, NotImplemented, Ellipsis, Exception("x")),
    *(
        pd.Series([1.0]),
        pd.Series([], dtype=float),
        pd.DataFrame({"a": [1]}),
        pd.Index([1]),
    ),
)
"""Values that programs hand over: of every kind, and some that are no answer at all."""


_CONTAINERS = (np.ndarray, pd.Series, pd.DataFrame, pd.Index, type(pd.NA))
OF_A_ROW = tuple(v for v in OBJECTS if not isinstance(v, _CONTAINERS))
"""Those that a database or a file may hold: each equals another one, or does not."""


def number(rng: Random) -> str:
    """A number that is hostile, or only another one."""
    if rng.random() < 0.6:
        return rng.choice(NUMBERS)
    return rng.choice((f"{rng.uniform(-100, 1000):.3g}", str(rng.randrange(-9, 2000))))


def text(rng: Random) -> str:
    """A text that is hostile, a number among them."""
    chosen = rng.choice(TEXTS) if rng.random() < 0.7 else number(rng)
    if rng.random() < 0.1:
        chosen += rng.choice(TEXTS)[:2000]
    return chosen


def written(value: object) -> str:
    """A value as text, where Python writes it: of some numbers it does not."""
    try:
        return f"{value}"
    except (ValueError, TypeError):
        return "9" * 5000


def plain(value: str) -> bytes:
    """Text as bytes; half of a pair of code units as other programs write it."""
    return value.encode("utf-8", "surrogatepass")
