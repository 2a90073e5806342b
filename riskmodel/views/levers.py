"""What would change the answer: levers as switches, several at once, and what to drink."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.drinking import drinking_lines
from riskmodel.reporting.levers import (
    amounts_text,
    lever_label,
    lever_sentence,
    no_change_text,
    spares_text,
    until_text,
)
from riskmodel.reporting.words import BAND_LABELS
from riskmodel.scoring.assessment import Assessment
from riskmodel.scoring.bands import in_100_number
from riskmodel.views import form, look, own_card, questions
from riskmodel.views.state import FormState, MySessionState, Scored, Step, state
from riskmodel.whatif.advice import Option
from riskmodel.whatif.drinking_plan import drinking_plan


def show(scored: Scored) -> None:
    """Draw the levers, each a switch; several count together."""
    advice, before = scored.advice, scored.assessment
    st.header("What would change it", anchor=False)
    if not advice.now:
        look.note(no_change_text(before, advice))
    else:
        each = (
            "Switch on what you could do" if scored.combined is None else "Each by itself"
        )
        look.note(f"{each}: before → after, of 100 sessions.")
    gone = () if scored.combined is None else scored.combined.not_applied
    for option in advice.now:
        _switch(option, before, scored, gone)
    if scored.combined is not None and not state(FormState).example:
        changes = scored.combined.changes
        st.button("Plan it this way", key="take_levers", on_click=_plan, args=(changes,))
    # These count from the number that is shown, with what is switched on.
    if weeks := scored.planned_advice.weeks:
        box = st.expander("In the coming weeks", key="weeks", on_change="rerun")
        if box.open:
            with box:
                for option in weeks:
                    label = lever_label(option, form.chosen_units())
                    sentence = lever_sentence(option, form.chosen_units())
                    effect = _effect(scored.planned_assessment, option)
                    st.markdown(f"**{label}** {effect}  \n{sentence}")
    look.note(*advice.notes)


def _switch(
    option: Option, before: Assessment, scored: Scored, gone: tuple[str, ...]
) -> None:
    """Draw one lever, and say more about it once it is switched on."""
    name = option.levers[0].name
    on, key = name in state(MySessionState).levers, f"lever_{name}"
    st.session_state[key] = on
    chosen = form.chosen_units()
    # Plain: a screen reader reads a label's formatting out.
    words = f"{lever_label(option, chosen)}: {_effect(before, option)}"
    st.toggle(words, key=key, on_change=_turn, args=(name,), width="stretch")
    if not on:
        return
    amounts = amounts_text(option, scored.answers, chosen)
    more = "Not together with the others that are on. " if name in gone else ""
    minutes = float(scored.answers["duration_min"])
    until = until_text(option, before, minutes, own_card.calibration())
    worth = f"{spares_text(option)} {until}".strip()
    look.note(
        f"{more}{amounts}{'. ' * bool(amounts)}{lever_sentence(option, chosen)}",
        *filter(None, [worth]),
    )


def _turn(name: str) -> None:
    page = state(MySessionState)
    page.levers ^= {name}


def _plan(changes: Mapping[str, Any]) -> None:
    """Make what the switched levers set the reader's own answers."""
    page, before = state(MySessionState), form.answers()
    form.answer(changes)
    page.levers, page.step = frozenset(), Step("Changed plan", before, form.answers())


def _effect(before: Assessment, option: Option) -> str:
    was, will = (
        in_100_number(p, "under") for p in (before.probability, option.probability)
    )
    if was == will:  # less than the shown number can tell
        return f"{max(option.saved_in_100, 0.1):.1f} fewer"
    band = "" if option.band == before.band else f", {BAND_LABELS[option.band].lower()}"
    return f"{was} → {will}{band}"


def show_drinking(scored: Scored) -> None:
    """Say what to drink, in what people can measure out."""
    now = scored.planned_assessment
    plan = drinking_plan(scored.planned, now.physiology, scored.planned_advice)
    if plan.source == "planned" and scored.combined is not None:
        # What a switch sets is no plan of the reader's yet.
        advised = "fluid_intake_l_h" in scored.combined.changes
        plan = replace(plan, source="advised" if advised else "planned")
    headline, rows = drinking_lines(plan, form.chosen_units())
    st.header("Drinking", anchor=False)
    look.note(headline)
    if rows:
        st.html(look.facts(rows, "What to drink"))
    page = state(MySessionState)
    page.mass_asked |= plan.why_none == "no_body_mass"
    # It stays, so that a pause within a number does not take it away.
    if page.mass_asked:
        questions.draw([FIELDS["body_mass_kg"]])
