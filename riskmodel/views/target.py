"""How hard a target time is, and taking it for the plan."""

from __future__ import annotations

import re
from dataclasses import replace

import streamlit as st

from riskmodel.inputs import units
from riskmodel.inputs.blanks import is_blank
from riskmodel.inputs.fields import FIELDS, Field
from riskmodel.inputs.written import number_written
from riskmodel.views import form, look, widgets
from riskmodel.whatif.target import (
    BEST_MIN,
    DISTANCES_KM,
    TARGET_SPORTS,
    TargetEffort,
    effort_of_target,
)


def _asked(name: str, label: str, unit: str, limits: tuple[float, float]) -> Field:
    low, high = limits
    return Field(name, "plan", label, "number", unit=unit, low=low, high=high)


_PLAN = (
    _asked("target_km", "Distance", "km", DISTANCES_KM),
    replace(FIELDS["duration_min"], name="target_min", label="Time"),
)
_BEST = (
    _asked("best_km", "A recent best: distance", "km", DISTANCES_KM),
    _asked("best_min", "Its time", "min", BEST_MIN),
)
_SLOWEST_KM_H = {"swimming": 0.5}
_SLOWEST_KM_H |= dict.fromkeys(("running", "cycling", "triathlon"), 1.5)
_FASTEST_KM_H = {"swimming": 8.0, "running": 40.0, "cycling": 120.0, "triathlon": 60.0}
"""Who writes 19:30 for 5 km means minutes and seconds, if hours would be slower than any
and these are no faster than any: judgement."""
_FAR = 2.0  # times the distance of the best, beyond which many are slower: judgement


def is_for(sport: object) -> bool:
    """Whether sessions of a sport are planned by distance and time."""
    return sport in TARGET_SPORTS


def ask() -> None:
    """Ask for a target, say how hard it is, and offer to take it for the plan."""
    look.note("How hard a time is, from a recent best of your own: all you had that day.")
    sport = form.shown()["sport"]
    plan, best = _pair(_PLAN, sport), _pair(_BEST, sport)
    if plan is None or best is None:
        return
    effort = effort_of_target(sport, *plan, *best)
    look.note(*effort_lines(sport, effort, far=plan[0] > _FAR * best[0], best_min=best[1]))
    answers = {"duration_min": plan[1], "session_rpe": float(round(effort.session_rpe))}
    words = f"{units.duration_text(plan[1])} at effort {answers['session_rpe']:g}"
    st.button(f"Plan {words}", key="take_target", on_click=form.answer, args=(answers,))


def effort_lines(
    sport: str, effort: TargetEffort, *, far: bool, best_min: float
) -> list[str]:
    """Say how fast a target is, and how hard; `far` if it goes far beyond the best."""
    lines = [
        f"{_speed_text(sport, effort.speed_km_h)}. Your best, "
        f"{units.duration_text(best_min)}, would give about "
        f"{units.duration_text(effort.best_min)} here: effort about "
        f"{effort.session_rpe:.0f} of 10."
    ]
    if far:
        lines.append(
            "Over a way so much longer many are slower than this, and it is harder."
        )
    if effort.share_of_best > 1.0:
        lines.append("That is faster than that best: hardly a plan to hold.")
    return lines


def _speed_text(sport: str, km_h: float) -> str:
    """Speed in the reader's unit of a way; of a run as the time for one of them."""
    unit = units.unit_of("km", form.chosen_units())
    per_hour = unit.shown(km_h)
    if sport != "running":
        return f"{per_hour:.1f} {unit.label}/h"
    minutes, seconds = divmod(round(3600.0 / per_hour), 60)
    return f"{minutes}:{seconds:02d} per {unit.label}"


def _pair(fields: tuple[Field, Field], sport: str) -> tuple[float, float] | None:
    """Ask for a distance and its time; None until both are there."""
    mile_or_km = units.unit_of("km", form.chosen_units()).label
    with st.container(horizontal=True):
        typed = [
            st.text_input(
                widgets.plain(f"{field.label}, {unit}" if unit else field.label),
                # Of another sport, or in another unit, it is another number.
                key=f"{form.TARGET}{field.name}_{sport}_{unit}",
                live=widgets.PAUSE,
                persist_state="session",
            )
            for field, unit in zip(fields, (mile_or_km, ""), strict=True)
        ]
    time = fields[1]
    distance_km, minutes = map(_number, fields, typed)
    if distance_km is None or minutes is None:
        return None
    # 19:30 can be minutes and seconds.
    is_clock = re.fullmatch(r"\s*\d{1,2}:\d{2}\s*", typed[1]) is not None
    km_h = distance_km / minutes * 60.0
    if is_clock and km_h < _SLOWEST_KM_H[sport] and 60.0 * km_h < _FASTEST_KM_H[sport]:
        minutes /= 60.0
    if not time.low <= minutes <= time.high:
        widgets.tell_not_allowed(time, typed[1])
        return None
    return distance_km, minutes


def _number(field: Field, typed: str) -> float | None:
    """What was typed, None if nothing or if it cannot be, which is told."""
    if is_blank(typed):
        return None
    # No distance here goes into the thousands, so that every comma is a decimal one.
    text = typed.replace(",", ".") if field.unit == "km" else typed
    try:
        number = number_written(text, field, form.chosen_units())
    except ValueError:
        number = float("nan")
    # Of a time the distance decides what was meant, and whether it can be.
    low, high = (0.0, 60.0 * field.high) if field.unit == "min" else (field.low, field.high)
    if low < number <= high or number == low > 0.0:
        return number
    widgets.tell_not_allowed(field, typed)
    return None
