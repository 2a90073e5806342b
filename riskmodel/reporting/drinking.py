"""Words about what to drink: a headline and a few rows, in the reader's units."""

from __future__ import annotations

from collections.abc import Mapping

from riskmodel.inputs import units
from riskmodel.whatif.drinking import LOSS_TO_STAY_BELOW_PCT
from riskmodel.whatif.drinking_plan import SIP_EVERY_MIN, DrinkingPlan, Source, WhyNone

BOTTLE_L = 0.5
"""A usual bottle, 16.9 oz."""
DRINK_TO_THIRST = "Drink to thirst, and never more than you sweat."

_HEADLINES: Mapping[Source, str] = {
    "advised": "As advised",
    "planned": "As you planned",
    "needed": f"To lose about {LOSS_TO_STAY_BELOW_PCT:g} % of body mass",
}
_WHY_NONE: Mapping[WhyNone, str] = {
    "more_than_sweated": "This plan is more than you are likely to sweat: drink to thirst.",
    "none_needed": f"To lose at most {LOSS_TO_STAY_BELOW_PCT:g} % of body mass you need no "
    "plan: drink to thirst.",
    "ask_doctor": "With your answers about health, how much to drink is a question for "
    "your doctor.",
    "young": "Under 18 no amount is named: thirst is a good guide.",
    "not_now": "No amount is named for this session: thirst is a good guide.",
    "no_body_mass": "Without a body mass no amount is named: thirst is a good guide.",
}


def drinking_lines(
    plan: DrinkingPlan, chosen: units.Chosen
) -> tuple[str, list[tuple[str, str]]]:
    """Say what to drink, or why no amount is named.

    Parameters
    ----------
    plan : DrinkingPlan
    chosen : mapping of str to str
        Units to show, see `riskmodel.inputs.units`.

    Returns
    -------
    headline : str
        With `DRINK_TO_THIRST` where there are rows.
    rows : list of (label, value)
        Every 15 minutes, per hour, in bottles, in all; empty where nothing is to drink.

    Examples
    --------
    >>> headline, rows = drinking_lines(DrinkingPlan(1.1, True, 90.0, "planned", 0.6), {})
    >>> headline
    'As you planned. Drink to thirst, and never more than you sweat.'
    >>> for row in rows:
    ...     print(*row, sep=": ")
    Every 15 minutes: 150 ml
    Per hour: 0.6 l
    In all: 0.9 l
    In bottles of 500 ml: 1.8
    """
    if plan.why_none is not None:
        return _WHY_NONE[plan.why_none], []
    if plan.source is None or not plan.rate_l_h or not plan.per_sip_l or not plan.total_l:
        return "Nothing to drink is planned: thirst is a good guide.", []
    ounces = units.unit_of("l", chosen).label == "oz"
    sip = units.text(plan.per_sip_l, "l", chosen) if ounces else _ml(plan.per_sip_l)
    bottle = units.text(BOTTLE_L, "l", chosen) if ounces else _ml(BOTTLE_L)
    rows = [
        (f"Every {SIP_EVERY_MIN:g} minutes", sip),
        ("Per hour", units.text(plan.rate_l_h, "l", chosen)),
        ("In all", units.text(plan.total_l, "l", chosen, 1)),
        (f"In bottles of {bottle}", f"{plan.total_l / BOTTLE_L:.1f}"),
    ]
    return f"{_HEADLINES[plan.source]}. {DRINK_TO_THIRST}", rows


def _ml(litres: float) -> str:
    return f"{litres * 1000.0:.0f} ml"
