"""How well probabilities agree with what came, and how sure one can be of it.

Measures as in Steyerberg & Vergouwe, Eur Heart J 2014, doi:10.1093/eurheartj/ehu207;
AUC, Brier score and shares are those of scikit-learn.  Athletes are drawn again with all
their sessions (a bootstrap of clusters), as two sessions of one person are more alike than
of two.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.model_selection import GroupKFold

from riskmodel.validation.records import Records

Floats = NDArray[np.float64]

LEVEL = 0.95
"""Share of cases that an interval is meant to hold, by the field's habit."""
N_DRAWS = 500
FEWEST_CRAMPS = 10
"""Cramps, and sessions without one, below which slope and AUC are not told: judgement."""
PRECISION = 0.15
"""Observed over expected is known well enough within this share, up and down: judgement."""
THRESHOLDS = tuple(np.round(np.arange(0.01, 0.305, 0.01), 2).tolist())
"""At which somebody might change a plan."""
_N_BINS, _N_FOLDS = 10, 5
_TINY = 1e-6


class Estimate(NamedTuple):
    """A figure with its interval; NaN where it cannot be told."""

    value: float
    low: float = math.nan
    high: float = math.nan


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


def measures(records: Records, seed: int = 0) -> Measures:
    """Work out every figure, with intervals by athlete.

    Parameters
    ----------
    records : Records
    seed : int, default 0
        Of the draws, so that a report can be made again.
    """
    y, p = records.cramp.astype(np.float64), records.probability
    weights = [*drawn_weights(records.athlete, seed)]
    enough = bool(min(y.sum(), len(y) - y.sum()) >= FEWEST_CRAMPS)
    logit = log_odds(p)

    def within(measure: Callable[[Floats], float], *, asks: bool = True) -> Estimate:
        if not asks:
            return Estimate(math.nan)
        return interval(measure(np.ones(len(y))), [measure(w) for w in weights])

    timed = bool(np.isfinite(records.duration_min).all())
    minutes = records.duration_min
    return Measures(
        observed=float(y.sum()),
        expected=float(p.sum()),
        ratio=within(lambda w: float(w @ y / (w @ p))),
        intercept=within(lambda w: calibration_in_the_large(y, logit, w), asks=enough),
        slope=within(lambda w: calibration_slope(y, logit, w), asks=enough),
        auc=within(lambda w: _auc(y, p, w), asks=enough),
        auc_of_duration=within(lambda w: _auc(y, minutes, w), asks=enough and timed),
        brier=float(brier_score_loss(y, p)) if len(y) else math.nan,
        brier_of_base_rate=float(y.mean() * (1 - y.mean())),
        brier_of_duration=_brier_of_duration(records) if enough and timed else math.nan,
        bins=tuple(_bins(y, p, weights)),
        net_benefit=tuple(_net_benefit(y, p)),
    )


def log_odds(probability: Floats) -> Floats:
    """Log odds, of probabilities that are neither 0 nor 1."""
    inside = np.clip(probability, _TINY, 1 - _TINY)
    odds: Floats = np.log(inside / (1 - inside))
    return odds


def drawn_weights(
    athlete: NDArray[np.intp], seed: int, n_draws: int = N_DRAWS
) -> Iterator[Floats]:
    """How often each session counts, in each draw of as many athletes as there are."""
    random, n = np.random.default_rng(seed), int(athlete.max()) + 1
    for _ in range(n_draws):
        yield np.bincount(random.integers(n, size=n), minlength=n)[athlete].astype(float)


def interval(value: float, drawn: list[float]) -> Estimate:
    """A figure with the middle part of what the draws gave."""
    told = np.array(drawn)[np.isfinite(drawn)]
    if len(told) < len(drawn) / 2 or not math.isfinite(value):
        return Estimate(value)
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(told, [tail, 1 - tail])
    return Estimate(value, float(low), float(high))


def calibration_slope(y: Floats, logit: Floats, weights: Floats) -> float:
    """Slope of a logistic regression of what came on the log odds."""
    design = np.column_stack([np.ones(len(y)), logit])
    return float(_logistic(design, y, np.zeros(len(y)), weights)[1])


