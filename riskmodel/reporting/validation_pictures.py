"""What was expected and what came, and who gains by the number: pictures, as data.

Places in a picture are shares of its width and height.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from riskmodel.validation.intervals import Estimate
from riskmodel.validation.report import Validation

_CHANCES = (0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1)
"""Marks of an axis of chances that is stretched near 0."""


def steps(low: float, high: float, at_most: int = 6) -> list[float]:
    """Round values, evenly apart, that enclose two others.

    Examples
    --------
    >>> steps(0, 8.7), steps(-1.7, 8.7)
    ([0.0, 2.0, 4.0, 6.0, 8.0, 10.0], [-2.0, 0.0, 2.0, 4.0, 6.0, 8.0, 10.0])
    """
    power = 10.0 ** math.floor(math.log10((high - low) / at_most))
    for step in (power, 2 * power, 5 * power, 10 * power, 20 * power):
        first, last = math.floor(low / step), math.ceil(high / step)
        if last - first <= at_most:
            break
    return [place * step for place in range(first, last + 1)]


def _marks(values: Sequence[float], place: Callable[[float], float]) -> list[Any]:
    return [
        {"place": place(v), "text": f"{v:g}".replace("-", "\N{MINUS SIGN}")} for v in values
    ]


def reliability(told: Validation) -> dict[str, Any]:
    """Expected and observed; both axes are by the root, as those of all our pictures."""
    bins = told.measures.bins
    ends = [end for b in bins for end in (*b.observed, b.expected) if math.isfinite(end)]
    top = next(chance for chance in _CHANCES if chance >= max(*ends, 0.05))

    def place(of_100: float) -> float:
        return math.sqrt(max(of_100, 0.0) / (100 * top))

    def dot(expected: float, observed: Estimate) -> dict[str, float]:
        told_ends = [e if math.isfinite(e) else observed.value for e in observed]
        y, low, high = (place(100 * end) for end in told_ends)
        return {"x": place(100 * expected), "y": y, "low": low, "high": high}

    close = 0.02 if top > 0.5 else None  # to its neighbour
    chances = [chance for chance in _CHANCES if chance <= top and chance != close]
    marks = _marks([100 * chance for chance in chances], place)
    return {
        "title": "Expected, and what came",
        "x-label": "expected, of 100 sessions",
        "y-label": "came, of 100",
        "x-marks": marks,
        "y-marks": marks,
        "lines": [_line("as many came as were expected", [(0, 0), (1, 1)], ours=False)],
        "dots": [dot(b.expected, b.observed) for b in bins],
        "dots-name": f"sessions, with the interval; {len(bins)} groups of about "
        f"{round(told.records.n_sessions / len(bins))}",
        "caption": "Above the dashed line more cramps came than were expected. Both axes "
        "are stretched near 0, alike, so that small numbers can be told apart.",
    }  # fmt: skip


def decisions(told: Validation) -> dict[str, Any]:
    """Net benefit of changing the plans above a threshold, of all plans, and of none."""
    curve = told.measures.net_benefit
    last = 100 * curve[-1].threshold
    top = 100 * max(0.01, *(max(n.by_probability, n.of_all) for n in curve))
    low = 100 * min(n.by_probability for n in curve)
    marks = steps(min(-top / 5, low), top)  # only changing all may leave the picture

    def x(threshold: float) -> float:
        return threshold / last

    def y(benefit: float) -> float:
        return (benefit - marks[0]) / (marks[-1] - marks[0])

    def line(name: str, values: Sequence[float], dash: str | None) -> dict[str, Any]:
        points = [
            (x(100 * n.threshold), y(100 * value))
            for n, value in zip(curve, values, strict=True)
        ]
        return _line(name, points, ours=dash is None, dash=dash)

    return {
        "title": "Is it worth changing plans by the number?",
        "x-label": "threshold from which a plan is changed, of 100",
        "y-label": "net benefit, of 100 sessions",
        "x-marks": _marks([0, 10, 20, 30], x),
        "y-marks": _marks(marks, y),
        "lines": [
            line("changing those above", [n.by_probability for n in curve], None),
            line("changing all", [n.of_all for n in curve], "dashed"),
            line("changing none", [0.0] * len(curve), "dotted"),
        ],
        "dots": [],
        "dots-name": "",
        "caption": "Net benefit: sessions with a cramp whose plan is changed, less those "
        "changed for nothing, weighed by the threshold. The number helps where its line is "
        "the highest.",
    }  # fmt: skip


def _line(
    name: str,
    points: Sequence[tuple[float, float]],
    *,
    ours: bool,
    dash: str | None = "dashed",
) -> dict[str, Any]:
    return {"name": name, "points": points, "ours": ours, "dash": dash}
