"""A session as legs: what each adds, the day as a picture, and the day as one session."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import streamlit as st

from riskmodel.inputs import units
from riskmodel.inputs.blanks import is_blank
from riskmodel.inputs.fields import FIELDS, Field
from riskmodel.inputs.written import number_text
from riskmodel.reporting.legs import carried_text, day_text, leg_text, pause_before_min
from riskmodel.reporting.words import BAND_LABELS
from riskmodel.scoring.bands import band_name, in_100_brief, in_100_span_brief
from riskmodel.views import device, form, look, own_card, widgets
from riskmodel.views.state import MySessionState, state
from riskmodel.whatif.legs import (
    LONGEST_PAUSE_MIN,
    MOST_DRUNK_L,
    SHORT_PAUSE_MIN,
    Leg,
    LegsAssessment,
    as_one_session,
    assess_legs,
    usual_legs,
)

_MOST_LEGS = 4
_COUNT, _USUAL = f"{form.LEG}s_count", f"{form.LEG}s_usual"
_PARTS = ("sport", "min", "rpe", "pause", "drunk")
_TIME = replace(FIELDS["duration_min"], label="Duration")
_PAUSED = Field(
    *("pause", "plan", "Pause before", "number"),
    unit="min",
    low=0.0,
    high=LONGEST_PAUSE_MIN,
)
_DRUNK = Field(
    *("drunk", "plan", "Drunk in it", "number"), unit="l", low=0.0, high=MOST_DRUNK_L
)
_EFFORTS = {rpe: str(rpe) for rpe in range(1, 11)}
_NOTE = (
    "All else is as on the page. A pause of "
    f"{units.duration_text(SHORT_PAUSE_MIN)} or more makes what follows a session of its "
    "own, with what the day has left in the body."
)


@dataclass(frozen=True)
class _Row:
    """What stands in one row, where it can be read."""

    sport: str
    minutes: float | None
    rpe: int
    pause_min: float | None
    drunk_l: float | None

    def leg(self) -> Leg | None:
        """The leg, None as long as something of it is open or cannot be read."""
        if self.minutes is None or self.pause_min is None or self.drunk_l is None:
            return None
        answers = {
            "sport": self.sport,
            "duration_min": self.minutes,
            "session_rpe": self.rpe,
        }
        return Leg(answers, self.pause_min, self.drunk_l)


def ask() -> None:
    """Draw the day, and the legs that it is made of."""
    _begin()
    picture = st.container(key="legs_picture")
    widgets.pills(
        "Legs",
        {n: str(n) for n in range(2, _MOST_LEGS + 1)},
        _COUNT,
        required=True,
        persist_state="session",
    )
    rows = [_row(number) for number in range(st.session_state[_COUNT])]
    look.note(_NOTE)
    _remember()
    legs = [leg for row in rows if (leg := row.leg()) is not None]
    if len(legs) < len(rows):
        with picture:
            _tell_open(rows)
        return
    shared = {n: v for n, v in form.shown().items() if n not in legs[0].answers}
    day = assess_legs(shared, legs, **own_card.used())
    with picture:
        _show(day, rows)
    one = as_one_session(day.legs, [row.rpe for row in rows])
    if one["duration_min"] <= _TIME.high:
        one["session_rpe"] = float(round(one["session_rpe"]))
        words = units.duration_text(one["duration_min"])
        st.button(
            f"Plan it as one session: {words} at effort {one['session_rpe']:g}",
            key="take_legs",
            on_click=form.answer,
            args=(one,),
        )


def _tell_open(rows: list[_Row]) -> None:
    """Say which legs keep the day from having a number."""
    blank, wrong = [], []
    for number, row in enumerate(rows):
        if is_blank(st.session_state[_key("min", number)]):
            blank.append(f"duration of leg {number + 1}")
        elif row.leg() is None:
            wrong.append(f"leg {number + 1}")
    look.note(widgets.needed_text([*blank, *wrong]))


# ------------------------------------------------------------------------- the texts


def _key(part: str, number: int) -> str:
    return f"leg_{part}_{number}"


def _begin() -> None:
    """Let the rows hold what the tab held, or else the session of the page in parts.

    As long as nobody has changed them they follow the page.
    """
    widgets_now = st.session_state
    usual = _usual()
    if _COUNT not in widgets_now:
        widgets_now.update({**usual, **_of_tab(usual)})
    elif all(widgets_now.get(key) == v for key, v in widgets_now[_USUAL].items()):
        widgets_now.update(usual)
    widgets_now[_USUAL] = usual


def _usual() -> dict[str, Any]:
    shown = form.shown()
    sport, rpe = shown.get("sport") or "running", int(shown.get("session_rpe") or 5)
    parts = usual_legs(sport, shown.get("duration_min") or 60.0)
    rows: dict[str, Any] = {_COUNT: len(parts)}
    for number in range(_MOST_LEGS):
        of_leg, minutes = parts[number] if number < len(parts) else (sport, None)
        written = "" if minutes is None else number_text(minutes, _TIME)
        usual = {"sport": of_leg, "min": written, "rpe": rpe, "pause": "", "drunk": ""}
        rows |= {_key(part, number): value for part, value in usual.items()}
    return rows


def _of_tab(usual: Mapping[str, Any]) -> dict[str, Any]:
    """What the tab held before a reload, where it can still stand in a row."""
    try:
        entry = json.loads(device.of_tab("legs") or "{}")
    except (ValueError, RecursionError):
        entry = {}
    held = entry if isinstance(entry, dict) else {}
    choices: dict[str, Any] = {_COUNT: range(2, _MOST_LEGS + 1)}
    for number in range(_MOST_LEGS):
        choices[_key("sport", number)] = FIELDS["sport"].levels
        choices[_key("rpe", number)] = _EFFORTS
    return {
        key: held[key]
        for key, value in usual.items()
        if type(held.get(key)) is type(value) and held[key] in choices.get(key, [held[key]])
    }


def _remember() -> None:
    keys = [_key(part, n) for n in range(_MOST_LEGS) for part in _PARTS]
    whole = {key: st.session_state.get(key) for key in (_COUNT, *keys)}
    device.remember("legs", json.dumps(whole, ensure_ascii=False))


# --------------------------------------------------------------------------- the rows


def _row(number: int) -> _Row:
    """Ask for one leg, and say at its row what cannot be read."""
    stays: dict[str, Any] = {"persist_state": "session"}
    with st.container(horizontal=True, key=f"row_leg_{number}"):
        sports = FIELDS["sport"].levels
        sport = widgets.select(
            f"Leg {number + 1}", sports, _key("sport", number), width=136, **stays
        )
        _text(_TIME, "min", number)
        rpe = widgets.select("Effort", _EFFORTS, _key("rpe", number), width=72, **stays)
        if number:
            _text(_PAUSED, "pause", number)
            if not is_blank(st.session_state[_key("pause", number)]):
                _text(_DRUNK, "drunk", number)
    minutes = _number(_TIME, "min", number, None)
    pause_min = _number(_PAUSED, "pause", number, 0.0) if number else 0.0
    paused = number and not is_blank(st.session_state[_key("pause", number)])
    drunk_l = _number(_DRUNK, "drunk", number, 0.0) if paused else 0.0
    return _Row(sport or "other", minutes, rpe or 1, pause_min, drunk_l)


def _text(field: Field, part: str, number: int) -> None:
    unit = units.unit_of(field.unit, form.chosen_units()).label
    label = field.label if field.unit == "min" else f"{field.label}, {unit}"
    key = _key(part, number)
    st.text_input(label, key=key, live=widgets.PAUSE, persist_state="session", width=94)


def _number(field: Field, part: str, number: int, blank: float | None) -> float | None:
    """What was typed; None if it cannot be read, which is told, `blank` if nothing was."""
    typed = st.session_state.get(_key(part, number)) or ""
    return blank if is_blank(typed) else widgets.number_told(field, typed)


# ------------------------------------------------------------------------ the picture


def _show(day: LegsAssessment, rows: list[_Row]) -> None:
    """Draw the day, or what it still needs."""
    if stops := [g.sentence for g in day.guards if g.urgent and g.private]:
        st.html(look.stop("Do not start yet", stops))
        return
    if day.problems:
        missing = [p.label for p in day.problems if p.kind == "missing"]
        others = [form.sentence(p) for p in day.problems if p.kind != "missing"]
        look.note(*others, widgets.needed_text(missing))
        return
    sports = [row.sport for row in rows]
    st.html(day_html(day, sports))
    look.note(carried_text(day.legs[-1], sports[-1], form.chosen_units()))
    scored = state(MySessionState).scored
    told = {guard.name for guard in scored.assessment.guards} if scored else set()
    for guard in day.guards:
        if guard.name not in told:
            look.warn(guard.sentence)


def day_html(day: LegsAssessment, sports: list[str]) -> str:
    """Draw the number of the day, its bar of legs, and the chance in each."""
    number = escape(in_100_brief(day.probability))
    span = escape(in_100_span_brief(day.probability_low, day.probability_high))
    total_min = sum(leg.duration_min for leg in day.legs)
    bar, lines = [], []
    for place, (sport, leg) in enumerate(zip(sports, day.legs, strict=True)):
        if place and (pause_min := pause_before_min(day.legs, place)):
            # A night is not drawn wider than half of the legs.
            drawn_min = min(pause_min, total_min / 2.0)
            bar.append(f'<i style="flex:{drawn_min:.0f} 0 0"></i>')
        band, chance = band_name(leg.probability), escape(in_100_brief(leg.probability))
        width = f"flex:{leg.duration_min:.0f} 1 0"
        bar.append(f'<span class="b-{band}" style="{width}">{chance}</span>')
        lines.append(
            f'<li class="b-{band}"><span>{escape(leg_text(sport, leg))}</span>'
            f"<b>{chance} of 100</b><em>{BAND_LABELS[band]}</em></li>"
        )
    return (
        f'<div class="cr-card b-{day.band}" {look.VEILED}><div class="cr-top">'
        f'<span class="cr-num">{number}</span>'
        '<span class="cr-of">of 100 days like this would bring a cramp</span>'
        f'<span class="cr-side">{look.chip(day.band)}'
        f'<span class="cr-note">range {span}</span></span></div>'
        f'<div class="cr-day" role="img" aria-label="{escape(day_text(sports, day.legs))}">'
        f'{"".join(bar)}</div><ul class="cr-legs" aria-label="Chance in each leg">'
        f"{''.join(lines)}</ul></div>"
    )