def calibration_in_the_large(y: Floats, logit: Floats, weights: Floats) -> float:
    """Log odds to add so that as many cramps are expected as came."""
    return float(_logistic(np.ones((len(y), 1)), y, logit, weights)[0])


def _logistic(design: Floats, y: Floats, offset: Floats, weights: Floats) -> Floats:
    """Logistic regression with an offset, by Newton's method; NaN where there is none.

    scikit-learn's has no offset, and takes a hundred times as long for all draws.
    """
    beta = np.zeros(design.shape[1])
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
        if np.abs(step).max() < 1e-9:
            return beta
    return np.full_like(beta, np.nan)  # what came is told apart without a mistake


def cramps_needed(base_rate: float, design_effect: float = 1.0) -> int:
    """Cramps for an observed over expected within 15 % either way.

    Parameters
    ----------
    base_rate : float
        Share of sessions with a cramp, 0 to 1.
    design_effect : float, default 1
        By how much the variance grows as sessions of one athlete are alike; 1 or more.

    Notes
    -----
    By the formula of Riley et al., Stat Med 2021, doi:10.1002/sim.9025: the standard
    error of ln(O/E) is the root of (1 - base rate) / cramps.

    Examples
    --------
    >>> cramps_needed(0.08)
    181
    """
    error = math.log(1 + PRECISION) / NormalDist().inv_cdf((1 + LEVEL) / 2)
    return math.ceil(design_effect * (1 - base_rate) / error**2)


def design_effect(records: Records, ratio: Estimate) -> float:
    """How much wider the interval by athletes is than by independent sessions, squared."""
    rate = records.n_cramps / records.n_sessions
    if records.n_cramps == 0 or not ratio.low > 0:
        return 1.0
    spread = math.log(ratio.high / ratio.low) / (2 * NormalDist().inv_cdf((1 + LEVEL) / 2))
    return max(1.0, spread**2 * records.n_cramps / (1 - rate))


def _both(y: Floats, weights: Floats) -> bool:
    with_cramp = weights @ y
    return bool(0 < with_cramp < weights.sum())


def _auc(y: Floats, score: Floats, weights: Floats) -> float:
    if not _both(y, weights):
        return math.nan
    return float(roc_auc_score(y, score, sample_weight=weights))


def _brier_of_duration(records: Records) -> float:
    """Of the duration alone, each athlete by what was fitted on others."""
    y, n = records.cramp, records.n_athletes
    if n < _N_FOLDS:
        return math.nan
    x = np.log(np.maximum(records.duration_min, 1.0))[:, np.newaxis]
    told = np.full(len(y), np.nan)
    for fitted, left in GroupKFold(_N_FOLDS).split(x, y, records.athlete):
        if y[fitted].all() or not y[fitted].any():
            return math.nan
        model = LogisticRegression(C=np.inf).fit(x[fitted], y[fitted])
        told[left] = model.predict_proba(x[left])[:, 1]
    return float(brier_score_loss(y, told))


def _bins(y: Floats, p: Floats, weights: list[Floats]) -> Iterator[Bin]:
    """Tenths of the sessions, or fewer where the probabilities are alike."""
    n_bins = min(_N_BINS, max(1, len(y) // 20))
    limits = np.quantile(p, np.linspace(0, 1, n_bins + 1))
    # As scikit-learn cuts them, whose shares these are; bins without a session are none.
    place = np.searchsorted(limits[1:-1], p)
    observed, expected = calibration_curve(y, p, n_bins=n_bins, strategy="quantile")
    for own, share, mean in zip(np.unique(place), observed, expected, strict=True):
        inside = place == own
        drawn = [
            float(w[inside] @ y[inside] / total) if (total := w[inside].sum()) else math.nan
            for w in weights
        ]
        yield Bin(int(inside.sum()), float(mean), interval(float(share), drawn))


def _net_benefit(y: Floats, p: Floats) -> Iterator[NetBenefit]:
    """Decision curve, Vickers & Elkin 2006, doi:10.1177/0272989X06295361."""
    for threshold in THRESHOLDS:
        odds, chosen = threshold / (1 - threshold), p >= threshold
        ours = float((y * chosen).mean() - odds * ((1 - y) * chosen).mean())
        yield NetBenefit(threshold, ours, float(y.mean() - odds * (1 - y.mean())))
