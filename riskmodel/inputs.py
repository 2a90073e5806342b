"""A planned session as a person gives it, and the check of every answer.

``FIELDS`` is the single table of inputs; `Session` holds answers to it; `check`
names what is wrong with one session and `read_frame` with any number.  Inside,
an answer is a number: NaN is unknown, a level is its position in the field, a
list of items is a set of bits, a time is a datetime64 in UTC.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.fields import FIELDS, GROUPS, Field

__all__ = [
    "DERIVED",
    "FIELDS",
    "GROUPS",
    "Answers",
    "Field",
    "Session",
    "check",
    "json_schema",
    "read_frame",
    "read_session",
]

DERIVED: Mapping[str, str] = {
    "preparedness_ratio": "times",
    "bmi_kg_m2": "kg/m²",
    "body_mass_loss_pct": "%",
    "sodium_deficit_mg": "mg",
}
"""Quantities that the scorecard reads besides the inputs, with their units."""

BLANKS = frozenset({"", "na", "n/a", "nan", "null", "<na>"})
"""Texts that mean "not answered", in any case.  ``none`` is an answer."""

UNKNOWN = -1
"""Code of a level or list that was not answered."""

Findings = tuple[NDArray[np.intp], NDArray[np.object_]]
"""Positions of sessions, and one sentence for each."""


class Session(Mapping[str, Any]):
    """One planned bout of exercise by one athlete.

    A read-only mapping of field name to answer.  Only the names are checked
    here; whether the answers make sense is a question for `check`.

    Parameters
    ----------
    **answers
        Any of the names in `FIELDS`, with their units.  Lists may be given as a
        list or as text separated by ``;``.  None means not answered.

    Raises
    ------
    ValueError
        If a name is not in `FIELDS`.

    Examples
    --------
    >>> run = Session(sport="running", duration_min=50, age_years=34)
    >>> run["duration_min"], run.replace(duration_min=60)["duration_min"]
    (50, 60)
    """

    def __init__(self, **answers: Any) -> None:
        unknown = [name for name in answers if name not in FIELDS]
        if unknown:
            raise ValueError(" ".join(map(unknown_name_sentence, unknown)))
        self._answers = {k: v for k, v in answers.items() if v is not None}

    def __getitem__(self, name: str) -> Any:
        return self._answers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._answers)

    def __len__(self) -> int:
        return len(self._answers)

    def __repr__(self) -> str:
        inside = ", ".join(f"{k}={v!r}" for k, v in self._answers.items())
        return f"Session({inside})"

    def replace(self, **changes: Any) -> Session:
        """Return a copy with some answers changed; None makes one unknown."""
        return Session(**{**self._answers, **changes})


def is_unknown(column: NDArray[Any]) -> NDArray[np.bool_]:
    """Where a column of checked answers holds no answer."""
    if column.dtype.kind == "f":
        return np.isnan(column)
    if column.dtype.kind == "M":
        return np.isnat(column)
    unknown: NDArray[np.bool_] = column == UNKNOWN
    return unknown


def unknown_column(field: Field, n_sessions: int) -> NDArray[Any]:
    """Answers to a question that nobody was asked."""
    if field.kind == "number":
        return np.full(n_sessions, np.nan)
    if field.kind == "time":
        return np.full(n_sessions, np.datetime64("NaT", "ns"))
    return np.full(n_sessions, UNKNOWN)


def unknown_name_sentence(name: object) -> str:
    """Say that there is no such input, and which one may have been meant."""
    spelt = str(name).strip().lower()
    near = [known for known in FIELDS if len(spelt) > 2 and spelt in known]
    near = near or difflib.get_close_matches(spelt, FIELDS, 1, 0.6)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"There is no input {str(name)!r}.{hint}"


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

    def problems(self) -> NDArray[np.object_]:
        """Sentences of each session as one text, empty where all is well."""
        return join_sentences(self.findings, self.n_sessions)

    def sentences(self) -> tuple[str, ...]:
        """Every sentence on its own, as for a single session."""
        return tuple(str(text) for _, found in self.findings for text in found)

    def usable(self) -> NDArray[np.bool_]:
        """Whether each session can be scored."""
        fine = np.ones(self.n_sessions, dtype=bool)
        for rows, _ in self.findings:
            fine[rows] = False
        return fine


def join_sentences(findings: Iterable[Findings], n_sessions: int) -> NDArray[np.object_]:
    """Put the sentences found for each session into one text."""
    texts = np.full(n_sessions, "", dtype=object)
    for rows, sentences in findings:
        first = texts[rows] == ""
        texts[rows] = np.where(first, sentences, texts[rows] + " " + sentences)
    return texts


def check(session: Mapping[str, Any]) -> tuple[str, ...]:
    """Name everything that keeps one session from being scored.

    Parameters
    ----------
    session : Session or mapping of str to answer

    Returns
    -------
    tuple of str
        One sentence per problem: the field, the value, and what is allowed.

    Raises
    ------
    ValueError
        If a key is not in `FIELDS`.

    Examples
    --------
    >>> check({"sport": "running", "duration_min": 50, "session_rpe": 11,
    ...        "age_years": 34, "air_temperature_c": 21, "relative_humidity_pct": 60})
    ('How hard it will feel, overall (session_rpe) is 11; allowed is 1 to 10.',)
    """
    return read_session(session).sentences()


def read_session(session: Mapping[str, Any]) -> Answers:
    """Turn one session into arrays of length one, with its problems."""
    answers = session if isinstance(session, Session) else Session(**session)
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


def _distinct(field: Field, column: pd.Series[Any]) -> tuple[NDArray[Any], Any]:
    """Split a column into positions (-1 missing) and its distinct raw values.

    Columns that are numbers or times already come back whole, with None.
    """
    dtype: Any = column.dtype
    if field.kind == "number" and dtype.kind in "fiu":
        return column.to_numpy(np.float64, na_value=np.nan), None
    if field.kind == "time" and isinstance(dtype, pd.DatetimeTZDtype):
        utc = column.dt.tz_convert("UTC").dt.tz_localize(None)
        return utc.to_numpy("datetime64[ns]"), None
    if isinstance(dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(np.intp), list(column.cat.categories)
    try:
        codes, values = pd.factorize(column)
    except TypeError:  # cells that are lists cannot be told apart by hashing
        codes, values = pd.factorize(column.map(_as_text, na_action="ignore"))
    return codes, list(values)


def _as_text(value: Any) -> Any:
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
            rows = np.flatnonzero(np.broadcast_to(blank, n_sessions))
            if rows.size:
                text = f"{field.label} ({name}) is missing; needed is {field.allowed}."
                findings.append((rows, np.full(rows.size, text, dtype=object)))
    return Answers(n_sessions, columns, tuple(findings), unknown_columns)


_Checked = tuple[NDArray[Any], NDArray[np.bool_], list[Findings]]
"""A column of answers, where it is blank, and what is wrong with it."""


def _check_whole(field: Field, values: NDArray[Any], _: None) -> _Checked:
    if field.kind == "time":
        return values, np.isnat(values), []
    outside = (values < field.low) | (values > field.high)
    if not outside.any():
        return values, np.isnan(values), []
    rows = np.flatnonzero(outside)
    wrong, which = np.unique(values[rows], return_inverse=True)
    texts = np.array([_sentence(field, f"{value:.10g}") for value in wrong], object)
    blank = np.isnan(values)
    return np.where(outside, np.nan, values), blank, [(rows, texts[which])]


def _check_distinct(field: Field, codes: NDArray[Any], values: list[Any]) -> _Checked:
    missing = {"number": np.nan, "time": np.datetime64("NaT", "ns")}
    unknown: Any = missing.get(field.kind, UNKNOWN)
    # One place more than there are values, for the code -1 of a missing cell.
    parsed: list[Any] = [unknown] * (len(values) + 1)
    wrong: dict[int, str] = {}
    blank_value = np.ones(len(values) + 1, dtype=bool)
    for code, value in enumerate(values):
        if _is_blank(value):
            continue
        blank_value[code] = False
        try:
            parsed[code] = _PARSERS[field.kind](field, value)
        except ValueError:
            wrong[code] = _sentence(field, value)
    column = np.array(parsed)[codes]
    findings: list[Findings] = []
    if wrong:
        rows = np.flatnonzero(np.isin(codes, list(wrong)))
        texts = np.array([wrong.get(c, "") for c in range(len(values))], object)
        findings.append((rows, texts[codes[rows]]))
    return column, blank_value[codes], findings


def _sentence(field: Field, value: Any) -> str:
    text = f"{field.label} ({field.name}) is {value}; allowed is {field.allowed}."
    if "1-2" in field.levels and re.search(r"[A-Za-z]{3}|\d{4}", str(value)):
        text += " A spreadsheet may have turned 1-2 or 3-5 into a date."
    return text


def _is_blank(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip().lower() in BLANKS
    if isinstance(value, Iterable):
        return not list(value)
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
    return sum(1 << _parse_level(field, name) for name in names)


def _parse_time(_: Field, value: Any) -> np.datetime64:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "ns")


_PARSERS = {
    "number": _parse_number,
    "level": _parse_level,
    "levels": _parse_levels,
    "time": _parse_time,
}


def json_schema() -> dict[str, Any]:
    """JSON Schema of one session, draft 2020-12.

    Examples
    --------
    >>> json_schema()["properties"]["age_years"]["maximum"]
    100
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Planned session",
        "type": "object",
        "properties": {f.name: _property(f) for f in FIELDS.values()},
        "required": [f.name for f in FIELDS.values() if f.required],
        "additionalProperties": False,
    }


def _property(field: Field) -> dict[str, Any]:
    words = {
        "title": field.label,
        "description": " ".join(filter(None, [field.help, f"[{field.unit}]"]))
        if field.unit
        else field.help,
    }
    items = ["none", *field.levels]
    shape: dict[str, Any] = {
        "number": {"type": "number", "minimum": field.low, "maximum": field.high},
        "level": {"enum": list(field.levels)},
        "levels": {"type": "array", "items": {"enum": items}, "uniqueItems": True},
        "time": {"type": "string", "format": "date-time"},
        "text": {"type": "string"},
    }[field.kind]
    return {**{k: v for k, v in words.items() if v}, **shape}
