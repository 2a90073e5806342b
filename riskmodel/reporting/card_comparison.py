"""One card's published figures and targets beside another's: nearer, further, met."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from riskmodel.reporting.checks import figure_labels, figures
from riskmodel.reporting.targets import PRODUCT, TargetRow

Row = Mapping[str, Any]
Direction = Literal["nearer", "further", "same"]
_SEEN = 0.02  # a smaller change of a ratio is not told: judgement, as of two digits


@dataclass(frozen=True)
class FigureChange:
    """One published figure beside what two cards say.

    Attributes
    ----------
    label : str
    published : mapping
        Its row of the checks, of the first card.
    before, after : float
        What the first and the second card say, in the unit of the published figure.
    met_before, met_after : bool
        Whether that lies within the published interval.
    """

    label: str
    published: Row
    before: float
    after: float
    met_before: bool
    met_after: bool

    @property
    def direction(self) -> Direction:
        """Whether the second card says something nearer to what was published."""
        was, now = (_distance(x, self.published["published"]) for x in self._both)
        if abs(was - now) < _SEEN:
            return "same"
        return "nearer" if now < was else "further"

    @property
    def _both(self) -> tuple[float, float]:
        return self.before, self.after


def _distance(value: float, published: float) -> float:
    """How far a figure is off: as a ratio where both can be one, else as it is."""
    if value > 0 and published > 0:
        return abs(math.log(value / published))
    return abs(value - published)


def figure_changes(before: Iterable[Row], after: Iterable[Row]) -> list[FigureChange]:
    """Every published figure that both cards were checked against.

    Parameters
    ----------
    before, after : iterable of mapping
        Rows of ``published_checks`` of either card.

    Returns
    -------
    list of FigureChange
        In the order of the first.
    """
    second = {row["id"]: row for row in figures(after, PRODUCT)}
    return [
        FigureChange(
            figure_labels()[row["id"]],
            row,
            row["ours"],
            second[row["id"]]["ours"],
            bool(row["passes"]),
            bool(second[row["id"]]["passes"]),
        )
        for row in figures(before, PRODUCT)
        if row["id"] in second
    ]


def changes_text(changes: Iterable[FigureChange]) -> str:
    """Count what comes nearer, what goes further away and what stays.

    Examples
    --------
    >>> changes_text([])
    'Of 0 published figures 0 come nearer, 0 go further away and 0 stay.'
    """
    where = [change.direction for change in changes]
    nearer, further, same = (where.count(d) for d in ("nearer", "further", "same"))
    return (
        f"Of {len(where)} published figures {_count(nearer, 'come')} nearer, "
        f"{_count(further, 'go')} further away and {_count(same, 'stay')}."
    )


def _count(number: int, verb: str) -> str:
    ending = "es" if verb == "go" else "s"
    return f"{number} {verb}{ending * (number == 1)}"


def turned(
    before: Iterable[TargetRow], after: Iterable[TargetRow]
) -> list[tuple[TargetRow, TargetRow]]:
    """Targets that one card meets and the other misses, as pairs."""
    second = {row.id: row for row in after}
    both = ((row, second[row.id]) for row in before if row.id in second)
    return [(was, now) for was, now in both if was.met != now.met]
