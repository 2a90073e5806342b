"""Points of every factor, counted from the scorecard for any number of sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from riskmodel.inputs.fields import FIELDS
from riskmodel.scorecard.averages import TIE, average_points
from riskmodel.scorecard.factors import Factor
from riskmodel.scorecard.population import load_population
from riskmodel.scorecard.rows import Scorecard

FloatArray = NDArray[np.float64]


def to_half_points(points: ArrayLike) -> FloatArray:
    """Round to the nearest half point, ties upwards, as a person would.

    Sums of multiples of 0.5 are exact.

    Examples
    --------
    >>> to_half_points([1.2, 1.25, 1.74]).tolist()
    [1.0, 1.5, 1.5]
    """
    return np.floor(np.multiply(points, 2.0) + (0.5 + TIE)) * 0.5


class Curve:
    """A piecewise-linear curve through (at, points), `at` rising, flat beyond its ends.

    Written as a constant and, for every knot, the change of slope there times how
    far the quantity lies beyond it: a few passes over an array, no search.

    Examples
    --------
    >>> Curve([(10, 0), (20, 10)])([0, 13, 99]).tolist()
    [0.0, 3.0, 10.0]
    """

    def __init__(self, knots: Sequence[tuple[float, float]]) -> None:
        at, points = np.array(knots, dtype=np.float64).T
        slopes = np.diff(points) / np.diff(at)
        # Beyond the last knot nothing is read, so that its bend is not needed.
        bends = np.diff(slopes, prepend=0.0)
        self._last = float(at[-1])
        self._bends = [
            (float(a), float(bend)) for a, bend in zip(at, bends, strict=False) if bend
        ]
        self._start = float(points[0]) - sum(a * bend for a, bend in self._bends)

    def __call__(self, quantity: ArrayLike) -> FloatArray:
        """Points, unrounded; NaN gives NaN."""
        x = np.minimum(quantity, self._last, dtype=np.float64)
        if not self._bends:
            return np.full_like(x, self._start)
        (at, bend), *further = self._bends
        total = np.asarray(np.maximum(x, at))
        total *= bend
        total += self._start
        for at, bend in further:
            piece = np.maximum(x, at)
            piece *= bend
            total += piece
        return total


class PointsCounter:
    """A scorecard made ready to count: tables by code, averages for unknowns."""

    def __init__(self, scorecard: Scorecard) -> None:
        self.scorecard = scorecard
        # By code; the code -1 of an unknown answer reads the last entry.
        self._tables: dict[str, FloatArray] = {}
        # By the bits of a list: 1 where the factor applies, else 0.
        self._applies: dict[str, FloatArray] = {}
        # In half points, so that rounding is one floor.
        self._curves: dict[str, Curve] = {}
        self.unknown_points: dict[str, float] = {}
        # How far the likely answers lie around that average, in points squared.
        self.unknown_variance: dict[str, float] = {}
        for factor in scorecard.factors:
            self._prepare(factor)

    def _prepare(self, factor: Factor) -> None:
        average = self.unknown_points[factor.name] = average_points(factor)
        points = np.array([float(level.points) for level in factor.levels])
        if factor.kind == "curve":
            self._prepare_curve(factor)
        elif factor.kind == "levels":
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
            share = load_population().share_of_any(rule.quantity, rule.any)
            self._applies[factor.name] = np.append(np.minimum(named, 1.0), share)

    def _prepare_curve(self, factor: Factor) -> None:
        curve = Curve([(knot.at, 2.0 * knot.points) for knot in factor.knots])
        self._curves[factor.name] = curve
        if shares := load_population().shares.get(factor.quantity):
            points = to_half_points(curve([float(value) for value in shares]) / 2.0)
            around = points - self.unknown_points[factor.name]
            variance = float(around**2 @ np.array(list(shares.values())))
            self.unknown_variance[factor.name] = variance

    def count(
        self, columns: Mapping[str, NDArray[Any]], out: FloatArray | None = None
    ) -> FloatArray:
        """Points of every factor.

        Parameters
        ----------
        columns : mapping of str to ndarray of shape (n_sessions,)
            Every quantity that the scorecard reads: numbers with NaN for
            unknown, codes and bit sets with -1 for unknown.
        out : ndarray of shape (n_factors, n_sessions), optional
            Where to put the points.

        Returns
        -------
        ndarray of shape (n_factors, n_sessions)
            In the order of the scorecard's factors, in half points.
        """
        factors = self.scorecard.factors
        if out is None:
            out = np.empty((len(factors), len(columns[factors[0].quantity])))
        for row, factor in zip(out, factors, strict=True):
            self._count_one(factor, columns, row)
        return out

    def count_broadcast(
        self, factor: Factor, columns: Mapping[str, NDArray[Any]]
    ) -> FloatArray:
        """Points of one factor, of the shape to which its quantities broadcast."""
        shape = np.broadcast_shapes(*(columns[name].shape for name in factor.quantities))
        alike = {n: np.broadcast_to(columns[n], shape) for n in factor.quantities}
        points = np.empty(shape)
        self._count_one(factor, alike, points)
        return points

    def _count_one(
        self, factor: Factor, columns: Mapping[str, NDArray[Any]], out: FloatArray
    ) -> None:
        if factor.kind == "curve":
            self._count_curve(factor, columns, out)
        else:
            out[:] = self._tables[factor.name].take(columns[factor.quantity])

    def _count_curve(
        self, factor: Factor, columns: Mapping[str, NDArray[Any]], out: FloatArray
    ) -> None:
        quantity = columns[factor.quantity]
        if factor.shift:
            units = np.minimum(columns[factor.shift.quantity], factor.shift.limit)
            quantity = quantity - factor.shift.per_unit * units
        halves = self._curves[factor.name](quantity)
        if factor.only_if:
            halves *= self._applies[factor.name].take(columns[factor.only_if.quantity])
        halves += 0.5 + TIE
        np.floor(halves, out=halves)
        np.multiply(halves, 0.5, out=out)
        average = self.unknown_points[factor.name]
        if not np.isnan(average):
            np.copyto(out, average, where=np.isnan(out))


def _subset_sums(values: FloatArray) -> FloatArray:
    """Sum of the values in every subset, indexed by the subset's bits."""
    bits = np.arange(1 << len(values))[:, np.newaxis] >> np.arange(len(values)) & 1
    sums: FloatArray = bits @ values
    return sums
