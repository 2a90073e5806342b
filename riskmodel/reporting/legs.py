"""A day of legs in words: what each is, its chance, and what is carried over."""

from __future__ import annotations

from collections.abc import Sequence

from riskmodel.inputs import units
from riskmodel.inputs.fields import FIELDS
from riskmodel.scoring.bands import in_100_number
from riskmodel.whatif.legs import LegChance

_LITTLE_L = 0.05  # that would be shown as nothing
_LITTLE_MG = 50.0


def leg_text(sport: str, leg: LegChance) -> str:
    """Name a leg: "Running 45 min"."""
    return f"{FIELDS['sport'].levels[sport]} {units.duration_text(leg.duration_min)}"


def day_text(sports: Sequence[str], legs: Sequence[LegChance]) -> str:
    """Say a day in one line, for who does not see its picture.

    Examples
    --------
    >>> day_text(["cycling", "running"], [
    ...     LegChance(0, 0.0, 90.0, probability=0.02),
    ...     LegChance(1, 210.0, 45.0, probability=0.004)])
    'Cycling 1 h 30: 2 of 100, pause 2 h, Running 45 min: fewer than 1 of 100'
    """
    parts: list[str] = []
    for number, (sport, leg) in enumerate(zip(sports, legs, strict=True)):
        if number and (pause_min := pause_before_min(legs, number)):
            parts.append(f"pause {units.duration_text(pause_min)}")
        chance = in_100_number(leg.probability)
        parts.append(f"{leg_text(sport, leg)}: {chance} of 100")
    return ", ".join(parts)


def pause_before_min(legs: Sequence[LegChance], number: int) -> float:
    """Pause before a leg, the first one being 0. [min]."""
    before = legs[number - 1]
    return legs[number].begins_min - before.begins_min - before.duration_min


def carried_text(leg: LegChance, sport: str, chosen: units.Chosen) -> str:
    """Say in what state the last leg begins.

    Examples
    --------
    >>> run = LegChance(1, 200.0, 45.0, carried_fluid_l=0.8, carried_sodium_mg=640.0,
    ...                 after_hard_block=True)
    >>> carried_text(run, "running", {})
    'Running begins 0.8 l of fluid and 640 mg of sodium short, after a hard session.'
    """
    short = []
    if leg.carried_fluid_l >= _LITTLE_L:
        short.append(f"{units.text(leg.carried_fluid_l, 'l', chosen, 1)} of fluid")
    if leg.carried_sodium_mg >= _LITTLE_MG:
        short.append(f"{round(leg.carried_sodium_mg, -1):.0f} mg of sodium")
    begins = f"{' and '.join(short)} short" if short else "with nothing to make up for"
    hard = ", after a hard session" if leg.after_hard_block else ""
    return f"{FIELDS['sport'].levels[sport]} begins {begins}{hard}."
