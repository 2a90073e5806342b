"""Published figures: what the simulators are tuned to, and what they are tested by.

The table is ``data/anchors.csv``.  Each row names a population of
``data/scenarios.toml`` and what was measured in it; here the same is computed for any
model that gives a probability for every session.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from riskmodel.calibration.answers import shared_past, with_history
from riskmodel.calibration.assumptions import Assumptions
from riskmodel.calibration.people import People, draw_people, stream
from riskmodel.calibration.simulators import (
    NODE_WEIGHTS,
    final_hazard,
    onset_distribution,
    past,
    probability,
    probability_of_hazard,
    read_people,
    read_sessions,
    year_hazard,
)
from riskmodel.datasets import read_table

Array = NDArray[np.float64]

MONTH = 1 / 12
"""Share of a year; last month's cramps are taken as remembered (judgement)."""
_PEOPLE = 6000
_TUNING_PEOPLE = 250
# Populations differ in more than their sampling error: judgement, on log odds.  Rates
# that people were asked for later have 0.6, which their intervals hold already.
_TUNING_SD = 0.3
_SHARES = {"month": MONTH, "year": 1.0}
_BLOCKS = 12  # of people, from whose spread the Monte Carlo error is taken


@dataclass(frozen=True)
class Anchor:
    """One published figure and the population it was measured in.

    Tier A counts cramps felt in an event, asked then or right after.  Tier B was asked
    later, as a rule "ever".  Tier C measured another outcome or another exposure: shown,
    not counted.
    """

    id: str
    label: str
    topic: str
    tier: str
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


@dataclass(frozen=True, eq=False)
class Model:
    """A probability for every session, by one method.

    ``session`` gives that of a cramp in the planned session, ``period`` that of at least
    one remembered in a share of a year, ``by`` that of a cramp by each fraction of the
    session, of shape (n_fractions, n_people).  ``simulators`` are those that the past of
    its people went through.
    """

    name: str
    session: Callable[[People], Array]
    period: Callable[[People, float], Array]
    by: Callable[[People, ArrayLike], Array]
    simulators: tuple[Assumptions, ...]

    def with_past(self, people: People, population: str | None, seed: int) -> People:
        """People with the answer about past cramps that their year gave them."""
        n, many = len(people.frame), len(self.simulators)
        turns = [(np.arange(i, n, many), p) for i, p in enumerate(self.simulators)]
        before = shared_past(read_people(people), turns)
        return with_history(people, before, seed, population)


@dataclass(frozen=True)
class Measured:
    """A computed figure and its Monte Carlo error."""

    value: float
    error: float


@cache
def load_anchors() -> tuple[Anchor, ...]:
    """Read the published figures.

    Examples
    --------
    >>> sorted({anchor.role for anchor in load_anchors()})
    ['shown', 'test', 'tune']
    """
    anchors = []
    for row in read_table("anchors.csv"):
        numbers = {name: float(row[name]) for name in ("published", "low", "high")}
        anchors.append(Anchor(**{**row, **numbers}))  # type: ignore[arg-type]
    return tuple(anchors)


def measure(anchor: Anchor, model: Model, seed: int) -> Measured:
    """Compute for a model what was published, in the unit of the published figure."""
    parts, figure = _MEASURES[anchor.measure]
    of_people = parts(anchor, model, seed)
    block = np.arange(of_people.shape[-1]) % _BLOCKS
    values = [figure(of_people[:, block == i]) for i in range(_BLOCKS)]
    error = float(np.std(values, ddof=1) / math.sqrt(_BLOCKS))
    return Measured(figure(of_people), error)


# Figures of one population stand together in the table.
@lru_cache(maxsize=8)
def _people(population: str, model: Model, seed: int) -> People:
    return model.with_past(draw_people(_PEOPLE, seed, population), population, seed)


@lru_cache(maxsize=32)
def _chances(population: str, model: Model, seed: int) -> Array:
    return model.session(_people(population, model, seed))


def _sessions(anchor: Anchor, model: Model, seed: int) -> Array:
    return _chances(anchor.population, model, seed)[None]


def _period(share: float) -> Callable[[Anchor, Model, int], Array]:
    def of(anchor: Anchor, model: Model, seed: int) -> Array:
        return model.period(_people(anchor.population, model, seed), share)[None]

    return of


def _populations(anchor: Anchor, model: Model, seed: int) -> Array:
    names = (anchor.population, anchor.contrast)
    return np.stack([_chances(name, model, seed) for name in names])


def _answers(anchor: Anchor, model: Model, seed: int) -> Array:
    """The same people with one answer and with the other, each with the past it brings.

    ``some`` keeps those who gave an answer other than the second, as they are.
    """
    (name, first), (_, second) = _sides(anchor)
    people = draw_people(_PEOPLE, seed, anchor.population)
    numeric = pd.api.types.is_numeric_dtype(people.frame[name])
    if first == ["some"]:
        people = people.take(np.flatnonzero(people.frame[name] != second[0]))
        pair = [people, people.assign(**{name: second[0]})]
    else:
        answers = [float(a) if numeric else a for (a,) in (first, second)]
        pair = [people.assign(**{name: answer}) for answer in answers]
    return np.stack(
        [model.session(model.with_past(p, anchor.population, seed)) for p in pair]
    )


def _groups(anchor: Anchor, model: Model, seed: int) -> Array:
    """Chances, and who gave either answer: as a survey finds them."""
    (name, first), (_, second) = _sides(anchor)
    people = _people(anchor.population, model, seed)
    given = people.frame[name]
    p = _chances(anchor.population, model, seed)
    return np.stack([p, given.isin(first), given.isin(second)])


