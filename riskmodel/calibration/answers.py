"""What synthetic people answer about past cramps, drawn from the simulators' hazard."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from riskmodel.calibration.assumptions import Assumptions, Rows
from riskmodel.calibration.histories import EARLIER, MANY, NEVER, SEVERAL, SOME, Past
from riskmodel.calibration.people import People, population_table, stream
from riskmodel.calibration.simulators import NODE_WEIGHTS, Athletes, past, year_hazard
from riskmodel.datasets import read_toml
from riskmodel.inputs.fields import FIELDS

Array = NDArray[np.float64]

_ROUNDS = 400  # of drawing anew where a population has a share that ever cramped


def with_history(
    people: People, before: Past, seed: int, population: str | None = None
) -> People:
    """The same people with answers about past cramps and about their family.

    The same seed gives everybody the same luck, so that the past of somebody with another
    answer differs by what that answer does and by nothing else.  A population may say
    what share of it has ever cramped.
    """
    random = stream(seed, f"past {population}")
    n = len(before.mean)
    luck_of_family = random.random(n)
    answers, proneness = _draw(before, random)
    table = population_table(population).get("history", {})
    if "ever" in table:
        wanted = random.random(n) < table["ever"]
        for _ in range(_ROUNDS):
            wrong = (answers != NEVER) != wanted
            if not wrong.any():
                break
            again, other = _draw(before, random)
            answers = np.where(wrong, again, answers)
            proneness = np.where(wrong, other, proneness)
        else:
            raise RuntimeError(f"Population {population} cannot have cramped so often.")
    family = read_toml("scenarios.toml")["athlete"]["family_cramps"]
    log_odds = np.log(family["share"] / (1 - family["share"]))
    chance = special.expit(log_odds + family["by_proneness"] * (proneness - 1.0))
    relatives = np.where(luck_of_family < chance, "yes", "no").astype(object)
    return people.assign(cramp_sessions_12mo=answers, family_cramps=relatives)


def shared_past(athletes: Athletes, parts: Iterable[tuple[Rows, Assumptions]]) -> Past:
    """The past of athletes, each part of whom goes through one of the simulators."""
    n = athletes.planned.n
    mean, earlier, variance = np.empty((n, NODE_WEIGHTS.size)), np.empty(n), np.empty(n)
    for rows, p in parts:
        before = past(year_hazard(athletes.take(rows), p), p)
        mean[rows] = before.mean
        earlier[rows] = np.ravel(before.earlier_years)
        variance[rows] = np.ravel(before.variance)
    return Past(mean, earlier[:, None], variance[:, None])


def answer_codes(people: People) -> NDArray[np.int64]:
    """Codes of the answers about past cramps."""
    name = "cramp_sessions_12mo"
    return np.asarray(people.frame[name].map(FIELDS[name].codes), dtype=np.int64)


def _draw(before: Past, random: np.random.Generator) -> tuple[NDArray[np.object_], Array]:
    """Answers and the proneness behind them."""
    n = len(before.mean)
    luck, variance = random.random((4, n)), np.ravel(before.variance)
    node = (luck[0][:, None] > np.cumsum(NODE_WEIGHTS[:-1])).sum(axis=1)
    proneness = variance * special.gammaincinv(1.0 / variance, luck[1])
    mean = proneness * before.mean[np.arange(n), node]
    count = stats.poisson.ppf(luck[2], mean)
    ever = stats.poisson.ppf(luck[3], mean * np.ravel(before.earlier_years)) > 0
    answers = np.select(
        [count >= 6, count >= 3, count >= 1, ever], [MANY, SEVERAL, SOME, EARLIER], NEVER
    )
    return answers.astype(object), proneness
