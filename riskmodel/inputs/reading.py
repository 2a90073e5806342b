"""Answers as arrays: what people and files write, checked and put into numbers.

A number that was not answered is NaN.  A level is its position in the field, a
list of items a set of bits, both -1 where not answered.  A time is a datetime64
in UTC, NaT where not answered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sized
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from riskmodel.inputs.fields import FIELDS, Field

BLANKS = frozenset({"", "na", "n/a", "nan", "null", "<na>"})
"""Texts that mean "not answered", in any case.  ``none`` is an answer."""

# Nanoseconds, in which NumPy counts the time, reach from 1678 to 2262.
FIRST_TIME = np.datetime64("1900-01-01")
END_OF_TIME = np.datetime64("2200-01-01")

UNKNOWN = -1
"""Code of a level or list that was not answered."""

Findings = tuple[NDArray[np.intp], NDArray[np.object_]]
"""Positions of sessions, and one sentence for each."""


@dataclass(frozen=True)
class Answers:
    """Checked answers of any number of sessions, one array per answered input.

    Attributes
    ----------
    n_sessions : int
    columns : mapping of str to ndarray of shape (n_sessions,)
        float64 for numbers (NaN unknown), integer codes for levels and bit sets
        for lists (-1 unknown), datetime64[ns] in UTC for times (NaT unknown).
        An input that nobody answered has no column.
    findings : tuple of (positions, sentences)
        What keeps sessions from being scored.
    unknown_columns : tuple of str
        Columns of the frame that are no input.
    """

    n_sessions: int
    columns: Mapping[str, NDArray[Any]]
    findings: tuple[Findings, ...]
    unknown_columns: tuple[str, ...] = ()

    def problems(self) -> ExtensionArray:
        """Sentences of each session as one text, empty where all is well."""
        texts = np.full(self.n_sessions, "", dtype=object)
        for rows, sentences in self.findings:
            first = texts[rows] == ""
            texts[rows] = np.where(first, sentences, texts[rows] + " " + sentences)
        # Only the rows with problems are turned into strings, the others share one.
        bad = np.flatnonzero(~self.usable())
        place = np.zeros(self.n_sessions, dtype=np.intp)
        place[bad] = np.arange(1, bad.size + 1)
        return pd.array(["", *texts[bad]], dtype="str").take(place)

    def sentences(self) -> tuple[str, ...]:
        """Every sentence on its own, as for a single session."""
        return tuple(str(text) for _, found in self.findings for text in found)

    def usable(self) -> NDArray[np.bool_]:
        """Whether each session can be scored."""
        fine = np.ones(self.n_sessions, dtype=bool)
        for rows, _ in self.findings:
            fine[rows] = False
        return fine


def public_problems(problems: str) -> str:
    """Say which answers need a look, without values and without private questions.

    Parameters
    ----------
    problems : str
        Sentences as from `Answers.sentences`, joined.

    Examples
    --------
    >>> public_problems("Age (age_years) is 200; allowed is 5 to 100 years.")
    'Age needs a look.'
    >>> public_problems("Sleep last night (sleep_h) is 30; allowed is 0 to 14 h.")
    'Answers need a look.'
    """
    if not problems.strip():
        return ""
    named = re.findall(r" \((\w+)\)(?: is |:)", problems)
    fields = [FIELDS[name] for name in dict.fromkeys(named) if name in FIELDS]
    made = [f"{field.label} needs a look." for field in fields if not field.private]
    if any(field.private for field in fields) or not made:
        made.append("Answers need a look.")
    return " ".join(made)


def is_unknown(column: NDArray[Any]) -> NDArray[np.bool_]:
    """Where a column of checked answers holds no answer."""
    kind = column.dtype.kind
    unknown: NDArray[np.bool_] = (
        np.isnan(column)
        if kind == "f"
        else np.isnat(column)
        if kind == "M"
        else column == UNKNOWN
    )
    return unknown


def unknown_column(field: Field, n_sessions: int) -> NDArray[Any]:
    """Answers to a question that nobody was asked."""
    if field.kind == "number":
        return np.full(n_sessions, np.nan)
    if field.kind == "time":
        return np.full(n_sessions, np.datetime64("NaT", "ns"))
    return np.full(n_sessions, UNKNOWN)


def read_one(answers: Mapping[str, Any]) -> Answers:
    """Turn the answers of one session into arrays of length one."""
    first = np.zeros(1, dtype=np.intp)
    return _read({name: (first, [value]) for name, value in answers.items()}, 1)


def read_frame(frame: pd.DataFrame) -> Answers:
    """Turn a frame into arrays, with the problems of every row.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per session, columns named as in `FIELDS`.

    Returns
    -------
    Answers

    Raises
    ------
    ValueError
        If an input has two columns.
    """
    repeated = sorted(set(map(str, frame.columns[frame.columns.duplicated()])))
    if repeated:
        raise ValueError(f"These columns appear twice: {', '.join(repeated)}.")
    raw = {n: _distinct(FIELDS[n], frame[n]) for n in frame.columns if n in FIELDS}
    unknown = tuple(str(name) for name in frame.columns if name not in FIELDS)
    return _read(raw, len(frame), unknown)


def read_column(
    field: Field, codes: NDArray[np.intp], values: list[Any]
) -> tuple[NDArray[Any], list[Findings]]:
    """Check the answers to one question, given as positions in distinct raw values.

    Parameters
    ----------
    field : Field
    codes : ndarray of shape (n_sessions,)
        Positions in `values`, -1 where there is no answer.
    values : list
        Each raw answer once, as people and files write it; None is no answer.

    Returns
    -------
    column : ndarray of shape (n_sessions,)
        As in `Answers`.
    findings : list of (positions, sentences)
    """
    column, _, findings = _check_distinct(field, codes, values)
    return column, findings


def _distinct(field: Field, column: pd.Series[Any]) -> tuple[NDArray[Any], Any]:
    """Split a column into positions (-1 missing) and its distinct raw values.

    Columns that are numbers or times already come back whole, with None.
    """
    dtype: Any = column.dtype
    if field.kind == "number" and dtype.kind in "fiu":
        return column.to_numpy(np.float64, na_value=np.nan), None
    if field.kind == "time" and isinstance(dtype, pd.DatetimeTZDtype):
        return column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(), None
    if isinstance(dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(np.intp), list(column.cat.categories)
    try:
        codes, values = pd.factorize(column)
    except TypeError:  # cells that are lists cannot be told apart by hashing
        codes, values = pd.factorize(column.map(_as_text, na_action="ignore"))
    return codes, list(values)


def _as_text(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, set | frozenset):
        value = sorted(map(str, value))
    return ";".join(map(str, value)) if isinstance(value, list | tuple) else value


def _read(
    raw: Mapping[str, tuple[NDArray[Any], Any]],
    n_sessions: int,
    unknown_columns: tuple[str, ...] = (),
) -> Answers:
    columns: dict[str, NDArray[Any]] = {}
    findings: list[Findings] = []
    for name, field in FIELDS.items():
        if field.kind == "text":
            continue
        blank: Any = True
        if name in raw:
            codes, values = raw[name]
            read = _check_whole if values is None else _check_distinct
            columns[name], blank, found = read(field, codes, values)
            findings += found
        if field.required:
            rows = np.arange(n_sessions) if blank is True else np.flatnonzero(blank)
            if rows.size:
                text = f"{field.label} ({name}) is missing; needed is {field.allowed}."
                findings.append((rows, np.full(rows.size, text, dtype=object)))
    findings += _not_looked_at(columns)
    return Answers(n_sessions, columns, tuple(findings), unknown_columns)


def _not_looked_at(columns: Mapping[str, NDArray[Any]]) -> list[Findings]:
    """Red flags that nobody has looked at keep a session from being scored."""
    field, seen = FIELDS["red_flags"], FIELDS["red_flags_seen"]
    if field.name not in columns:
        return []
    flags = columns[field.name]
    looked_at = np.equal(columns.get(seen.name, UNKNOWN), seen.codes["yes"])
    rows = np.flatnonzero((flags > 0) & ~looked_at)
    named, which = np.unique(flags[rows], return_inverse=True)
    labels = list(field.levels.values())
    texts = [
        f"{'; '.join(label for i, label in enumerate(labels) if bits >> i & 1)} "
        f"({field.name}): no score until a doctor has looked at it and said that you may "
        f"train ({seen.name})."
        for bits in named
    ]
    return [(rows, np.array(texts, object)[which])] if rows.size else []


_Checked = tuple[NDArray[Any], NDArray[np.bool_], list[Findings]]
"""A column of answers, where it is blank, and what is wrong with it."""


def _check_whole(field: Field, values: NDArray[Any], _: None) -> _Checked:
    is_time = field.kind == "time"
    blank = np.isnat(values) if is_time else np.isnan(values)
    low, high = (FIRST_TIME, END_OF_TIME) if is_time else (field.low, field.high)
    outside = (values < low) | (values > high)
    findings: list[Findings] = []
    if outside.any():
        rows = np.flatnonzero(outside)
        wrong, which = np.unique(values[rows], return_inverse=True)
        shown = [str(value) if is_time else f"{value:.10g}" for value in wrong]
        texts = np.array([_sentence(field, value) for value in shown], object)
        findings.append((rows, texts[which]))
        values = values.copy()
        values[rows] = "NaT" if is_time else np.nan
    return values.astype("datetime64[ns]") if is_time else values, blank, findings


def _check_distinct(field: Field, codes: NDArray[Any], values: list[Any]) -> _Checked:
    missing = {"number": np.nan, "time": np.datetime64("NaT", "ns")}
    unknown: Any = missing.get(field.kind, UNKNOWN)
    # One place more than there are values, for the code -1 of a missing cell.
    parsed: list[Any] = [unknown] * (len(values) + 1)
    wrong: dict[int, str] = {}
    blank_value = np.ones(len(values) + 1, dtype=bool)
    for code, value in enumerate(values):
        if is_blank(value):
            continue
        blank_value[code] = False
        try:
            parsed[code] = _PARSERS[field.kind](field, value)
        except (ValueError, TypeError, OverflowError):
            wrong[code] = _sentence(field, value)
    column = np.array(parsed)[codes]
    findings: list[Findings] = []
    if wrong:
        rows = np.flatnonzero(np.isin(codes, list(wrong)))
        texts = np.array([wrong.get(c, "") for c in range(len(values))], object)
        findings.append((rows, texts[codes[rows]]))
    return column, blank_value[codes], findings


def _sentence(field: Field, value: Any) -> str:
    value = _as_text(value)
    if isinstance(value, float) and value.is_integer():
        value = f"{value:.15g}"
    text = f"{field.label} ({field.name}) is {value}; allowed is {field.allowed}."
    if "1-2" in field.levels and re.search(r"[A-Za-z]{3}|\d{4}", str(value)):
        text += " A spreadsheet may have turned 1-2 or 3-5 into a date."
    if field.kind == "number" and re.fullmatch(r"-?\d+,\d+", str(value).strip()):
        text += " Write decimals with a point."
    return text


def is_blank(value: Any) -> bool:
    """Whether a raw value means "not answered"."""
    if isinstance(value, str):
        return value.strip().lower() in BLANKS
    if isinstance(value, Sized):
        return len(value) == 0
    return bool(pd.isna(value))


def _parse_number(field: Field, value: Any) -> float:
    if isinstance(value, bool | np.bool_) or "_" in str(value):
        raise ValueError
    number = float(value)
    if not field.low <= number <= field.high:
        raise ValueError
    return number


def _level_name(value: Any) -> str:
    """Spell a level as in `FIELDS`: lower case, underscores, plain hyphen."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | float | np.number) and float(value).is_integer():
        return str(int(value))
    return str(value).strip().lower().replace(" ", "_").replace("\N{EN DASH}", "-")


def _parse_level(field: Field, value: Any) -> int:
    name = _level_name(value)
    if name not in field.codes:
        raise ValueError
    return field.codes[name]


def _parse_levels(field: Field, value: Any) -> int:
    items = value.split(";") if isinstance(value, str) else list(value)
    names = {_level_name(item) for item in items} - {""}
    if names == {"none"}:
        return 0
    if not names:  # separators alone are no answer
        return UNKNOWN
    return sum(1 << _parse_level(field, name) for name in names)


def _parse_time(_: Field, value: Any) -> np.datetime64:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    if not FIRST_TIME <= np.datetime64(utc, "us") <= END_OF_TIME:
        raise ValueError
    return np.datetime64(utc, "ns")


_PARSERS = {
    "number": _parse_number,
    "level": _parse_level,
    "levels": _parse_levels,
    "time": _parse_time,
}
