"""Looking back at one session: what stood out in it, and how surprising it was.

What stood out is told, never what a cramp came from: no scorecard knows that of one
session.  Whether anything stood out is decided by a ratio of odds, see `Explanation`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.problems import AnswerError, Problem
from riskmodel.inputs.reading import Answers, is_unknown, read_frame, unknown_column
from riskmodel.inputs.results import EqualWhereAlike
from riskmodel.inputs.session import Session
from riskmodel.physiology.plan import plan_quantities
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.assessment import Assessment
from riskmodel.scoring.contributions import Contribution
from riskmodel.scoring.engine import Engine, engine
from riskmodel.scoring.open_questions import unanswered_bits, unanswered_names
from riskmodel.scoring.probability import Calibration, expit, weight_doubt
from riskmodel.whatif.advice import Advice, Option, assess_and_advise

Array = NDArray[np.float64]
Given = Mapping[str, Any]

LEAST_ODDS_RATIO = 2.0
"""Odds of the session over those of its reference below which nothing can be told.

At 2 about half of the cramps of sessions like this one would have come in the reference
too: 49 to 61 % of made-up athletes near that ratio."""
DOUBT_SD = 0.6745
"""How far the doubt about the weights counts against the ratio: in three of four cases it
is higher then.  Judgement, between telling too much and too little."""
_HALF = 0.5


@dataclass(frozen=True, eq=False)
class FactorDifference(EqualWhereAlike):
    """One factor of a session, against the same factor of its reference.

    Attributes
    ----------
    contribution : Contribution
        Of the session.
    reference_points : float
        Mean of those sessions of the reference in which it is known.
    points : float
        How far the session lies above the reference; below 0 it lies below.
    probability_as_reference : float
        Of the session, had this factor alone been as in the reference; NaN without a
        calibration.
    """

    contribution: Contribution
    reference_points: float
    points: float
    probability_as_reference: float


@dataclass(frozen=True, eq=False, repr=False)
class Explanation(EqualWhereAlike):
    """What stood out in a session that is over; no cause of anything.

    Attributes
    ----------
    cramped : bool
        Whether a cramp came.
    assessment : Assessment
        Of the session, whose probability says how surprising it was.
    n_reference : int
        Sessions of the reference; 0 if it is the average of the synthetic scenarios.
    reference_probability : float
        Mean chance of the session, had it been as in the reference; what is open in
        either stays as it is.  NaN without a calibration.
    odds_ratio, odds_ratio_low : float
        Odds of the session over those of the reference, under the calibrated scorecard,
        and what is left of it once the doubt about the weights counts against it, by
        `DOUBT_SD`; of a session without a cramp both the other way round.
    differences : tuple of FactorDifference
        Those that are not 0, the largest in the direction of the outcome first.
    halved_by : Option or None
        The lever that would have lowered the chance most, if to half of it at least.
    open_questions : tuple of str
        Names of the session's open questions, first those that would narrow the range most.
    not_compared : tuple of str
        Names of the factors that the session knows and no session of the reference.
    """

    cramped: bool
    assessment: Assessment
    n_reference: int
    reference_probability: float
    odds_ratio: float
    odds_ratio_low: float
    differences: tuple[FactorDifference, ...]
    halved_by: Option | None
    open_questions: tuple[str, ...]
    not_compared: tuple[str, ...]

    @property
    def cannot_tell(self) -> bool:
        """Whether too little stands out to say anything about it.

        True below `LEAST_ODDS_RATIO`, and without a calibration.
        """
        return not self.odds_ratio_low >= LEAST_ODDS_RATIO

    @cached_property
    def stood_out(self) -> tuple[FactorDifference, ...]:
        """The differences in the direction of the outcome: above if a cramp came."""
        sign = 1.0 if self.cramped else -1.0
        return tuple(d for d in self.differences if sign * d.points > 0)

    @property
    def halved_as_reference(self) -> FactorDifference | None:
        """The factor that alone, as in the reference, would have halved the chance.

        Of those that do, the one that lowers it most; None against everybody, as nobody
        can be of another age or sex.
        """
        if not self.n_reference or not self.stood_out or not self.cramped:
            return None
        best = min(self.stood_out, key=lambda d: d.probability_as_reference)
        half = _HALF * self.assessment.probability
        return best if best.probability_as_reference <= half else None

    def __repr__(self) -> str:
        """Say the chance, and what stood out."""
        labels = ", ".join(d.contribution.label for d in self.stood_out[:3]) or "nothing"
        told = "cannot tell" if self.cannot_tell else f"stood out: {labels}"
        return f"<Explanation: {self.assessment.summary}; {told}>"


def explain_outcome(
    session: Session | Given,
    reference: Session | Given | Sequence[Session | Given] | None = None,
    cramped: bool = True,
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
) -> Explanation:
    """Tell what stood out in a session that is over, and how surprising it was.

    What is open in the session or in a session of its reference is left open in both, so
    that an average of other people never counts as a difference.

    Parameters
    ----------
    session : Session or mapping of str to answer
        As it was.
    reference : session, or sequence of sessions, optional
        The next plan, or sessions without a cramp of the same athlete; by default the
        average of the synthetic scenarios.
    cramped : bool, default True
        Whether a cramp came.
    scorecard, calibration : optional
        As for `riskmodel.assess`; without a calibration there are points only.

    Returns
    -------
    Explanation
        Data, no sentences.

    Raises
    ------
    ValueError
        If a session cannot be scored, a name is not in `FIELDS`, there is no session to
        compare with, or no calibration tells the average.

    Examples
    --------
    >>> usual = {"sport": "running", "duration_min": 60, "session_rpe": 5,
    ...          "age_years": 30, "air_temperature_c": 15, "relative_humidity_pct": 60}
    >>> hot = {**usual, "duration_min": 120, "air_temperature_c": 34}
    >>> then = explain_outcome(hot, reference=[usual, usual])
    >>> [d.contribution.label for d in then.stood_out][:2], then.cannot_tell
    (['Duration', 'Heat (WBGT)'], False)
    >>> explain_outcome(usual, reference=usual).cannot_tell
    True
    """
    used = engine(scorecard, calibration)
    assessment, advice = assess_and_advise(session, scorecard, calibration)
    if assessment.problems:
        raise AnswerError(assessment.problems)
    if reference is None:
        return _explained(
            assessment, advice, _against_everybody(assessment, used), used, cramped=cramped
        )
    others = [reference] if isinstance(reference, Mapping) else list(reference)
    if not others:
        raise ValueError("There is no session to compare with: give one as reference.")
    pairs = _pairs(session, others, used)
    return _explained(assessment, advice, pairs, used, cramped=cramped)


@dataclass(frozen=True)
class _Pairs:
    """A session beside each of its reference, with what is open in either left open.

    Attributes
    ----------
    points, reference_points : ndarray of shape (n_factors, n_pairs)
    known : ndarray of bool, shape (n_factors, n_pairs)
        Which factors are known of both.
    n_sessions : int
        Sessions of the reference; 0 of everybody.
    """

    points: Array
    reference_points: Array
    known: NDArray[np.bool_]
    n_sessions: int


def _against_everybody(assessment: Assessment, used: Engine) -> _Pairs:
    """Beside the average points of the scenarios, where the session's own are known."""
    if used.calibration is None:
        raise ValueError(str(Problem("", "not_calibrated")))
    typical = used.calibration.typical_points
    own = assessment.contributions
    points = np.array([[c.points] for c in own])
    known = np.array([[c.answered] for c in own])
    mean = np.where(known, [[typical[c.factor]] for c in own], points)
    return _Pairs(points, mean, known, 0)


