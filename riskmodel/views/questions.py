"""The questions as widgets, one per field, each keyed by its field's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from riskmodel.inputs import units
from riskmodel.inputs.fields import FIELDS, GROUPS, Field
from riskmodel.inputs.written import number_text
from riskmodel.squad.search import NAMED
from riskmodel.views import (
    clock,
    form,
    look,
    name_search,
    navigation,
    widgets,
    zero_points,
)
from riskmodel.views.state import FormState, state
from riskmodel.weather.feels import FEELS_C, humidity_pct

NONE = {"none": "None of these"}
"""What a list of items offers first."""
PRIVACY = (
    "Health answers stay in this tab until it is closed, and go nowhere else unless you "
    "keep or share them."
)
_OUTDATED = "The forecast's heat was of another duration and is left out: take it anew."
_DURATIONS_MIN = {30: "½ h", 60: "1 h", 120: "2 h", 240: "4 h"}
_RPE = "How hard: 2 easy, 5 hard, 7 very hard, 10 all you have"
# Offsets from UTC that clocks somewhere in the world keep. [min]
_OFFSETS_MIN = (
    *range(-720, 841, 60),
    *(-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765),
)
_MOST_PILLS = 6  # levels; more are a list that opens
_IF_MEASURED = frozenset(
    {"wbgt_c", "solar_radiation_w_m2", "latitude_deg", "longitude_deg", "start_time"}
)
# Numbers commit while they are typed, so that nobody waits for leaving a field.
NUMBERS = tuple(
    f.name for f in FIELDS.values() if f.kind == "number" and f.unit not in ("of 10", "min")
)
"""Questions for which a phone shows its keys for numbers."""


# ------------------------------------------------------------- the six, in little room


def ask_session(*, age: bool = True) -> None:
    """Draw the answers that a first number needs, in little room."""
    years, minutes = FIELDS["age_years"], FIELDS["duration_min"]
    with st.container(horizontal=True, vertical_alignment="bottom", key="row_who"):
        _sport()
        if age:
            _number(years, width=96)
    with st.container(horizontal=True, vertical_alignment="bottom", key="row_time"):
        _number(minutes, width=128)
        _durations()
    _tell_faults(*([years] if age else []), minutes)
    if (weather := state(FormState).start_weather) is not None and weather.outdated:
        look.note(_OUTDATED)
    _widget(FIELDS["session_rpe"])
    names = ("air_temperature_c", "relative_humidity_pct", "water_temperature_c")
    air = [FIELDS[name] for name in names if form.is_asked(FIELDS[name])]
    with st.container(horizontal=True, vertical_alignment="bottom", key="row_air"):
        for field in air:
            _number(field)
    _tell_faults(*air)


def _sport() -> None:
    held = st.session_state.get("sport")
    field = FIELDS["sport"]
    words = field.levels.get(held or "", "choose")
    icon = f":material/{look.SPORT_ICONS.get(held or '', 'sports')}:"
    box = st.popover(
        f"{_marked(field, 'Sport')}: **{words}**",
        icon=icon,
        key="sport_box",
        on_change="rerun",
        width="stretch",
    )
    if not box.open:
        return
    with box:
        st.pills(
            "Sport",
            list(field.levels),
            format_func=lambda name: (
                f":material/{look.SPORT_ICONS[name]}: {field.levels[name]}"
            ),
            key="sport",
            on_change=_close_sport,
            args=(held,),
            label_visibility="collapsed",
            persist_state="session",
            wrap=True,
        )


def _close_sport(before: str | None) -> None:
    st.session_state["sport_box"] = False
    _keep("sport", before)


def _keep(name: str, before: Any) -> None:
    """Let a second click on an answer that a number needs confirm it, not take it away."""
    if st.session_state[name] is None and before is not None:
        st.session_state[name] = before
        form.confirm_example(name)


def _durations() -> None:
    minutes = form.shown().get("duration_min")
    st.session_state["durations"] = minutes if minutes in _DURATIONS_MIN else None
    st.pills(
        "Usual durations",
        list(_DURATIONS_MIN),
        format_func=_DURATIONS_MIN.__getitem__,
        key="durations",
        on_change=_use_duration,
        label_visibility="collapsed",
    )


def _use_duration() -> None:
    if minutes := st.session_state["durations"]:
        form.answer({"duration_min": float(minutes)})
    else:  # a second click
        form.confirm_example("duration_min")


def ask_feeling() -> None:
    """Offer words for the air in place of a humidity, given its temperature."""
    air_c = form.shown().get("air_temperature_c")
    asked = form.is_asked(FIELDS["relative_humidity_pct"])
    if air_c is None or not asked or not _once("air_feels"):
        return
    shares = {word: humidity_pct(word, air_c) for word in FEELS_C}
    now = form.shown().get("relative_humidity_pct")
    st.session_state["air_feels"] = next((w for w, v in shares.items() if v == now), None)
    st.pills(
        "No number for the humidity? How the air feels",
        list(shares),
        format_func=lambda word: f"{word}, {shares[word]:g} %",
        key="air_feels",
        on_change=_use_feeling,
        args=(shares,),
        wrap=True,
    )


def _use_feeling(shares: Mapping[str, float]) -> None:
    if feeling := st.session_state["air_feels"]:
        form.answer({"relative_humidity_pct": shares[feeling]})
    else:
        form.confirm_example("relative_humidity_pct")


# --------------------------------------------------------------------------- the rest


def ask_group(group: str) -> None:
    """Draw the questions of one group that are not among the six."""
    fields = [f for f in FIELDS.values() if f.group == group and not f.required]
    draw(f for f in fields if f.name not in (*_IF_MEASURED, *NAMED))
    if group == "conditioning":
        words = "A training log answers three of these"
        st.button(words, type="tertiary", on_click=navigation.go_to, args=("training",))
    if group == "weather":
        ask_feeling()
        box = st.expander("If you measured it", key="measured", on_change="rerun")
        if box.open:
            with box:
                draw(f for f in fields if f.name in _IF_MEASURED)
    if group == "athlete":
        name_search.ask()
        draw(f for f in fields if f.name in NAMED)
        look.note(PRIVACY)


GROUP_LABELS = {name: label for name, label in GROUPS.items() if name != "before"}
"""Groups of questions beside the warning signs, with their headings."""


def ask_units() -> None:
    """Draw the choice of units."""
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


def _switch(own: str) -> None:
    form.use_units({**form.chosen_units(), own: st.session_state[f"unit_{own}"]})
    state(FormState).units_changed = own


def draw(fields: Iterable[Field]) -> None:
    """Draw some of the questions, each where it comes first on the page."""
    for field in fields:
        if form.is_asked(field) and _once(field.name):
            _widget(field)


def _once(name: str) -> bool:
    """Whether something is not on the page yet; from now on it is."""
    in_sight = state(FormState).in_sight
    is_new = name not in in_sight
    in_sight.add(name)
    return is_new


def heading(field: Field, unit_label: str) -> str:
    """Label of a question with its unit; a count says in its label what it counts."""
    named = field.unit in ("", "sessions", "days", "min")
    return field.label if named else f"{field.label}, {unit_label}"


def _marked(field: Field, label: str) -> str:
    """Label that says of an answer that it is still the example's."""
    return f"{label} (e.g.)" if field.name in form.still_from_example() else label


