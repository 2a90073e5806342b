"""From points to a probability: the curves of ``data/calibration.json``, in NumPy.

The curves were fitted offline on synthetic scenarios (`riskmodel.calibration`); here
they are only read.  On the scale of log odds the probability is a curve in total
points plus a curve in the points of its duration, because time is exposure: a point
for a longer session is not worth the same as a point for anything else.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from riskmodel.datasets import data_file, kept_scorecards
from riskmodel.scorecard.evidence import Study, load_evidence
from riskmodel.scorecard.file import load_scorecard
from riskmodel.scorecard.rows import Factor, Scorecard
from riskmodel.scoring.onset import OnsetCurve

Array = NDArray[np.float64]

INTERVAL = 0.90
"""What share of the ensemble the range from low to high covers."""
RANGE_SD = 1.6449
"""Standard deviations of a normal distribution to each side, for `INTERVAL`."""

FORMAT = 1
"""Version of the layout of the calibration file."""


class CalibrationError(ValueError):
    """A calibration file that cannot be used; the message says why."""


@dataclass(frozen=True)
class Calibration:
    """The curves and tables of one calibration.

    Attributes
    ----------
    points_at, points_logit : ndarray
        Knots of the curve in total points; straight lines between and beyond.
    duration_at, duration_logit, low_logit, high_logit : ndarray
        Knots of the curve in duration points, flat beyond, and how far below and above
        it the ensemble of simulators lies; the widest over the usual totals.
    typical_points : mapping of str to float
        Average points of every factor in the synthetic scenarios.
    questions, question_shifts : mapping of str to ndarray
        How far the answer to a question moves the total, as mean square, in scenarios of
        these temperatures and durations; and what it adds to the log odds while it is
        open, by duration, with which it never falls.
    questions_at_c, questions_at_min : ndarray
        The temperatures and durations of those tables.
    onset : OnsetCurve or None
        When in a session cramps begin; calibrations before 2027.1 do not say.
    fingerprint : str
        Of the scorecard it was made for.
    made : mapping
        Seed, sizes, versions and date.
    shift : float
        Added to all log odds, see `with_base_rate`.
    """

    points_at: Array
    points_logit: Array
    duration_at: Array
    duration_logit: Array
    low_logit: Array
    high_logit: Array
    typical_points: Mapping[str, float]
    questions: Mapping[str, Array]
    question_shifts: Mapping[str, Array]
    questions_at_c: Array
    questions_at_min: Array
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
        exposure = np.interp(
            np.asarray(duration_points), self.duration_at, self.duration_logit
        )
        points = np.asarray(total_points, dtype=np.float64)
        logit: Array = self._by_points(points) + exposure + self.shift
        return logit

    def _by_points(self, points: Array) -> Array:
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
        rise: Array = self._by_points(points + 5.0) - self._by_points(points - 5.0)
        return rise / 10.0

    def assumptions(self, duration_points: ArrayLike) -> tuple[Array, Array]:
        """How far below and above the simulators and their assumptions reach.

        It reads the duration only, which is never unanswered, so that no answer
        can widen it.  In log odds, both 0 or more.
        """
        at, knots = np.asarray(duration_points), self.duration_at
        return np.interp(at, knots, self.low_logit), np.interp(at, knots, self.high_logit)

    def with_base_rate(
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
        >>> ours = load_calibration().with_base_rate(0.2, [60, 80], [26, 44])
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


def load_calibration(
    version_or_path: str | Path | None = None, scorecard: Scorecard | None = None
) -> Calibration:
    """Read a calibration.

    Parameters
    ----------
    version_or_path : str or pathlib.Path, optional
        The version of a scorecard that comes with the package, such as ``"2026.1"``,
        or a file written by ``cramprisk calibrate``.  By default the one that comes
        with the package for ``scorecard``, and without that ``data/calibration.json``.
    scorecard : Scorecard, optional
        The scorecard that it is to be used with.

    Returns
    -------
    Calibration

    Raises
    ------
    CalibrationError
        If it is neither a file nor a version, cannot be read, is damaged, or was made
        for another scorecard.

    Examples
    --------
    >>> load_calibration().made["scenarios"] >= 100_000
    True
    """
    if version_or_path is None:
        calibration = (scorecard and calibration_of(scorecard)) or _shipped()
    elif version_or_path in _known():
        calibration = _known()[str(version_or_path)]
    else:
        calibration = _read(Path(version_or_path))
    if scorecard is not None:
        calibration.require(scorecard)
    return calibration


def calibration_of(scorecard: Scorecard) -> Calibration | None:
    """Calibration that comes with the package for a scorecard; None if none does."""
    fits = (c for c in _known().values() if c.fingerprint == scorecard.fingerprint)
    return next(fits, None)


@cache
def _known() -> Mapping[str, Calibration]:
    """Calibrations that come with the package, by the version of their scorecard."""
    kept = {
        version: _read(card.with_suffix(".calibration.json"))
        for version, card in kept_scorecards().items()
    }
    return {**kept, load_scorecard().version: _shipped()}


@cache
def _shipped() -> Calibration:
    return _read(data_file("calibration.json"))


def _read(path: Path) -> Calibration:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CalibrationError(
            f"The calibration {path} is neither a file nor a version; known versions: "
            f"{', '.join(_known())}."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise CalibrationError(f"The calibration {path} cannot be read: {error}") from None
    except (ValueError, RecursionError) as error:
        raise CalibrationError(f"The calibration {path} is not JSON: {error}.") from None
    again = "Make it again: cramprisk calibrate"
    found = raw.get("format") if isinstance(raw, dict) else None
    if found != FORMAT:
        raise CalibrationError(
            f"The calibration {path} has format {found}; this version reads {FORMAT}. "
            f"{again}"
        )
    try:
        return _build(raw)
    except KeyError as error:
        lack = f"it has no {error}"
    except (ArithmeticError, AttributeError, TypeError, ValueError) as error:
        lack = str(error)
    raise CalibrationError(f"The calibration {path} is damaged ({lack}). {again}")


def _build(raw: Mapping[str, Any]) -> Calibration:
    points_at = _knots(raw["points"]["at"], at_least=2)
    # A scorecard without a curve in the duration has one knot.
    duration_at = _knots(raw["duration"]["at_points"], at_least=1)
    curve, exposure = (points_at.size,), (duration_at.size,)
    questions = raw["questions"]
    at_c = _knots(questions["air_temperature_c"], at_least=2)
    at_min = _knots(questions["duration_min"], at_least=2, least=1.0)
    cells = at_c.size, at_min.size
    spreads = raw["assumptions"]
    return Calibration(
        points_at=points_at,
        points_logit=_numbers(raw["points"]["logit"], curve, rises=True),
        duration_at=duration_at,
        duration_logit=_numbers(raw["duration"]["logit"], exposure),
        low_logit=_numbers(spreads["low_logit"], exposure, least=0.0),
        high_logit=_numbers(spreads["high_logit"], exposure, least=0.0),
        typical_points={
            n: float(_numbers(v, ())) for n, v in raw["typical_points"].items()
        },
        questions={
            name: _numbers(table, cells, least=0.0)
            for name, table in questions["mean_square_points"].items()
        },
        question_shifts={
            name: _numbers(shift, at_min.shape, falls=False)
            for name, shift in questions["mean_odds_logit"].items()
        },
        questions_at_c=at_c,
        questions_at_min=at_min,
        onset=_onset(raw["onset"]) if "onset" in raw else None,
        fingerprint=str(raw["made"]["scorecard_fingerprint"]),
        made={**raw["made"], **{n: int(raw["made"][n]) for n in ("seed", "draws")}},
    )


def _onset(raw: Mapping[str, Any]) -> OnsetCurve:
    at = _knots(raw["fraction"], at_least=2)
    share, low, high = (_numbers(raw[n], at.shape) for n in ("share", "low", "high"))
    # Before its start no cramp of a session begins.
    curve = OnsetCurve(*(np.append(0.0, table) for table in (at, share, low, high)))
    if (
        at[0] <= 0.0
        or at[-1] != 1.0
        or share[-1] != 1.0
        or (np.diff(curve.share) < 0).any()
    ):
        raise ValueError("the curve of the onset does not rise from 0 to 1")
    if not ((low >= 0.0) & (low <= share) & (share <= high) & (high <= 1.0)).all():
        raise ValueError("the range of the onset does not hold its share")
    return curve


def _knots(values: Any, at_least: int, least: float = -math.inf) -> Array:
    array = _numbers(values, (len(values),), rises=True, least=least)
    if array.size < at_least:
        raise ValueError(f"a curve has {array.size} knots instead of {at_least} or more")
    return array


def _numbers(
    values: Any,
    shape: tuple[int, ...],
    *,
    rises: bool = False,
    falls: bool = True,
    least: float = -math.inf,
) -> Array:
    """Finite numbers of a shape, or a sentence saying what they are not."""
    array = np.array(values, dtype=np.float64)
    if array.shape != shape:
        raise ValueError(f"a table has shape {array.shape} instead of {shape}")
    if not np.isfinite(array).all() or (array < least).any():
        raise ValueError("a number is not finite, or below what it may be")
    if rises and not (np.diff(array) > 0).all():
        raise ValueError("a curve does not rise")
    if not falls and (np.diff(array) < 0).any():
        raise ValueError("what an open question adds falls with the duration")
    return array


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
