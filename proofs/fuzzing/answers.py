"""Random answers: such as people give, at the ends of what is allowed, and hostile ones."""

from __future__ import annotations

import math
from random import Random
from typing import Any

from proofs.fuzzing import hostile
from riskmodel.inputs.fields import FIELDS, Field

_SIGNS = "red_flags"
"""Keeps a session from being scored, so that it is seldom answered."""


def likely(field: Field, rng: Random) -> Any:
    """An answer that is allowed, at an end of what is allowed now and then."""
    if field.kind == "number":
        ends = (field.low, field.high, math.nextafter(field.low, field.high), field.low)
        return (
            rng.choice(ends) if rng.random() < 0.2 else rng.uniform(field.low, field.high)
        )
    if field.kind == "level":
        return rng.choice(list(field.levels))
    if field.kind == "levels":
        some = rng.sample(list(field.levels), rng.randrange(min(4, len(field.levels)) + 1))
        return some or ["none"]
    if field.kind == "time":
        month, day, hour = rng.randrange(1, 13), rng.randrange(1, 29), rng.randrange(24)
        zone = rng.choice(("Z", "+02:00", "-09:30", "+14:00"))
        return f"{rng.randrange(1900, 2200)}-{month:02}-{day:02}T{hour:02}:30{zone}"
    return rng.choice(("Ada", "Zoë", "O'Neil", "=1+1", "李"))


def hostile_answer(field: Field, rng: Random) -> Any:
    """An answer of any kind, most of which are not allowed."""
    match rng.randrange(5):
        case 0:
            return hostile.text(rng)
        case 1:
            return hostile.number(rng)
        case 2 if field.kind == "number":
            beyond = (field.low, field.high, 0.0)
            return math.nextafter(rng.choice(beyond), rng.choice((-math.inf, math.inf)))
        case 3:  # another question's answer
            return likely(rng.choice(list(FIELDS.values())), rng)
        case _:
            return rng.choice(hostile.OBJECTS)


def session(rng: Random, *, wild: float = 0.1) -> dict[str, Any]:
    """Answers to some questions; as many of the sessions as ``wild`` hold hostile ones."""
    share = rng.choice((0.0, 0.2, 0.6, 1.0))
    answers = {
        name: likely(field, rng)
        for name, field in FIELDS.items()
        if (field.required and rng.random() > 0.02)
        or (name != _SIGNS and rng.random() < share)
        or (name == _SIGNS and rng.random() < 0.03)
    }
    if rng.random() < wild:
        for name in rng.sample(list(FIELDS), rng.choice((1, 1, 2, 5))):
            answers[name] = hostile_answer(FIELDS[name], rng)
    return answers


def as_text(answers: dict[str, Any]) -> dict[str, str]:
    """Answers as a link or a CSV file writes them, without what no text stands for."""
    return {
        name: ";".join(map(str, value))
        if isinstance(value, list)
        else hostile.written(value)
        for name, value in answers.items()
        if isinstance(value, str | int | float | list)
    }
