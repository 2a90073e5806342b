"""The answers behind the questions: what each widget holds, and what that means.

What a widget holds is in the units that the reader chose; `answers` returns the
project's own.  A value that was only shown in another unit comes back exactly.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from riskmodel.inputs import units
from riskmodel.inputs.fields import FIELDS, Field
from riskmodel.inputs.problems import Problem
from riskmodel.reporting.words import count_text
from riskmodel.starts.scores import WEATHER_FIELDS
from riskmodel.views import tables
from riskmodel.views.state import (
    Answers,
    Behind,
    FormState,
    MySessionState,
    NavigationState,
    UndoState,
    Visit,
    state,
)

EMPTY: tuple[Any, ...] = (None, [], "")
"""What a question holds that was not answered."""
OFFSET = "start_offset_min"
"""Key of the question for the clock of the place."""
ANCHOR = "your-answers"
"""Where the questions begin, for a link on a phone."""


# ----------------------------------------------------------------- answers in and out


def answers() -> dict[str, Any]:
    """Everything that was answered so far, in the units of `FIELDS`."""
    _forget_an_earlier_look()
    chosen = chosen_units()
    held = {field.name: _inside(field, chosen) for field in FIELDS.values()}
    held["start_time"] = _with_offset(held["start_time"])
    if not {*(held["red_flags"] or ())} - {"none"}:
        held["red_flags_seen"] = None
    given = {name: value for name, value in held.items() if value not in EMPTY}
    # What says nothing for this sport is not shown, and comes back with another one.
    return {name: v for name, v in given.items() if FIELDS[name].asked_of(given)}


def is_asked(field: Field) -> bool:
    """Whether a question means something beside what the widgets hold."""
    rule = field.settled
    looked_at = () if rule is None else (rule.by, field.name)
    return field.asked_of({name: st.session_state.get(name) for name in looked_at})


def needed() -> list[Field]:
    """Questions that must be answered for a first number, by what was answered so far."""
    return [field for field in FIELDS.values() if field.required and is_asked(field)]


def needed_words() -> str:
    """How many those are, to begin a sentence with."""
    return count_text(len(needed()))


def _forget_an_earlier_look() -> None:
    """Ask again when a sign is named that the doctor has not looked at."""
    widgets, form = st.session_state, state(FormState)
    named = {*(widgets.get("red_flags") or ())} - {"none"}
    if widgets.get("red_flags_seen") is None:
        form.signs_looked_at = None
    elif form.signs_looked_at is None:
        form.signs_looked_at = named
    elif not named or named - form.signs_looked_at:
        widgets["red_flags_seen"] = form.signs_looked_at = None


def fill(given: Answers, *, saved_with: str | None = None) -> None:
    """Put answers into the form; a field without one becomes unanswered.

    Of a plan that was saved, `saved_with` is the version of its scorecard, or "".
    """
    state(MySessionState).saved_with = saved_with
    # To take back a step of the answers before would reach into these.
    state(UndoState).squad = []
    for field in FIELDS.values():
        _put(field, given.get(field.name))


def change(changes: Answers) -> None:
    """Put some answers into the form and leave the others."""
    for name, value in changes.items():
        _put(FIELDS[name], value)


def forget_trail() -> None:
    """Forget what belongs to the answers that were there: steps, weather, sources.

    For whoever puts the answers of another person or plan in their place: taking back a
    step would reach into these.
    """
    state(UndoState).session = []
    state(MySessionState).scored = None
    state(FormState).start_weather, state(FormState).log_answers = None, {}
    st.session_state["example"] = None


def begin_visit(name: str, given: Answers) -> None:
    """Put the answers of a squad's athlete into the form; the coach's come back later."""
    visit = state(FormState).visit
    own = answers() if visit is None else visit.own_answers
    _swap(given)
    state(FormState).visit = Visit(name, own)


def leave_visit() -> None:
    """Give the form back its answers of before an athlete was opened."""
    if (visit := state(FormState).visit) is not None:
        _swap(visit.own_answers)
        end_visit()


def _swap(given: Answers) -> None:
    """Change between the coach's and an athlete's answers: the plan is the same."""
    forget_trail()
    steps = state(UndoState).squad
    fill(given, saved_with=state(MySessionState).saved_with)
    state(UndoState).squad = steps


def end_visit() -> None:
    """Let the answers be the reader's own again, and no longer those of an athlete."""
    state(FormState).visit = None


def tell_whose() -> bool:
    """Say whose answers these are, if a squad's athlete was opened."""
    if (visit := state(FormState).visit) is None:
        return False
    tables.tell(
        f"These are the answers of {visit.name or 'an athlete'}, from the squad. What you "
        "change in My session stays there; nothing goes back into the squad."
    )
    return True


def not_asked_anew(given: Answers) -> dict[str, Any]:
    """Answers without warning signs and illness, which are asked anew each time."""
    return {name: v for name, v in given.items() if FIELDS[name].group != "before"}


def without_assurances(given: Answers) -> dict[str, Any]:
    """Answers of a link or a plan, which cannot say for anybody that nothing is wrong."""
    left = not_asked_anew(given)
    flags = given.get("red_flags", ["none"])
    if flags != ["none"]:
        left["red_flags"] = flags
    if given.get("illness_24h") == "yes":
        left["illness_24h"] = "yes"
    return left


def drop_changed_weather() -> None:
    """Let the heat of a start go once somebody answers another weather."""
    if (weather := state(FormState).start_weather) is None:
        return
    given, now = weather.answers, answers()
    names = ["sky", *(n for n in WEATHER_FIELDS if not FIELDS[n].measured)]
    names.remove("start_time")
    then, start = (
        datetime.fromisoformat(a["start_time"]) if "start_time" in a else None
        for a in (given, now)
    )
    if then == start and all(now.get(name) == given.get(name) for name in names):
        return
    state(FormState).start_weather = None
    same = (n for n in given if FIELDS[n].measured and now.get(n) == given[n])
    change(dict.fromkeys(same))


