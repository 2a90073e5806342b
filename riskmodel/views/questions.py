"""The questions as widgets, one per field, each keyed by its field's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from riskmodel.inputs import units
from riskmodel.inputs.fields import FIELDS, GROUPS, Field
from riskmodel.views import form
from riskmodel.views.state import FormState, state

NONE = {"none": "None of these"}
"""What a list of items offers first."""
_PRIVACY = (
    "Health answers are used for this calculation only: the program that shows this "
    "page holds them while the page is open. They are stored nowhere and sent nowhere "
    "else, unless you save or share them yourself."
)
# How humid air feels, for those who have no number: our judgement.
_FEELS_PCT = {"Dry": 30.0, "Pleasant": 50.0, "Humid": 70.0, "Muggy": 85.0}
# Offsets from UTC that clocks somewhere in the world keep. [min]
_OFFSETS_MIN = (
    *range(-720, 841, 60),
    *(-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765),
)
_MOST_PILLS = 6  # levels; more are a list that opens
_stay = st.components.v2.component(
    "stay", js=Path(__file__).with_name("stay.js").read_text(encoding="utf-8")
)


def ask(next_question: str | None) -> None:
    """Draw the whole form, apart the open question that would narrow the range most."""
    st.html(f'<div id="{form.ANCHOR}"></div>')
    _red_flags()
    if next_question is not None:
        with st.container(border=True, key="next_question"):
            st.markdown("**One more answer that would narrow the range most, on average**")
            _widget(FIELDS[next_question])
            if FIELDS[next_question].private:
                st.caption(_PRIVACY)
    st.header(f"{form.needed_words()} answers for a first number")
    draw(form.needed())
    st.header("More answers")
    for group, heading in GROUPS.items():
        if group == "before":
            continue
        with st.expander(heading):
            if group == "athlete":
                st.caption(_PRIVACY)
            others = [f for f in _optional(group) if f.name != next_question]
            draw(others)


def _optional(group: str) -> list[Field]:
    return [f for f in FIELDS.values() if f.group == group and not f.required]


def stay() -> None:
    """Keep the question that is being answered where the reader sees it."""
    _stay(key="stay")


def ask_plan() -> None:
    """Draw the questions about the session and the weather, not those about a person."""
    groups = ("plan", "weather")
    draw(f for f in FIELDS.values() if f.group in groups and f.required)
    for group in groups:
        with st.expander(GROUPS[group]):
            draw(_optional(group))


def ask_units() -> None:
    """Draw the choice of units."""
    with st.popover("Units"):
        for own, options in units.UNITS.items():
            key = f"unit_{own}"
            st.session_state.setdefault(key, form.chosen_units()[own])
            st.segmented_control(
                units.HEADINGS[own],
                list(options),
                key=key,
                required=True,
                on_change=_switch,
                args=(own,),
                persist_state="session",
            )
        st.caption("Switching units changes no answer and no score.")


def _switch(own: str) -> None:
    form.use_units({**form.chosen_units(), own: st.session_state[f"unit_{own}"]})
    state(FormState).units_changed = own


def _red_flags() -> None:
    """Ask for warning signs first, in one step that folds away once it is answered."""
    flags = st.session_state.get("red_flags") or []
    named = [item for item in flags if item != "none"]
    words = f"{len(named)} named" if named else "none" if flags else "please look first"
    seen = not named or st.session_state.get("red_flags_seen") == "yes"
    done = flags and seen and st.session_state.get("illness_24h") is not None
    with st.expander(f"Before you start: warning signs ({words})", expanded=not done):
        group = [field for field in FIELDS.values() if field.group == "before"]
        draw([f for f in group if f.name != "red_flags_seen" or named])
        st.caption(_PRIVACY)


def draw(fields: Iterable[Field]) -> None:
    """Draw some of the questions."""
    for field in fields:
        if not form.is_asked(field):
            continue
        _widget(field)
        if field.name == "relative_humidity_pct":
            feeling = st.session_state.get("air_feels")
            if _FEELS_PCT.get(feeling or "") != st.session_state.get(field.name):
                st.session_state["air_feels"] = None
            st.pills(
                "No number at hand? How the air feels now",
                list(_FEELS_PCT),
                key="air_feels",
                on_change=_use_feeling,
            )


def _use_feeling() -> None:
    if feeling := st.session_state["air_feels"]:
        st.session_state["relative_humidity_pct"] = _FEELS_PCT[feeling]


def _widget(field: Field) -> None:
    common: dict[str, Any] = {
        "key": field.name,
        "help": field.help or None,
        "persist_state": "session",
    }
    if field.kind == "number" and field.unit == "of 10":
        _steps(field, common)
    elif field.kind == "number":
        _number(field, common)
    elif field.kind == "level" and len(field.levels) > _MOST_PILLS:
        options = list(field.levels)
        st.selectbox(
            field.label,
            options,
            index=None,
            format_func=field.levels.__getitem__,
            placeholder="Choose",
            **common,
        )
    elif field.kind == "levels":
        more = {"on_change": _none_or_some, "args": (field.name,)}
        levels(field, {**common, **more})
    elif field.kind == "level":
        levels(field, common)
    elif field.kind == "time":
        _time(field, common)
    else:
        st.text_input(field.label, **common)
    of_log = state(FormState).log_answers.get(field.name)
    if of_log is not None and of_log.value == st.session_state.get(field.name):
        st.caption(f"From the training log. {of_log.source}")


def levels(field: Field, settings: Mapping[str, Any]) -> None:
    """Draw the levels of a field side by side, for one or several answers."""
    several = field.kind == "levels"
    answer = None if several else st.session_state.get(settings["key"])
    options = {**(NONE if several else {}), **field.offered(answer)}
    st.pills(
        field.label,
        list(options),
        format_func=options.__getitem__,
        selection_mode="multi" if several else "single",
        wrap=True,
        **settings,
    )


def _steps(field: Field, common: Mapping[str, Any]) -> None:
    answer = st.session_state.get(field.name)
    # A file may have said 5.5.
    steps = {*range(int(field.low), int(field.high) + 1), answer} - {None}
    # What the steps mean must be in view: a 7 is a lot.
    st.pills(
        f"{field.label}  \n:small[{field.help}]",
        sorted(steps),
        wrap=True,
        format_func="{:g}".format,
        **{**common, "help": None},
    )


def _time(field: Field, common: Mapping[str, Any]) -> None:
    words = "Local time at the place. It counts only together with latitude and longitude."
    with st.container(horizontal=True):
        st.datetime_input(field.label, value=None, **{**common, "help": words})
        offset_min = st.session_state.get(form.OFFSET)
        offsets = {*_OFFSETS_MIN, offset_min} - {None}
        st.selectbox(
            "Clock of the place",
            [None, *sorted(offsets)],
            format_func=_offset_text,
            key=form.OFFSET,
            persist_state="session",
        )


def _offset_text(offset_min: int | None) -> str:
    if offset_min is None:
        return "As on this device"
    hours, minutes = divmod(abs(offset_min), 60)
    return f"UTC{'-' if offset_min < 0 else '+'}{hours:02d}:{minutes:02d}"


def heading(field: Field, unit_label: str) -> str:
    """Label of a question with its unit; a count says in its label what it counts."""
    named = field.unit in ("", "sessions", "days")
    return field.label if named else f"{field.label}, {unit_label}"


def _number(field: Field, common: Mapping[str, Any]) -> None:
    unit = units.unit_of(field.unit, form.chosen_units())
    # No limits here: the widget would keep the last good value and go on showing its
    # score.  The engine says in a sentence what is allowed.
    settings = {**common, "value": None, "placeholder": ""}
    if unit.feet:
        inches = {**settings, "key": f"{field.name}_in", "help": None}
        with st.container(horizontal=True):
            st.number_input(f"{field.label}, ft", step=1.0, format="%.4g", **settings)
            st.number_input(f"{field.label}, in", step=1.0, format="%.4g", **inches)
        return
    step = float(field.step if unit.label == field.unit else unit.step)
    st.number_input(
        heading(field, unit.label),
        step=step,
        format="%.4g" if step >= 1 else "%.2f",
        **settings,
    )


def _none_or_some(name: str) -> None:
    """Let "None of these" and the items of a list take each other's place."""
    before = state(FormState).levels_before
    chosen = none_or_some(before.get(name, []), list(st.session_state[name]))
    st.session_state[name] = before[name] = chosen


def none_or_some(before: list[str], chosen: list[str]) -> list[str]:
    """What is left of a list where "none" and items were chosen after each other."""
    if "none" not in chosen or len(chosen) == 1:
        return chosen
    return [item for item in chosen if item != "none"] if "none" in before else ["none"]
