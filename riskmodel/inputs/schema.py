"""A session described to programs: the JSON Schema of its answers."""

from __future__ import annotations

from typing import Any

from riskmodel.inputs.fields import FIELDS, Field, Settled

SCORECARD_VERSION = "scorecard_version"
"""Beside the answers of a saved plan: which scorecard scored it.  It is no answer."""


_FOR_PROGRAMS = (
    "What programs send: amounts as numbers in the unit that stands in brackets, and the "
    "names of levels. People may also write a unit or usual words in a text, such as 4 h, "
    "86 F or trail running; these are understood and not described here."
)


def json_schema() -> dict[str, Any]:
    """JSON Schema of one session, draft 2020-12.

    Examples
    --------
    >>> json_schema()["properties"]["age_years"]["maximum"]
    100
    """
    required = [f for f in FIELDS.values() if f.required]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Planned session",
        "description": _FOR_PROGRAMS,
        "type": "object",
        "properties": {
            **{f.name: _property(f) for f in FIELDS.values()},
            SCORECARD_VERSION: {
                "title": "Version of the scorecard that scored it when it was saved",
                "type": "string",
            },
        },
        "required": [f.name for f in required if f.settled is None],
        "allOf": [_unless(f.name, f.settled) for f in required if f.settled is not None],
        "additionalProperties": False,
    }


def _unless(name: str, rule: Settled) -> dict[str, Any]:
    """A question is required, unless another answer settles it."""
    levels = [level for level in FIELDS[rule.by].levels if level in rule.levels]
    settled = {"required": [rule.by], "properties": {rule.by: {"enum": levels}}}
    return {"if": settled, "else": {"required": [name]}}


def _property(field: Field) -> dict[str, Any]:
    narrower: dict[str, list[str]] = {}
    for level, broad in field.broader.items():
        narrower.setdefault(broad, []).append(level)
    parts = [field.help, field.unit and f"[{field.unit}]"]
    parts += [f"{b} is {' or '.join(n)}, not said which." for b, n in narrower.items()]
    words = {"title": field.label, "description": " ".join(filter(None, parts))}
    items = ["none", *field.levels]
    shapes: dict[str, dict[str, Any]] = {
        "number": {"type": "number", "minimum": field.low, "maximum": field.high},
        "level": {"enum": list(field.levels)},
        "levels": {"type": "array", "items": {"enum": items}, "uniqueItems": True},
        "time": {"type": "string", "format": "date-time"},
        "text": {"type": "string"},
    }
    return {**{k: v for k, v in words.items() if v}, **shapes[field.kind]}
