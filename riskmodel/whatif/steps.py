"""What each lever changes: from a plan to the answers to set.

None where the plan cannot do it: in a race neither the hour nor the place nor the
length is one's own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from riskmodel.inputs.fields import FIELDS
from riskmodel.physiology.air import saturation_pressure_hpa
from riskmodel.physiology.effort import movement_speed_m_s
from riskmodel.physiology.plan import load_sports
from riskmodel.scoring.guards import ACCLIMATISED_DAYS
from riskmodel.whatif.drinking import (
    DRINK_STEP_L_H,
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
# Sports of which a race has a set way to go, so that a slower pace takes longer.
PACED = ("running", "cycling")
_EFFORTS = list(FIELDS["relative_effort"].levels)
_ABSOLUTE_ZERO_C = -273.15

Changes = dict[str, Any] | None


def cooler(plan: Plan) -> Changes:
    """Another hour, with the same vapour in cooler air."""
    if not plan.asked("air_temperature_c"):
        return None
    air_c = plan.given["air_temperature_c"]
    if plan.race or plan.inside or air_c - COOLER_C < FIELDS["air_temperature_c"].low:
        return None
    # What would be beyond 100 % falls as dew.
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


def shade(plan: Plan) -> Changes:
    """Out of the sun, where its radiation was not measured as WBGT."""
    sunny = plan.asked("sky") and plan.given.get("sky") in (None, "clear", "partly")
    measured = "wbgt_c" in plan.given
    if plan.race or not sunny or measured or plan.physiology["solar_radiation_w_m2"] <= 0:
        return None
    return {"sky": "shade", "solar_radiation_w_m2": None}


def indoors(plan: Plan) -> Changes:
    """To a machine or a hall, cool and with a fan."""
    if plan.race or plan.inside or plan.given["sport"] not in _INDOORS:
        return None
    room = {
        "sky": "indoor",
        "air_temperature_c": INDOOR_C,
        "relative_humidity_pct": INDOOR_PCT,
        "wind_speed_m_s": FAN_M_S,
    }
    return room | dict.fromkeys(("solar_radiation_w_m2", "wbgt_c"))


def shorter(plan: Plan) -> Changes:
    """A quarter less, to 5 minutes."""
    minutes = 5.0 * round(plan.given["duration_min"] * SHORTER / 5.0)
    if plan.race or minutes < 15.0:
        return None
    return {"duration_min": minutes}


def easier(plan: Plan, step: float = EASIER_RPE) -> Changes:
    """Less effort in the same time, where there is less."""
    rpe, low = plan.given["session_rpe"], FIELDS["session_rpe"].low
    if rpe <= low:
        return None
    changes: dict[str, Any] = {"session_rpe": max(rpe - step, low)}
    effort = plan.given.get("relative_effort")
    if effort in _EFFORTS[1:]:
        changes["relative_effort"] = _EFFORTS[_EFFORTS.index(effort) - 1]
    return changes


def pace(plan: Plan) -> Changes:
    """One step easier over the same way, with the longer time that it takes."""
    changes = easier(plan, PACED_RPE)
    if not plan.race or plan.given["sport"] not in PACED or changes is None:
        return None
    sport = FIELDS["sport"].codes[plan.given["sport"]]
    efforts = [plan.given["session_rpe"], changes["session_rpe"]]
    planned_m_s, slower_m_s = movement_speed_m_s(sport, efforts, load_sports())
    minutes = math.ceil(plan.given["duration_min"] * float(planned_m_s / slower_m_s))
    if minutes > FIELDS["duration_min"].high:
        return None
    return changes | {"duration_min": float(minutes)}


def pace_same_time(plan: Plan) -> Changes:
    """One step easier where nobody knows how much longer it takes, if it does."""
    if not plan.race or plan.given["sport"] in PACED:
        return None
    return easier(plan, PACED_RPE)


def drink(plan: Plan) -> Changes:
    """Enough to drink, if that is more than planned."""
    target = enough_to_drink_l_h(plan)
    hours = plan.given["duration_min"] / 60.0
    planned_l_h = plan.physiology["fluid_intake_l"] / hours
    if target is None or target <= planned_l_h + DRINK_STEP_L_H / 2.0:
        return None
    return {"fluid_intake_l_h": target}


def drink_less(plan: Plan) -> Changes:
    """No more than is surely sweated, if much more is planned."""
    if not plan.physiology["drinking_exceeds_sweat"]:
        return None
    target = rounded_down_l_h(sure_sweat_l_h(plan, plan.physiology["sweat_rate_l_h"]))
    return {"fluid_intake_l_h": target} if target > 0 else None


def hydrate(plan: Plan) -> Changes:
    """Pale urine at the start, but not for somebody who plans too much to drink."""
    if plan.physiology["drinking_exceeds_sweat"]:
        return None
    return where("start_hydration", urine_colour="pale")(plan)


def acclimatise(plan: Plan) -> Changes:
    """Days of training in heat, if the session is in such heat."""
    # Not known in the water: no reason for it either.
    if not plan.physiology["wbgt_c"] >= HEAT_WORTH_WBGT_C:
        return None
    return where("heat", heat_days_14d=HEAT_DAYS)(plan)


def salt(plan: Plan) -> Changes:
    """A usual sports drink's salt, if anything is drunk."""
    drinks = plan.physiology["fluid_intake_l"] > 0
    if not drinks or plan.given.get("drink_sodium_mg_l", 0.0) >= DRINK_SODIUM_MG_L:
        return None
    return {"drink_sodium_mg_l": DRINK_SODIUM_MG_L}


def rest(plan: Plan) -> Changes:
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


def build_up(plan: Plan) -> Changes:
    """A longest session as long as this one, and nothing new about it."""
    changes: dict[str, Any] = {}
    minutes = plan.given["duration_min"]
    if plan.given.get("longest_recent_min", 0.0) < minutes:
        changes["longest_recent_min"] = minutes
    if plan.given.get("novelty", "usual") != "usual":
        changes["novelty"] = "usual"
    return changes or None


def where(factor: str, **changes: Any) -> Callable[[Plan], Changes]:
    """Set answers where the factor still has points."""
    return lambda plan: dict(changes) if plan.points.get(factor) else None
