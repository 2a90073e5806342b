"""Sweat rates of a squad's session, from what was weighed and drunk."""

from __future__ import annotations

from dataclasses import replace

from riskmodel.diary.squad_session import AthleteRecord, SquadSession
from riskmodel.diary.weighing import SweatRate, sweat_rate
from riskmodel.inputs.fields import FIELDS

FAR = 0.15
"""How far a weight may be from the list's, as a share of that, unasked: judgement."""


def sweat_of(session: SquadSession, record: AthleteRecord) -> SweatRate | None:
    """Sweat rate of somebody who was weighed twice and said what was drunk, else None.

    None too where nobody has said how much time was between the weighings.
    """
    before, after, drunk = (
        record.mass_before_kg,
        record.mass_after_kg,
        record.fluid_drunk_l,
    )
    minutes = session.between_weighings_min
    if before is None or after is None or drunk is None or minutes is None:
        return None
    return sweat_rate(
        mass_before_kg=before,
        mass_after_kg=after,
        fluid_drunk_l=drunk,
        duration_min=minutes,
    )


def sweat_without_drink(session: SquadSession, record: AthleteRecord) -> float | None:
    """Sweat rate by the weights alone, where nobody has said what was drunk. [l/h].

    It is the least that it can have been: whatever was drunk comes on top.
    """
    if record.fluid_drunk_l is not None:
        return None
    alone = sweat_of(session, replace(record, fluid_drunk_l=0.0))
    return None if alone is None else alone.rate_l_h


def is_far(mass_kg: float, listed_kg: float) -> bool:
    """Whether a weight is rather somebody else's, or in another unit."""
    return abs(mass_kg - listed_kg) > FAR * listed_kg


def can_be_answer(rate_l_h: float) -> bool:
    """Whether a rate can stand as the answer ``measured_sweat_rate_l_h``."""
    field = FIELDS["measured_sweat_rate_l_h"]
    return field.low <= rate_l_h <= field.high
