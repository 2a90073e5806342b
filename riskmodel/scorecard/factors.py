"""One row of a scorecard: a factor with its curve or levels, sources and reasons.

Ten points double the odds of a cramp.  The weights are in ``data/scorecard.toml``;
nothing here knows one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

POINTS_PER_DOUBLING = 10.0
"""Points that double the odds; the scale of the whole product."""

FactorKind = Literal["curve", "levels", "list", "named"]
Direction = Literal["up", "down"]


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
    evidence: tuple[str, ...] = ()
    quantity: str = ""
    direction: Direction = "up"
    judgement: bool = False
    of_the_day: bool = False
    departure: str = ""
    cap: int | None = None
    shift: Shift | None = None
    only_if: OnlyIf | None = None
    knots: tuple[Knot, ...] = ()
    levels: tuple[Level, ...] = ()

    @property
    def quantities(self) -> tuple[str, ...]:
        """All that it reads: its own quantity, and those of its shift and its rule."""
        read = (self.quantity, *(r.quantity for r in (self.shift, self.only_if) if r))
        return tuple(dict.fromkeys(read))

    @property
    def largest(self) -> int:
        """Most points that the factor can carry."""
        if self.kind == "list":
            total = sum(level.points for level in self.levels)
            return total if self.cap is None else min(total, self.cap)
        entries: Sequence[Knot | Level] = self.knots or self.levels
        return max((entry.points for entry in entries), default=0)

    @cached_property
    def all_evidence(self) -> tuple[str, ...]:
        """Evidence rows of the factor and of its levels, each once."""
        rows = [*self.evidence, *(row for lv in self.levels for row in lv.evidence)]
        return tuple(dict.fromkeys(rows))
