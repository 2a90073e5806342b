"""Three ways in which a cramp may come about, as a hazard that grows with the share.

A different kind of thing from the scorecard, which none of this may import: a hazard
that depends on the share of one's own limit at the chosen effort, states that build up
while the session lasts, people who are prone to cramps to a degree that only their past
tells about, and parameters from ``data/simulators.toml``.

A plan twice as long at the same effort comes nearer to the limit, but not twice as near,
because people pace: what they can do at "7 of 10" grows with what they set out to do.
Within a session the share grows with time, and the hazard with a high power of it, so
that cramps come late; a small part is spread evenly.

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
from riskmodel.calibration.histories import Past
from riskmodel.calibration.people import People
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.problems import AnswerError
from riskmodel.inputs.reading import read_frame
from riskmodel.physiology.plan import plan_quantities

Array = NDArray[np.float64]

N_STEPS = 12
"""Parts of a session, of equal length, over which the hazard is summed."""
_BLOCK = 8192

# Three nodes stand for a normal deviation (Gauss-Hermite); exact to the fifth power.
_NODES = np.array([-np.sqrt(3.0), 0.0, np.sqrt(3.0)])
_WEIGHTS = np.array([1.0, 4.0, 1.0]) / 6.0
# Two deviations: what a person can stand, and what they sweat.
_STANDS, _SWEATS = np.repeat(_NODES, 3), np.tile(_NODES, 3)
NODE_WEIGHTS = np.outer(_WEIGHTS, _WEIGHTS).ravel()


@dataclass(frozen=True)
class Sessions:
    """What the simulators read of some sessions and their athletes, as arrays."""

    columns: Mapping[str, NDArray[Any]]

    @property
    def n(self) -> int:
        """How many sessions."""
        return len(self.columns["duration_min"])

    def take(self, rows: Rows) -> Sessions:
        """Return some of the sessions."""
        return Sessions({name: values[rows] for name, values in self.columns.items()})


def read_sessions(frame: pd.DataFrame) -> Sessions:
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
    return Sessions({name: np.concatenate([p[name] for p in pieces]) for name in pieces[0]})


@dataclass(frozen=True)
class Athletes:
    """What the simulators read of people: the planned session and the rest of the year."""

    planned: Sessions
    year: tuple[tuple[Sessions, Array], ...]

    def take(self, rows: Rows) -> Athletes:
        """Return some of the athletes."""
        year = tuple((sessions.take(rows), times[rows]) for sessions, times in self.year)
        return Athletes(self.planned.take(rows), year)


def read_people(people: People) -> Athletes:
    """Read the sessions of synthetic people; ValueError if one cannot be scored."""
    year = tuple((read_sessions(frame), times) for frame, times in people.year)
    return Athletes(read_sessions(people.frame), year)


def log_hazard_of_person(sessions: Sessions, p: Assumptions) -> Array:
    """Log-hazard for who the athlete is and what kind of session it is."""
    c = sessions.columns
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
    sessions: Sessions, p: Assumptions, deviations: tuple[Array, Array]
) -> Array:
    """Hazard summed to the end of every part of the session, for a proneness of 1.

    How far what people can stand, and what they sweat, are from what the answers say is
    given in standard deviations, of shape (n_sessions, n_nodes).  Of shape
    (N_STEPS, n_sessions, n_nodes).
    """
    stands, sweats = deviations
    log_share = (
        log_share_of_limit(sessions, p)[:, None] - _tall(p["share.person_sd"]) * stands
    )
    person = _tall(log_hazard_of_person(sessions, p) + p.log_hazard)
    base = person + _tall(p["by.share"]) * log_share
    loss_pct_h, sodium_g_h, start_pct = _losses(sessions, p, sweats)
    hours = (sessions.columns["duration_min"] / 60.0)[:, None]
    free_pct = _tall(p["fluid.free_loss_pct"])
    by_loss, by_sodium = (_tall(p[f"by.{n}"]) for n in ("loss_per_pct", "sodium_per_g"))
    early, power = _tall(p["share.early"]), _tall(p["share.late_power"])
    summed = np.zeros((N_STEPS, *stands.shape))
    total, done = np.zeros(stands.shape), np.zeros(1)
    for step in range(N_STEPS):
        end = (step + 1) / N_STEPS
        middle_h = hours * (step + 0.5) / N_STEPS
        loss = np.maximum(start_pct + loss_pct_h * middle_h - free_pct, 0.0)
        sodium = np.maximum(sodium_g_h * middle_h, 0.0)
        reached = early * end + (1.0 - early) * end**power
        rise = np.exp(base + by_loss * loss + by_sodium * sodium)
        total = total + rise * (reached - done)
        summed[step], done = total, reached
    return summed


def log_share_of_limit(sessions: Sessions, p: Assumptions) -> Array:
    """Log of the share of one's own limit that the plan reaches.

    Against a session of 90 minutes at an effort of 5 of 10 by somebody whose longest
    recent one was as long.
    """
    c = sessions.columns
    step = c["relative_effort"] - _code("relative_effort", "usual")
    used = np.minimum(c["heat_days_14d"], 10.0) / 10.0
    # In the water it is not known, and the air adds nothing.
    wbgt_c = np.nan_to_num(c["wbgt_c"])
    warm = np.maximum(wbgt_c - 15.0, 0.0) / 10.0
    hot = np.maximum(wbgt_c - 28.0, 0.0) / 10.0
    heat = p["share.heat_per_10_degrees"] * warm + p["share.heat_beyond_28"] * hot
    longest_h = np.maximum(c["longest_recent_min"], 20.0) / 60.0
    log_share: Array = (
        np.log(c["duration_min"] / 90.0)
        - p["share.by_longest"] * np.log(longest_h / 1.5)
        + p["share.per_step_of_effort"] * (c["session_rpe"] - 5.0)
        + p["share.per_step_against_usual"] * step
        + np.log1p(heat * (1 - p["share.heat_less_if_used"] * used))
        + p["share.soreness_of_10"] * c["soreness_0_10"] / 10.0
        + p["share.hard_session"] * np.minimum(c["hard_sessions_3d"], 3.0)
        + p["share.hour_short_of_sleep"] * np.maximum(7.0 - c["sleep_h"], 0.0)
    )
    return log_share


def _losses(
    sessions: Sessions, p: Assumptions, sweats: Array
) -> tuple[Array, Array, Array]:
    """Body mass [% an hour] and sodium [g an hour] lost, and mass missing at the start."""
    c = sessions.columns
    hours = (c["duration_min"] / 60.0)[:, None]
    sweat = np.exp(_tall(p["fluid.sweat_sd"]) * sweats)
    salt = sweat * np.exp(_tall(p["fluid.sodium_sd"]) * 0.5 * sweats)
    drunk_l_h = c["fluid_intake_l"][:, None] / hours
    mass = c["body_mass_kg"][:, None]
    loss_pct_h = (c["sweat_rate_l_h"][:, None] * sweat - drunk_l_h) / mass * 100.0
    drunk_mg = (c["sodium_loss_mg"] - c["sodium_deficit_mg"])[:, None]
    sodium_g_h = (c["sodium_loss_mg"][:, None] * salt - drunk_mg) / (1000.0 * hours)
    dark = c["urine_colour"] == _code("urine_colour", "dark")
    return loss_pct_h, sodium_g_h, (np.asarray(p["fluid.dark_urine_pct"]) * dark)[:, None]


def final_hazard(sessions: Sessions, p: Assumptions) -> Array:
    """Hazard of whole sessions for each of the 9 nodes of what nobody can know."""
    hazard = np.empty((sessions.n, NODE_WEIGHTS.size))
    for start in range(0, sessions.n, _BLOCK):
        rows = slice(start, start + _BLOCK)
        some, q = sessions.take(rows), p.take(rows) if np.ndim(p.log_hazard) else p
        hazard[rows] = cumulative_hazard(some, q, _nodes(some.n))[-1]
    return hazard


def year_hazard(athletes: Athletes, p: Assumptions) -> Array:
    """Hazard of a whole year, of shape (n_athletes, n_nodes)."""
    hazard = np.zeros((athletes.planned.n, NODE_WEIGHTS.size))
    for sessions, times in athletes.year:
        hazard += final_hazard(sessions, p) * times[:, None]
    return hazard


def past(year: Array, p: Assumptions) -> Past:
    """What people of proneness 1 will remember of a year of such hazard."""
    recall, earlier, variance = (
        _tall(p[f"proneness.{name}"]) for name in ("recall", "earlier_years", "variance")
    )
    return Past(recall * year, earlier, variance)


def probability(athletes: Athletes, p: Assumptions) -> Array:
    """Probability of a cramp in the planned session, given the answer about past ones.

    With one set of assumptions for all athletes, or one for each; everything nobody can
    know is summed over.
    """
    hazard = final_hazard(athletes.planned, p)
    codes = athletes.planned.columns["cramp_sessions_12mo"]
    return probability_of_hazard(past(year_hazard(athletes, p), p), codes, hazard)


def probability_of_hazard(before: Past, codes: NDArray[Any], hazard: Array) -> Array:
    """Chance of a cramp, given the past and the answer about it."""
    chance = before.by_code(codes) @ NODE_WEIGHTS
    through: Array = (before.by_code(codes, hazard) @ NODE_WEIGHTS) / chance
    return np.clip(1.0 - through, 0.0, 1.0)


def onset_distribution(athletes: Athletes, p: Assumptions, fractions: ArrayLike) -> Array:
    """Probability of a cramp by each fraction of the session, from 0 to 1.

    Of shape (n_fractions, n_athletes), with one set of assumptions for all athletes.
    """
    sessions = athletes.planned
    hazard = cumulative_hazard(sessions, p, _nodes(sessions.n))
    hazard = np.concatenate([np.zeros((1, *hazard.shape[1:])), hazard])
    before = past(year_hazard(athletes, p), p)
    codes = sessions.columns["cramp_sessions_12mo"]
    rows = []
    for fraction in np.atleast_1d(fractions):
        # The hazard is a straight line within a part.
        step = min(int(fraction * N_STEPS), N_STEPS - 1)
        share = fraction * N_STEPS - step
        reached = hazard[step] + share * (hazard[step + 1] - hazard[step])
        rows.append(probability_of_hazard(before, codes, reached))
    return np.array(rows)


def _nodes(n: int) -> tuple[Array, Array]:
    shape = (n, NODE_WEIGHTS.size)
    return np.broadcast_to(_STANDS, shape), np.broadcast_to(_SWEATS, shape)


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
