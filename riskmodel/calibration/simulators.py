"""Three ways in which a cramp may come about, as a hazard in 15-minute steps.

A different kind of thing from the scorecard, which none of this may import: states
that build up while the session lasts, people who are prone to cramps to a degree that
only their past tells about, and parameters from ``data/simulators.toml``.

For a person of proneness ``u`` the chance to get through without a cramp is
``exp(-u L)``, where ``L`` is the hazard summed over the session.  Proneness is gamma
distributed, cramps of the last year are Poisson counts around it, and both can be
summed in closed form, so that no probability needs a random number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from riskmodel.calibration.assumptions import Assumptions, Rows
from riskmodel.calibration.people import yearly_exposure
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.problems import AnswerError
from riskmodel.inputs.reading import read_frame
from riskmodel.physiology.plan import plan_quantities

Array = NDArray[np.float64]

STEP_H = 0.25
_BLOCK = 8192

# Three nodes stand for a normal deviation (Gauss-Hermite); exact to the fifth power.
_NODES = np.array([-np.sqrt(3.0), 0.0, np.sqrt(3.0)])
_WEIGHTS = np.array([1.0, 4.0, 1.0]) / 6.0
# Two deviations: what a person can stand, and what they sweat.
_STANDS, _SWEATS = np.repeat(_NODES, 3), np.tile(_NODES, 3)
_NODE_WEIGHTS = np.outer(_WEIGHTS, _WEIGHTS).ravel()

# The counts of the answers about the last 12 months; the last is everything else.
_HISTORY_COUNTS = ((0,), (1, 2), (3, 4, 5))


@dataclass(frozen=True)
class People:
    """What the simulators read of a session and its athlete, as arrays."""

    columns: Mapping[str, NDArray[Any]]
    exposure_h: Array

    @property
    def n(self) -> int:
        """How many sessions."""
        return len(self.exposure_h)

    def take(self, rows: Rows) -> People:
        """Return some of the sessions."""
        chosen = {name: values[rows] for name, values in self.columns.items()}
        return People(chosen, self.exposure_h[rows])


def read_people(frame: pd.DataFrame) -> People:
    """Read complete sessions and the physiology behind them.

    ValueError if one of them cannot be scored.
    """
    answers = read_frame(frame)
    if not answers.usable().all():
        raise AnswerError(answers.problems[:1])
    n = len(frame)
    pieces = []
    for start in range(0, n, _BLOCK):
        block = slice(start, start + _BLOCK)
        part = {name: values[block] for name, values in answers.columns.items()}
        pieces.append(plan_quantities(part, min(_BLOCK, n - start)))
    columns = {name: np.concatenate([p[name] for p in pieces]) for name in pieces[0]}
    exposure_h = yearly_exposure(
        columns["sessions_per_week"],
        columns["duration_min"],
        np.where(columns["competition"] == _code("competition", "yes"), "yes", "no"),
    )
    return People(columns, exposure_h)


def log_hazard_of_person(people: People, p: Assumptions) -> Array:
    """Log-hazard for who the athlete is and what kind of session it is."""
    c = people.columns
    conditions = c["conditions"]
    grave = ("liver", "dialysis", "neuropathy", "spinal_stenosis", "poor_circulation")
    trimester = c["pregnancy_trimester"]
    log_hazard: Array = (
        p["per_decade_over_35"] * np.maximum(c["age_years"] - 35.0, 0.0) / 10.0
        + p["male"] * (c["sex"] == _code("sex", "male"))
        + p["any_medicine"] * (c["medications"] > 0)
        + p["every_condition"] * np.bitwise_count(np.maximum(conditions, 0))
        + p["grave_condition"] * _any_of(conditions, "conditions", grave)
        + p["injury_recovered"] * (c["muscle_injury_12mo"] == 1)
        + p["injury_sore"] * (c["muscle_injury_12mo"] == 2)
        + p["trimester_2"] * (trimester == 2)
        + p["trimester_3"] * (trimester == 3)
        + p["no_strength_training"] * (c["strength_training"] == 0)
        + p["bmi_per_unit_over_25"] * np.maximum(c["bmi_kg_m2"] - 25.0, 0.0)
        + p["race"] * (c["competition"] == _code("competition", "yes"))
        + p["new_activity"] * (c["novelty"] == _code("novelty", "new_activity"))
    )
    return log_hazard


def cumulative_hazard(
    people: People, p: Assumptions, deviations: tuple[Array, Array], n_steps: int
) -> Array:
    """Hazard summed to the end of every step, for a proneness of 1.

    How far what people can stand, and what they sweat, are from what the answers say is
    given in standard deviations, of shape (n_sessions, n_nodes).  Steps are `STEP_H`
    long; a session that is over adds nothing.  Of shape (n_steps, n_sessions, n_nodes).
    """
    c = people.columns
    stands, sweats = deviations
    hours = (c["duration_min"] / 60.0)[:, None]
    rate, fatigue = _fatigue_rate_and_start(people, p)
    rate = rate[:, None] * np.exp(-_tall(p["fatigue.person_sd"]) * stands)
    recovery_h = _tall(p["fatigue.recovery_h"])
    sweat = np.exp(_tall(p["fluid.sweat_sd"]) * sweats)
    salt = sweat * np.exp(_tall(p["fluid.sodium_sd"]) * 0.5 * sweats)
    mass = c["body_mass_kg"][:, None]
    drunk_l_h = (c["fluid_intake_l"] / c["duration_min"] * 60.0)[:, None]
    loss_pct_h = (c["sweat_rate_l_h"][:, None] * sweat - drunk_l_h) / mass * 100.0
    sodium_g_h = (
        c["sodium_loss_mg"][:, None] * salt
        - (c["sodium_loss_mg"] - c["sodium_deficit_mg"])[:, None]
    ) / (1000.0 * hours)
    dark = c["urine_colour"] == _code("urine_colour", "dark")
    start_pct = (np.asarray(p["fluid.dark_urine_pct"]) * dark)[:, None]
    free_pct = _tall(p["fluid.free_loss_pct"])
    base = _tall(log_hazard_of_person(people, p) + p.log_hazard)
    by_fatigue, by_loss, by_sodium = (
        _tall(p[f"by.{name}"]) for name in ("fatigue", "loss_per_pct", "sodium_per_g")
    )
    fatigue = np.broadcast_to(fatigue[:, None], rate.shape)
    summed = np.zeros((n_steps, *rate.shape))
    total = np.zeros(rate.shape)
    kept = np.exp(-STEP_H / 2.0 / recovery_h)
    for step in range(n_steps):
        length_h = np.clip(hours - step * STEP_H, 0.0, STEP_H)
        middle_h = step * STEP_H + length_h / 2.0
        halfway = fatigue * kept + rate * recovery_h * (1.0 - kept)
        loss = np.maximum(start_pct + loss_pct_h * middle_h - free_pct, 0.0)
        sodium = np.maximum(sodium_g_h * middle_h, 0.0)
        hazard = np.exp(base + by_fatigue * halfway + by_loss * loss + by_sodium * sodium)
        total = total + hazard * length_h
        summed[step] = total
        fatigue = halfway * kept + rate * recovery_h * (1.0 - kept)
    return summed


def _fatigue_rate_and_start(people: People, p: Assumptions) -> tuple[Array, Array]:
    c = people.columns
    intensity = (c["session_rpe"] / 5.0) ** p["fatigue.intensity_power"]
    step = c["relative_effort"] - _code("relative_effort", "usual")
    used = np.minimum(c["heat_days_14d"], 10.0) / 10.0
    # In the water it is not known, and the air adds nothing.
    wbgt_c = np.nan_to_num(c["wbgt_c"])
    warm = np.maximum(wbgt_c - 15.0, 0.0) / 10.0
    hot = np.maximum(wbgt_c - 28.0, 0.0) / 10.0
    heat = p["fatigue.heat_per_10_degrees"] * warm + p["fatigue.heat_beyond_28"] * hot
    heat = heat * (1 - p["fatigue.heat_less_if_used"] * used)
    longest_h = np.maximum(c["longest_recent_min"], 20.0) / 60.0
    power = p["fatigue.capacity_by_longest"]
    capacity_h = longest_h**power * 1.5 ** (1.0 - power)
    rate = (
        intensity
        * np.exp(p["fatigue.relative_effort_step"] * step)
        * (1 + heat)
        / capacity_h
    )
    start = (
        p["fatigue.start_soreness"] * c["soreness_0_10"] / 10.0
        + p["fatigue.start_hard_session"] * np.minimum(c["hard_sessions_3d"], 3.0)
        + p["fatigue.start_short_sleep"] * np.maximum(7.0 - c["sleep_h"], 0.0)
    )
    return rate, start


def get_through(
    hazard: ArrayLike, history: NDArray[Any], mean: Array, variance: Array
) -> Array:
    """Chance of no cramp, given the code of how many the last year brought.

    `hazard` of shape (n_sessions, ...) is that for a proneness of 1, at which `mean`
    cramps of a year are expected.  Proneness is gamma distributed with mean 1 and this
    variance, so counts are negative binomial and the sum over it has a closed form.

    Examples
    --------
    >>> import numpy as np
    >>> never = get_through([1.0], np.array([0]), np.array(0.5), np.array(1.0))
    >>> round(float(never[0]), 12)  # by hand: (1 + 0.5) / (1 + 0.5 + 1)
    0.6
    """
    hazard = np.asarray(hazard, dtype=np.float64)
    wide = (-1,) + (1,) * (hazard.ndim - 1)
    shape = np.broadcast_to(1.0 / variance, history.shape).reshape(wide)
    mean = np.broadcast_to(mean, history.shape).reshape(wide)
    codes = history.reshape(wide)

    def joint(extra: Array | float) -> Array:
        """Chance of this answer and of getting through `extra` more hazard."""
        everything = (shape / (shape + extra)) ** shape
        term = (shape / (shape + mean + extra)) ** shape
        chances = []
        n = 0
        for counts in _HISTORY_COUNTS:
            chance = np.zeros_like(term)
            for _ in counts:
                chance = chance + term
                term = term * (shape + n) / (n + 1.0) * mean / (shape + mean + extra)
                n += 1
            chances.append(chance)
        rest = everything - sum(chances)
        return np.select([codes == i for i in range(3)], chances, rest)

    through: Array = joint(hazard) / np.maximum(joint(0.0 * hazard), 1e-300)
    return np.clip(through, 0.0, 1.0)


def probability(people: People, p: Assumptions, sessions: ArrayLike = 1.0) -> Array:
    """Probability of a cramp, with everything nobody can know summed over.

    With one set of assumptions for all sessions, or one for each; of so many sessions
    like this one, at least one with a cramp.
    """
    hazard = final_hazard(people, p) * np.broadcast_to(sessions, people.n)[:, None]
    return probability_of_hazard(people, p, hazard)


def final_hazard(people: People, p: Assumptions) -> Array:
    """Hazard of the whole session for each of the 9 nodes of what nobody can know."""
    hazard = np.empty((people.n, _NODE_WEIGHTS.size))
    steps = _steps(people)
    order = np.argsort(steps, kind="stable")
    for start in range(0, people.n, _BLOCK // 4):
        rows = order[start : start + _BLOCK // 4]
        some, q = people.take(rows), p.take(rows) if np.ndim(p.log_hazard) else p
        shape = (some.n, _NODE_WEIGHTS.size)
        nodes = (np.broadcast_to(_STANDS, shape), np.broadcast_to(_SWEATS, shape))
        hazard[rows] = cumulative_hazard(some, q, nodes, int(steps[rows[-1]]))[-1]
    return hazard


def probability_of_hazard(people: People, p: Assumptions, hazard: Array) -> Array:
    """Sum the chance of a cramp over the nodes of `final_hazard`."""
    through: Array = get_through(hazard, *_history(people, p)) @ _NODE_WEIGHTS
    return 1.0 - through


def onset_distribution(people: People, p: Assumptions, fractions: ArrayLike) -> Array:
    """Probability of a cramp by each fraction of the session, from 0 to 1.

    Of shape (n_fractions, n_sessions), with one set of assumptions for all sessions.
    """
    steps = int(_steps(people).max())
    shape = (people.n, _NODE_WEIGHTS.size)
    nodes = (np.broadcast_to(_STANDS, shape), np.broadcast_to(_SWEATS, shape))
    hazard = cumulative_hazard(people, p, nodes, steps)
    hazard = np.concatenate([np.zeros((1, *shape)), hazard])
    ends_h = people.columns["duration_min"] / 60.0
    rows = []
    everyone = np.arange(people.n)
    for fraction in np.atleast_1d(fractions):
        # The hazard is a straight line within a step.
        last = np.ceil(ends_h / STEP_H - 1e-9).astype(np.int64) - 1
        step = np.minimum((fraction * ends_h / STEP_H).astype(np.int64), last)
        low, high = hazard[step, everyone], hazard[step + 1, everyone]
        length_h = np.minimum(STEP_H, ends_h - step * STEP_H)
        share = ((fraction * ends_h - step * STEP_H) / length_h)[:, None]
        rows.append(probability_of_hazard(people, p, low + share * (high - low)))
    return np.array(rows)


def _history(people: People, p: Assumptions) -> tuple[NDArray[Any], Array, Array]:
    mean = p["proneness.cramps_per_hour"] * people.exposure_h
    return people.columns["cramp_sessions_12mo"], mean, p["proneness.variance"]


def _steps(people: People) -> NDArray[np.int64]:
    return np.ceil(people.columns["duration_min"] / 60.0 / STEP_H - 1e-9).astype(np.int64)


def _tall(values: ArrayLike) -> Array:
    """Stand a number, or one number for every session, beside the nodes."""
    array = np.asarray(values, dtype=np.float64)
    return array if array.ndim == 0 else array[:, None]


def _code(quantity: str, level: str) -> int:
    return FIELDS[quantity].codes[level]


def _any_of(bits: NDArray[Any], quantity: str, items: tuple[str, ...]) -> NDArray[np.bool_]:
    mask = sum(1 << _code(quantity, item) for item in items)
    flags: NDArray[np.bool_] = (np.maximum(bits, 0) & mask) > 0
    return flags