def _pairs(session: Given, others: Sequence[Given], used: Engine) -> _Pairs:
    """Score every pair with the same questions open on both sides."""
    n = len(others)
    rows = [dict(Session.of(one)) for one in (*[session] * n, *others)]
    read = read_frame(pd.DataFrame(rows, dtype=object))
    if read.findings:
        raise AnswerError(read.problems)
    bits = unanswered_bits(read.columns, 2 * n)
    either = np.tile(bits[:n] | bits[n:], 2)
    columns = dict(read.columns)
    for name in columns:
        left_open = np.array([name in unanswered_names(int(some)) for some in either])
        unknown = unknown_column(FIELDS[name], 2 * n)
        columns[name] = np.where(left_open, unknown, columns[name])
    answers = Answers(2 * n, columns, ())
    points = used.run(answers, detail=True).points
    quantities = plan_quantities(columns, 2 * n)
    known = np.array([~is_unknown(quantities[f.quantity]) for f in used.scorecard.factors])
    return _Pairs(points[:, :n], points[:, n:], known[:, :n] & known[:, n:], n)


def _log_odds(points: Array, used: Engine) -> Array:
    """Log odds of points of all factors, open questions apart; NaN uncalibrated."""
    total = points.sum(axis=0)
    if used.calibration is None:
        return np.full_like(total, math.nan)
    place = used.scorecard.duration_place
    duration = np.zeros_like(total) if place is None else points[place]
    logit: Array = used.calibration.logit(total, duration)
    return logit


