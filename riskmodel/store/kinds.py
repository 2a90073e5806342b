"""What can be saved under a name: what it may hold, and how it is read again."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from riskmodel.diary.outcomes import UNREADABLE, DiaryError
from riskmodel.diary.squad_session import (
    as_content,
    check_session,
    of_content,
    same_expectation,
)
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.problems import Problem
from riskmodel.inputs.session import tidy
from riskmodel.inputs.told import grouped
from riskmodel.squad.limits import MOST_ROWS
from riskmodel.store.errors import StoreError
from riskmodel.store.models import LONGEST_OWNER
from riskmodel.whatif.plans import from_text

LONGEST_NAME = 80  # characters
LONGEST_CELL = 1000  # characters of one answer of a squad
MOST_ATHLETES = MOST_ROWS
LONGEST_SCENARIOS = 100_000  # characters; six plans with every answer need a tenth
MOST_ITEMS = 1000  # of one kind and owner (judgement)
_LONGEST_OWNER_GIVEN = 10_000  # characters (judgement)
MOST_OUTCOMES = 20_000  # of one owner: two sessions a day for a life of sport (judgement)


@dataclass(frozen=True)
class Kind:
    """Something that can be saved."""

    noun: str
    plural: str
    # From what a caller gives, and what is stored so far or None, to what is stored.
    check: Callable[[Any, Any], Any]
    # From what is stored to what a caller gets, with a sentence for each thing that this
    # version of the program does not understand.
    read: Callable[[Any], tuple[Any, tuple[str, ...]]]


# ----------------------------------------------------------------- answers of one session


def _mapping(content: Any, noun: str) -> Mapping[Any, Any]:
    if not isinstance(content, Mapping):
        raise StoreError(f"A {noun} must be answers by their names.")
    return content


def _check_answers(content: Any, before: Any) -> dict[str, Any]:
    answers = _mapping(content, "plan or athlete")
    try:
        tidied, problems = tidy(answers)
    except UNREADABLE:  # no answer, but some other object
        raise StoreError("The answers must be numbers, texts or lists of texts.") from None
    if problems:
        raise StoreError(" ".join(map(str, problems)))
    for name, value in tidied.items():
        if isinstance(value, str) and len(value) > LONGEST_CELL:
            raise StoreError(_too_long(FIELDS[name].label, name, len(value)))
    # What another version of the program wrote, and this one cannot show, is not lost.
    unread = {} if before is None else _unread(before)
    return {**{n: v for n, v in unread.items() if n not in tidied}, **tidied}


def _unread(stored: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in stored.items()
        if name not in FIELDS or tidy({name: value})[1]
    }


def _read_answers(stored: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    answers, problems = tidy(_mapping(stored, "plan or athlete"))
    return answers, tuple(map(str, problems))


# ------------------------------------------------------------------------------- squads


def _check_squad(content: Any, before: Any) -> list[dict[str, Any]]:
    """Rows as they were given; what cannot be read in them is for the engine to say."""
    if isinstance(content, str) or not isinstance(content, Sequence):
        raise StoreError("A squad must be a list of athletes, each with answers by name.")
    if not 1 <= len(content) <= MOST_ATHLETES:
        raise StoreError(
            f"There are {grouped(len(content))} athletes; allowed is 1 to {MOST_ATHLETES}."
        )
    known = {*FIELDS, *(name for row in before or () for name in row)}
    rows = []
    for place, row in enumerate(content, start=1):
        for name in _mapping(row, "row of a squad"):
            if name not in known:
                raise StoreError(str(Problem(str(name), "no_such_input")))
        rows.append({name: _cell(name, value, place) for name, value in row.items()})
    return rows


def _cell(name: str, value: Any, place: int) -> Any:
    """One answer as JSON can hold it."""
    label = FIELDS[name].label if name in FIELDS else name
    value = value.item() if isinstance(value, np.generic) else value
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        if math.isnan(value):
            return None
    elif isinstance(value, int | float):
        if abs(value) <= 2**53:  # beyond, a number changes on its way
            return value
    elif isinstance(value, str):
        if len(value) > LONGEST_CELL:
            raise StoreError(f"Row {place}: {_too_long(label, name, len(value))}")
        return value
    elif (
        isinstance(value, list | tuple)
        and len(value) <= LONGEST_CELL
        and all(isinstance(item, str) and len(item) <= LONGEST_CELL for item in value)
    ):
        return list(value)
    raise StoreError(
        f"Row {place}: {label} ({name}) is {str(value)[:40]}; allowed is a number, a text "
        "or a list of texts."
    )


def _too_long(label: str, name: str, length: int) -> str:
    return (
        f"{label} ({name}) has {grouped(length)} characters; allowed is up to "
        f"{LONGEST_CELL}."
    )


def _read_squad(stored: Any) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    if not isinstance(stored, list):
        raise StoreError("A squad must be a list of athletes, each with answers by name.")
    rows = [dict(_mapping(row, "row of a squad")) for row in stored]
    unknown = dict.fromkeys(name for row in rows for name in row if name not in FIELDS)
    return rows, tuple(str(Problem(name, "no_such_input")) for name in unknown)


# ---------------------------------------------------------------------------- scenarios


def _check_scenarios(content: Any, before: Any) -> str:
    if not isinstance(content, str) or len(content) > LONGEST_SCENARIOS:
        raise StoreError(
            "Compared plans must be a text of up to "
            f"{grouped(LONGEST_SCENARIOS)} characters."
        )
    if content == before:  # what another version wrote may stay
        return content
    scenarios, problems = from_text(content)
    if problems:
        raise StoreError(" ".join(map(str, problems)))
    if not scenarios:
        raise StoreError("There is no plan among these compared plans.")
    return content


def _read_scenarios(stored: Any) -> tuple[str, tuple[str, ...]]:
    if not isinstance(stored, str):
        raise StoreError("Compared plans must be a text.")
    return stored, tuple(map(str, from_text(stored)[1]))


# ------------------------------------------------------------------- a squad's sessions


def _check_squad_session(content: Any, before: Any) -> dict[str, Any]:
    """A session of a squad; what was expected of it stays as it was first saved."""
    try:
        session = of_content(content)
    except DiaryError as error:
        raise StoreError(str(error)) from None
    if problems := check_session(session):
        raise StoreError(" ".join(problems[:3]))
    if before is None:
        return as_content(session)
    if not same_expectation(of_content(before), session):
        raise StoreError("What was expected of a session cannot be changed afterwards.")
    # What another version of the program wrote is not lost.
    new = as_content(session)
    old = before["athletes"]
    athletes = [{**was, **now} for was, now in zip(old, new["athletes"], strict=True)]
    return {**before, **new, "athletes": athletes}


def _read_squad_session(stored: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    session = of_content(stored)
    return as_content(session), check_session(session)


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "squad": Kind("squad", "squads", _check_squad, _read_squad),
        "athlete": Kind("athlete", "athletes", _check_answers, _read_answers),
        "plan": Kind("plan", "plans", _check_answers, _read_answers),
        "scenarios": Kind(
            "set of compared plans",
            "sets of compared plans",
            _check_scenarios,
            _read_scenarios,
        ),
        "squad_session": Kind(
            "session of a squad",
            "sessions of squads",
            _check_squad_session,
            _read_squad_session,
        ),
    }
)
"""Everything that is saved under a name."""


def kind_of(name: str) -> Kind:
    """Look up a kind; a `StoreError` if there is none such."""
    if not isinstance(name, str) or name not in KINDS:
        raise StoreError(f"Kind is {name}; allowed is one of {', '.join(KINDS)}.")
    return KINDS[name]


def checked_content(kind: str, content: Any, before: Any) -> Any:
    """Content as it is stored; it may change what was stored before."""
    try:
        return kind_of(kind).check(content, before)
    except UNREADABLE:  # what is stored, as another program may have written it
        raise StoreError(
            f"The {kind_of(kind).noun} that is stored cannot be read: save a new one."
        ) from None


def checked_text(text: Any, what: str, longest: int) -> str:
    """Take a text as both databases can hold it, without any change.

    One that is empty, too long, or holds what is no text is a `StoreError`.
    """
    if not isinstance(text, str) or not text.strip():
        raise StoreError(f"{what} is empty; allowed is 1 to {longest} characters.")
    if len(text) > longest:
        raise StoreError(
            f"{what} has {grouped(len(text))} characters; allowed is up to {longest}."
        )
    # No control characters (a NUL cannot be stored), no half of a surrogate pair.
    if any(ord(c) < 32 or 0xD800 <= ord(c) <= 0xDFFF for c in text):
        raise StoreError(f"{what} holds a character that is no text.")
    return text


def checked_name(name: Any) -> str:
    """Take a name without the spaces around it; errors as for `checked_text`."""
    plain = name.strip() if isinstance(name, str) else name
    return checked_text(plain, "Name", LONGEST_NAME)


def numbered(name: str, number: int) -> str:
    """Name of a copy, no longer than a name may be.

    >>> numbered("Long ride", 2)
    'Long ride (2)'
    """
    end = f" ({number})"
    return name[: LONGEST_NAME - len(end)].rstrip() + end


def checked_owner(owner: str) -> str:
    """Owner as the database holds it: as it is, or the digest of a long one."""
    # No space is taken away: two owners may differ in one.
    text = checked_text(owner, "Owner", _LONGEST_OWNER_GIVEN)
    if len(text) <= LONGEST_OWNER:
        return text
    # No issuer and subject look like that: between them stands a space.
    return f"sha256:{sha256(text.encode()).hexdigest()}"
