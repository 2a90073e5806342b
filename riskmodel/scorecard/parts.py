"""Reading the rows of a scorecard file, and saying in a sentence what is wrong with one."""

from __future__ import annotations

import hashlib
import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from functools import cache
from itertools import pairwise
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from riskmodel.inputs.fields import DERIVED, FIELDS
from riskmodel.inputs.told import ToldError
from riskmodel.scorecard.evidence import load_evidence
from riskmodel.scorecard.factors import POINTS_PER_DOUBLING, Factor, Knot, Level
from riskmodel.scorecard.population import load_population

# Always computed, if need be from averages.
_COMPUTED = {"wbgt_c", "body_mass_loss_pct", "sodium_deficit_mg"}

# A better sentence does not change the score, so it does not change the fingerprint.
_WORDS = {
    "title",
    "version",
    "adds_to",
    "label",
    "question",
    "reason",
    "departure",
    "covers",
}

_LONGEST_NAME = 300
_LARGEST = 1e12
"""Beyond it no quantity, ratio or weight makes sense; below it no sum overflows."""
_NEAR_ENOUGH = 1e-10
"""What counting along a curve may be off, far below a tie of half points."""
# What each plain type is called.
_PLAIN = {
    str: "text",
    bool: "true or false",
    int: f"a whole number of up to {_LARGEST:.0e}",
    float: f"a number of up to {_LARGEST:.0e}",
}


class ScorecardError(ToldError, ValueError):
    """A scorecard that cannot be used; the message says why."""


@dataclass(frozen=True)
class Parts:
    """The parts of a scorecard file."""

    title: Any
    version: Any
    shrink: Mapping[str, float]
    doubt: Mapping[str, float]
    factor: tuple[Factor, ...]
    adds_to: str = ""


def read_parts(raw: Mapping[str, Any]) -> Parts:
    """The parts of a scorecard file, checked."""
    parts: Parts = _row(Parts, "The scorecard", raw)
    for name in ("title", "version"):
        text = str(getattr(parts, name))
        plain = 0 < len(text) <= _LONGEST_NAME and text.isprintable()
        _require(plain, f"The {name} must be a line of 1 to {_LONGEST_NAME} signs.")
    for grade, value in parts.shrink.items():
        _require(
            0 <= value <= 1, f"Grade {grade!r} shrinks by {value!r}; it must be 0 to 1."
        )
        doubt = parts.doubt.get(grade, -1)
        _require(
            doubt >= 0, f"The doubt of grade {grade!r} is missing or below 0: {doubt!r}."
        )
    for factor in parts.factor:
        same = [other for other in parts.factor if other.name == factor.name]
        _require(len(same) == 1, f"Factor {factor.name!r} appears twice.")
        _check_factor(f"Factor {factor.name!r}", factor, parts.shrink)
    counts = any(factor.kind != "named" for factor in parts.factor)
    _require(counts, "The scorecard has no factor that counts points.")
    return replace(parts, factor=tuple(map(_with_narrower, parts.factor)))


