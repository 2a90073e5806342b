"""The levers: what a person can change about a session, one row each.

A lever looks at the plan and says which answers it would change, or None where it
does not apply.  What the change is worth is counted elsewhere, by the whole chain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from riskmodel.inputs.fields import FIELDS
from riskmodel.physiology.air import saturation_pressure_hpa
from riskmodel.scoring.guards import ACCLIMATISED_DAYS
from riskmodel.whatif.drinking import (
    DRINK_STEP_L_H,
    LOSS_TO_STAY_BELOW_PCT,
    MOST_DRINK_L_H,
    enough_to_drink_l_h,
    rounded_down_l_h,
    sure_sweat_l_h,
)
from riskmodel.whatif.seen import Plan

# Steps that a person can take in, all our judgement.
COOLER_C = 5.0
COOLER_WBGT_C = 2.5  # what 5 °C less at the same dew point does to a WBGT near 25 °C
INDOOR_C, INDOOR_PCT, FAN_M_S = 20.0, 50.0, 2.0
SHORTER = 0.75
EASIER_RPE, PACED_RPE = 2.0, 1.0
WARM_UP_MIN = 10.0
SLEEP_H = 8.0
HEAT_DAYS = float(ACCLIMATISED_DAYS)
HEAT_WORTH_WBGT_C = 23.0  # below it, getting used to heat is no plan for a cool day
SESSIONS_PER_WEEK = 3.0
DRINK_SODIUM_MG_L = 500.0  # a usual sports drink
# Sports with a machine, or a hall, that can take them indoors: our judgement.
_INDOORS = ("running", "cycling", "walking", "rowing", "gym_strength", "circuit_hiit")
_EFFORTS = list(FIELDS["relative_effort"].levels)
_ABSOLUTE_ZERO_C = -273.15

When = Literal["now", "weeks"]
Changes = dict[str, Any] | None


@dataclass(frozen=True)
class Lever:
    """One thing to change.

    Attributes
    ----------
    name, label, sentence : str
    when : {"now", "weeks"}
        For this session, or over the weeks before one like it.
    covers : str
        The piece of advice it stands for, see ``data/README.md``.
    change : callable
        From a plan to the answers to set, or None.
    for_safety : bool
        Shown even if it saves no points.
    """

    name: str
    label: str
    sentence: str
    when: When
    covers: str
    change: Callable[[Plan], Changes]
    for_safety: bool = False


def _cooler(plan: Plan) -> Changes:
    if not plan.asked("air_temperature_c"):
        return None
    air_c = plan.given["air_temperature_c"]
    if plan.race or plan.inside or air_c - COOLER_C < FIELDS["air_temperature_c"].low:
        return None
    # The same vapour in cooler air; what would be beyond 100 % falls as dew.
    warm, cool = (
        float(saturation_pressure_hpa(np.asarray(t - _ABSOLUTE_ZERO_C)))
        for t in (air_c, air_c - COOLER_C)
    )
    humidity = min(plan.given["relative_humidity_pct"] * warm / cool, 100.0)
    changes = {
        "air_temperature_c": air_c - COOLER_C,
        "relative_humidity_pct": float(round(humidity)),
    }
    if "wbgt_c" in plan.given:
        changes["wbgt_c"] = max(plan.given["wbgt_c"] - COOLER_WBGT_C, FIELDS["wbgt_c"].low)
    return changes


def _shade(plan: Plan) -> Changes:
    sunny = plan.asked("sky") and plan.given.get("sky") in (None, "clear", "partly")
    if not sunny or plan.physiology["solar_radiation_w_m2"] <= 0 or "wbgt_c" in plan.given:
        return None
    return {"sky": "shade", "solar_radiation_w_m2": None}


def _indoors(plan: Plan) -> Changes:
    if plan.race or plan.inside or plan.given["sport"] not in _INDOORS:
        return None
    room = {
        "sky": "indoor",
        "air_temperature_c": INDOOR_C,
        "relative_humidity_pct": INDOOR_PCT,
        "wind_speed_m_s": FAN_M_S,
    }
    return room | dict.fromkeys(("solar_radiation_w_m2", "wbgt_c"))


def _shorter(plan: Plan) -> Changes:
    minutes = 5.0 * round(plan.given["duration_min"] * SHORTER / 5.0)
    if plan.race or minutes < 15.0:
        return None
    return {"duration_min": minutes}


def _easier(plan: Plan, step: float = EASIER_RPE) -> Changes:
    rpe = plan.given["session_rpe"]
    changes: dict[str, Any] = {"session_rpe": max(rpe - step, FIELDS["session_rpe"].low)}
    effort = plan.given.get("relative_effort")
    if effort in _EFFORTS[1:]:
        changes["relative_effort"] = _EFFORTS[_EFFORTS.index(effort) - 1]
    return changes


def _drink(plan: Plan) -> Changes:
    target = enough_to_drink_l_h(plan)
    hours = plan.given["duration_min"] / 60.0
    planned_l_h = plan.physiology["fluid_intake_l"] / hours
    if target is None or target <= planned_l_h + DRINK_STEP_L_H / 2.0:
        return None
    return {"fluid_intake_l_h": target}


def _drink_less(plan: Plan) -> Changes:
    if not plan.physiology["drinking_exceeds_sweat"]:
        return None
    target = rounded_down_l_h(sure_sweat_l_h(plan, plan.physiology["sweat_rate_l_h"]))
    return {"fluid_intake_l_h": target} if target > 0 else None


def _hydrate(plan: Plan) -> Changes:
    if plan.physiology["drinking_exceeds_sweat"]:
        return None
    return _where("start_hydration", urine_colour="pale")(plan)


def _acclimatise(plan: Plan) -> Changes:
    # Not known in the water: no reason for it either.
    if not plan.physiology["wbgt_c"] >= HEAT_WORTH_WBGT_C:
        return None
    return _where("heat", heat_days_14d=HEAT_DAYS)(plan)


def _salt(plan: Plan) -> Changes:
    drinks = plan.physiology["fluid_intake_l"] > 0
    if not drinks or plan.given.get("drink_sodium_mg_l", 0.0) >= DRINK_SODIUM_MG_L:
        return None
    return {"drink_sodium_mg_l": DRINK_SODIUM_MG_L}


def _rest(plan: Plan) -> Changes:
    """One day later: a day more of rest, a day further from hard sessions."""
    given = plan.given
    changes = {}
    if given.get("hard_sessions_3d", 0.0) > 0:
        changes["hard_sessions_3d"] = max(given["hard_sessions_3d"] - 1.0, 0.0)
    most = FIELDS["rest_days_7d"].high
    if given.get("rest_days_7d", most) < most:
        changes["rest_days_7d"] = min(given["rest_days_7d"] + 1.0, most)
    if given.get("soreness_0_10", 0.0) > 0:
        changes["soreness_0_10"] = max(given["soreness_0_10"] - 2.0, 0.0)
    return None if plan.race or not changes else changes


def _build_up(plan: Plan) -> Changes:
    changes: dict[str, Any] = {}
    minutes = plan.given["duration_min"]
    if plan.given.get("longest_recent_min", 0.0) < minutes:
        changes["longest_recent_min"] = minutes
    if plan.given.get("novelty", "usual") != "usual":
        changes["novelty"] = "usual"
    return changes or None


def _where(factor: str, **changes: Any) -> Callable[[Plan], Changes]:
    """Set answers where the factor still has points."""
    return lambda plan: dict(changes) if plan.points.get(factor) else None


LEVERS = (
    Lever(
        "cooler",
        f"Start when it is {COOLER_C:g} °C ({COOLER_C * 1.8:g} °F) cooler",
        "Often early in the morning or late in the evening. The air then holds the same "
        "vapour, so its humidity is higher.",
        "now",
        "P7",
        _cooler,
    ),
    Lever(
        "shade", "Stay in the shade", "Choose a shaded route or field.", "now", "P7", _shade
    ),
    Lever(
        "indoors",
        f"Go indoors, at {INDOOR_C:g} °C ({INDOOR_C * 1.8 + 32:g} °F) with a fan",
        "On a treadmill, a trainer or in a cool hall.",
        "now",
        "P7",
        _indoors,
    ),
    Lever(
        "shorter",
        "Make it a quarter shorter",
        "Most cramps come late in a session.",
        "now",
        "P5",
        _shorter,
    ),
    Lever(
        "easier",
        "Go easier",
        "Two steps down on the scale of 10, and one below your usual effort if you gave "
        "that.",
        "now",
        "P5",
        lambda plan: None if plan.race else _easier(plan),
    ),
    Lever(
        "pace",
        "Pace yourself",
        # safer22-onset, ironman-survey-onset, manjra-1996-circumstances and, on the start,
        # schwellnus-2011-56km-pace
        "Start no faster than planned and keep something in hand for the last third, when "
        "most cramps of races begin. One step down on the scale of 10, and one below your "
        "usual effort if you gave that. It takes a little longer, which is not counted "
        "here.",
        "now",
        "P5",
        lambda plan: _easier(plan, PACED_RPE) if plan.race else None,
    ),
    Lever(
        "drink",
        "Drink enough",
        f"Enough to lose at most {LOSS_TO_STAY_BELOW_PCT:g} % of your body mass, but no "
        f"more than people sweat who sweat little, and at most {MOST_DRINK_L_H:g} l an "
        "hour. Spread it up to the end, when most cramps of races begin. Weigh yourself "
        "before and after to learn your own sweat rate. Thirst is a good guide, afterwards "
        "too. The evidence is contested.",
        "now",
        "P1",
        _drink,
    ),
    Lever(
        "drink_less",
        "Plan to drink less",
        "Not more than you are likely to sweat: too much fluid can be dangerous.",
        "now",
        "P1",
        _drink_less,
        for_safety=True,
    ),
    Lever(
        "salt",
        "Put salt in the drink",
        "As much as in a usual sports drink. The evidence is contested.",
        "now",
        "P2",
        _salt,
    ),
    Lever(
        "hydrate",
        "Drink before the start",
        "Over the hours before, until your urine is pale. The evidence is contested.",
        "now",
        "P1",
        _hydrate,
    ),
    Lever(
        "warm_up",
        "Warm up for 10 minutes",
        "Easy movement before the main effort. No trial of it against cramps was found.",
        "now",
        "P3",
        _where("warm_up", warm_up_min=WARM_UP_MIN),
    ),
    Lever(
        "stretch",
        "Stretch",
        "The muscles that you use. The evidence is weak.",
        "now",
        "P4",
        _where("stretching", stretching="yes"),
    ),
    Lever(
        "rest",
        "Rest a day first",
        "One day later: a rest day more, a hard session fewer, and soreness two steps "
        "lower.",
        "now",
        "P6",
        _rest,
    ),
    Lever(
        "sleep",
        f"Sleep {SLEEP_H:g} hours the night before",
        "Short sleep carries a few points.",
        "now",
        "P6",
        _where("sleep", sleep_h=SLEEP_H),
    ),
    Lever(
        "alcohol",
        "No alcohol the day before",
        "It carries one point.",
        "now",
        "P1",
        _where("alcohol", alcohol_24h="no"),
    ),
    Lever(
        "build_up",
        "Build up to this duration",
        "Lengthen your longest session step by step until one like this is familiar.",
        "weeks",
        "P5",
        _build_up,
    ),
    Lever(
        "regular",
        f"Train {SESSIONS_PER_WEEK:g} times a week",
        "Regular weeks before a long day.",
        "weeks",
        "P5",
        _where("training_frequency", sessions_per_week=SESSIONS_PER_WEEK),
    ),
    Lever(
        "strength",
        "Train strength every week",
        "For the muscles that you use.",
        "weeks",
        "P5",
        _where("strength_training", strength_training="yes"),
    ),
    Lever(
        "acclimatise",
        f"Acclimatise: {HEAT_DAYS:g} days of training in such heat",
        "Most of the adaptation comes within one to two weeks.",
        "weeks",
        "P7",
        _acclimatise,
    ),
)
"""Every lever.  How strongly each acts is not said here but counted by the chain."""
