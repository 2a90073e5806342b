"""Published figures: what the simulators are tuned to, and what they are tested by.

The table is ``data/anchors.csv``.  Each row names a population of
``data/scenarios.toml`` and what was measured in it; here the same is computed for any
model that gives a probability for every session.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from riskmodel.calibration.assumptions import Assumptions
from riskmodel.calibration.people import draw_scenarios, stream
from riskmodel.calibration.simulators import (
    final_hazard,
    onset_distribution,
    probability,
    probability_of_hazard,
    read_people,
)
from riskmodel.datasets import read_table

Array = NDArray[np.float64]

WEEKS = {"month": 365.25 / 12 / 7, "year": 52.0}
"""How long the measured rates last that are not those of one session. [weeks]"""
_PEOPLE = 6000
_TUNING_PEOPLE = 250
# Populations differ in more than their sampling error: judgement, on log odds.
_TUNING_SD = 0.3


@dataclass(frozen=True)
class Anchor:
    """One published figure and the population it was measured in."""

    id: str
    topic: str
    population: str
    measure: str
    contrast: str
    published: float
    low: float
    high: float
    interval: str
    role: str
    evidence: str
    note: str


@dataclass(frozen=True)
class Model:
    """A probability for every session, by one method.

    From a frame and, for every session, how many like it, to the probability of at least
    one cramp; and from a frame and fractions of the session to the probability of a cramp
    by then, of shape (n_fractions, n_sessions).
    """

    name: str
    probability: Callable[[pd.DataFrame, ArrayLike], Array]
    probability_by: Callable[[pd.DataFrame, ArrayLike], Array]


@cache
def load_anchors() -> tuple[Anchor, ...]:
    """Read the published figures.

    Examples
    --------
    >>> sorted({anchor.role for anchor in load_anchors()})
    ['test', 'tune']
    """
    anchors = []
    for row in read_table("anchors.csv"):
        numbers = {name: float(row[name]) for name in ("published", "low", "high")}
        anchors.append(Anchor(**{**row, **numbers}))  # type: ignore[arg-type]
    return tuple(anchors)


def measure(anchor: Anchor, model: Model, seed: int) -> float:
    """Compute for a model what was published, in the unit of the published figure."""
    frame = draw_scenarios(_PEOPLE, seed, anchor.population)
    return _MEASURES[anchor.measure](frame, model, anchor, seed)


def _mean(frame: pd.DataFrame, model: Model, anchor: Anchor, seed: int) -> float:
    weeks = WEEKS.get(anchor.measure)
    many = frame["sessions_per_week"].to_numpy() * weeks if weeks else 1.0
    return float(model.probability(frame, many).mean())


def _populations(frame: pd.DataFrame, model: Model, anchor: Anchor, seed: int) -> float:
    other = draw_scenarios(_PEOPLE, seed, anchor.contrast)
    return _mean(frame, model, anchor, seed) / _mean(other, model, anchor, seed)


def _answers(frame: pd.DataFrame, contrast: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same people with one answer and with the other.

    ``some`` keeps those who gave an answer other than the second, as they are.
    """
    (name, first), (_, second) = (side.split("=") for side in contrast.split("|"))
    if first == "some":
        frame = frame[frame[name] != second]
        return frame, _with(frame, name, second)
    return _with(frame, name, first), _with(frame, name, second)


def _with(frame: pd.DataFrame, name: str, answer: str) -> pd.DataFrame:
    numeric = pd.api.types.is_numeric_dtype(frame[name])
    return frame.assign(**{name: float(answer) if numeric else answer})


def _rate_ratio(frame: pd.DataFrame, model: Model, anchor: Anchor, seed: int) -> float:
    one, other = _answers(frame, anchor.contrast)
    return _mean(one, model, anchor, seed) / _mean(other, model, anchor, seed)


def _odds_ratio(frame: pd.DataFrame, model: Model, anchor: Anchor, seed: int) -> float:
    one, other = _answers(frame, anchor.contrast)
    return _odds(_mean(one, model, anchor, seed)) / _odds(_mean(other, model, anchor, seed))


def _groups(frame: pd.DataFrame, model: Model, anchor: Anchor, seed: int) -> float:
    """Odds ratio between those who gave either answer, as a survey finds it."""
    (name, first), (_, second) = (side.split("=") for side in anchor.contrast.split("|"))
    p = model.probability(frame, 1.0)
    answers = frame[name].to_numpy()
    one = answers != second if first == "some" else answers == first
    return _odds(float(p[one].mean())) / _odds(float(p[answers == second].mean()))


def _difference(frame: pd.DataFrame, model: Model, anchor: Anchor, seed: int) -> float:
    """Mean of crampers minus that of the others, in standard deviations."""
    p = model.probability(frame, 1.0)
    people = read_people(frame)
    x = np.asarray(people.columns[anchor.contrast], dtype=np.float64)
    cramped, others = np.average(x, weights=p), np.average(x, weights=1 - p)
    return float((cramped - others) / x.std())


