"""From points to a probability: the curves of ``data/calibration.json``, in NumPy.

The curves were fitted offline on synthetic scenarios (`riskmodel.calibration`); here
they are only read.  On the scale of log odds the probability is a curve in total
points plus a curve in the points of its duration, because time is exposure: a point
for a longer session is not worth the same as a point for anything else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from riskmodel.inputs.results import ShortRepr
from riskmodel.inputs.told import ToldError
from riskmodel.scorecard.evidence import Study, load_evidence
from riskmodel.scorecard.factors import Factor
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.onset import OnsetCurve

Array = NDArray[np.float64]

INTERVAL = 0.90
"""What share of the ensemble the range from low to high covers."""
RANGE_SD = 1.6449
"""Standard deviations of a normal distribution to each side, for `INTERVAL`."""


class CalibrationError(ToldError, ValueError):
    """A calibration file that cannot be used; the message says why."""


@dataclass(frozen=True)
class Told:
    """What an open question adds to the log odds, given what else was answered.

    Attributes
    ----------
    by_duration, by_effort, by_sport : ndarray
        To be summed; the first two never fall, the last is in the order of the sports.
    least, most : float
        What the lowest and the highest answer would add.
    """

    by_duration: Array
    by_effort: Array
    by_sport: Array
    least: float
    most: float


@dataclass(frozen=True, repr=False)
class Calibration(ShortRepr):
    """The curves and tables of one calibration.

    Attributes
    ----------
    points_at, points_logit : ndarray
        Knots of the curve in total points, since 2027.1 a line; straight between and
        beyond.
    duration_at, duration_logit, low_logit, high_logit : ndarray
        Knots of the curve in duration points, flat beyond, and how far below and above
        it the ensemble of simulators lies; the widest over the usual totals.
    typical_points : mapping of str to float
        Average points of every factor in the synthetic scenarios.
    questions, questions_upward : mapping of str to ndarray
        How far the answer to a question moves the total, as mean square, in scenarios of
        these temperatures and durations; and the square that reaches, for the range,
        as far up as 49 of 50 answers.
    question_shifts : mapping of str to ndarray
        What a question adds to the log odds while it is open, by duration, with which
        it never falls.
    told : mapping of str to Told
        Questions that the effort and the sport tell about, which are not in
        ``question_shifts``.
    questions_at_c, questions_at_min, questions_at_rpe : ndarray
        The temperatures, durations and efforts of those tables.
    onset : OnsetCurve or None
        When in a session cramps begin; calibrations before 2027.1 do not say.
    fingerprint : str
        Of the scorecard it was made for.
    made : mapping
        Seed, sizes, versions and date.
    shift : float
        Added to all log odds, see `with_own_rate`.
    """

    points_at: Array
    points_logit: Array
    duration_at: Array
    duration_logit: Array
    low_logit: Array
    high_logit: Array
    typical_points: Mapping[str, float]
    questions: Mapping[str, Array]
    questions_upward: Mapping[str, Array]
    question_shifts: Mapping[str, Array]
    told: Mapping[str, Told]
    questions_at_c: Array
    questions_at_min: Array
    questions_at_rpe: Array
    onset: OnsetCurve | None
    fingerprint: str
    made: Mapping[str, Any]
    shift: float = 0.0

    def require(self, scorecard: Scorecard) -> None:
        """Raise `CalibrationError` unless it was made for this scorecard, and is whole."""
        if scorecard.fingerprint != self.fingerprint:
            raise CalibrationError(
                f"The calibration was made for scorecard {self.fingerprint}, and this one "
                f"is {scorecard.fingerprint}. Make one for it: cramprisk calibrate "
                "--scorecard FILE --out calibration.json"
            )
        missing = [f.name for f in scorecard.factors if f.name not in self.typical_points]
        if missing:
            raise CalibrationError(
                f"The calibration has no typical points of {', '.join(missing)}. "
                "Make it again: cramprisk calibrate"
            )

    def logit(self, total_points: ArrayLike, duration_points: ArrayLike) -> Array:
        """Log odds of a cramp, of the total and of what the duration adds to it."""
        logit: Array = self.by_total(total_points) + self.by_duration(duration_points)
        return logit + self.shift

    def by_duration(self, duration_points: ArrayLike) -> Array:
        """Log odds that the points of the duration add."""
        points = np.asarray(duration_points)
        exposure: Array = np.interp(points, self.duration_at, self.duration_logit)
        return exposure

    def by_total(self, total_points: ArrayLike) -> Array:
        """Log odds of the total, without what the duration adds."""
        points = np.asarray(total_points, dtype=np.float64)
        at, logit = self.points_at, self.points_logit
        inside: Array = np.interp(points, at, logit)
        first = (logit[1] - logit[0]) / (at[1] - at[0])
        last = (logit[-1] - logit[-2]) / (at[-1] - at[-2])
        inside += np.minimum(points - at[0], 0.0) * first
        inside += np.maximum(points - at[-1], 0.0) * last
        return inside

    def logit_per_point(self, total_points: ArrayLike) -> Array:
        """Slope of the curve in points, over the ten points around."""
        points = np.asarray(total_points, dtype=np.float64)
        rise: Array = self.by_total(points + 5.0) - self.by_total(points - 5.0)
        return rise / 10.0

    def assumptions(self, duration_points: ArrayLike) -> tuple[Array, Array]:
        """How far below and above the simulators and their assumptions reach.

        It reads the duration only, which is never unanswered, so that no answer
        can widen it.  In log odds, both 0 or more.
        """
        at, knots = np.asarray(duration_points), self.duration_at
        return np.interp(at, knots, self.low_logit), np.interp(at, knots, self.high_logit)

    def with_own_rate(
        self,
        observed_rate: float,
        total_points: ArrayLike,
        duration_points: ArrayLike,
        open_questions_logit: ArrayLike = 0.0,
    ) -> Calibration:
        """Shift all log odds alike, to a rate that was observed.

        Parameters
        ----------
        observed_rate : float
            Share of one's own sessions with a cramp, above 0 and below 1.
        total_points, duration_points, open_questions_logit : array-like
            Of those sessions; the last as in `riskmodel.Assessment`, needed unless every
            question was answered.

        Returns
        -------
        Calibration
            Whose mean probability over those sessions is the observed rate.

        Raises
        ------
        ValueError
            If the rate is not between 0 and 1, or no session has points.

        Examples
        --------
        >>> import numpy as np
        >>> from riskmodel import load_calibration
        >>> ours = load_calibration().with_own_rate(0.2, [60, 80], [26, 44])
        >>> round(float(expit(ours.logit([60, 80], [26, 44])).mean()), 6)
        0.2
        """
        if not 0.0 < observed_rate < 1.0:
            raise ValueError(
                f"observed_rate is {observed_rate:g}; allowed is above 0 and below 1."
            )
        logit = np.atleast_1d(self.logit(total_points, duration_points))
        logit = logit + np.asarray(open_questions_logit, dtype=np.float64)
        logit = logit[np.isfinite(logit)]
        if not logit.size:
            raise ValueError("None of the sessions has points, so no rate can be expected.")
        low, high = -50.0, 50.0
        for _ in range(80):
            middle = (low + high) / 2.0
            too_high = expit(logit + middle).mean() > observed_rate
            low, high = (low, middle) if too_high else (middle, high)
        return replace(self, shift=self.shift + middle)


class OfHalfPoints:
    """A function of points as a table: they are counted in half points, up to the most.

    Examples
    --------
    >>> OfHalfPoints(np.sqrt, 9.0)(half_points(np.array([2.0, 2.5, 9.0, np.nan]))).round(2)
    array([1.41, 1.58, 3.  ,  nan])
    """

    def __init__(self, function: Callable[[Array], Array], most: float) -> None:
        # The last place is read by a session without points.
        self._values = np.append(function(np.arange(2.0 * most + 1.0) / 2.0), np.nan)

    def __call__(self, places: NDArray[np.intp]) -> Array:
        """Values at whole numbers of halves, from `half_points`."""
        values: Array = self._values.take(places)
        return values


def half_points(points: Array) -> NDArray[np.intp]:
    """Points as whole numbers of halves, −1 where there are none."""
    halves: NDArray[np.intp] = np.fmax(points * 2.0, -1.0).astype(np.intp)
    return halves


def expit(logit: ArrayLike) -> Array:
    """Probability of log odds; NaN stays NaN.

    Examples
    --------
    >>> expit([-800.0, 0.0]).tolist()
    [0.0, 0.5]
    """
    z = np.asarray(logit, dtype=np.float64)
    small: Array = np.exp(-np.abs(z))
    return np.where(z < 0, small, 1.0) / (1.0 + small)


def weight_doubt(scorecard: Scorecard) -> Array:
    """How far each factor's weight may be off, one sd as a share of its points.

    From the doubt that belongs to the grade, or from the published interval where
    that is wider.  Duration has none: its curve is fitted anew.
    """
    return np.array([_doubt(factor, scorecard) for factor in scorecard.factors])


def _doubt(factor: Factor, scorecard: Scorecard) -> float:
    if factor.kind == "curve" and factor.quantity == "duration_min":
        return 0.0
    shares = [scorecard.doubt[factor.grade]]
    for level in factor.levels:
        if level.published is None or not level.points:
            continue
        studies = (*level.evidence, *factor.evidence)
        shares += [_interval_share(load_evidence()[s], level.published) for s in studies]
    return max(shares)


def _interval_share(study: Study, published: float) -> float:
    """One standard deviation of a published ratio, as a share of its logarithm."""
    printed = math.isclose(study.estimate, published) and published != 1.0
    if not (printed and study.ci_low > 0.0 and study.ci_high > 0.0):
        return 0.0  # no interval of this ratio is printed
    width = math.log(study.ci_high / study.ci_low)
    return width / (2 * 1.96 * abs(math.log(published)))
