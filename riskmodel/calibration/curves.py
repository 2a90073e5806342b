"""From points to log odds: a straight line and a curve, and the fits behind them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

Array = NDArray[np.float64]

POINTS_AT = (0.0, 250.0)
"""Ends of the line in points; no scorecard of ours reaches the second."""
_LEAST_SLOPE = 1e-4  # log odds a point: more points never mean a smaller probability
# The same for a point of the duration: judgement.  One person's chance nearly doubles with
# the time in the simulators; over people most of that is offset, because those who go
# longer have trained for it, which the scorecard counts only where they have not.
_LEAST_OF_DURATION = 0.02


def fit_curves(
    points: Array, duration_points: Array, p: Array, duration_at: Array
) -> tuple[Array, Array]:
    """Fit log odds as a line in points plus a curve in duration points.

    Log odds at `POINTS_AT`, and what is added at `duration_at`.  The total rises with
    every point, and with a longer session, all else being equal: where it would not, the
    likeliest that does is taken.  RuntimeError if none was found.
    """
    cells = pd.DataFrame({"points": points, "duration": duration_points, "p": p})
    # Points come in halves, so that few cells hold all scenarios.
    cells = cells.groupby(["points", "duration"], sort=True)["p"].agg(["sum", "size"])
    total, duration = cells.index.to_frame().to_numpy().T
    cramps, n = (cells[name].to_numpy(dtype=np.float64) for name in ("sum", "size"))
    # Of the line the points of everything else, of each piece those of the duration.
    pieces = np.clip(duration[:, None] - duration_at[:-1], 0.0, np.diff(duration_at))
    x = np.column_stack([total - duration, pieces]) / 10.0
    free = logistic(x, cramps, n - cramps)
    x = np.column_stack([np.ones(len(x)), x])

    def loss(weights: Array) -> tuple[float, Array]:
        z = x @ weights
        value = (n * np.logaddexp(0.0, z) - cramps * z).sum() / n.sum()
        return float(value), x.T @ (n * expit(z) - cramps) / n.sum()

    least = [-np.inf, 10.0 * _LEAST_SLOPE] + [10.0 * _LEAST_OF_DURATION] * pieces.shape[1]
    start = np.maximum(np.append(free.intercept_, free.coef_[0]), least)
    bounds = [(low, None) for low in least]
    fitted = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, tol=1e-12)
    if not fitted.success:
        raise RuntimeError(f"The curves could not be fitted: {fitted.message}")
    intercept, slope, *rising = fitted.x
    curve = np.append(0.0, np.cumsum(np.array(rising) * np.diff(duration_at)))
    curve = (curve - slope * duration_at) / 10.0
    middle = curve[len(curve) // 2]
    return intercept + slope * np.array(POINTS_AT) / 10.0 + middle, curve - middle


def piecewise(x: Array, at: Array, *, flat: bool = False) -> Array:
    """Columns whose sums are straight lines between knots.

    Beyond the ends the first and the last line go on, as the product draws the curve
    in points, or the sum is flat, as it draws the one in duration points.
    """
    if len(at) < 2:
        return np.zeros((len(x), 0))
    if flat:
        x = np.clip(x, at[0], at[-1])
    columns = [(x - at[0]) / 10.0]
    columns += [np.maximum(x - knot, 0.0) / 10.0 for knot in at[1:-1]]
    return np.stack(columns, axis=1)


def logistic(x: Array, cramps: Array, others: Array) -> LogisticRegression:
    """Logistic regression on chances instead of outcomes."""
    model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-8, max_iter=200)
    outcome = np.repeat([1, 0], len(x))
    return model.fit(np.concatenate([x, x]), outcome, np.concatenate([cramps, others]))
