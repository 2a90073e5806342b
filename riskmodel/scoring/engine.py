"""The whole chain on arrays: answers in, points, probability and its range out.

Everything that scores a session runs this code, one session as an array of length
one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import compress, pairwise, starmap
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskmodel.inputs.reading import Answers
from riskmodel.inputs.threads import shared_out
from riskmodel.physiology.plan import QUANTITIES, plan_quantities
from riskmodel.scorecard.file import load_scorecard
from riskmodel.scorecard.points import PointsCounter
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.calibration_file import calibration_of, load_calibration
from riskmodel.scoring.guards import BITS_OF_THE_PERSON, guard_bits
from riskmodel.scoring.open_questions import OpenQuestions, unanswered_bits
from riskmodel.scoring.probability import (
    RANGE_SD,
    Calibration,
    OfHalfPoints,
    expit,
    half_points,
    weight_doubt,
)

Array = NDArray[np.float64]

# Rows worked on at once: few enough for the processor's cache, and so many that Python,
# which threads cannot share, is a small part.
_BLOCK = 32_000

SPREADS: Mapping[str, str] = {
    "spread_assumptions": "Simulators and their assumptions",
    "spread_weights": "Weights of the scorecard",
    "spread_unanswered": "Open questions",
}
"""Where the range comes from, as half its width in log odds."""

CHANCES = (
    "probability",
    "probability_low",
    "probability_high",
    "probability_ideal",
    "open_questions_logit",
)


@dataclass(frozen=True)
class Result:
    """Arrays of the whole chain, before they are put into words.

    Attributes
    ----------
    points : ndarray of shape (n_factors, n_sessions)
        Of shape (n_factors, 0) without detail.
    total_points, missing, safety : ndarray of shape (n_sessions,)
    chances, spreads, physiology : mapping of str to ndarray of shape (n_sessions,)
        Without detail there are no spreads.
    columns : mapping of str to ndarray
        Every quantity of the last block.
    """

    points: Array
    total_points: Array
    chances: Mapping[str, Array]
    spreads: Mapping[str, Array]
    physiology: Mapping[str, Array]
    columns: Mapping[str, NDArray[Any]]
    missing: NDArray[np.int64]
    safety: NDArray[np.int64]


class Engine:
    """A scorecard and its calibration, made ready to score.

    Parameters
    ----------
    scorecard : Scorecard
    calibration : Calibration, optional
        Without one there are points and no probability.

    Raises
    ------
    CalibrationError
        If the calibration was made for another scorecard, or lacks one of its factors.
    """

    def __init__(self, scorecard: Scorecard, calibration: Calibration | None) -> None:
        self.scorecard = scorecard
        self.calibration = calibration
        self.counter = PointsCounter(scorecard)
        factors = scorecard.factors
        # Heat stays open in the water, with no question whose answer would tell it.
        self._open_heat = sum(
            self.counter.unknown_variance[f.name] for f in factors if f.quantity == "wbgt_c"
        )
        self._of_the_day = [f.of_the_day for f in factors]
        if calibration is not None:
            calibration.require(scorecard)
            self.open_questions = OpenQuestions(calibration)
            typical = [calibration.typical_points[f.name] for f in factors]
            self._doubt = list(zip(typical, weight_doubt(scorecard), strict=True))
            most = float(sum(f.largest for f in factors))
            self._by_total = OfHalfPoints(calibration.by_total, most)
            self._slope = OfHalfPoints(calibration.logit_per_point, most)
            self._by_duration = OfHalfPoints(
                lambda own: calibration.by_duration(own) + calibration.shift, most
            )
            self._below = OfHalfPoints(lambda own: calibration.assumptions(own)[0], most)
            self._above = OfHalfPoints(lambda own: calibration.assumptions(own)[1], most)

    def run(
        self,
        answers: Answers,
        *,
        detail: bool,
        instead: Mapping[str, Array] = MappingProxyType({}),
        threads: int = 1,
    ) -> Result:
        """Score sessions.

        Parameters
        ----------
        answers : Answers
        detail : bool
            False keeps no points per factor.
        instead : mapping of str to ndarray of shape (n_sessions,), optional
            Of `QUANTITIES`, to count in the place of what the answers give.
        threads : int, default 1
            How many share the sessions; NumPy lets them work at once.

        Returns
        -------
        Result
            Rows with a problem have NaN for every number.
        """
        n = answers.n_sessions
        chances, spreads, physiology = (
            {name: np.empty(n) for name in names}
            for names in (CHANCES, SPREADS if detail else (), QUANTITIES)
        )
        points = np.empty((len(self.scorecard.factors), n if detail else 0))
        safety, missing = np.empty((2, n), dtype=np.int64)
        result = Result(
            points, np.empty(n), chances, spreads, physiology, {}, missing, safety
        )
        usable = answers.usable()

        def fill(rows: slice) -> dict[str, NDArray[Any]]:
            return self._fill(result, rows, answers, usable, instead)

        ends = [n * part // threads for part in range(threads + 1)]
        columns = shared_out(fill, starmap(slice, pairwise(ends)), threads)[-1]
        return replace(result, columns=columns)

    def _fill(
        self,
        result: Result,
        rows: slice,
        answers: Answers,
        usable: NDArray[np.bool_],
        instead: Mapping[str, Array],
    ) -> dict[str, NDArray[Any]]:
        """Fill some rows of a result, and return every quantity of their last block."""
        detail = result.points.shape[1] == answers.n_sessions
        n_kept = 0 if detail else min(rows.stop - rows.start, _BLOCK)
        scratch = np.empty((len(result.points), n_kept))
        for start in range(rows.start, max(rows.stop, rows.start + 1), _BLOCK):
            block = slice(start, min(start + _BLOCK, rows.stop))
            size = block.stop - block.start
            columns = {name: values[block] for name, values in answers.columns.items()}
            missing = unanswered_bits(columns, size)
            columns = plan_quantities(columns, size)
            columns |= {name: values[block] for name, values in instead.items()}
            # Without detail every block is counted into the same place.
            kept = result.points[:, block] if detail else scratch[:, :size]
            counted = self.counter.count(columns, out=kept)
            bad = ~usable[block]
            any_bad = bad.any()
            if any_bad:
                counted[:, bad] = np.nan
            total = counted.sum(axis=0)
            result.total_points[block], result.missing[block] = total, missing
            made = self._chances(counted, total, columns, missing, spreads=detail)
            for name, values in (*result.chances.items(), *result.spreads.items()):
                values[block] = made.get(name, np.nan)
            for name, values in result.physiology.items():
                values[block] = columns[name]
                # A ratio to nothing is infinite for the points, and no number to report.
                absent = np.isinf(columns[name])
                if any_bad or absent.any():
                    values[block][bad | absent] = np.nan
            found = guard_bits(columns)
            safety = np.where(bad, found & BITS_OF_THE_PERSON, found) if any_bad else found
            result.safety[block] = safety
        return columns

    def narrowing(self, result: Result) -> dict[str, float]:
        """How much narrower the answer to each open question would make the range.

        Parameters
        ----------
        result : Result
            Of one session.

        Returns
        -------
        dict of str to float
            Of probability, on average over the answers that are likely; largest
            first, and only what is not nothing.
        """
        if self.calibration is None or np.isnan(result.total_points[0]):
            return {}
        c = result.columns
        where = float(c["air_temperature_c"][0]), float(c["duration_min"][0])
        each = self.open_questions.of_each(int(result.missing[0]), *where)
        # Of what an answer may change, of what it may add, and of no answer.
        squares = np.array([*each.values(), (0.0, 0.0)]).T
        heat = float(self.variance_of_open_heat(c)[0])
        scale = RANGE_SD * self.calibration.logit_per_point(result.total_points)
        left = scale * scale * (squares.sum(axis=1, keepdims=True) + heat - squares)
        duration = self._duration_points(result.points, 1)
        p = result.chances["probability"]
        if not 0.0 < p[0] < 1.0:  # so near to a certainty that no float is between
            return {}
        usual = np.log(p / (1.0 - p)) - result.chances["open_questions_logit"]
        below, above = self.calibration.assumptions(duration)
        fixed = result.spreads["spread_weights"] ** 2
        low = expit(usual - np.sqrt(below * below + fixed + left[0]))
        high = expit(usual + np.sqrt(above * above + fixed + left[1]))
        narrower = (high - low)[-1] - (high - low)[:-1]
        order = np.argsort(-narrower, kind="stable")
        names = list(each)
        return {names[i]: float(narrower[i]) for i in order if narrower[i] > 0}

    def variance_of_open_heat(self, columns: Mapping[str, NDArray[Any]]) -> Array:
        """Variance of the heat of each session where it is open, in points squared."""
        return np.where(np.isnan(columns["wbgt_c"]), self._open_heat, 0.0)

    def _duration_points(self, points: Array, n: int) -> Array:
        place = self.scorecard.duration_place
        return np.zeros(n) if place is None else points[place]

    def _chances(
        self,
        points: Array,
        total: Array,
        columns: Mapping[str, NDArray[Any]],
        missing: NDArray[np.int64],
        *,
        spreads: bool,
    ) -> dict[str, Array]:
        """Probability, the same in ideal conditions, and the range, or its parts too."""
        if self.calibration is None:
            return {}
        duration = self._duration_points(points, len(total))
        minutes, rpe, sport = (
            columns[name] for name in ("duration_min", "session_rpe", "sport")
        )
        shift, ideal_shift = self.open_questions.shifts(missing, minutes, rpe, sport)
        kept = total.copy()
        # Half points are exact; a matrix product would start threads of its own.
        for row in compress(points, self._of_the_day):
            kept -= row
        at, kept_at, own = map(half_points, (total, kept, duration))
        logit = self.logit(at, own, shift)
        ideal = self.logit(kept_at, own, ideal_shift)
        # A question that takes a little away must not make the ideal the worse case.
        ideal = np.minimum(ideal, logit)
        of_weights = np.zeros(len(total))
        # Factor by factor: a matrix product would round differently for one session.
        for place, row in enumerate(points):
            if self._doubt[place][1]:
                of_weights += self.variance_of_weight(place, row)
        of_answers, upward = self.open_questions.variance(
            missing, columns["air_temperature_c"], minutes
        )
        heat = self.variance_of_open_heat(columns)
        of_answers, upward = of_answers + heat, upward + heat
        low, high = self.range_logits(
            logit, shift, at, own, of_weights + of_answers, of_weights + upward
        )
        chances = {
            "probability": expit(logit),
            "probability_low": expit(low),
            "probability_high": expit(high),
            "probability_ideal": expit(ideal),
            "open_questions_logit": np.where(np.isnan(total), np.nan, shift),
        }
        if not spreads:
            return chances
        below, above = self._below(own), self._above(own)
        scale = RANGE_SD * self._slope(at)
        return chances | {
            "spread_assumptions": np.where(np.isnan(total), np.nan, (below + above) / 2.0),
            "spread_weights": scale * np.sqrt(of_weights),
            "spread_unanswered": scale * np.sqrt(of_answers),
        }

    def logit(self, at: NDArray[np.intp], own: NDArray[np.intp], shift: Array) -> Array:
        """Log odds of half points, in all and of the duration, and of open questions."""
        return self._by_total(at) + self._by_duration(own) + shift

    def variance_of_weight(self, place: int, points: Array) -> Array:
        """What the doubt of one factor's weight adds, in points squared."""
        typical, doubt = self._doubt[place]
        off = points - typical
        off *= doubt
        off *= off
        return off

    def range_logits(
        self,
        logit: Array,
        shift: Array,
        at: NDArray[np.intp],
        own: NDArray[np.intp],
        variance: Array,
        upward: Array,
    ) -> tuple[Array, Array]:
        """Log odds of both ends of the range, of arrays of shapes that broadcast.

        Parameters
        ----------
        logit, shift : ndarray
            Log odds, and what of them open questions add.
        at, own : ndarray of int
            Half points of the total and of the duration.
        variance, upward : ndarray
            Of weights and open questions, in points squared, down and up.
        """
        below, above = self._below(own), self._above(own)
        # From points to log odds, where the curve stands.
        scale = RANGE_SD * self._slope(at)
        squared = scale * scale
        # The range lies around the usual answers; the number itself, an average over
        # likely answers, is higher where few of them are high.
        usual = logit - shift
        bottom = usual - np.sqrt(below * below + squared * variance)
        top = usual + np.sqrt(above * above + squared * upward)
        return np.minimum(bottom, logit), np.maximum(top, logit)


@cache
def _default_engine() -> Engine:
    card = load_scorecard()
    return Engine(card, load_calibration(scorecard=card))


def engine(scorecard: Scorecard | None, calibration: Calibration | None) -> Engine:
    """Make an engine, or return the one that comes with the package.

    Parameters
    ----------
    scorecard : Scorecard, optional
        The shipped one by default.
    calibration : Calibration, optional
        By default the one that comes with the package for this scorecard; for a
        scorecard of one's own none.

    Returns
    -------
    Engine

    Raises
    ------
    CalibrationError
        If the calibration was made for another scorecard.
    """
    global _last
    if scorecard is None and calibration is None:
        return _default_engine()
    if _last is not None and _last[0] is scorecard and _last[1] is calibration:
        return _last[2]
    made = _make(scorecard, calibration)
    _last = scorecard, calibration, made
    return made


# The last one that was asked for, since a squad is scored with one scorecard.
_last: tuple[Scorecard | None, Calibration | None, Engine] | None = None


def _make(scorecard: Scorecard | None, calibration: Calibration | None) -> Engine:
    card = load_scorecard() if scorecard is None else scorecard
    return Engine(card, calibration_of(card) if calibration is None else calibration)
