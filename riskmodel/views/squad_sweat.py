"""Sweat rates of a squad's session: what they are, and into the list if asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd
import streamlit as st

from riskmodel.diary.squad_session import AthleteRecord, SquadSession
from riskmodel.diary.squad_sweat import (
    can_be_answer,
    is_far,
    sweat_of,
    sweat_without_drink,
)
from riskmodel.inputs import units
from riskmodel.inputs.told import names_text
from riskmodel.views import look
from riskmodel.views.navigation import go_to
from riskmodel.views.state import SquadState, StoreState, state

_RATE = "measured_sweat_rate_l_h"


def listed_masses(names: pd.Series[str]) -> Mapping[str, float]:
    """Weights of the open list, by names that stand once in it. [kg]."""
    athletes = state(SquadState).athletes
    if athletes is None or "body_mass_kg" not in athletes:
        return {}
    masses = pd.to_numeric(athletes["body_mass_kg"], errors="coerce").reindex(names.index)
    known = masses.notna() & ~names.duplicated(keep=False)
    return dict(zip(names[known], masses[known], strict=True))


def doubts(record: AthleteRecord, listed_kg: float | None, chosen: units.Chosen) -> str:
    """Ask about weights that are far from the list's, "" if none is."""
    if listed_kg is None or not record.has_own_name:
        return ""
    weights = (record.mass_before_kg, record.mass_after_kg)
    far = [kg for kg in weights if kg is not None and is_far(kg, listed_kg)]
    if not far:
        return ""
    there, *here = (units.text(kg, "kg", chosen) for kg in (listed_kg, *far))
    return f"{there} is what the list says; this is {' and '.join(here)}. Which is right?"


def tell(session: SquadSession, record: AthleteRecord, chosen: units.Chosen) -> None:
    """Say the sweat rate of one athlete, if there is one."""
    if (least := sweat_without_drink(session, record)) is not None:
        if can_be_answer(least):
            amount = units.text(least, "l/h", chosen)
            look.note(f"Without what was drunk: at least {amount}")
        else:
            look.note("No sweat rate without what was drunk.")
    if (rate := sweat_of(session, record)) is None:
        return
    if not can_be_answer(rate.rate_l_h):
        look.fault("These weights give no sweat rate: look at them again.")
        return
    shown = [units.text(x, "l/h", chosen) for x in
             (rate.rate_l_h, rate.low_l_h, rate.high_l_h)]  # fmt: skip
    look.note(f"Sweat rate {shown[0]}, range {shown[1]} to {shown[2]}")


def offer(
    session: SquadSession, names: pd.Series[str], doubtful: Collection[str] = ()
) -> None:
    """Offer what was measured for the next time; nothing of it counts unasked.

    Only for names that stand once in the list, there and here, and not where a weight is
    in doubt.
    """
    rates = {
        record.athlete: round(rate.rate_l_h, 2)
        for record in session.athletes
        if record.has_own_name
        and record.athlete not in doubtful
        and (rate := sweat_of(session, record))
        and can_be_answer(rate.rate_l_h)
    }
    once = names[~names.duplicated(keep=False)]
    here = once[once.isin(rates)]
    athletes = state(SquadState).athletes
    if here.empty or athletes is None:
        return
    measured = here.map(rates)
    there = pd.to_numeric(athletes.get(_RATE, pd.Series(dtype=float)), errors="coerce")
    n = f"{len(here)} measured sweat rate{'s' * (len(here) > 1)}"
    if there.reindex(here.index).eq(measured).all():
        _tell_counted(n)
        return
    st.button(
        f"Next time count with {n}",
        key="after_sweat",
        on_click=_count_with,
        args=(measured,),
        help="Puts them into the list, in place of what stands there.",
    )
    look.note(f"Of {names_text(here)}: only if these are the same people.")


def _tell_counted(measured: str) -> None:
    """Say that the list has them, and what is still to be done for the next time."""
    opened = state(StoreState).opened.get("squad")
    kept = f"“{opened.name}”" if opened is not None else "it"
    look.note(f"The list counts with {measured}. For the next time, save {kept} again.")
    st.button("Open Saved", key="after_to_saved", on_click=go_to, args=("saved",))


def _count_with(rates: pd.Series[float]) -> None:
    """Put measured sweat rates into the list. [l/h]."""
    squad = state(SquadState)
    if squad.athletes is None:
        return
    empty = pd.Series(None, squad.athletes.index, dtype=object)
    column = squad.athletes.get(_RATE, empty).astype(object)
    column.update(rates.astype(object))
    squad.athletes = squad.athletes.assign(**{_RATE: column})
    squad.version += 1
    squad.edited = True
