"""How well probabilities agree with what came, and how sure one can be of it.

Measures as in Steyerberg & Vergouwe, Eur Heart J 2014, doi:10.1093/eurheartj/ehu207.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss
from sklearn.model_selection import GroupKFold

from riskmodel.validation.intervals import (
    LEVEL,
    Counts,
    Estimate,
    Floats,
    drawn_counts,
    drawn_sums,
    interval,
    poisson_interval,
    wilson_interval,
)
from riskmodel.validation.records import Records

FEWEST_CRAMPS = 10
"""Cramps, and sessions without one, below which slope and AUC are not told: judgement."""
FEWEST_ATHLETES = 10
"""Below which nothing is drawn again, and slope and AUC are not told: judgement."""
PRECISION = 0.15
"""Observed over expected is known well enough within this share, up and down: judgement."""
THRESHOLDS = tuple(np.round(np.arange(0.01, 0.305, 0.01), 2).tolist())
"""At which somebody might change a plan."""
_N_BINS, _N_FOLDS = 10, 5
_FEWEST_IN_BIN = 5  # cramps, or sessions without, for an interval of draws: judgement
_TINY = 1e-6


@dataclass(frozen=True)
class Bin:
    """Sessions with like probabilities: what was expected, and what came."""

    n_sessions: int
    expected: float
    observed: Estimate


class NetBenefit(NamedTuple):
    """Per session, at one threshold: of changing the plans above it, all, or none (0)."""

    threshold: float
    by_probability: float
    of_all: float


@dataclass(frozen=True)
class Measures:
    """Figures of one set of records.

    Attributes
    ----------
    observed, expected : float
        Sessions with a cramp, and the sum of the probabilities.
    ratio : Estimate
        Observed over expected; 1 is right.
    intercept : Estimate
        Log odds to add to every probability so that the sum is right; 0 is right.
    slope : Estimate
        Of the log odds; below 1 the probabilities are too extreme.
    auc, auc_of_duration : Estimate
        How often, of two sessions one of which brought a cramp, that one had the higher
        probability, or lasted longer.
    brier, brier_of_base_rate, brier_of_duration : float
        Mean squared error; of the share of all sessions, and of a logistic regression on
        the duration, fitted on other athletes.
    bins : tuple of Bin
    net_benefit : tuple of NetBenefit
    """

    observed: float
    expected: float
    ratio: Estimate
    intercept: Estimate
    slope: Estimate
    auc: Estimate
    auc_of_duration: Estimate
    brier: float
    brier_of_base_rate: float
    brier_of_duration: float
    bins: tuple[Bin, ...]
    net_benefit: tuple[NetBenefit, ...]


def measures(records: Records, counts: Counts | None = None) -> Measures:
    """Work out every figure, with intervals by athlete.

    Parameters
    ----------
    records : Records
    counts : ndarray, optional
        As of `drawn_counts` for the clusters of the records; drawn here by default, always
        in the same way, so that a report can be made again.
    """
    y, p, cluster = records.cramp.astype(np.float64), records.probability, records.cluster
    if counts is None:
        counts = drawn_counts(records.n_clusters)
    enough = can_be_drawn(records)
    logit, none = log_odds(p), np.zeros(len(y))
    line, level = np.column_stack([np.ones(len(y)), logit]), np.ones((len(y), 1))

    def within(measure: Callable[[Floats], float]) -> Estimate:
        if not enough:
            return Estimate(math.nan)
        drawn = [measure(row[cluster].astype(np.float64)) for row in counts]
        return interval(measure(np.ones(len(y))), drawn)

    whole = np.ones(len(y))
    at_first = _logistic(line, y, none, whole), _logistic(level, y, logit, whole)
    return Measures(
        observed=float(y.sum()),
        expected=float(p.sum()),
        ratio=_ratio(records, counts),
        intercept=within(lambda w: float(_logistic(level, y, logit, w, at_first[1])[0])),
        slope=within(lambda w: float(_logistic(line, y, none, w, at_first[0])[1])),
        auc=within(_area(y, p)),
        auc_of_duration=within(_area_of_duration(records)),
        brier=float(brier_score_loss(y, p)),
        brier_of_base_rate=float(y.mean() * (1 - y.mean())),
        brier_of_duration=_brier_of_duration(records) if enough else math.nan,
        bins=tuple(_bins(records, counts)),
        net_benefit=tuple(_net_benefit(y, p)),
    )


def can_be_drawn(records: Records) -> bool:
    """Whether there are enough cramps, sessions without one, and athletes to draw again."""
    rarer = min(records.n_cramps, records.n_sessions - records.n_cramps)
    return rarer >= FEWEST_CRAMPS and records.n_clusters >= FEWEST_ATHLETES


def _ratio(records: Records, counts: Counts) -> Estimate:
    y, p = records.cramp.astype(np.float64), records.probability
    if not can_be_drawn(records):
        effect = design_effect(records)
        effect = effect if math.isfinite(effect) else 1.0
        return poisson_interval(y.sum() / effect, p.sum() / effect)
    came, meant = drawn_sums(counts, records.cluster, [y, p])
    return interval(float(y.sum() / p.sum()), came / meant)


def log_odds(probability: Floats) -> Floats:
    """Log odds, of probabilities that are neither 0 nor 1."""
    inside = np.clip(probability, _TINY, 1 - _TINY)
    odds: Floats = np.log(inside / (1 - inside))
    return odds


def calibration_slope(y: Floats, logit: Floats, weights: Floats) -> float:
    """Slope of a logistic regression of what came on the log odds."""
    design = np.column_stack([np.ones(len(y)), logit])
    return float(_logistic(design, y, np.zeros(len(y)), weights)[1])


def calibration_in_the_large(y: Floats, logit: Floats, weights: Floats) -> float:
    """Log odds to add so that as many cramps are expected as came."""
    return float(_logistic(np.ones((len(y), 1)), y, logit, weights)[0])


def _logistic(
    design: Floats, y: Floats, offset: Floats, weights: Floats, start: Floats | None = None
) -> Floats:
    """Logistic regression with an offset, by Newton's method; NaN where there is none.

    scikit-learn's has no offset, and takes a hundred times as long for all draws.
    """
    beta = np.zeros(design.shape[1])
    if start is not None and np.isfinite(start).all():
        beta += start
    if not _both(y, weights):
        return np.full_like(beta, np.nan)
    for _ in range(50):
        p = 1 / (1 + np.exp(-(offset + design @ beta)))
        curvature = design.T @ (design * (weights * p * (1 - p))[:, np.newaxis])
        try:
            step = np.linalg.solve(curvature, design.T @ (weights * (y - p)))
        except np.linalg.LinAlgError:  # all probabilities alike
            return np.full_like(beta, np.nan)
        beta += np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < 1e-6:
            return beta
    return np.full_like(beta, np.nan)  # what came is told apart without a mistake


def cramps_needed(base_rate: float, design_effect: float = 1.0) -> int | None:
    """Cramps for an observed over expected within 15 % either way.

    Parameters
    ----------
    base_rate : float
        Share of sessions with a cramp, 0 to 1.
    design_effect : float, default 1
        By how much the variance grows as sessions of one athlete are alike; 1 or more.

    Returns
    -------
    int or None
        None where it cannot be told: if every session brought a cramp, or the design
        effect is NaN.

    Notes
    -----
    By the formula of Riley et al., Stat Med 2021, doi:10.1002/sim.9025: the standard
    error of ln(O/E) is the root of (1 - base rate) / cramps.

    Examples
    --------
    >>> cramps_needed(0.08)
    181
    """
    if not base_rate < 1 or not math.isfinite(design_effect):
        return None
    error = math.log(1 + PRECISION) / NormalDist().inv_cdf((1 + LEVEL) / 2)
    return math.ceil(design_effect * (1 - base_rate) / error**2)


def design_effect(records: Records) -> float:
    """Variance of the ratio with athletes as clusters over that of independent sessions.

    Linearised, at least 1; NaN without any cramp.
    """
    y, p = records.cramp.astype(np.float64), records.probability
    if not y.any() or not p.sum() > 0:
        return math.nan
    off = y - y.sum() / p.sum() * p
    alone = float(off @ off)
    together = float((np.bincount(records.cluster, off) ** 2).sum())
    return max(1.0, together / alone) if alone > 0 else math.nan


def _both(y: Floats, weights: Floats) -> bool:
    with_cramp = weights @ y
    return bool(0 < with_cramp < weights.sum())


def _area(y: Floats, score: Floats) -> Callable[[Floats], float]:
    """AUC by weights; the scores are put in order once, for all draws."""
    _, place = np.unique(score, return_inverse=True)

    def area(weights: Floats) -> float:
        if not _both(y, weights):
            return math.nan
        came = np.bincount(place, weights * y)
        not_came = np.bincount(place, weights * (1 - y))
        below = np.cumsum(not_came) - not_came / 2
        return float(came @ below / (came.sum() * not_came.sum()))

    return area


def _area_of_duration(records: Records) -> Callable[[Floats], float]:
    """Of the sessions that have a duration."""
    timed = np.isfinite(records.duration_min)
    area = _area(records.cramp[timed].astype(np.float64), records.duration_min[timed])
    return lambda weights: area(weights[timed])


def _brier_of_duration(records: Records) -> float:
    """Of the duration alone, where there is one; each athlete by what others gave."""
    timed = np.isfinite(records.duration_min)
    y, cluster = records.cramp[timed], records.cluster[timed]
    if len(np.unique(cluster)) < _N_FOLDS:
        return math.nan
    x = np.log(np.maximum(records.duration_min[timed], 1.0))[:, np.newaxis]
    told = np.full(len(y), np.nan)
    for fitted, left in GroupKFold(_N_FOLDS).split(x, y, cluster):
        if y[fitted].all() or not y[fitted].any():
            return math.nan
        model = LogisticRegression(C=np.inf).fit(x[fitted], y[fitted])
        told[left] = model.predict_proba(x[left])[:, 1]
    return float(brier_score_loss(y, told))


def _bins(records: Records, counts: Counts) -> Iterator[Bin]:
    """Tenths of the sessions, or fewer where the probabilities are alike."""
    y, p = records.cramp.astype(np.float64), records.probability
    n_bins = min(_N_BINS, max(1, len(y) // 20))
    limits = np.quantile(p, np.linspace(0, 1, n_bins + 1))
    # As scikit-learn cuts them, whose shares these are; bins without a session are none.
    place = np.searchsorted(limits[1:-1], p)
    observed, expected = calibration_curve(y, p, n_bins=n_bins, strategy="quantile")
    places = np.unique(place)
    inside = [(place == own).astype(np.float64) for own in places]
    sums = drawn_sums(counts, records.cluster, [*inside, *(own * y for own in inside)])
    drawn = can_be_drawn(records)
    for k, own in enumerate(inside):
        n, came = int(own.sum()), int(own @ y)
        share = interval(float(observed[k]), _share(sums[len(places) + k], sums[k]))
        few = min(came, n - came) < _FEWEST_IN_BIN
        if few or not drawn or not math.isfinite(share.low):
            share = wilson_interval(came, n)
        yield Bin(n, float(expected[k]), share)


def _share(part: Floats, whole: Floats) -> Floats:
    shares: Floats = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return shares


def _net_benefit(y: Floats, p: Floats) -> Iterator[NetBenefit]:
    """Decision curve, Vickers & Elkin 2006, doi:10.1177/0272989X06295361."""
    for threshold in THRESHOLDS:
        odds, chosen = threshold / (1 - threshold), p >= threshold
        ours = float((y * chosen).mean() - odds * ((1 - y) * chosen).mean())
        yield NetBenefit(threshold, ours, float(y.mean() - odds * (1 - y.mean())))
