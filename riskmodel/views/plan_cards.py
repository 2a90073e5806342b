"""The cards of the page Compare: each plan with its number, every answer in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import streamlit as st

from riskmodel.inputs import units
from riskmodel.inputs.fields import FIELDS, Field
from riskmodel.scoring.assessment import Assessment
from riskmodel.scoring.bands import in_100_brief
from riskmodel.views import form, look, plans, questions, result, widgets
from riskmodel.views.state import ScenariosState, state
from riskmodel.whatif.plans import LONGEST_NAME

Assessed = Mapping[int, Assessment]
"""Assessments of the plans, by the number of each."""
_ALWAYS = (
    "duration_min",
    "session_rpe",
    "air_temperature_c",
    "relative_humidity_pct",
    "water_temperature_c",
)
# Warning signs and illness stand in the plan that names some, and nowhere else.
_SIGNS = [field for field in FIELDS.values() if field.group == "before"]
_ASKED = {
    field.name: field
    for field in FIELDS.values()
    if field.kind in ("number", "level", "levels") and field not in _SIGNS
}
MORE_ROWS = [name for name in _ASKED if name not in _ALWAYS]
"""Questions that are in sight where plans differ, or on request."""
_MOST_DIFFERING = 4  # rows that differ; the others stand behind one button


def show(assessed: Assessed, differing: Sequence[str]) -> None:
    """Draw a card for each plan; ``differing`` names the answers that are not alike."""
    names, folded = _rows(assessed, differing)
    with st.container(horizontal=True, wrap=False, key="cards"):
        for number, answer in assessed.items():
            with st.container(border=True, key=f"card_{number}"):
                _head(number)
                st.html(_number_html(answer))
                with st.container(key=f"fields_{number}"):
                    own = plans.shown()[number].answers
                    signs = [field for field in _SIGNS if field.name in own]
                    for field in [*(_ASKED[name] for name in names), *signs]:
                        _ask(number, field)
    if folded:
        rows = "row that differs" if folded == 1 else "rows that differ"
        words = f":material/expand_more: {folded} more {rows}"
        st.button(words, key="unfold", type="tertiary", on_click=_unfold)


def _rows(assessed: Assessed, differing: Sequence[str]) -> tuple[list[str], int]:
    """Questions that every card shows, and how many that differ are folded away."""
    page, everyone = state(ScenariosState), [p.answers for p in plans.shown().values()]
    wanted = {*_ALWAYS, *(p.field for answer in assessed.values() for p in answer.problems)}
    wanted |= {
        name
        for number, name in page.typed
        if number in assessed and plans.fault_of(number, name) is not None
    }
    others = [name for name in differing if name in _ASKED and name not in wanted]
    shown = others if page.all_rows else others[:_MOST_DIFFERING]
    first = [name for name in (*_ALWAYS, *_ASKED) if name in wanted]
    names = dict.fromkeys([*first, *shown, *page.rows])
    asked = [n for n in names if any(_ASKED[n].asked_of(plan) for plan in everyone)]
    return asked, len(others) - len(shown)


def _unfold() -> None:
    state(ScenariosState).all_rows = True


def _head(number: int) -> None:
    """Ask for the name, and offer what can be done with the plan."""
    key, acts_key = f"name_{number}", f"act_{number}"
    _hold(key, plans.shown()[number].name)
    place = list(plans.shown()).index(number)
    acts = ["Duplicate"] * (not plans.is_full()) + ["Move left"] * bool(place) + ["Remove"]
    with st.container(horizontal=True, wrap=False, key=f"top_{number}"):
        st.text_input(
            f"Name of plan {place + 1}",
            key=key,
            max_chars=LONGEST_NAME,
            on_change=plans.rename,
            args=(number, key),
            label_visibility="collapsed",
        )
        st.menu_button(
            _of_plan("⋯", number),
            acts,
            key=acts_key,
            type="tertiary",
            on_click=_act,
            args=(number, acts_key),
        )


def _act(number: int, key: str) -> None:
    acts = {"Duplicate": plans.duplicate, "Move left": plans.move_left}
    acts.get(st.session_state[key], plans.remove)(number)


def needed_words(answer: Assessment) -> str:
    """Say why there is no number."""
    labels = [FIELDS[p.field].label for p in answer.problems if p.kind == "missing"]
    others = [form.sentence(p) for p in answer.problems if p.kind != "missing"]
    return " ".join(filter(None, [widgets.needed_text(labels), *others]))


def _number_html(answer: Assessment) -> str:
    """What a plan comes to with its warnings, or what to do in its place."""
    if sentences := result.must_not_start(answer):
        return look.stop("Do not start yet", sentences)
    guards = sorted(answer.guards, key=lambda guard: not guard.urgent)
    warnings = "".join(
        f'<p class="{"cr-note" if g.calm else "cr-warn"}">{escape(g.sentence)}</p>'
        for g in guards
    )
    if answer.problems:
        needed = escape(needed_words(answer))
        return f'<p class="cr-do">No number yet</p><p>{needed}</p>{warnings}'
    number = escape(in_100_brief(answer.probability))
    return (
        f'<div class="cr-top b-{answer.band}" {look.VEILED} role="status">'
        f'<span class="cr-num">{number}</span><span class="cr-note">of 100</span>'
        f"{look.chip(answer.band)}</div>{warnings}"
    )


# --------------------------------------------------------------------------- the answers


def _hold(key: str, value: Any) -> None:
    """Let a widget show a value; set anew, it would disturb who is typing."""
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def _ask(number: int, field: Field) -> None:
    """Draw the question for one answer of one plan, marked where it is not the first's."""
    first = next(iter(plans.shown().values())).answers.get(field.name)
    own, label = plans.shown()[number].answers, questions.short_label(field)
    differs = own.get(field.name) != first
    if not field.asked_of(own):
        look.note(f"{label}: not asked")
        return
    key, answer = f"plan_{number}_{field.name}", own.get(field.name)
    change: dict[str, Any] = {
        "key": key,
        "on_change": plans.answer,
        "args": (number, field.name, key),
    }
    if field.kind == "number":
        _ask_number(number, field, _marked(label, differs), change)
    elif field.kind == "level":
        levels: dict[str | None, str] = {None: "open"} | dict(field.offered(answer))
        _hold(key, answer)
        label = _of_plan(_marked(label, differs), number)
        st.selectbox(label, list(levels), format_func=levels.__getitem__, **change)
    else:
        # Here a sign can be taken back; naming one belongs to My session.
        signs = {name: field.levels[name] for name in answer or []}
        options = signs if field in _SIGNS else {**questions.NONE, **field.levels}
        _hold(key, list(answer or []))
        label = _of_plan(_marked(label, differs), number)
        change |= {"selection_mode": "multi", "format_func": options.__getitem__}
        st.pills(label, list(options), wrap=True, **change)


def _of_plan(label: str, number: int) -> str:
    """Label that names its plan too, in a second paragraph: heard, but not seen."""
    return f"{label}\n\n{widgets.plain(plans.shown()[number].name)}"


def _marked(label: str, differs: bool) -> str:
    return f"≠ {label}" if differs else label


def _ask_number(number: int, field: Field, label: str, change: dict[str, Any]) -> None:
    text = plans.text_of(number, field.name)
    fault = plans.fault_of(number, field.name)
    if field.unit == "min" and fault is None and text:
        # The time that was read, where it is written in another way.
        echo = units.duration_text(plans.shown()[number].answers[field.name])
        label = label if echo == text else f"{label} = {echo}"
    _hold(change["key"], text)
    st.text_input(_of_plan(label, number), live=widgets.PAUSE, placeholder="open", **change)
    if fault is not None:
        look.fault(form.sentence(fault, typed=True))
