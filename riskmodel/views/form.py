"""The answers behind the questions: what each widget holds, and what that means.

Numbers are typed as text, in the reader's units and as people write them; `answers`
returns the project's own.  What was shown comes back exactly.  What cannot be read stays
where it was typed, is no answer, and is told beside its question (`faults`).

An example lies beside the answers, not among them: the questions show it, `answers`
leaves it out, and it becomes the reader's at the first touch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import streamlit as st

from riskmodel.inputs import units
from riskmodel.inputs.blanks import is_blank
from riskmodel.inputs.fields import FIELDS, Field
from riskmodel.inputs.problems import Problem
from riskmodel.inputs.told import in_quotes, quoted
from riskmodel.inputs.written import number_text, number_written
from riskmodel.views import clock
from riskmodel.views.overtaken import text_put
from riskmodel.views.state import (
    Answers,
    Behind,
    DeviceState,
    FormState,
    MySessionState,
    NavigationState,
    PlaceState,
    Reading,
    state,
)

EMPTY: tuple[Any, ...] = (None, [], "")
"""What a question holds that was not answered."""
TARGET, LEG = "of_target_", "leg"
"""How the keys of a target time with its best, and of the legs of a day, begin."""
NAME_SEARCH = "name_search"
"""Key of the field in which a name is looked for; what stands in it is no answer."""


# ----------------------------------------------------------------- answers in and out


def answers() -> dict[str, Any]:
    """Everything that was answered so far and can be read, in the units of `FIELDS`."""
    example, _ = _example_now()
    return {name: value for name, value in shown().items() if name not in example}


def shown() -> dict[str, Any]:
    """What the questions show, an example too."""
    return _held()[0]


def faults() -> dict[str, Problem]:
    """What stands in a question and is no answer to it, by the name of the field."""
    return _held()[1]


def _held() -> Reading:
    held, wrong = _readable()
    # What says nothing for this sport is not shown, and comes back with another one.
    asked = {name for name in (*held, *wrong) if FIELDS[name].asked_of(held)}
    return (
        {name: value for name, value in held.items() if name in asked},
        {name: problem for name, problem in wrong.items() if name in asked},
    )


@contextmanager
def read_once() -> Iterator[None]:
    """Read the questions again only where an answer is put into them.

    For the drawing of a page: a widget changes before it, never while it runs.
    """
    form = state(FormState)
    form.reads_once, form.reading = True, None
    try:
        yield
    finally:
        form.reads_once, form.reading = False, None


def _readable() -> Reading:
    """What all questions hold, those too that are not asked now, and what is no answer."""
    form = state(FormState)
    reading = _read() if form.reading is None else form.reading
    form.reading = reading if form.reads_once else None
    return reading


def _read() -> Reading:
    _forget_an_earlier_look()
    chosen, behind = chosen_units(), state(FormState).behind
    held: dict[str, Any] = {}
    wrong: dict[str, Problem] = {}
    for field in FIELDS.values():
        try:
            value = _inside(field, chosen, behind.get(field.name))
        except ValueError:
            written = str(st.session_state[field.name])
            wrong[field.name] = Problem(field.name, "not_allowed", written)
            continue
        if value not in EMPTY:
            held[field.name] = value
    if "start_time" in held:
        held["start_time"] = clock.with_offset(held["start_time"])
    if not {*held.get("red_flags", ())} - {"none"}:
        held.pop("red_flags_seen", None)
    return held, wrong


def _example_now() -> tuple[frozenset[str], Answers]:
    """What is an example only, and what one gave that was touched since."""
    form = state(FormState)
    if not form.example or (held := _readable()[0]) == form.as_put:
        return form.example, form.from_example
    was = {name: value for name, value in form.as_put.items() if name in form.example}
    return frozenset(), {n: value for n, value in was.items() if held.get(n) == value}


def take_touched() -> None:
    """Make an example the reader's if anything was touched: at the start of each run."""
    form = state(FormState)
    form.example, given = _example_now()
    # What was typed once stays the reader's, the same number typed again too.
    held = _readable()[0] if given else {}
    form.from_example = {n: value for n, value in given.items() if held.get(n) == value}


def show_example(example: Answers) -> None:
    """Let the questions that are open show an example, which is not the reader's yet."""
    form = state(FormState)
    if form.example:
        return
    own, _ = _readable()
    change({name: value for name, value in example.items() if name not in own})
    form.example, form.as_put = frozenset(example) - frozenset(own), _readable()[0]


def put_example_away() -> None:
    """Empty the questions of what is only an example."""
    form = state(FormState)
    take_touched()
    names, form.example = form.example, frozenset()
    change(dict.fromkeys(names))


def still_from_example() -> set[str]:
    """Answers that are as the example gave them, and that nobody has confirmed."""
    held, (_, given) = shown(), _example_now()
    return {name for name, value in given.items() if held.get(name) == value}


def confirm_example(*names: str) -> None:
    """Take some of the example for the reader's own; without a name all that is shown."""
    form = state(FormState)
    take_touched()
    if form.example:
        held, _ = _readable()
        form.from_example = {n: held[n] for n in form.example if n in held}
        form.example = frozenset()
    confirmed = {*names} or {*shown()}
    left = {n: value for n, value in form.from_example.items() if n not in confirmed}
    form.from_example = left


def is_asked(field: Field) -> bool:
    """Whether a question means something beside what the widgets hold."""
    rule = field.settled
    looked_at = () if rule is None else (rule.by, field.name)
    return field.asked_of({name: st.session_state.get(name) for name in looked_at})


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
    state(FormState).example, state(FormState).from_example = frozenset(), {}
    for field in FIELDS.values():
        _put(field, given.get(field.name))