def fingerprint_of(raw: Mapping[str, Any]) -> str:
    """Twelve signs that change with anything that a calculation reads."""
    canonical = json.dumps(_without_words(raw), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


# ------------------------------------------------------------ what a row is made of


def _row(kind: Any, who: str, raw: Any) -> Any:
    """A table of the file as the row that it stands for, every value of its type."""
    _require(isinstance(raw, dict), f"{who} must be a table.")
    types, known = _types(kind), {field.name: field for field in fields(kind)}
    unknown = ", ".join(sorted(map(repr, set(raw) - set(known))))
    _require(
        not unknown,
        f"{who} has an unknown key {unknown}; known are {', '.join(sorted(known))}.",
    )
    for name, field in known.items():
        _require(name in raw or field.default is not MISSING, f"{who} has no {name!r}.")
    return kind(**{name: _value(types[name], who, name, raw[name]) for name in raw})


@cache
def _types(kind: Any) -> Mapping[str, Any]:
    """Type of each value of a row, looked up once for all rows of a kind."""
    return get_type_hints(kind)


def _value(hint: Any, who: str, name: str, raw: Any) -> Any:
    """One value of the file, of the type that its row asks for."""
    origin = get_origin(hint)
    if origin is UnionType:  # with None, which stands for a key that is left out
        hint = get_args(hint)[0]
    if origin is tuple:
        _require(isinstance(raw, list), f"{who}: {name} must be a list.")
        return tuple(_value(get_args(hint)[0], who, name, item) for item in raw)
    if origin is Mapping:
        table = isinstance(raw, dict) and all(isinstance(key, str) for key in raw)
        _require(table, f"{who}: {name} must be a table of numbers.")
        return {key: _value(float, who, f"{name}.{key}", item) for key, item in raw.items()}
    if is_dataclass(hint):
        first = raw.get(fields(hint)[0].name) if isinstance(raw, dict) else raw
        inside = "Factor" if hint is Factor else f"{who}, {name.removesuffix('s')}"
        return _row(hint, f"{inside} {first!r}", raw)
    if origin is Literal:
        words = ", ".join(get_args(hint))
        sentence = f"{who} has {name} {raw!r}; it must be one of {words}."
        _require(raw in get_args(hint), sentence)
    elif hint in _PLAIN:
        _require(_is(hint, raw), f"{who}: {name} must be {_PLAIN[hint]}.")
    return raw


def _is(kind: Any, raw: Any) -> bool:
    if kind in (str, bool):
        return isinstance(raw, kind)
    # Infinity, NaN and what no float can hold are no numbers here.
    number = isinstance(raw, int if kind is int else int | float)
    return number and not isinstance(raw, bool) and abs(raw) <= _LARGEST


# ------------------------------------------------------------------- what rows must keep


def _check_factor(who: str, factor: Factor, shrink: Mapping[str, float]) -> None:
    _check_source(who, factor, factor.grade, shrink)
    _require(factor.cap is None or factor.cap >= 0, f"{who} has a cap below 0.")
    wanted = {"curve": "knots", "levels": "levels", "list": "levels"}.get(factor.kind)
    if wanted:
        _require(bool(getattr(factor, wanted)), f"{who} has no {wanted}.")
    _require(
        all(a.at < b.at for a, b in pairwise(factor.knots)),
        f"{who} has knots that are not in rising order.",
    )
    _require(
        _rounding_of(factor.knots) < _NEAR_ENOUGH,
        f"{who} has knots so close together that the points between them are not exact.",
    )
    for knot in factor.knots:
        _check_points(f"{who} at {knot.at}", knot, factor.grade, factor.departure, shrink)
    for level in factor.levels:
        here = f"{who} at {level.level!r}"
        grade = level.grade or factor.grade
        if factor.kind == "list":
            _check_source(here, level, grade, shrink)
        _check_points(here, level, grade, level.departure or factor.departure, shrink)
    entries: tuple[Knot | Level, ...] = (*factor.knots, *factor.levels)
    if entries and factor.kind != "list":
        smallest = min(entry.points for entry in entries)
        _require(smallest == 0, f"{who} has no level with 0 points.")
    if factor.kind != "named":
        _check_quantity(who, factor)


def _rounding_of(knots: Sequence[Knot]) -> float:
    """How far off rounding may be along a curve, as `riskmodel.scorecard.points` counts."""
    rises = [(b.points - a.points, b.at - a.at) for a, b in pairwise(knots)]
    slopes = [rise / run if run > sys.float_info.min else math.inf for rise, run in rises]
    bends = sum(abs(after - before) for before, after in pairwise([0.0, *slopes]))
    return bends * max((abs(k.at) for k in knots), default=0.0) * sys.float_info.epsilon


def _with_narrower(factor: Factor) -> Factor:
    """Every level of the question: one left out has the points of its broader one.

    An item of a list that is newer than the card has none.
    """
    if factor.kind not in ("levels", "list"):
        return factor
    field, listed = FIELDS[factor.quantity], {row.level: row for row in factor.levels}
    left_out = {
        name: replace(listed[broad], level=name)
        for name, broad in field.broader.items()
        if name not in listed
    }
    left_out |= {
        name: Level(name, 1.0, 0, grade="none", judgement=True)
        for name in field.since
        if name not in listed
    }
    levels = {**left_out, **listed}
    return replace(factor, levels=tuple(levels[name] for name in field.levels))


def _check_source(
    who: str, row: Factor | Level, grade: str, shrink: Mapping[str, float]
) -> None:
    _require(
        grade in shrink,
        f"{who} has grade {grade!r}; it must be one of {', '.join(shrink)}.",
    )
    for study in row.evidence:
        _require(
            study in load_evidence(),
            f"{who} cites {study!r}, which is no row of evidence.csv.",
        )
    _require(
        bool(row.evidence) or row.judgement,
        f"{who} has no source: cite evidence or say judgement = true.",
    )


def _check_points(
    here: str, entry: Knot | Level, grade: str, departure: str, shrink: Mapping[str, float]
) -> None:
    _require(entry.points >= 0, f"{here} has {entry.points} points, below 0.")
    ratios = (entry.ratio, 1.0 if entry.published is None else entry.published)
    _require(min(ratios) > 0, f"{here} needs a ratio above 0.")
    exact = POINTS_PER_DOUBLING * math.log2(entry.ratio)
    _require(
        abs(entry.points - exact) <= 0.501,
        f"{here} has {entry.points} points, but 10 * log2({entry.ratio:g}) is {exact:.1f}.",
    )
    if entry.published is not None and not departure:
        _require(
            grade in shrink, f"{here} has grade {grade!r}, of which nothing is shrunk."
        )
        exact = shrink[grade] * POINTS_PER_DOUBLING * math.log2(entry.published)
        _require(
            abs(entry.points - exact) <= 0.501,
            f"{here} has {entry.points} points, but {entry.published:g} shrunk as "
            f"{grade} gives {exact:.1f}; correct it or give a departure.",
        )


def _check_quantity(who: str, factor: Factor) -> None:
    name, field = factor.quantity, FIELDS.get(factor.quantity)
    kind = {"curve": "number", "levels": "level", "list": "levels"}[factor.kind]
    computed = factor.kind == "curve" and name in DERIVED
    _require(
        computed or (field is not None and field.kind == kind),
        f"{who} reads {name!r}, which is not a {factor.kind} input.",
    )
    if field is not None and not computed and factor.levels:
        levels = [level.level for level in factor.levels]
        optional = (*field.broader, *field.since)
        needed = [n for n in field.levels if n in levels or n not in optional]
        may = f"; {' and '.join(optional)} may be left out" if optional else ""
        _require(
            levels == needed,
            f"{who} must list the levels {', '.join(field.levels)}, in this order{may}.",
        )
    averaged = name in load_population().shares or name in _COMPUTED
    _require(
        averaged or (field is not None and field.required),
        f"{who} reads {name!r}, for which reference_population.csv has no "
        "shares, so that an open answer would have no average.",
    )
    if factor.only_if:
        listed = FIELDS.get(factor.only_if.quantity)
        _require(
            listed is not None
            and listed.kind == "levels"
            and set(factor.only_if.any) <= set(listed.levels),
            f"{who} has an only_if that names no items of a list input.",
        )
    if factor.shift:
        shifted = FIELDS.get(factor.shift.quantity)
        _require(
            shifted is not None and shifted.kind == "number",
            f"{who} has a shift by {factor.shift.quantity!r}, which is no number.",
        )


def _without_words(value: Any) -> Any:
    """Leave out what a person reads and no calculation uses."""
    if isinstance(value, dict):
        return {k: _without_words(item) for k, item in value.items() if k not in _WORDS}
    return [_without_words(item) for item in value] if isinstance(value, list) else value


def _require(condition: bool, sentence: str) -> None:
    if not condition:
        raise ScorecardError(sentence)
