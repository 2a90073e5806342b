"""When in a session a cramp is likeliest to begin, by the simulators' own curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

LAST_THIRD = 2.0 / 3.0
"""Share of the session after which its last third begins."""


@dataclass(frozen=True)
class OnsetCurve:
    """Share of cramps that have begun by each fraction of a session.

    Attributes
    ----------
    fraction, share : ndarray
        Straight lines between; both rise from 0 to 1.
    low, high : ndarray
        Between which nine in ten draws of the simulators lie.
    """

    fraction: Array
    share: Array
    low: Array
    high: Array

    def by(self, fraction: ArrayLike) -> Array:
        """Share of cramps that have begun by a fraction of the session, from 0 to 1."""
        share: Array = np.interp(np.asarray(fraction), self.fraction, self.share)
        return share

    def of(self, duration_min: float) -> Onset:
        """What the curve says about a session of so many minutes."""
        half = np.interp(0.5, self.share, self.fraction)
        low, share, high = (
            1.0 - float(np.interp(LAST_THIRD, self.fraction, begun))
            for begun in (self.high, self.share, self.low)
        )
        return Onset(
            half_by_min=float(half) * duration_min,
            last_third_from_min=LAST_THIRD * duration_min,
            last_third=share,
            last_third_low=low,
            last_third_high=high,
        )


@dataclass(frozen=True)
class Onset:
    """When a cramp begins, of those that come in a session like this.

    Attributes
    ----------
    half_by_min : float
        By then half of them have begun. [min]
    last_third_from_min : float
        When the last third of the session begins. [min]
    last_third, last_third_low, last_third_high : float
        Share of them that begin in the last third, and the range of the simulators.
        Told of races: 46 % in the last quarter of 21 and 56 km (de Jager 2022,
        doi:10.1097/JSM.0000000000000992), a mean of 35 km in a marathon (Maughan 1986,
        doi:10.1080/02640418608732095).

    Examples
    --------
    >>> from riskmodel import assess
    >>> from riskmodel.datasets import load_examples
    >>> onset = assess(load_examples()["Marathon"]).onset
    >>> onset.last_third > 0.5 and onset.half_by_min > onset.last_third_from_min
    True
    """

    half_by_min: float
    last_third_from_min: float
    last_third: float
    last_third_low: float
    last_third_high: float
