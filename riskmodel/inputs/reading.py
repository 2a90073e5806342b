"""Answers as arrays: what people and files write, checked and put into numbers.

A number that was not answered is NaN.  A level is its position in the field, a
list of items a set of bits, both -1 where not answered.  A time is a datetime64
in UTC, NaT where not answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from riskmodel.inputs.blanks import is_blank
from riskmodel.inputs.distinct import as_text, distinct
from riskmodel.inputs.fields import FIELDS, Field
from riskmodel.inputs.parsers import END_OF_TIME, FIRST_TIME, PARSERS
from riskmodel.inputs.parsers import UNKNOWN as UNKNOWN
from riskmodel.inputs.problems import Problem, not_allowed
from riskmodel.inputs.settled import is_settled
from riskmodel.inputs.spelling import spelling
from riskmodel.inputs.threads import shared_out
from riskmodel.inputs.told import kind_of

Findings = tuple[NDArray[np.intp], NDArray[np.object_]]
"""Positions of sessions, and the `Problem` of each."""


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
    findings : tuple of (positions, problems)
        What keeps sessions from being scored.
    unknown_columns : tuple of str
        Columns of the frame that are no input.
    """

    n_sessions: int
    columns: Mapping[str, NDArray[Any]]
    findings: tuple[Findings, ...]
    unknown_columns: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every problem on its own, as for a single session."""
        return tuple(problem for _, found in self.findings for problem in found)

    def problems_of_each(self) -> NDArray[np.object_]:
        """Problems of each session: an array of tuples, most of them empty."""
        of_row: dict[int, tuple[Problem, ...]] = {}
        for rows, found in self.findings:
            for row, problem in zip(rows.tolist(), found, strict=True):
                of_row[row] = (*of_row.get(row, ()), problem)
        n = self.n_sessions
        return np.fromiter((of_row.get(row, ()) for row in range(n)), object, n)

    def problem_texts(self, *, names: bool = True) -> ExtensionArray:
        """Sentences of each session as one text, empty where all is well.

        Without ``names`` as people read them who never see the names of inputs.
        """
        texts = np.full(self.n_sessions, "", dtype=object)
        for rows, found in self.findings:
            which, problems = pd.factorize(found)
            told = [problem.sentence(names=names) for problem in problems]
            sentences = np.array(told, object)[which]
            first = texts[rows] == ""
            texts[rows] = np.where(first, sentences, texts[rows] + " " + sentences)
        # Only the rows with problems are turned into strings, the others share one.
        bad = np.flatnonzero(~self.usable())
        place = np.zeros(self.n_sessions, dtype=np.intp)
        place[bad] = np.arange(1, bad.size + 1)
        return pd.array(["", *texts[bad]], dtype="str").take(place)

    def usable(self) -> NDArray[np.bool_]:
        """Whether each session can be scored."""
        fine = np.ones(self.n_sessions, dtype=bool)
        for rows, _ in self.findings:
            fine[rows] = False
        return fine


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


def is_one_of(column: NDArray[Any], codes: Sequence[int]) -> NDArray[np.bool_]:
    """Where a column of levels holds one of a few codes."""
    one_of: NDArray[np.bool_] = np.logical_or.reduce([column == code for code in codes])
    return one_of


def unknown_column(field: Field, n_sessions: int) -> NDArray[Any]:
    """Answers to a question that nobody was asked."""
    return np.full(n_sessions, *_UNKNOWN[field.kind])


_UNKNOWN: Mapping[str, tuple[Any, Any]] = {
    "number": (np.nan, np.float64),
    "time": (np.datetime64("NaT", "ns"), "datetime64[ns]"),
    # As small as they may be: most inputs are levels, and a frame can be long.
    "level": (UNKNOWN, np.int8),
    "levels": (UNKNOWN, np.int32),
}
"""What stands for no answer, and how the answers of a field are kept, by its kind."""


def read_one(answers: Mapping[str, Any]) -> Answers:
    """Turn the answers of one session into arrays of length one."""
    first = np.zeros(1, dtype=np.intp)
    checked = {
        name: _check_distinct(FIELDS[name], first, [value])
        for name, value in answers.items()
        if FIELDS[name].kind != "text"
    }
    return _answers(checked, 1)


def read_frame(frame: pd.DataFrame, *, threads: int = 1) -> Answers:
    """Turn a frame into arrays, with the problems of every row.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per session, columns named as in `FIELDS`.
    threads : int, default 1
        How many share the columns.

    Returns
    -------
    Answers

    Raises
    ------
    ValueError
        If an input has two columns.
    TypeError
        If it is no frame.
    """
    refuse_others(frame)
    refuse_repeated(frame.columns)
    asked = [
        (name, column)
        for name, column in frame.items()
        if isinstance(name, str) and name in FIELDS and FIELDS[name].kind != "text"
    ]
    checked = dict(shared_out(_check, asked, threads))
    unknown = tuple(str(name) for name in frame.columns if name not in FIELDS)
    return _answers(checked, len(frame), unknown)


def refuse_others(frame: object) -> None:
    """Raise a TypeError about what is no frame, which says how to make one."""
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(
            f"Needed is a pandas DataFrame, one row for each; this is {kind_of(frame)}. "
            "pandas.DataFrame(rows) makes one of a list of sessions."
        )


_NAMED = 5  # columns; more say nothing more


def refuse_repeated(columns: pd.Index[Any]) -> None:
    """Raise a ValueError that names the columns that appear more than once."""
    if repeated := sorted(set(map(str, columns[columns.duplicated()]))):
        more = f" and {len(repeated) - _NAMED} more" if len(repeated) > _NAMED else ""
        named = ", ".join(name[:40] for name in repeated[:_NAMED])
        raise ValueError(f"These columns appear twice: {named}{more}.")


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
    findings : list of (positions, problems)
    """
    column, _, findings = _check_distinct(field, codes, values)
    return column, findings


