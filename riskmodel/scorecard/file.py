"""Reading a scorecard file, and saying in a sentence what is wrong with it."""

from __future__ import annotations

import hashlib
import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

from riskmodel.datasets import data_file, read_table
from riskmodel.inputs.fields import DERIVED, FIELDS
from riskmodel.scorecard.population import load_population
from riskmodel.scorecard.rows import (
    POINTS_PER_DOUBLING,
    Direction,
    Factor,
    FactorKind,
    Knot,
    Level,
    OnlyIf,
    Scorecard,
    Shift,
)

# Always computed, if need be from averages.
_COMPUTED = {"wbgt_c", "body_mass_loss_pct", "sodium_deficit_mg"}

# A better sentence does not change the score, so it does not change the fingerprint.
_WORDS = {"title", "version", "label", "question", "reason", "departure", "covers"}


class ScorecardError(ValueError):
    """A scorecard file that cannot be used; the message says why."""


def load_scorecard(path: str | Path | None = None) -> Scorecard:
    """Read and check a scorecard file.

    Parameters
    ----------
    path : str or pathlib.Path, optional
        A TOML file laid out like ``data/scorecard.toml``, which is the default.

    Returns
    -------
    Scorecard

    Raises
    ------
    ScorecardError
        If the file is missing, is not TOML, or a row breaks a rule: an unknown
        key, knots out of order, a negative point, points that are not
        ``10 * log2(ratio)``, a published ratio used without the shrinkage of its
        grade and without a reason, or a missing source.

    Examples
    --------
    >>> load_scorecard()["history"].levels[1].points
    13
    """
    return _shipped() if path is None else _load(Path(path))


@cache
def _shipped() -> Scorecard:
    return _load(data_file("scorecard.toml"))


def _load(source: Path) -> Scorecard:
    try:
        text = source.read_text(encoding="utf-8")
        raw = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise ScorecardError(f"The scorecard {source} cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ScorecardError(f"The scorecard {source} is not TOML: {error}.") from None
    try:
        return _Reader(raw).scorecard()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, ScorecardError):
            raise
        raise ScorecardError(
            f"The scorecard {source} is not laid out as it should be: {error}."
        ) from None


