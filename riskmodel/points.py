"""Points of every factor, counted from the scorecard for any number of sessions.

Curves are evaluated as a sum of clipped straight pieces, which for arrays is
faster than a search for the right piece; levels and lists are looked up.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from riskmodel.inputs import FIELDS
from riskmodel.population import Population, load_population
from riskmodel.scorecard import Factor, Knot, Scorecard, load_scorecard

FloatArray = NDArray[np.float64]

# Far above the rounding error of a curve (1e-13), far below half a point.
_TIE = 1e-9


def to_half_points(points: ArrayLike) -> FloatArray:
    """Round to the nearest half point, ties upwards, as a person would.

    Parameters
    ----------
    points : array-like of float
        Points before rounding.

    Returns
    -------
    ndarray
        Multiples of 0.5, so that sums are exact.

    Examples
    --------
    >>> to_half_points([1.2, 1.25, 1.74]).tolist()
    [1.0, 1.5, 1.5]
    """
    return np.floor(np.multiply(points, 2.0) + (0.5 + _TIE)) * 0.5


def curve_points(knots: tuple[Knot, ...], quantity: ArrayLike) -> FloatArray:
    """Points on a piecewise-linear curve, flat beyond its ends, unrounded.

    Parameters
    ----------
    knots : tuple of Knot
        In rising order.
    quantity : array-like of float
        Where to read the curve.  NaN gives NaN.

    Returns
    -------
    ndarray, shape of `quantity`

    Examples
    --------
    >>> knots = (Knot(at=10, ratio=1, points=0), Knot(at=20, ratio=2, points=10))
    >>> curve_points(knots, [0, 13, 99]).tolist()
    [0.0, 3.0, 10.0]
    """
    x = np.asarray(quantity, dtype=np.float64)
    total = np.full_like(x, knots[0].points)
    for left, right in zip(knots, knots[1:], strict=False):
        rise = (right.points - left.points) / (right.at - left.at)
        if rise:
            piece = np.minimum(np.maximum(x, left.at), right.at)
            piece -= left.at
            piece *= rise
            total += piece
    # A flat curve would lose NaN.
    return total if len(knots) > 1 else total + 0.0 * x


class PointsCounter:
    """A scorecard made ready to count: tables by code, averages for unknowns.

    Parameters
    ----------
    scorecard : Scorecard
    population : Population, optional
        Whose average points stand in for an unknown answer.
    """

    def __init__(
        self, scorecard: Scorecard, population: Population | None = None
    ) -> None:
        self.scorecard = scorecard
        self.population = population or load_population()
        self._tables: dict[str, FloatArray] = {}
        self._applies: dict[str, FloatArray] = {}
        self.unknown_points: dict[str, float] = {}
        for factor in scorecard.factors:
            self._prepare(factor)

    def _prepare(self, factor: Factor) -> None:
        shares = self.population.shares.get(factor.quantity, {})
        if factor.kind == "curve":
            values = np.array([float(value) for value in shares])
            points = to_half_points(curve_points(factor.knots, values))
            weights = np.array(list(shares.values()))
        else:
            points = np.array([float(level.points) for level in factor.levels])
            weights = np.array([shares.get(lv.level, 0.0) for lv in factor.levels])
        # A required answer is never unknown, and has no shares.
        average = float(to_half_points(points @ weights)) if shares else np.nan
        self.unknown_points[factor.name] = average
        if factor.kind == "levels":
            self._tables[factor.name] = np.append(points, average)
        elif factor.kind == "list":
            sums = _subset_sums(points)
            if factor.cap is not None:
                sums = np.minimum(sums, factor.cap)
            self._tables[factor.name] = np.append(sums, average)
        rule = factor.only_if
        if rule:
            items = FIELDS[rule.quantity].levels
            named = _subset_sums(np.array([float(item in rule.any) for item in items]))
            share = self.population.share_of_any(rule.quantity, rule.any)
            self._applies[factor.name] = np.append(np.minimum(named, 1.0), share)

    def count(self, columns: Mapping[str, NDArray[Any]]) -> FloatArray:
        """Points of every factor.

        Parameters
        ----------
        columns : mapping of str to ndarray of shape (n_sessions,)
            Every quantity that the scorecard reads: numbers with NaN for
            unknown, codes and bit sets with -1 for unknown.

        Returns
        -------
        ndarray of shape (n_factors, n_sessions)
            In the order of the scorecard's factors, in half points.
        """
        return np.stack([self.count_one(f, columns) for f in self.scorecard.factors])

    def count_one(
        self, factor: Factor, columns: Mapping[str, NDArray[Any]]
    ) -> FloatArray:
        """Points of one factor, shape (n_sessions,)."""
        quantity = columns[factor.quantity]
        if factor.kind != "curve":
            # The code -1 of an unknown reads the last entry, the average.
            return self._tables[factor.name][quantity]
        if factor.shift:
            units = np.minimum(columns[factor.shift.quantity], factor.shift.limit)
            quantity = quantity - factor.shift.per_unit * units
        points = curve_points(factor.knots, quantity)
        if factor.only_if:
            points *= self._applies[factor.name][columns[factor.only_if.quantity]]
        points = to_half_points(points)
        np.copyto(points, self.unknown_points[factor.name], where=np.isnan(points))
        return points


def _subset_sums(values: FloatArray) -> FloatArray:
    """Sum of the values in every subset, indexed by the subset's bits."""
    bits = np.arange(1 << len(values))[:, np.newaxis] >> np.arange(len(values)) & 1
    sums: FloatArray = bits @ values
    return sums


@cache
def default_counter() -> PointsCounter:
    """The counter for the scorecard that comes with the package."""
    return PointsCounter(load_scorecard())