def _explained(
    assessment: Assessment, advice: Advice, pairs: _Pairs, used: Engine, *, cramped: bool
) -> Explanation:
    own, chance = assessment.contributions, assessment.probability
    count = pairs.known.sum(axis=1)

    def mean(values: Array) -> Array:
        """Over the sessions in which a factor is known; 0 where it is in none."""
        summed = np.where(pairs.known, values, 0.0).sum(axis=1)
        average: Array = summed / np.maximum(count, 1)
        return average

    above, usual = mean(pairs.points - pairs.reference_points), mean(pairs.reference_points)
    ratios = _log_odds(pairs.points, used) - _log_odds(pairs.reference_points, used)
    logit = math.log(chance / (1.0 - chance))
    reference_chance = float(expit(logit - ratios).mean())
    as_reference = _each_as_reference(logit, own, above, used)
    differences = [
        FactorDifference(c, float(usual[i]), float(above[i]), as_reference[i])
        for i, c in enumerate(own)
        if above[i]
    ]
    sign = 1.0 if cramped else -1.0
    differences.sort(key=lambda d: -sign * d.points)
    log_ratio = sign * (logit - math.log(reference_chance / (1.0 - reference_chance)))
    missing = (name for name in assessment.missing if name not in assessment.narrowing)
    return Explanation(
        cramped=cramped,
        assessment=assessment,
        n_reference=pairs.n_sessions,
        reference_probability=reference_chance,
        odds_ratio=math.exp(log_ratio),
        odds_ratio_low=math.exp(log_ratio - DOUBT_SD * _doubt(above, assessment, used)),
        differences=tuple(differences),
        halved_by=_halving(advice, chance) if cramped else None,
        open_questions=(*assessment.narrowing, *missing),
        not_compared=tuple(
            c.factor for c, n in zip(own, count, strict=True) if c.answered and not n
        ),
    )


def _each_as_reference(
    logit: float, own: Sequence[Contribution], above: Array, used: Engine
) -> list[float]:
    """Chance of the session with one factor after the other as in the reference."""
    now = np.array([[c.points] for c in own])
    each = now - np.diag(above)
    chances: list[float] = expit(
        logit - _log_odds(now, used) + _log_odds(each, used)
    ).tolist()
    return chances


def _doubt(above: Array, assessment: Assessment, used: Engine) -> float:
    """One standard deviation of the log odds ratio for doubt about the weights."""
    if used.calibration is None:
        return math.nan
    off = above * weight_doubt(used.scorecard)
    slope = used.calibration.logit_per_point(assessment.total_points)
    return float(slope * math.sqrt(float(off @ off)))


def _halving(advice: Advice, chance: float) -> Option | None:
    """The one lever that lowers the chance most, if to half: first of this session's."""
    for options in (advice.now, advice.weeks):
        best = min(options, key=lambda option: option.probability, default=None)
        if best is not None and best.probability <= _HALF * chance:
            return best
    return None