_Checked = tuple[NDArray[Any], NDArray[np.bool_], list[Findings]]
"""A column of answers, where a required one is blank, and what is wrong with it."""


def _answers(
    checked: Mapping[str, _Checked], n_sessions: int, unknown_columns: tuple[str, ...] = ()
) -> Answers:
    columns: dict[str, NDArray[Any]] = {}
    findings: list[Findings] = []
    for name, field in FIELDS.items():
        blank: NDArray[np.bool_] | bool = True
        if name in checked:
            columns[name], blank, found = checked[name]
            findings += found
        if field.required and np.any(blank):
            needed = ~is_settled(field, columns, n_sessions)
            rows = np.flatnonzero(needed & blank)
            if rows.size:
                missing = np.full(rows.size, Problem(name, "missing"), dtype=object)
                findings.append((rows, missing))
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
    if not rows.size:
        return []
    named, which = np.unique(flags[rows], return_inverse=True)
    problems = [
        Problem(field.name, "sign_not_looked_at", items_of(field, bits)) for bits in named
    ]
    return [(rows, np.array(problems, object)[which])]


def items_of(field: Field, bits: int) -> tuple[str, ...]:
    """Items of a list of answers, from their set of bits."""
    return tuple(item for i, item in enumerate(field.levels) if bits >> i & 1)


def _check(asked: tuple[str, pd.Series[Any]]) -> tuple[str, _Checked]:
    name, column = asked
    codes, values = distinct(FIELDS[name], column)
    check = _check_whole if isinstance(values, pd.Series) else _check_distinct
    return name, check(FIELDS[name], codes, values)


def _check_whole(field: Field, values: NDArray[Any], written: pd.Series[Any]) -> _Checked:
    is_time = field.kind == "time"
    blank = is_unknown(values) if field.required else np.array(False)
    low, high = (FIRST_TIME, END_OF_TIME) if is_time else (field.low, field.high)
    rows = np.flatnonzero((values < low) | (values > high))
    findings: list[Findings] = []
    if rows.size:
        which, wrong = pd.factorize(written.iloc[rows])
        problems = [_not_allowed(field, value) for value in wrong]
        findings.append((rows, np.array(problems, object)[which]))
        values = values.copy()
        values[rows] = "NaT" if is_time else np.nan
    kept_as = _UNKNOWN[field.kind][1]
    return values.astype(kept_as, copy=False), blank, findings


def _check_distinct(field: Field, codes: NDArray[Any], values: list[Any]) -> _Checked:
    unknown, kept_as = _UNKNOWN[field.kind]
    # One place more than there are values, for the code -1 of a missing cell.
    parsed: list[Any] = [unknown] * (len(values) + 1)
    wrong: dict[int, Problem] = {}
    blank_value = np.ones(len(values) + 1, dtype=bool)
    for code, value in enumerate(map(_bare, values)):
        if is_blank(value):
            continue
        blank_value[code] = False
        try:
            parsed[code] = PARSERS[field.kind](field, value)
        except (LookupError, ValueError, TypeError, OverflowError):
            wrong[code] = _not_allowed(field, value)
    # The categories of a frame are often the levels themselves.
    same = field.kind == "level" and parsed == [*range(len(values)), unknown]
    column = codes if same else np.array(parsed, kept_as)[codes]
    findings: list[Findings] = []
    if wrong:
        rows = np.flatnonzero(np.isin(codes, list(wrong)))
        problems = np.array([wrong.get(c) for c in range(len(values))], object)
        findings.append((rows, problems[codes[rows]]))
    blank = blank_value[codes] if field.required else np.array(False)
    return column.astype(kept_as, copy=False), blank, findings


def _bare(value: Any) -> Any:
    """A value without the array of no dimension that programs wrap it in."""
    return value.item() if isinstance(value, np.ndarray) and value.ndim == 0 else value


def _not_allowed(field: Field, value: Any) -> Problem:
    """Problem with a value that was written, in one spelling whatever holds it."""
    return not_allowed(field.name, spelling(as_text(value)))
