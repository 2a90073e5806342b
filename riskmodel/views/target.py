"""How hard a target time is, and taking it for the plan."""

from __future__ import annotations

import streamlit as st

from riskmodel.inputs import units
from riskmodel.inputs.fields import FIELDS, Field
from riskmodel.inputs.reading import is_blank
from riskmodel.inputs.written import number_written
from riskmodel.views import form, look, widgets
from riskmodel.views.questions import PAUSE
from riskmodel.whatif.target import (
    DISTANCES_KM,
    TARGET_SPORTS,
    TargetEffort,
    effort_of_target,
)

_LOW_KM, _HIGH_KM = DISTANCES_KM
_DISTANCE = Field(
    "distance", "plan", "Distance", "number", unit="km", low=_LOW_KM, high=_HIGH_KM
)
_TIME = FIELDS["duration_min"]
_ASKED: dict[str, tuple[str, Field]] = {
    "target_km": ("Distance", _DISTANCE),
    "target_min": ("Time", _TIME),
    "best_km": ("A recent best: distance", _DISTANCE),
    "best_min": ("Its time", _TIME),
}


def is_for(sport: object) -> bool:
    """Whether sessions of a sport are planned by distance and time."""
    return sport in TARGET_SPORTS


def ask() -> None:
    """Ask for a target, say how hard it is, and offer to take it for the plan."""
    sport = form.shown()["sport"]
    look.note(
        "How hard it is comes from a recent best of your own, all you had. Without one "
        "the speeds of a recreational athlete count."
    )
    numbers: dict[str, float | None] = {}
    for pair in (("target_km", "target_min"), ("best_km", "best_min")):
        with st.container(horizontal=True):
            for key in pair:
                _ask(key)
        for key in pair:
            numbers[key] = _number(key)
    distance_km, target_min, best_km, best_min = (numbers[key] for key in _ASKED)
    if distance_km is None or target_min is None:
        return
    if best_km is None or best_min is None:
        best_km = best_min = None
    try:
        effort = effort_of_target(sport, distance_km, target_min, best_km, best_min)
    except ValueError:
        # Everything else was checked above.
        look.note("In the water a recent best of your own is needed, too.")
        return
    look.note(*effort_lines(effort, own=best_min is not None))
    answers = {"duration_min": target_min, "session_rpe": float(round(effort.session_rpe))}
    words = f"{units.duration_text(target_min)} at effort {answers['session_rpe']:g}"
    st.button(f"Plan {words}", key="take_target", on_click=form.answer, args=(answers,))


def effort_lines(effort: TargetEffort, *, own: bool) -> list[str]:
    """Say how fast a target is, and how hard."""
    chosen = form.chosen_units()
    speed = units.text(effort.speed_km_h / 3.6, "m/s", {**chosen, "m/s": _speed(chosen)})
    best = units.duration_text(effort.best_min)
    whose = "your best would give" if own else "a fast recreational athlete takes"
    lines = [f"{speed}; {whose} {best} here. Effort about {effort.session_rpe:.0f} of 10."]
    if effort.share_of_best > 1.0:
        lines.append("That is faster than that best: hardly a plan to hold.")
    return lines


def _speed(chosen: units.Chosen) -> str:
    """Unit of a speed over the ground: nobody runs in metres a second."""
    return "mph" if units.unit_of("km", chosen).label == "mi" else "km/h"


def _ask(key: str) -> None:
    label, field = _ASKED[key]
    if field is _DISTANCE:
        label = f"{label}, {units.unit_of('km', form.chosen_units()).label}"
    st.text_input(widgets.plain(label), key=key, live=PAUSE, persist_state="session")


def _number(key: str) -> float | None:
    """What was typed, None if nothing or if it cannot be, which is told."""
    typed, field, chosen = st.session_state.get(key), _ASKED[key][1], form.chosen_units()
    if is_blank(typed):
        return None
    # No distance here goes into the thousands, so that every comma is a decimal one.
    text = str(typed).replace(",", ".") if field is _DISTANCE else str(typed)
    try:
        number = number_written(text, field, chosen)
    except ValueError:
        number = float("nan")
    if field.low <= number <= field.high:
        return number
    look.fault(
        f"{_ASKED[key][0]} is \N{LEFT DOUBLE QUOTATION MARK}{typed}"
        f"\N{RIGHT DOUBLE QUOTATION MARK}; allowed is {units.allowed(field, chosen)}."
    )
    return None
