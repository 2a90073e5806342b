"""Points that stand in for an answer that was not given, counted without arrays."""

from __future__ import annotations

import math
from itertools import pairwise

from riskmodel.scorecard.factors import Factor, Knot
from riskmodel.scorecard.population import load_population

# Far above the rounding error of a curve (1e-13), far below half a point.
TIE = 1e-9
"""How far below a tie of half points is still taken for one."""


def average_points(factor: Factor) -> float:
    """Average points of a factor over the reference population, to half a point.

    NaN of a required answer, which is never unknown and has no shares.

    Examples
    --------
    >>> from riskmodel import load_scorecard
    >>> average_points(load_scorecard()["history"])
    4.5
    """
    shares = load_population().shares.get(factor.quantity, {})
    if not shares:
        return math.nan
    if factor.kind == "curve":
        points = [_half_points(_on_curve(factor.knots, float(at))) for at in shares]
        weights = list(shares.values())
    else:
        points = [float(level.points) for level in factor.levels]
        weights = [shares.get(level.level, 0.0) for level in factor.levels]
    return _half_points(sum(p * w for p, w in zip(points, weights, strict=True)))


def _half_points(points: float) -> float:
    """Points to the nearest half, ties upwards."""
    return math.floor(points * 2.0 + (0.5 + TIE)) / 2.0


def _on_curve(knots: tuple[Knot, ...], at: float) -> float:
    """Points on the straight line between two knots, flat beyond their ends."""
    if at <= knots[0].at:
        return float(knots[0].points)
    for before, after in pairwise(knots):
        if at <= after.at:
            share = (at - before.at) / (after.at - before.at)
            return before.points + share * (after.points - before.points)
    return float(knots[-1].points)
