"""Sweat rates of a squad's session: what they are, and into the list if asked for."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from riskmodel.diary.squad_session import AthleteRecord, SquadSession
from riskmodel.diary.squad_sweat import can_be_answer, sweat_of
from riskmodel.inputs import units
from riskmodel.views import form, look
from riskmodel.views.state import SquadState, state


def tell(session: SquadSession, record: AthleteRecord) -> None:
    """Say the sweat rate of one athlete, if there is one."""
    rate = sweat_of(session, record)
    if rate is None:
        return
    if not can_be_answer(rate.rate_l_h):
        look.fault("These weights give no sweat rate: look at them again.")
        return
    shown = [units.text(x, "l/h", form.chosen_units()) for x in
             (rate.rate_l_h, rate.low_l_h, rate.high_l_h)]  # fmt: skip
    look.note(f"Sweat rate {shown[0]}, range {shown[1]} to {shown[2]}")


def offer(session: SquadSession, names: pd.Series[str]) -> None:
    """Offer what was measured for the next time; nothing of it counts unasked.

    Only for names that stand once in the list, there and here.
    """
    rates = {
        record.athlete: round(rate.rate_l_h, 2)
        for record in session.athletes
        if record.has_own_name
        and (rate := sweat_of(session, record))
        and can_be_answer(rate.rate_l_h)
    }
    once = names[~names.duplicated(keep=False)]
    here = once[once.isin(rates)]
    if here.empty:
        return
    st.button(
        f"Next time count with {len(here)} measured sweat rate{'s' * (len(here) > 1)}",
        key="after_sweat",
        on_click=_count_with,
        args=(here.map(rates),),
        help="Puts them into the list, in place of what stands there.",
    )
    look.note(f"Of {', '.join(here)}: only if these are the same people.")


def _count_with(rates: pd.Series[float]) -> None:
    """Put measured sweat rates into the list. [l/h]."""
    squad, name = state(SquadState), "measured_sweat_rate_l_h"
    if squad.athletes is None:
        return
    empty = pd.Series(None, squad.athletes.index, dtype=object)
    column = squad.athletes.get(name, empty).astype(object)
    column.update(rates.astype(object))
    squad.athletes = squad.athletes.assign(**{name: column})
    squad.version += 1
    squad.edited = True