class _Reader:
    """Turns the raw table into checked rows, and says which row is wrong."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self.known_evidence = {row["id"] for row in read_table("evidence.csv")}
        self.shrink: Mapping[str, float] = {}

    def scorecard(self) -> Scorecard:
        raw = self.raw
        keys = ("title", "version", "shrink", "doubt", "factor")
        _only_keys("The scorecard", raw, set(keys))
        for key in keys:
            _require(key in raw, f"The scorecard has no {key!r}.")
        self.shrink = raw["shrink"]
        for grade, value in self.shrink.items():
            _require(
                _is_number(value) and 0 <= value <= 1,
                f"Grade {grade!r} shrinks by {value!r}; it must be 0 to 1.",
            )
        for grade in self.shrink:
            value = raw["doubt"].get(grade)
            _require(
                _is_number(value) and value >= 0,
                f"The doubt of grade {grade!r} is {value!r}; it must be 0 or more.",
            )
        rows = [self.factor(row) for row in raw["factor"]]
        names = [row.name for row in rows]
        for name in names:
            _require(names.count(name) == 1, f"Factor {name!r} appears twice.")
        canonical = json.dumps(_without_words(raw), sort_keys=True, ensure_ascii=False)
        return Scorecard(
            title=str(raw["title"]),
            version=str(raw["version"]),
            shrink=dict(self.shrink),
            doubt=dict(raw["doubt"]),
            factors=tuple(row for row in rows if row.kind != "named"),
            named=tuple(row for row in rows if row.kind == "named"),
            fingerprint=hashlib.sha256(canonical.encode()).hexdigest()[:12],
        )

    def factor(self, row: Mapping[str, Any]) -> Factor:
        who = f"Factor {row.get('name', '(no name)')!r}"
        _only_keys(who, row, {f.name for f in fields(Factor)})
        for key in ("name", "label", "question", "kind", "grade", "reason", "covers"):
            _require(key in row, f"{who} has no {key!r}.")
        kind = row["kind"]
        _require(
            kind in get_args(FactorKind),
            f"{who} has kind {kind!r}; it must be one of curve, levels, list, named.",
        )
        _require(
            row.get("direction", "up") in get_args(Direction),
            f"{who} has direction {row.get('direction')!r}; it must be up or down.",
        )
        self.check_source(who, row, row["grade"])
        values = dict(row)
        values["covers"] = tuple(row["covers"])
        values["evidence"] = tuple(row.get("evidence", ()))
        if "shift" in row:
            values["shift"] = _build(Shift, f"{who}, shift,", row["shift"])
        if "only_if" in row:
            rule = _build(OnlyIf, f"{who}, only_if,", row["only_if"])
            values["only_if"] = OnlyIf(rule.quantity, tuple(rule.any))
        values["knots"] = tuple(
            _build(Knot, f"{who}, knot {entry.get('at')},", entry)
            for entry in row.get("knots", ())
        )
        values["levels"] = tuple(self.level(who, row, e) for e in row.get("levels", ()))
        factor = Factor(**values)
        for name in ("label", "question", "reason", "departure"):
            _require(isinstance(getattr(factor, name), str), f"{who}: {name} must be text.")
        for name in ("judgement", "of_the_day"):
            value = getattr(factor, name)
            _require(isinstance(value, bool), f"{who}: {name} must be true or false.")
        _require(factor.cap is None or factor.cap >= 0, f"{who} has a cap below 0.")
        self.check_entries(who, factor)
        self.check_quantities(who, factor)
        return factor

    def level(self, who: str, row: Mapping[str, Any], raw: Mapping[str, Any]) -> Level:
        who = f"{who}, level {raw.get('level')!r},"
        level: Level = _build(
            Level, who, {**raw, "evidence": tuple(raw.get("evidence", ()))}
        )
        if row["kind"] == "list":
            self.check_source(who, raw, level.grade or row["grade"])
        return level

    def check_source(self, who: str, row: Mapping[str, Any], grade: str) -> None:
        _require(
            grade in self.shrink,
            f"{who} has grade {grade!r}; it must be one of {', '.join(self.shrink)}.",
        )
        for study in row.get("evidence", ()):
            _require(
                study in self.known_evidence,
                f"{who} cites {study!r}, which is no row of evidence.csv.",
            )
        _require(
            bool(row.get("evidence")) or row.get("judgement") is True,
            f"{who} has no source: cite evidence or say judgement = true.",
        )

    def check_entries(self, who: str, factor: Factor) -> None:
        wanted = {"curve": "knots", "levels": "levels", "list": "levels"}.get(factor.kind)
        if wanted:
            _require(bool(getattr(factor, wanted)), f"{who} has no {wanted}.")
        at = [knot.at for knot in factor.knots]
        _require(
            all(_is_number(a) and math.isfinite(a) for a in at),
            f"{who} has a knot that is not at a number.",
        )
        _require(
            all(a < b for a, b in pairwise(at)),
            f"{who} has knots that are not in rising order.",
        )
        entries: tuple[Knot | Level, ...] = (*factor.knots, *factor.levels)
        for entry in entries:
            here = f"{who} at {entry.at if isinstance(entry, Knot) else entry.level!r}"
            self.check_points(here, factor, entry)
        if entries and factor.kind != "list":
            smallest = min(entry.points for entry in entries)
            _require(smallest == 0, f"{who} has no level with 0 points.")

    def check_points(self, here: str, factor: Factor, entry: Knot | Level) -> None:
        _require(entry.points >= 0, f"{here} has {entry.points} points, below 0.")
        _require(
            isinstance(entry.points, int) and _is_number(entry.ratio) and entry.ratio > 0,
            f"{here} needs whole points and a ratio above 0.",
        )
        exact = POINTS_PER_DOUBLING * math.log2(entry.ratio)
        _require(
            abs(entry.points - exact) <= 0.501,
            f"{here} has {entry.points} points, but 10 * log2({entry.ratio:g}) is "
            f"{exact:.1f}.",
        )
        departure = factor.departure
        grade = factor.grade
        if isinstance(entry, Level):
            departure = entry.departure or departure
            grade = entry.grade or grade
        if entry.published is not None and not departure:
            exact = self.shrink[grade] * POINTS_PER_DOUBLING * math.log2(entry.published)
            _require(
                abs(entry.points - exact) <= 0.501,
                f"{here} has {entry.points} points, but {entry.published:g} shrunk as "
                f"{grade} gives {exact:.1f}; correct it or give a departure.",
            )

    def check_quantities(self, who: str, factor: Factor) -> None:
        if factor.kind == "named":
            return
        field = FIELDS.get(factor.quantity)
        kinds = {"curve": "number", "levels": "level", "list": "levels"}
        if factor.kind == "curve" and factor.quantity in DERIVED:
            pass
        elif field is None or field.kind != kinds[factor.kind]:
            raise ScorecardError(
                f"{who} reads {factor.quantity!r}, which is not a {factor.kind} input."
            )
        elif factor.levels:
            _require(
                [level.level for level in factor.levels] == list(field.levels),
                f"{who} must list the levels {', '.join(field.levels)}, in this order.",
            )
        known = load_population().shares
        _require(
            factor.quantity in known
            or (field is not None and field.required)
            or factor.quantity in _COMPUTED,
            f"{who} reads {factor.quantity!r}, for which reference_population.csv has no "
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
        kept = {key: item for key, item in value.items() if key not in _WORDS}
        return {key: _without_words(item) for key, item in kept.items()}
    return [_without_words(item) for item in value] if isinstance(value, list) else value


def _require(condition: bool, sentence: str) -> None:
    if not condition:
        raise ScorecardError(sentence)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _only_keys(who: str, row: Mapping[str, Any], allowed: set[str]) -> None:
    unknown = sorted(set(row) - allowed)
    _require(
        not unknown,
        f"{who} has an unknown key {', '.join(map(repr, unknown))}; "
        f"known are {', '.join(sorted(allowed))}.",
    )


def _build(kind: Any, who: str, row: Mapping[str, Any]) -> Any:
    _only_keys(who, row, {f.name for f in fields(kind)})
    try:
        return kind(**row)
    except TypeError:
        needed = ", ".join(f.name for f in fields(kind))
        raise ScorecardError(f"{who} is incomplete; it needs {needed}.") from None