def _onset_after(frame: pd.DataFrame, model: Model, anchor: Anchor, seed: int) -> float:
    by = model.probability_by(frame, [float(anchor.contrast), 1.0]).mean(axis=1)
    return float(1.0 - by[0] / by[1])


def _onset_mean(frame: pd.DataFrame, model: Model, anchor: Anchor, seed: int) -> float:
    grid = np.linspace(0.0, 1.0, 17)
    by = model.probability_by(frame, grid[1:]).mean(axis=1)
    return float(1.0 - np.trapezoid(np.append(0.0, by / by[-1]), grid))


_MEASURES: Mapping[str, Callable[[pd.DataFrame, Model, Anchor, int], float]] = {
    "probability": _mean,
    "month": _mean,
    "year": _mean,
    "population_ratio": _populations,
    "rate_ratio": _rate_ratio,
    "odds_ratio": _odds_ratio,
    "odds_ratio_groups": _groups,
    "difference": _difference,
    "onset_after": _onset_after,
    "onset_mean": _onset_mean,
}


def tune(p: Assumptions, seed: int, *, noise: bool) -> Assumptions:
    """Set the base rate, so that the tuning rates come out as published.

    The weighted mean misfit of the rates, on log odds, is zero then.  With `noise` the
    published rates are drawn anew within their intervals for every draw of `p`.
    """
    random = stream(seed, f"published rates {p.structure}")
    n_draws = max(1, np.size(p.log_hazard))
    rows = [
        _TuningRate(anchor, p, n_draws, seed, random, noise)
        for anchor in load_anchors()
        if anchor.role == "tune" and anchor.measure in ("probability", *WEEKS)
    ]
    low, high = np.full(n_draws, -20.0), np.full(n_draws, 5.0)
    for _ in range(40):
        middle = (low + high) / 2.0
        too_high = sum(row.misfit(middle) for row in rows) > 0
        low, high = np.where(too_high, low, middle), np.where(too_high, middle, high)
    single = np.ndim(p.log_hazard) == 0
    return Assumptions(p.structure, p.values, middle[0] if single else middle)


class _TuningRate:
    """One published rate, for every draw of the parameters."""

    def __init__(
        self,
        anchor: Anchor,
        p: Assumptions,
        n_draws: int,
        seed: int,
        random: np.random.Generator,
        noise: bool,
    ) -> None:
        people = read_people(draw_scenarios(_TUNING_PEOPLE, seed, anchor.population))
        self.people = people.take(np.tile(np.arange(people.n), n_draws))
        self.draws = n_draws
        rows = np.repeat(np.arange(n_draws), people.n)
        values = {name: np.broadcast_to(v, n_draws) for name, v in p.values.items()}
        self.p = Assumptions(p.structure, values, np.zeros(n_draws)).take(rows)
        self.hazard = final_hazard(self.people, self.p)
        weeks = WEEKS.get(anchor.measure)
        if weeks:
            self.hazard *= self.people.columns["sessions_per_week"][:, None] * weeks
        sampling = (_logit(anchor.high) - _logit(anchor.low)) / (2 * 1.96)
        self.sd = math.hypot(sampling, _TUNING_SD)
        off = self.sd * random.standard_normal(n_draws) if noise else 0.0
        self.target = _logit(anchor.published) + off

    def misfit(self, log_hazard: Array) -> Array:
        """How far above the published rate, in variances."""
        scale = np.exp(np.repeat(log_hazard, self.people.n // self.draws))
        p = probability_of_hazard(self.people, self.p, self.hazard * scale[:, None])
        mean = p.reshape(self.draws, -1).mean(axis=1)
        off: Array = np.log(mean / (1 - mean)) - self.target
        return off / self.sd**2


def _logit(p: float) -> float:
    return math.log(p / (1 - p))


def _odds(p: float) -> float:
    return p / (1 - p)


def row_of(anchor: Anchor, value: float) -> dict[str, Any]:
    """Compare one computed figure with the published one."""
    first = ("id", "topic", "published", "low", "high", "interval", "role")
    return {
        **{name: getattr(anchor, name) for name in first},
        "ours": value,
        "passes": anchor.low <= value <= anchor.high,
        "note": anchor.note,
        "evidence": anchor.evidence,
    }


def simulator_model(p: Assumptions) -> Model:
    """A simulator with one set of parameters, as a model to check."""

    def of(frame: pd.DataFrame, sessions: ArrayLike) -> Array:
        return probability(read_people(frame), p, sessions)

    def by(frame: pd.DataFrame, fractions: ArrayLike) -> Array:
        return onset_distribution(read_people(frame), p, fractions)

    return Model(p.structure.replace("_", " "), of, by)
