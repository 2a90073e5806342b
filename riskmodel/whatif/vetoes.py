"""Who is not offered which levers, as they could do harm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from riskmodel.scoring.guards import ADULT_AGE_YEARS, EXTREME_WBGT_C, HIGH_WBGT_C
from riskmodel.whatif.levers import LEVERS
from riskmodel.whatif.seen import Plan


@dataclass(frozen=True)
class Veto:
    """A group of people for whom some levers could do harm.

    Attributes
    ----------
    name : str
    applies : callable
    levers : frozenset of str
        Which not to offer.
    note : str
        What to say instead; empty where a guard says it already.
    """

    name: str
    applies: Callable[[Plan], bool]
    levers: frozenset[str]
    note: str = ""


FLUID_LEVERS = frozenset({"drink", "drink_less", "hydrate", "salt"})
"""Levers about water and salt."""
# Conditions and medicines in which the body may not rid itself of water or salt as
# usual, or a diet may be prescribed.
_FLUID_CONDITIONS = ("kidney", "dialysis", "liver")
_FLUID_MEDICINES = (
    "thiazide_diuretic",
    "loop_diuretic",
    "potassium_sparing_diuretic",
    "other_blood_pressure",
)

VETOES = (
    Veto(
        "illness",
        lambda plan: plan.says("illness_24h", "yes"),
        frozenset(lever.name for lever in LEVERS),
        "Wait until you have been well for a day; no other change is worth counting now.",
    ),
    Veto(
        "fluid",
        lambda plan: (
            plan.says("conditions", *_FLUID_CONDITIONS)
            or plan.says("medications", *_FLUID_MEDICINES)
        ),
        FLUID_LEVERS,
        "With your answers about health, how much to drink and how much salt to take is "
        "a question for your doctor; none is suggested here.",
    ),
    Veto(
        "young",
        lambda plan: plan.given["age_years"] < ADULT_AGE_YEARS,
        frozenset({"drink", "drink_less", "salt", "acclimatise"}),
        "Under 18 no amounts of fluid or salt and no training in heat are suggested here: "
        "thirst is a good guide.",
    ),
    Veto(
        "extreme_heat",
        lambda plan: plan.physiology["wbgt_c"] > EXTREME_WBGT_C,
        frozenset(lever.name for lever in LEVERS) - {"cooler", "shade", "indoors"},
        "In this heat no change but a cooler time or place is worth counting.",
    ),
    Veto(
        "heat",
        lambda plan: plan.physiology["wbgt_c"] > HIGH_WBGT_C,
        frozenset({"acclimatise"}),
        "This is too hot to get used to heat in; days that are less hot do it too.",
    ),
    Veto(
        "pregnancy",
        lambda plan: plan.says("pregnancy_trimester", "1", "2", "3"),
        frozenset({"acclimatise"}),
    ),
    Veto(
        "injury",
        lambda plan: plan.says("muscle_injury_12mo", "still_sore"),
        frozenset({"stretch", "strength"}),
        "Let the sore muscle heal first; a physiotherapist can say when it is ready.",
    ),
)
"""Who is not offered which levers: our judgement, on the careful side."""


def vetoes_for(plan: Plan) -> tuple[Veto, ...]:
    """Vetoes that apply to somebody with this plan."""
    return tuple(veto for veto in VETOES if veto.applies(plan))


def vetoed_levers(plan: Plan) -> set[str]:
    """Names of the levers that could harm somebody with this plan."""
    return {name for veto in vetoes_for(plan) for name in veto.levers}