def _sides(anchor: Anchor) -> list[tuple[str, list[str]]]:
    sides = (side.split("=") for side in anchor.contrast.split("|"))
    return [(name, answers.split(",")) for name, answers in sides]


def _quantity(anchor: Anchor, model: Model, seed: int) -> Array:
    people = _people(anchor.population, model, seed)
    values = read_sessions(people.frame).columns[anchor.contrast]
    p = _chances(anchor.population, model, seed)
    return np.stack([p, np.asarray(values, dtype=np.float64)])


def _onset(
    fractions: Callable[[Anchor], ArrayLike],
) -> Callable[[Anchor, Model, int], Array]:
    def of(anchor: Anchor, model: Model, seed: int) -> Array:
        return model.by(_people(anchor.population, model, seed), fractions(anchor))

    return of


def _ratio(p: Array) -> float:
    return float(p[0].mean() / p[1].mean())


def _odds_ratio(p: Array) -> float:
    return _odds(float(p[0].mean())) / _odds(float(p[1].mean()))


def _odds_ratio_of_groups(parts: Array) -> float:
    p, one, other = parts[0], parts[1] > 0, parts[2] > 0
    return _odds(float(p[one].mean())) / _odds(float(p[other].mean()))


def _difference(parts: Array) -> float:
    """Mean of crampers minus that of the others, in standard deviations."""
    p, x = parts
    cramped, others = np.average(x, weights=p), np.average(x, weights=1 - p)
    return float((cramped - others) / x.std())


def _share_after(by: Array) -> float:
    return float(1.0 - by[0].mean() / by[1].mean())


def _mean_onset(by: Array) -> float:
    share = by.mean(axis=1)
    return float(1.0 - np.trapezoid(np.append(0.0, share / share[-1]), dx=1 / len(share)))


_GRID = np.linspace(0.0, 1.0, 17)[1:]
_MEASURES: Mapping[
    str, tuple[Callable[[Anchor, Model, int], Array], Callable[[Array], float]]
] = {
    "probability": (_sessions, lambda p: float(p.mean())),
    "month": (_period(_SHARES["month"]), lambda p: float(p.mean())),
    "year": (_period(_SHARES["year"]), lambda p: float(p.mean())),
    "population_ratio": (_populations, _ratio),
    "rate_ratio": (_answers, _ratio),
    "odds_ratio": (_answers, _odds_ratio),
    "odds_ratio_groups": (_groups, _odds_ratio_of_groups),
    "difference": (_quantity, _difference),
    "onset_after": (_onset(lambda anchor: [float(anchor.contrast), 1.0]), _share_after),
    "onset_mean": (_onset(lambda _: _GRID), _mean_onset),
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
        if anchor.role == "tune" and anchor.topic == "base rate"
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
        people = draw_people(_TUNING_PEOPLE, seed, anchor.population)
        athletes = read_people(people).take(np.tile(np.arange(_TUNING_PEOPLE), n_draws))
        rows = np.repeat(np.arange(n_draws), _TUNING_PEOPLE)
        values = {name: np.broadcast_to(v, n_draws) for name, v in p.values.items()}
        everyone = Assumptions(p.structure, values, np.zeros(n_draws)).take(rows)
        if anchor.measure == "probability":
            self.hazard = final_hazard(athletes.planned, everyone)
        else:
            self.hazard = _SHARES[anchor.measure] * year_hazard(athletes, everyone)
        if anchor.measure == "year":
            self.hazard *= everyone["proneness.recall"][:, None]
        self.shape = 1.0 / everyone["proneness.variance"][:, None]
        sampling = (_logit(anchor.high) - _logit(anchor.low)) / (2 * 1.96)
        self.sd = math.hypot(sampling, _TUNING_SD if anchor.tier == "A" else 0.0)
        off = self.sd * random.standard_normal(n_draws) if noise else 0.0
        self.target = _logit(anchor.published) + off

    def misfit(self, log_hazard: Array) -> Array:
        """How far above the published rate, in variances."""
        hazard = self.hazard * np.exp(np.repeat(log_hazard, _TUNING_PEOPLE))[:, None]
        # Of people of every past, so that the answers about it play no part.
        through = (self.shape / (self.shape + hazard)) ** self.shape @ NODE_WEIGHTS
        mean = 1.0 - through.reshape(len(log_hazard), -1).mean(axis=1)
        off: Array = np.log(mean / (1 - mean)) - self.target
        return off / self.sd**2


def _logit(p: float) -> float:
    return math.log(p / (1 - p))


def _odds(p: float) -> float:
    return p / (1 - p)


def row_of(anchor: Anchor, ours: Measured) -> dict[str, Any]:
    """Compare one computed figure with the published one."""
    first = ("id", "topic", "tier", "published", "low", "high", "interval", "role")
    return {
        **{name: getattr(anchor, name) for name in first},
        "ours": ours.value,
        "error": ours.error,
        "passes": anchor.low <= ours.value <= anchor.high,
        "note": anchor.note,
        "evidence": anchor.evidence,
    }


def simulator_model(p: Assumptions) -> Model:
    """A simulator with one set of parameters, as a model to check."""

    def session(people: People) -> Array:
        return probability(read_people(people), p)

    def period(people: People, share: float) -> Array:
        athletes = read_people(people)
        year = year_hazard(athletes, p)
        codes = athletes.planned.columns["cramp_sessions_12mo"]
        remembered = p["proneness.recall"] if share > MONTH else 1.0
        return probability_of_hazard(past(year, p), codes, share * remembered * year)

    def by(people: People, fractions: ArrayLike) -> Array:
        return onset_distribution(read_people(people), p, fractions)

    return Model(p.structure.replace("_", " "), session, period, by, (p,))
