"""The scorecard: hand-set weights read from a table, and points counted with them.

Ten points double the odds of a cramp.  The table itself is ``data/scorecard.toml``;
nothing here knows a weight.
"""

from __future__ import annotations

import hashlib
import json
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from riskmodel.datasets import data_file, read_table
from riskmodel.inputs import DERIVED, FIELDS

POINTS_PER_DOUBLING = 10.0
"""Points that double the odds; the scale of the whole product."""

FactorKind = Literal["curve", "levels", "list", "named"]
Direction = Literal["up", "down"]


class ScorecardError(ValueError):
    """A scorecard file that cannot be used; the message says why."""


@dataclass(frozen=True)
class Level:
    """One answer of a factor, or one item of a list, with its points."""

    level: str
    ratio: float
    points: int
    published: float | None = None
    grade: str = ""
    judgement: bool = False
    evidence: tuple[str, ...] = ()
    departure: str = ""


@dataclass(frozen=True)
class Knot:
    """One corner of a piecewise-linear curve."""

    at: float
    ratio: float
    points: int
    published: float | None = None


@dataclass(frozen=True)
class Shift:
    """What is taken off a curve's quantity before it is read."""

    quantity: str
    per_unit: float
    limit: float


@dataclass(frozen=True)
class OnlyIf:
    """A curve that counts only for those who named one of these list items."""

    quantity: str
    any: tuple[str, ...]


@dataclass(frozen=True)
class Factor:
    """One row of the scorecard."""

    name: str
    label: str
    question: str
    kind: FactorKind
    grade: str
    reason: str
    covers: tuple[str, ...]
    evidence: tuple[str, ...]
    quantity: str = ""
    direction: Direction = "up"
    judgement: bool = False
    departure: str = ""
    cap: int | None = None
    shift: Shift | None = None
    only_if: OnlyIf | None = None
    knots: tuple[Knot, ...] = ()
    levels: tuple[Level, ...] = ()

    @property
    def largest(self) -> int:
        """Most points that the factor can carry."""
        if self.kind == "list":
            total = sum(level.points for level in self.levels)
            return total if self.cap is None else min(total, self.cap)
        entries: Sequence[Knot | Level] = self.knots or self.levels
        return max((entry.points for entry in entries), default=0)

    @property
    def all_evidence(self) -> tuple[str, ...]:
        """Evidence rows of the factor and of its levels, each once."""
        rows = [*self.evidence, *(row for lv in self.levels for row in lv.evidence)]
        return tuple(dict.fromkeys(rows))


@dataclass(frozen=True)
class Scorecard:
    """All rows of a scorecard file, checked."""

    title: str
    version: str
    shrink: Mapping[str, float]
    factors: tuple[Factor, ...]
    named: tuple[Factor, ...]
    fingerprint: str

    def __getitem__(self, name: str) -> Factor:
        """Return the factor called `name`."""
        return next(f for f in (*self.factors, *self.named) if f.name == name)


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
    source = data_file("scorecard.toml") if path is None else Path(path)
    try:
        text = source.read_text(encoding="utf-8")
        raw = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise ScorecardError(f"The scorecard {source} cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ScorecardError(f"The scorecard {source} is not TOML: {error}.") from None
    return _Reader(raw).scorecard()


class _Reader:
    """Turns the raw table into checked rows, and says which row is wrong."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self.known_evidence = {row["id"] for row in read_table("evidence.csv")}
        self.shrink: Mapping[str, float] = {}

    def scorecard(self) -> Scorecard:
        raw = self.raw
        _only_keys("The scorecard", raw, {"title", "version", "shrink", "factor"})
        for key in ("title", "version", "shrink", "factor"):
            _require(key in raw, f"The scorecard has no {key!r}.")
        self.shrink = raw["shrink"]
        for grade, value in self.shrink.items():
            _require(
                _is_number(value) and 0 <= value <= 1,
                f"Grade {grade!r} shrinks by {value!r}; it must be 0 to 1.",
            )
        rows = [self.factor(row) for row in raw["factor"]]
        names = [row.name for row in rows]
        for name in names:
            _require(names.count(name) == 1, f"Factor {name!r} appears twice.")
        canonical = json.dumps(raw, sort_keys=True, ensure_ascii=False)
        return Scorecard(
            title=str(raw["title"]),
            version=str(raw["version"]),
            shrink=dict(self.shrink),
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
        self.check_entries(who, factor)
        self.check_quantities(who, factor)
        return factor

    def level(self, who: str, row: Mapping[str, Any], raw: Mapping[str, Any]) -> Level:
        who = f"{who}, level {raw.get('level')!r},"
        level = _build(Level, who, {**raw, "evidence": tuple(raw.get("evidence", ()))})
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
            all(a < b for a, b in zip(at, at[1:], strict=False)),
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
