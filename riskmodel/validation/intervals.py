"""How sure one can be of a figure.

Athletes are drawn again with all their sessions (a bootstrap of clusters), as two sessions
of one person are more alike than of two; where few cramps came, intervals are exact ones.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.uint16]

LEVEL = 0.95
"""Share of cases that an interval is meant to hold, by the field's habit."""
TAIL = (1 - LEVEL) / 2
N_DRAWS = 500


class Estimate(NamedTuple):
    """A figure with its interval; NaN where it cannot be told."""

    value: float
    low: float = math.nan
    high: float = math.nan


def drawn_counts(n_athletes: int, seed: int = 0, n_draws: int = N_DRAWS) -> Counts:
    """How often each athlete counts, in draws of as many athletes as there are.

    Of shape (n_draws, n_athletes); made once for all figures.
    """
    random, counts = np.random.default_rng(seed), np.empty((n_draws, n_athletes), np.uint16)
    for row in counts:
        row[:] = np.bincount(
            random.integers(n_athletes, size=n_athletes), minlength=n_athletes
        )
    return counts


def drawn_sums(counts: Counts, athlete: NDArray[np.intp], columns: list[Floats]) -> Floats:
    """Sums of columns over all sessions, in each draw: shape (n_columns, n_draws)."""
    n = counts.shape[1]
    own = np.column_stack([np.bincount(athlete, column, minlength=n) for column in columns])
    return np.stack([row.astype(np.float64) @ own for row in counts]).T


def interval(value: float, drawn: Floats | list[float]) -> Estimate:
    """A figure with the middle part of what the draws gave.

    None where more draws are missing than lie beyond one end.
    """
    told = np.asarray(drawn)[np.isfinite(drawn)]
    if len(told) < len(drawn) * (1 - TAIL) or not math.isfinite(value):
        return Estimate(value)
    low, high = np.quantile(told, [TAIL, 1 - TAIL])
    return Estimate(value, float(low), float(high))


def poisson_interval(observed: float, expected: float) -> Estimate:
    """Observed over expected with an exact interval for a count, Garwood 1936.

    doi:10.1093/biomet/28.3-4.437

    Examples
    --------
    >>> [round(end, 2) for end in poisson_interval(0, 1)]
    [0.0, 0.0, 3.69]
    """
    from scipy.stats import chi2  # comes with scikit-learn

    if not expected > 0:
        return Estimate(math.nan)
    low = float(chi2.ppf(TAIL, 2 * observed)) / 2 if observed > 0 else 0.0
    high = float(chi2.ppf(1 - TAIL, 2 * observed + 2)) / 2
    return Estimate(observed / expected, low / expected, high / expected)


def wilson_interval(count: int, n: int) -> Estimate:
    """A share with the interval of Wilson 1927, doi:10.1080/01621459.1927.10502953."""
    from scipy.stats import binomtest

    ends = binomtest(count, n).proportion_ci(LEVEL, "wilson")
    return Estimate(count / n, float(ends.low), float(ends.high))
