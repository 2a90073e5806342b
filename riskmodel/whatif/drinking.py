"""How much to drink: never more than people sweat who sweat little."""

from __future__ import annotations

import math

from riskmodel.physiology.sweat import sweat_range_l_h
from riskmodel.scoring.probability import RANGE_SD
from riskmodel.whatif.seen import Plan

MOST_DRINK_L_H = 1.0  # more is hard to keep down while moving
DRINK_STEP_L_H = 0.05
LOSS_TO_STAY_BELOW_PCT = 2.0
"""Body-mass loss from which the scorecard counts a whole point; also the usual advice.

American College of Sports Medicine, 2007, doi:10.1249/mss.0b013e31802ca597.
"""


def enough_to_drink_l_h(plan: Plan) -> float | None:
    """Find what keeps the loss to 2 % of body mass and is never more than is sweated.

    Returns
    -------
    float or None
        None without a body mass: an amount that is right for the average body can be
        too much for a small one. [l/h]
    """
    if "body_mass_kg" not in plan.given:
        return None
    sweat_l_h = plan.physiology["sweat_rate_l_h"]
    hours = plan.given["duration_min"] / 60.0
    mass_kg = plan.given["body_mass_kg"]
    most = most_to_drink_l_h(plan, sweat_l_h)
    needed = _up(sweat_l_h - LOSS_TO_STAY_BELOW_PCT / 100.0 * mass_kg / hours)
    return max(min(needed, most), 0.0)


def most_to_drink_l_h(plan: Plan, sweat_l_h: float) -> float:
    """Find how much to name at most where this sweat rate is predicted or measured."""
    return rounded_down_l_h(min(sure_sweat_l_h(plan, sweat_l_h), MOST_DRINK_L_H))


def sure_sweat_l_h(plan: Plan, sweat_l_h: float) -> float:
    """Sweat rate as measured, or that of people who sweat little."""
    if "measured_sweat_rate_l_h" in plan.given:
        return sweat_l_h
    return sweat_range_l_h(sweat_l_h, RANGE_SD)[0]


def rounded_down_l_h(litres: float) -> float:
    """Amount in steps that can be measured out, downwards."""
    return round(math.floor(litres / DRINK_STEP_L_H + 1e-9) * DRINK_STEP_L_H, 2)


def _up(litres: float) -> float:
    return round(math.ceil(litres / DRINK_STEP_L_H - 1e-9) * DRINK_STEP_L_H, 2)