def _widget(field: Field) -> None:
    common: dict[str, Any] = {
        "key": field.name,
        "help": field.help or None,
        "persist_state": "session",
    }
    if field.kind == "number" and field.unit == "of 10":
        _steps(field, common)
    elif field.kind == "number":
        _number(field)
        _tell_faults(field)
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
    zero_points.tell(field)
    of_log = state(FormState).log_answers.get(field.name)
    if of_log is not None and of_log.value == form.shown().get(field.name):
        look.note(f"From the training log. {of_log.source}")


def levels(field: Field, settings: Mapping[str, Any]) -> None:
    """Draw the levels of a field side by side, for one or several answers."""
    several = field.kind == "levels"
    answer = st.session_state.get(settings["key"])
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
    label = _RPE if field.name == "session_rpe" else f"{field.label}. {field.help}"
    if field.required:
        common = {**common, "on_change": _keep, "args": (field.name, answer)}
    st.pills(
        _marked(field, label),
        sorted(steps),
        format_func="{:g}".format,
        width="stretch",
        **{**common, "help": None},
    )


def _time(field: Field, common: Mapping[str, Any]) -> None:
    words = "Local time at the place. It counts only together with latitude and longitude."
    with st.container(horizontal=True):
        st.datetime_input(
            field.label, value=None, format=widgets.DATES, **{**common, "help": words}
        )
        offset_min = st.session_state.get(clock.OFFSET)
        offsets = {*_OFFSETS_MIN, offset_min} - {None}
        st.selectbox(
            "Clock of the place",
            [None, *sorted(offsets)],
            format_func=_offset_text,
            key=clock.OFFSET,
            persist_state="session",
        )


def _offset_text(offset_min: int | None) -> str:
    if offset_min is None:
        return "As on this device"
    hours, minutes = divmod(abs(offset_min), 60)
    return f"UTC{'-' if offset_min < 0 else '+'}{hours:02d}:{minutes:02d}"


_SHORT = {
    "session_rpe": "Effort",
    "relative_effort": "Against usual",
    "air_temperature_c": "Air",
    "relative_humidity_pct": "Humidity",
    "water_temperature_c": "Water",
    "duration_min": "Duration",
    "age_years": "Age",
}


def short_label(field: Field) -> str:
    """Label of a question in few words, with the reader's unit."""
    unit = units.unit_of(field.unit, form.chosen_units()).label
    if (short := _SHORT.get(field.name)) is None:
        return heading(field, unit)
    return short if field.unit in ("", "min", "years") else f"{short}, {unit}"


def _number(field: Field, *, width: Any = "stretch") -> None:
    """Draw a number as text."""
    state(FormState).in_sight.add(field.name)
    label, value = short_label(field), form.shown().get(field.name)
    chosen = form.chosen_units()
    # What was read, where it is written in another way.
    if (
        value is not None
        and number_text(value, field, chosen) != st.session_state[field.name]
    ):
        label = f"{label} = {units.text(value, field.unit, chosen)}"
    st.text_input(
        _marked(field, label),
        key=field.name,
        help=None if field.name in _SHORT else field.help or None,
        live=widgets.PAUSE,
        persist_state="session",
        width=width,
    )


def _tell_faults(*fields: Field) -> None:
    """Say what is wrong with the numbers above."""
    for field in fields:
        if (fault := form.faults().get(field.name)) is not None:
            look.fault(form.sentence(fault))


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