def show_again(page: str) -> None:
    """Let another page's questions show what was answered here.

    Where two pages ask the same question, Streamlit draws it empty on the second one
    if nothing is written to it in that run.
    """
    navigation = state(NavigationState)
    if navigation.title == page:
        return
    navigation.title = page
    for field in FIELDS.values():
        # Every number and text that is drawn looks through all that is kept: what is
        # empty on another page is let go.
        value = st.session_state.pop(field.name, None)
        if value not in EMPTY:
            st.session_state[field.name] = value


# ------------------------------------------------------------------------------ units


def chosen_units() -> dict[str, str]:
    """Units that the reader sees, at first those usual where the browser comes from."""
    form = state(FormState)
    if form.units is None:
        form.units = units.usual_units(st.context.locale)
    return form.units


def use_units(chosen: object) -> None:
    """Show everything in other units; no answer changes."""
    for own, label in units.complete(chosen).items():
        now = chosen_units()
        held = {f.name: _inside(f, now) for f in FIELDS.values() if f.unit == own}
        state(FormState).units = {**now, own: label}
        st.session_state[f"unit_{own}"] = label
        change(held)


def sentence(problem: Problem) -> str:
    """Say what is wrong in the reader's own units, without names for programs."""
    field, chosen = FIELDS.get(problem.field), chosen_units()
    if (
        field is not None
        and problem.kind == "not_allowed"
        and units.unit_of(field.unit, chosen).label != field.unit
    ):
        try:
            shown = units.text(float(str(problem.value)), field.unit, chosen)
        except ValueError:
            return problem.sentence(names=False)
        return f"{field.label} is {shown}; allowed is {units.allowed(field, chosen)}."
    return problem.sentence(names=False)


def _inside(field: Field, chosen: units.Chosen) -> Any:
    """What a field holds, in the project's unit."""
    value = st.session_state.get(field.name)
    if field.kind != "number":
        return value
    unit = units.unit_of(field.unit, chosen)
    shown: Any = _with_inches(field, value) if unit.feet else value
    if shown in EMPTY:
        return value
    behind = state(FormState).behind.get(field.name)
    if behind is not None and behind.shown == shown:
        return behind.answer
    if unit.feet:
        return units.height_cm(*shown)
    return unit.inside(shown) if unit.label != field.unit else shown


def _with_inches(field: Field, feet: float | None) -> Any:
    inches = st.session_state.get(f"{field.name}_in")
    return None if feet is None and inches is None else (feet or 0.0, inches or 0.0)


def _put(field: Field, value: Any) -> None:
    widgets, form = st.session_state, state(FormState)
    shown = _as_widget_value(field, value)
    unit = units.unit_of(field.unit, chosen_units())
    # What stood behind another unit must not answer for a number typed later.
    form.behind.pop(field.name, None)
    widgets[field.name] = shown
    if field.kind == "levels":
        form.levels_before[field.name] = shown
    if field.kind == "time":
        widgets[OFFSET] = _offset_elsewhere(value)
    if field.name == "red_flags_seen":
        form.signs_looked_at = None
    if unit.feet:
        widgets[f"{field.name}_in"] = None
    if field.kind != "number" or unit.label == field.unit or shown is None:
        return
    if unit.feet:
        feet, inches = units.feet_and_inches(shown)
        widgets[field.name], widgets[f"{field.name}_in"] = feet, inches
        form.behind[field.name] = Behind((feet, inches), shown)
    else:
        widgets[field.name] = in_widget = round(unit.shown(shown), unit.decimals)
        form.behind[field.name] = Behind(in_widget, shown)


def _as_widget_value(field: Field, answer: Any) -> Any:
    if field.kind == "levels":
        return [answer] if isinstance(answer, str) else list(answer or [])
    if field.kind == "text":
        return answer or ""
    if field.kind == "time" and answer is not None:
        # As the clock of the place shows it.
        return datetime.fromisoformat(answer).replace(tzinfo=None)
    if field.kind == "number" and answer is not None:
        whole = field.unit == "of 10" and float(answer).is_integer()
        return int(answer) if whole else float(answer)
    return answer


# ------------------------------------------------------------------------- day and hour


def _zone() -> ZoneInfo | None:
    """Time zone of the reader, or None for that of this machine."""
    try:
        return ZoneInfo(st.context.timezone) if st.context.timezone else None
    except (ZoneInfoNotFoundError, ValueError):  # a browser that cannot tell
        return None


def today() -> date:
    """Today where the reader is, which can be another day than where this runs."""
    return datetime.now(_zone()).date()


def planned_day() -> date:
    """Day of the planned session, today if it has no start time."""
    start = answers().get("start_time")
    return datetime.fromisoformat(start).date() if start else today()


def _with_offset(moment: datetime | None) -> str | None:
    """Write a local time with the offset of its place."""
    if moment is None:
        return None
    offset_min = st.session_state.get(OFFSET)
    if offset_min is not None:
        return moment.replace(tzinfo=timezone(timedelta(minutes=offset_min))).isoformat()
    zone = _zone()
    return (moment.replace(tzinfo=zone) if zone else moment.astimezone()).isoformat()


def _offset_elsewhere(answer: str | None) -> int | None:
    """Offset of the clock of the place, where it is not the reader's own. [min]."""
    if answer is None:
        return None
    there = datetime.fromisoformat(answer)
    offset = there.utcoffset() or timedelta(0)
    own = there.astimezone(_zone()).utcoffset()
    return int(offset.total_seconds() // 60) if offset != own else None
