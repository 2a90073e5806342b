"""A planned session as a person gives it.

``FIELDS`` is the single table of inputs; `Session` holds answers to it, and `check`
names what is wrong with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskmodel.inputs.fields import FIELDS, GROUPS, Field
from riskmodel.inputs.problems import AnswerError, Problem
from riskmodel.inputs.reading import (
    Answers,
    is_unknown,
    items_of,
    read_column,
    read_one,
)
from riskmodel.inputs.results import alike
from riskmodel.inputs.schema import SCORECARD_VERSION
from riskmodel.inputs.told import as_text, kind_of

__all__ = [
    "FIELDS",
    "GROUPS",
    "SCORECARD_VERSION",
    "Field",
    "Session",
    "check",
    "coded",
    "read_session",
    "spelt",
    "tidy",
]


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
    AnswerError
        If a name is not in `FIELDS`.

    Examples
    --------
    >>> run = Session(sport="running", duration_min=50, age_years=34)
    >>> run["duration_min"], run.replace(duration_min=60)["duration_min"]
    (50, 60)
    """

    def __init__(self, **answers: Any) -> None:
        self._answers = _known(answers)

    @classmethod
    def of(cls, answers: Mapping[Any, Any]) -> Session:
        """Session of a mapping, whatever its keys are; a TypeError about anything else."""
        if isinstance(answers, cls):
            return answers
        if not isinstance(answers, Mapping):
            raise TypeError(
                f"A session is a mapping of names to answers; this is {kind_of(answers)}. "
                'Write Session(sport="running", duration_min=50, ...), or give the rows of '
                "a frame to assess_frame."
            )
        return cls(**_known(answers))

    def __getitem__(self, name: str) -> Any:
        return self._answers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._answers)

    def __len__(self) -> int:
        return len(self._answers)

    def __eq__(self, other: object) -> bool:
        """Whether the answers are alike; NaN, which leaves a question open, is like NaN."""
        return alike(self._answers, dict(other)) if isinstance(other, Mapping) else False

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        inside = ", ".join(f"{k}={v!r}" for k, v in self._answers.items())
        return f"Session({inside})"

    def replace(self, **changes: Any) -> Session:
        """Return a copy with some answers changed; None makes one unknown."""
        return Session(**{**self._answers, **changes})


def _known(answers: Mapping[Any, Any]) -> dict[str, Any]:
    """Answers that were given, all of them to questions that are asked."""
    unknown = [name for name in answers if name not in (*FIELDS, SCORECARD_VERSION)]
    if unknown:
        raise AnswerError(Problem(str(name), "no_such_input") for name in unknown)
    return {n: v for n, v in answers.items() if v is not None and n != SCORECARD_VERSION}


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
    AnswerError
        If a key is not in `FIELDS`.

    Examples
    --------
    >>> check({"sport": "running", "duration_min": 50, "session_rpe": 11,
    ...        "age_years": 34, "air_temperature_c": 21, "relative_humidity_pct": 60})
    ('How hard it will feel (session_rpe) is 11; allowed is 1 to 10.',)
    """
    return tuple(map(str, read_session(session).problems))


def read_session(session: Mapping[str, Any]) -> Answers:
    """Turn one session into arrays of length one, with its problems."""
    return read_one(Session.of(session))


_OF_AN_ANSWER = ("not_allowed", "ambiguous", "no_such_date")


def tidy(
    answers: Mapping[str, Any],
) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """Spell answers as `FIELDS` does, and leave out what is impossible.

    Parameters
    ----------
    answers : mapping of str to answer
        As a file or a link may spell them; any name.

    Returns
    -------
    given : dict of str to answer
        Numbers as float, levels by name, lists as lists, times and labels as text.
    problems : tuple of Problem
        One for each answer that was left out.

    Examples
    --------
    >>> tidy({"sport": "Running", "duration_min": "52", "statin": 1, "age_years": 200})[0]
    {'sport': 'running', 'duration_min': 52.0}
    """
    given: dict[str, Any] = {}
    problems: list[Problem] = []
    read = read_one({name: v for name, v in answers.items() if name in FIELDS})
    wrong = {p.field: p for p in read.problems if p.kind in _OF_AN_ANSWER}
    for name, value in answers.items():
        if name == SCORECARD_VERSION:
            continue
        if name not in FIELDS:
            problems.append(Problem(str(name), "no_such_input"))
        elif name in wrong:
            problems.append(wrong[name])
        elif (answer := _spelt(FIELDS[name], value, read)) is not None:
            given[name] = answer
    return given, tuple(problems)


def spelt(answers: Answers) -> dict[str, Any]:
    """Checked answers of one session as `FIELDS` spells them, times and labels apart."""
    given = {
        name: _spelt(FIELDS[name], None, answers)
        for name in answers.columns
        if FIELDS[name].kind != "time"
    }
    return {name: value for name, value in given.items() if value is not None}


def _spelt(field: Field, value: Any, read: Answers) -> Any:
    """One checked answer as `FIELDS` spells it, or None if it is blank."""
    if field.kind == "text":
        return as_text(str(value)) if value is not None else None
    code = read.columns[field.name][0]
    if is_unknown(read.columns[field.name])[0]:
        return None
    if field.kind == "number":
        return float(code)
    if field.kind == "level":
        return list(field.levels)[code]
    if field.kind == "levels":
        return [*items_of(field, code)] or ["none"]
    return value.isoformat() if isinstance(value, datetime) else str(value)


def coded(name: str, values: Sequence[Any]) -> NDArray[Any]:
    """Answers to one question as the chain reads them.

    Parameters
    ----------
    name : str
        One in `FIELDS` that is no text.
    values : sequence of answer
        None, or a blank as in files, leaves the question open.

    Returns
    -------
    ndarray of shape (len(values),)
        As in `riskmodel.inputs.reading.Answers`.

    Raises
    ------
    AnswerError
        If a value is not allowed.

    Examples
    --------
    >>> coded("sky", ["clear", None, "shade", "n/a"]).tolist()
    [0, -1, 3, -1]
    """
    distinct: dict[Any, int] = {}
    keys = (tuple(value) if isinstance(value, list) else value for value in values)
    codes = np.array([distinct.setdefault(key, len(distinct)) for key in keys], np.intp)
    column, findings = read_column(FIELDS[name], codes, list(distinct))
    if findings:
        raise AnswerError(findings[0][1][:1])
    return column
