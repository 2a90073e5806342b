"""Past cramps: how many a year brought, what a person answers, what the answer tells.

One hazard does both: that of a person's year, summed over its sessions, says how many
cramps to expect, and what happened says how prone the person is.  Proneness is gamma
distributed with mean 1, cramps are Poisson counts around it, a part of them is
forgotten, so that counts are negative binomial and every sum has a closed form.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from riskmodel.inputs.fields import FIELDS

Array = NDArray[np.float64]

NEVER, EARLIER, NONE, SOME, SEVERAL, MANY = LEVELS = (
    "never", "earlier", "0", "1-2", "3-5", "6+",
)  # fmt: skip
"""Answers to the question about past cramps; ``"0"`` joins the first two."""
# Remembered sessions with a cramp behind the answers that are numbers.
_COUNTS = {SOME: (1, 2), SEVERAL: (3, 4, 5)}


@dataclass(frozen=True)
class Past:
    """What a year is expected to bring, remembered, to people of proneness 1.

    Attributes
    ----------
    mean : ndarray of shape (n_people, n_nodes)
        Remembered sessions with a cramp in 12 months.
    earlier_years : ndarray
        For how many such years those before count.
    variance : ndarray
        Of proneness.
    """

    mean: Array
    earlier_years: Array
    variance: Array

    def joint(self, level: str, hazard: Array | float = 0.0) -> Array:
        """Chance of an answer and of getting through so much more hazard.

        Examples
        --------
        >>> import numpy as np
        >>> past = Past(np.array([[0.5]]), np.array(0.0), np.array(1.0))
        >>> none = past.joint("0", np.array([[1.0]]))
        >>> round(float((none / past.joint("0"))[0, 0]), 12)  # (1 + 0.5) / (1 + 0.5 + 1)
        0.6
        """
        shape = 1.0 / self.variance
        remembered = self.mean + hazard
        if level == NEVER:
            return self._through(self.mean * (1.0 + self.earlier_years) + hazard)
        if level == NONE:
            return self._through(remembered)
        if level == EARLIER:
            return self._through(remembered) - self.joint(NEVER, hazard)
        if level == MANY:
            fewer = sum(self.joint(other, hazard) for other in (NONE, *_COUNTS))
            return self._through(0.0 * self.mean + hazard) - fewer
        term, chance = self._through(remembered), np.zeros_like(remembered)
        for n in range(1, _COUNTS[level][-1] + 1):
            term = term * (shape + n - 1.0) / n * self.mean / (shape + remembered)
            if n in _COUNTS[level]:
                chance = chance + term
        return chance

    def _through(self, hazard: Array) -> Array:
        shape = 1.0 / self.variance
        through: Array = (shape / (shape + hazard)) ** shape
        return through

    def by_code(self, codes: NDArray[np.int64], hazard: Array | float = 0.0) -> Array:
        """`joint` for the answer each person gave."""
        known = FIELDS["cramp_sessions_12mo"].codes
        chance = np.empty(np.broadcast(self.mean, hazard).shape)
        for level in LEVELS:
            rows = codes == known[level]
            if rows.any():
                chance[rows] = self.take(rows).joint(
                    level, hazard if np.ndim(hazard) == 0 else np.asarray(hazard)[rows]
                )
        return chance

    def take(self, rows: NDArray[np.bool_]) -> Past:
        """Some of the people."""
        some = (
            values[rows] if np.ndim(values) and len(values) == len(self.mean) else values
            for values in (self.earlier_years, self.variance)
        )
        return Past(self.mean[rows], *some)
