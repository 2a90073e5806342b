"""Made-up athletes who look back at a cramp: ordinary sessions, and one with a cause.

Athletes, their pasts and the chance of a cramp come from the scenarios and the simulators
of the calibration; how much an athlete's ordinary sessions differ, and how strong a cause
is, is judgement.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskmodel.calibration.anchors import simulator_model
from riskmodel.calibration.checks import tuned_simulators
from riskmodel.calibration.people import People, draw_people, stream
from riskmodel.calibration.simulators import (
    final_hazard,
    past,
    probability_of_hazard,
    read_people,
    read_sessions,
    year_hazard,
)
from riskmodel.inputs.fields import FIELDS

N_ORDINARY = 5
CAUSES: Mapping[str, frozenset[str]] = {
    "heat": frozenset({"heat"}),
    "duration": frozenset({"duration", "preparedness"}),
    "effort": frozenset({"effort", "relative_effort"}),
    "race": frozenset({"competition"}),
    "no drink": frozenset({"fluid_loss", "sodium_deficit"}),
    "poor sleep": frozenset({"sleep"}),
    "sore": frozenset({"soreness", "hard_sessions"}),
}
"""What is planted, with the factors that it is found by."""
_TODAY = (
    "sleep_h", "hard_sessions_3d", "soreness_0_10", "urine_colour", "stress",
    "alcohol_24h", "caffeine", "warm_up_min",
)  # fmt: skip
_EFFORTS = np.array(list(FIELDS["relative_effort"].levels), dtype=object)


@dataclass(frozen=True)
class MadeUp:
    """Athletes who had a cramp in the session with the cause.

    `odds_ratio` is the simulators' own: the odds of a cramp in that session over those in
    the ordinary ones, of their mean chances.
    """

    sessions: list[dict]
    ordinary: list[list[dict]]
    cause: list[str]
    odds_ratio: np.ndarray


def draw(n_cramps: int, n_people: int, seed: int) -> MadeUp:
    """Draw people, let the simulators say who cramps, and keep the first of those."""
    people = _of_habit(draw_people(n_people, seed))
    people = simulator_model(tuned_simulators()[-1]).with_past(people, None, seed)
    random = stream(seed, "planted causes")
    cause = random.choice(list(CAUSES), n_people)
    planted = _planted(_ordinary(people.frame, seed + 99), people.frame, cause, random)
    chances = _chances(people, [planted])
    # Each athlete lives in one of the three worlds.
    lived = chances[np.arange(n_people) % len(chances), np.arange(n_people)]
    took = np.flatnonzero(random.random(n_people) < lived)[:n_cramps]
    assert took.size == n_cramps
    people = people.take(took)
    ordinary = [_ordinary(people.frame, seed + 1 + k) for k in range(N_ORDINARY)]
    rows = [frame.to_dict("records") for frame in ordinary]
    odds, usual = (
        _odds(p.mean(axis=0)) for p in (chances[:, took], _chances(people, ordinary))
    )
    return MadeUp(
        sessions=planted.iloc[took].to_dict("records"),
        ordinary=[list(sessions) for sessions in zip(*rows, strict=True)],
        cause=cause[took].tolist(),
        odds_ratio=odds / usual,
    )


def _chances(people: People, frames: list[pd.DataFrame]) -> np.ndarray:
    """Mean chance of a cramp in such sessions, of shape (n_simulators, n_people)."""
    athletes, sessions = read_people(people), [read_sessions(frame) for frame in frames]
    codes = athletes.planned.columns["cramp_sessions_12mo"]
    chances = []
    for p in tuned_simulators():
        before = past(year_hazard(athletes, p), p)
        each = [probability_of_hazard(before, codes, final_hazard(s, p)) for s in sessions]
        chances.append(np.mean(each, axis=0))
    return np.array(chances)


def _odds(p: np.ndarray) -> np.ndarray:
    return p / (1.0 - p)


def _of_habit(people: People) -> People:
    """The training session that somebody is used to, in place of the planned one."""
    frame = people.frame
    steps = frame["relative_effort"].map(FIELDS["relative_effort"].codes) - 1
    race = frame["competition"] == "yes"
    longest = np.maximum(frame["longest_recent_min"], frame["duration_min"])
    usual = frame.assign(
        session_rpe=(frame["session_rpe"] - 1.2 * steps - race).round().clip(1, 8),
        relative_effort="usual",
        competition="no",
        novelty="usual",
        longest_recent_min=longest,
    )
    return People(usual, people.year)


def _ordinary(habit: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The same people on another day."""
    n, random = len(habit), stream(seed, "ordinary day")
    inside = habit["sky"] == "indoor"
    step = random.choice(4, n, p=[0.20, 0.55, 0.20, 0.05])  # as in scenarios.toml

    def about(name: str, spread: object, digits: int = 0) -> pd.Series:
        field, values = FIELDS[name], habit[name] + spread * random.standard_normal(n)
        return values.round(digits).clip(field.low, field.high)

    times = np.exp(0.2 * random.standard_normal(n))
    litres = habit["fluid_intake_l_h"] * np.exp(0.3 * random.standard_normal(n))
    rpe = about("session_rpe", 0.7) + 1.2 * (step - 1)
    return habit.assign(
        **draw_people(n, seed).frame[list(_TODAY)],
        air_temperature_c=about("air_temperature_c", np.where(inside, 0.5, 4.0)),
        relative_humidity_pct=about("relative_humidity_pct", np.where(inside, 3.0, 10.0)),
        duration_min=(habit["duration_min"] * times / 5.0).round().clip(2, 288) * 5.0,
        relative_effort=_EFFORTS[step],
        session_rpe=rpe.round().clip(1, 10),
        fluid_intake_l_h=litres.round(2).clip(0, 3),
    )


def _planted(
    day: pd.DataFrame, habit: pd.DataFrame, cause: np.ndarray, random: np.random.Generator
) -> pd.DataFrame:
    """An ordinary day with one thing that is not."""
    n, day = len(day), day.copy()
    no_air = (habit["sky"] == "indoor") | (habit["sport"] == "swimming")
    cause[no_air & (cause == "heat")] = "effort"
    times = random.uniform(2.0, 3.0, n)
    strange = {
        "heat": {
            "air_temperature_c": random.uniform(34, 38, n).round(),
            "relative_humidity_pct": random.uniform(50, 70, n).round(),
            "sky": "clear",
        },
        "duration": {
            "duration_min": (habit["duration_min"] * times / 5.0).round().clip(2, 288) * 5.0
        },
        "effort": {
            "relative_effort": "all_out",
            "session_rpe": (habit["session_rpe"] + 3.0).clip(1, 10),
        },
        "race": {"competition": "yes"},
        "no drink": {"fluid_intake_l_h": 0.0},
        "poor sleep": {"sleep_h": (random.uniform(3.0, 4.5, n) * 2.0).round() / 2.0},
        "sore": {"soreness_0_10": 9.0, "hard_sessions_3d": 3.0},
    }
    for name, answers in strange.items():
        rows = cause == name
        for field, values in answers.items():
            day[field] = np.where(rows, values, day[field])
    return day