def change(changes: Answers) -> None:
    """Put some answers into the form and leave the others, an example too."""
    form = state(FormState)
    take_touched()
    for name, value in changes.items():
        _put(FIELDS[name], value)
    if form.example:
        form.example -= frozenset(changes)
        form.as_put, _ = _readable()


def answer(answers: Answers) -> None:
    """Take answers by the reader's own hand: an example becomes theirs."""
    if answers:
        confirm_example(*answers)
    texts = state(FormState).texts_put
    for name, value in answers.items():
        before = st.session_state.get(name)
        _put(FIELDS[name], value)
        if isinstance(after := st.session_state[name], str):
            texts[name] = text_put(before, after)


def forget_trail() -> None:
    """Forget what belongs to the answers that were there: levers, weather, sources."""
    page = state(MySessionState)
    page.scored, page.step, page.mass_asked = None, None, False
    page.levers, page.skipped = frozenset(), frozenset()
    # They are one person's.
    for key in [key for key in st.session_state if str(key).startswith((TARGET, LEG))]:
        del st.session_state[key]
    state(DeviceState).tab.pop("legs", None)
    state(FormState).start_weather, state(FormState).log_answers = None, {}
    st.session_state.pop(NAME_SEARCH, None)


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


def show_again(page: str) -> None:
    """Let another page's questions show what was answered here.

    Where two pages ask the same question, Streamlit draws it empty on the second one
    if nothing is written to it in that run.
    """
    navigation, state(FormState).in_sight = state(NavigationState), set()
    if navigation.page == page:
        return
    navigation.came_from, navigation.page = navigation.page, page
    put_example_away()
    state(PlaceState).places, state(PlaceState).problem = (), ""
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
    form = state(FormState)
    take_touched()
    example, form.example = form.example, frozenset()
    for own, label in units.complete(chosen).items():
        held, wrong = _readable()
        form.units = {**chosen_units(), own: label}
        st.session_state[f"unit_{own}"] = label
        # What cannot be read stays as it was typed.
        of_it = (f.name for f in FIELDS.values() if f.unit == own)
        change({name: held.get(name) for name in of_it if name not in wrong})
    form.example, form.as_put = example, _readable()[0] if example else {}


def sentence(problem: Problem, *, typed: bool = False) -> str:
    """Say what is wrong in the reader's own units, in which it may have been typed."""
    field, chosen = FIELDS.get(problem.field), chosen_units()
    if field is None or problem.kind != "not_allowed" or field.kind != "number":
        return problem.sentence(names=False)
    written, hint = str(problem.value), ""
    if field.unit == "min" and (clock := re.fullmatch(r"(\d+):\d+:\d+", written)):
        hint = f" If minutes are meant, write {clock[1]} min."
    elif field.unit == "min":
        hint = " Write 3:45, 3 h 45 or 225."
    try:
        number = float(written)
    except ValueError:
        shown_as = in_quotes(written)
    else:
        # Of a number that was typed here, and of one of a link or a file.
        typed = typed or st.session_state.get(field.name) == written
        shown_as = quoted(written) if typed else units.text(number, field.unit, chosen)
    return f"{field.label} is {shown_as}; allowed is {units.allowed(field, chosen)}.{hint}"


def _inside(field: Field, chosen: units.Chosen, behind: Behind | None) -> Any:
    """What a field holds, in the project's unit; ValueError if it is no answer."""
    value: Any = st.session_state.get(field.name)
    if field.kind != "number" or value in EMPTY:
        return value
    if is_blank(value):
        return None
    if behind is not None and behind.shown == value:
        return behind.answer
    number = number_written(value, field, chosen) if isinstance(value, str) else value
    if not field.low <= number <= field.high:
        raise ValueError(value)
    return number


def _put(field: Field, value: Any) -> None:
    widgets, form = st.session_state, state(FormState)
    # What stood behind another text must not answer for a number typed later.
    form.behind.pop(field.name, None)
    form.texts_put.pop(field.name, None)
    form.reading = None
    in_widget = widgets[field.name] = _as_widget_value(field, value)
    if field.kind == "levels":
        form.levels_before[field.name] = in_widget
    if field.kind == "time":
        widgets[clock.OFFSET] = clock.offset_elsewhere(value)
    if field.name == "red_flags_seen":
        form.signs_looked_at = None
    if field.kind == "number" and isinstance(in_widget, str) and in_widget:
        form.behind[field.name] = Behind(in_widget, value)


def _as_widget_value(field: Field, answer: Any) -> Any:
    if field.kind == "levels":
        return [answer] if isinstance(answer, str) else list(answer or [])
    if field.kind == "text":
        return answer or ""
    if field.kind == "time" and answer is not None:
        # As the clock of the place shows it.
        return datetime.fromisoformat(answer).replace(tzinfo=None)
    if field.kind == "number" and field.unit != "of 10":
        return "" if answer is None else number_text(answer, field, chosen_units())
    if field.kind == "number" and answer is not None:
        return int(answer) if float(answer).is_integer() else float(answer)
    return answer


# ------------------------------------------------------------------------- day and hour


def today() -> date:
    """Today where the reader is, which can be another day than where this runs."""
    return clock.today()


def planned_day() -> date:
    """Day of the planned session, today if it has no start time."""
    start = answers().get("start_time")
    return datetime.fromisoformat(start).date() if start else clock.today()
