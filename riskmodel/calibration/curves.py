"""The two curves from points to log odds, and the fits behind them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

Array = NDArray[np.float64]

POINTS_AT = (10.0, 25.0, 35.0, 45.0, 55.0, 65.0, 75.0, 90.0, 110.0, 130.0)
"""Knots of the curve in points."""
_LEAST_SLOPE = 1e-4  # log odds a point: more points never mean a smaller probability
# The same for a point of the duration: judgement.  One person's chance nearly doubles with
# the time in the simulators; over people most of that is offset, because those who go
# longer have trained for it, which the scorecard counts only where they have not.
_LEAST_OF_DURATION = 0.02


def fit_curves(
    points: Array, duration_points: Array, p: Array, duration_at: Array
) -> tuple[Array, Array]:
    """Fit log odds as a curve in points plus a curve in duration points.

    Log odds at `POINTS_AT`, and what is added at `duration_at`.  The total rises with
    every point, and with a longer session, all else being equal: where a curve without
    this demand would fall, the likeliest that obeys is taken.
    """
    cells = pd.DataFrame({"points": points, "duration": duration_points, "p": p})
    # Points come in halves, so that few cells hold all scenarios.
    cells = cells.groupby(["points", "duration"], sort=True)["p"].agg(["sum", "size"])
    at = cells.index.to_frame().to_numpy()
    cramps, n = (cells[name].to_numpy(dtype=np.float64) for name in ("sum", "size"))
    knots = np.array(POINTS_AT)

    def basis(points: Array, duration: Array) -> Array:
        parts = piecewise(points, knots), piecewise(duration, duration_at, flat=True)
        return np.concatenate(parts, axis=1)

    x = basis(at[:, 0], at[:, 1])
    # A little penalty, for knots that no scenario reaches; it is only where to start.
    free = logistic(x, cramps, n - cramps, c=1e6)
    weights = _rising(x, cramps, n, np.append(free.intercept_, free.coef_[0]), duration_at)
    middle = np.full(len(knots), duration_at[len(duration_at) // 2])
    by_points: Array = weights[0] + basis(knots, middle) @ weights[1:]
    zero = np.zeros(len(duration_at))
    by_duration: Array = basis(zero, duration_at) @ weights[1:]
    return by_points, by_duration - by_duration[len(duration_at) // 2]


def _rising(x: Array, cramps: Array, n: Array, start: Array, duration_at: Array) -> Array:
    """Intercept and weights of the likeliest curves that rise."""
    n_points, n_duration = len(POINTS_AT) - 1, len(duration_at) - 1
    # A slope is the sum of the weights up to its knot; columns count in tens.
    of_points = np.tril(np.ones((n_points, n_points)))
    of_duration = np.tril(np.ones((n_duration, n_duration)))
    rows = [np.concatenate([[0.0], row, np.zeros(n_duration)]) for row in of_points]
    for i, longer in enumerate(of_duration):
        # A session has at least the points of its own duration.
        above = (j for j in range(n_points) if (*POINTS_AT, np.inf)[j + 1] > duration_at[i])
        rows += [np.concatenate([[0.0], of_points[j], longer]) for j in above]
    slopes = np.array(rows)
    least = np.full(len(rows), _LEAST_OF_DURATION)
    least[:n_points] = _LEAST_SLOPE
    x = np.column_stack([np.ones(len(x)), x])

    def loss(weights: Array) -> tuple[float, Array]:
        z = x @ weights
        value = (n * np.logaddexp(0.0, z) - cramps * z).sum() / n.sum()
        return float(value), x.T @ (n * expit(z) - cramps) / n.sum()

    rising = {
        "type": "ineq",
        "fun": lambda weights: slopes @ weights - 10.0 * least,
        "jac": lambda _: slopes,
    }
    options = {"maxiter": 1000, "ftol": 1e-13}
    found = minimize(
        loss, start, jac=True, method="SLSQP", constraints=rising, options=options
    )
    weights: Array = found.x
    return weights


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


def logistic(
    x: Array, cramps: Array, others: Array, c: float = np.inf
) -> LogisticRegression:
    """Logistic regression on chances instead of outcomes."""
    model = LogisticRegression(C=c, solver="newton-cholesky", tol=1e-8, max_iter=200)
    outcome = np.repeat([1, 0], len(x))
    return model.fit(np.concatenate([x, x]), outcome, np.concatenate([cramps, others]))
