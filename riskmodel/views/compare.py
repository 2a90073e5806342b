"""For who has a few possible plans: which has the lower risk, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import streamlit as st

from riskmodel import load_scorecard
from riskmodel.datasets import load_examples
from riskmodel.inputs import units
from riskmodel.inputs.fields import FIELDS, Field
from riskmodel.reporting.side_by_side import comparison_pdf
from riskmodel.reporting.spreadsheet import to_csv
from riskmodel.reporting.words import SYNTHETIC
from riskmodel.scoring.assessment import Assessment, assess
from riskmodel.scoring.bands import in_100_number, shown_in_100
from riskmodel.views import (
    charts,
    device,
    form,
    look,
    plans,
    questions,
    result,
    tables,
    widgets,
)
from riskmodel.views.state import ScenariosState, state
from riskmodel.whatif.comparison import AXES, Comparison, Row, compare, sweep, usual_values
from riskmodel.whatif.plans import LONGEST_NAME, to_frame, to_text

_ALWAYS = (
    "duration_min",
    "session_rpe",
    "air_temperature_c",
    "relative_humidity_pct",
    "water_temperature_c",
)
_MOST_DIFFERING = 4  # rows that differ; the others stand behind one button
_LEAST_POINTS, _MOST_STEPS = 1.0, 7  # smaller reasons stand in one row
_ONE: dict[str, Any] = {"required": True, "wrap": True}
_STEPS = 28  # values along an axis of the map
Plans = Mapping[int, Assessment]


# -------------------------------------------------------------------- head and the answer


def _head() -> None:
    with st.container(horizontal=True, vertical_alignment="top", key="plans_head"):
        with st.container():
            look.heading(
                "Which plan has the lower risk?",
                "Plans side by side: change anything, and see what it does.",
            )
        with st.container(horizontal=True, vertical_alignment="center", key="acts"):
            if plans.is_example():
                st.html(look.tag("Example: change anything"), width="content")
            if (before := state(ScenariosState).before) is not None:
                words = f"Undo: {before.step}"
                st.button(words, key="undo", type="tertiary", on_click=plans.undo)
            box = st.popover("Rows", icon=":material/checklist:", **_box("rows"))
            if box.open:
                with box:
                    _ask_rows()
            if not plans.is_full():
                _ask_new()


def _box(key: str) -> dict[str, Any]:
    """Settings of what is drawn once it is opened."""
    return {"type": "tertiary", "key": f"box_{key}", "on_change": "rerun"}


def _ask_rows() -> None:
    page = state(ScenariosState)
    names = [field.name for field in _ASKED if field.name not in _ALWAYS]
    st.session_state["rows"] = list(page.rows)
    st.multiselect(
        "Rows beside those that differ",
        names,
        format_func=lambda name: FIELDS[name].label,
        key="rows",
        on_change=_keep_rows,
        placeholder="Choose",
    )
    questions.ask_units()


def _keep_rows() -> None:
    state(ScenariosState).rows = tuple(st.session_state["rows"])


def _ask_new() -> None:
    st.menu_button(
        "Example",
        list(load_examples()),
        icon=":material/add:",
        type="tertiary",
        key="add_example",
        on_click=_add_example,
    )
    if form.answers():
        words = f":material/add: {plans.MY_SESSION}"
        st.button(words, key="add_session", on_click=plans.add_session)


def _add_example() -> None:
    if name := st.session_state["add_example"]:
        plans.add(name, load_examples()[name])


def _against(first: Assessment, other: Assessment) -> str:
    """How many more or fewer of 100 than with the first plan, as the numbers are shown."""
    more = shown_in_100(other.probability) - shown_in_100(first.probability)
    if np.isnan(more):
        return ""
    return f"{abs(more):.0f} {'more' if more > 0 else 'fewer'}" if more else "the same"


def _ranking(answers: Plans) -> None:
    first, *_ = answers.values()
    rows = []
    for number, answer in answers.items():
        note = "" if answer is first else _against(first, answer)
        if result.must_not_start(answer):
            note = "Do not start yet"
        elif answer.problems:
            note = _needed(answer)
        can = not (answer.problems or result.must_not_start(answer))
        chances = answer.probability, answer.probability_low, answer.probability_high
        shown = chances if can else (np.nan,) * 3
        rows.append(look.Ranked(plans.shown()[number].name, *shown, note))
    st.html(look.ranking(rows, "The plans on one axis", "Plan", "than the first"))


def _needed(answer: Assessment) -> str:
    labels = [FIELDS[p.field].label for p in answer.problems if p.kind == "missing"]
    others = [form.sentence(p) for p in answer.problems if p.kind != "missing"]
    return " ".join([f"Still needed: {', '.join(labels)}."] * bool(labels) + others)


# ------------------------------------------------------------------------------ the cards


# Warning signs and illness stand in the plan that names some, and nowhere else.
_SIGNS = [field for field in FIELDS.values() if field.group == "before"]
_ASKED = [
    field
    for field in FIELDS.values()
    if field.kind in ("number", "level", "levels") and field not in _SIGNS
]


def _rows(answers: Plans, differing: Sequence[str]) -> tuple[list[str], int]:
    """Questions that every card shows, and how many that differ are folded away."""
    page, everyone = state(ScenariosState), [p.answers for p in plans.shown().values()]
    wanted = {*_ALWAYS, *(p.field for answer in answers.values() for p in answer.problems)}
    wanted |= {
        name
        for (number, name), typed in page.typed.items()
        if number in answers and not typed.is_number
    }
    others = [name for name in differing if name not in wanted and FIELDS[name] in _ASKED]
    shown = others if page.all_rows else others[:_MOST_DIFFERING]
    first = [name for name in (*_ALWAYS, *FIELDS) if name in wanted]
    names = dict.fromkeys([*first, *shown, *page.rows])
    asked = [
        name
        for name in names
        if FIELDS[name] in _ASKED and any(FIELDS[name].asked_of(plan) for plan in everyone)
    ]
    return asked, len(others) - len(shown)


def _unfold() -> None:
    state(ScenariosState).all_rows = True


def _cards(answers: Plans, names: Sequence[str]) -> None:
    with st.container(horizontal=True, wrap=False, key="cards"):
        for number, answer in answers.items():
            with st.container(border=True, key=f"card_{number}"):
                with st.container(horizontal=True, wrap=False, key=f"top_{number}"):
                    _ask_name(number)
                st.html(_number_html(answer))
                with st.container(key=f"fields_{number}"):
                    for name in names:
                        _ask(number, FIELDS[name])
                    for field in _SIGNS:
                        if field.name in plans.shown()[number].answers:
                            _ask(number, field)


def _ask_name(number: int) -> None:
    key = f"name_{number}"
    _hold(key, plans.shown()[number].name)
    st.text_input(
        "Name of the plan",
        key=key,
        max_chars=LONGEST_NAME,
        on_change=plans.rename,
        args=(number, key),
        label_visibility="collapsed",
    )
    first = next(iter(plans.shown())) == number
    acts = ["Duplicate"] * (not plans.is_full()) + ["Move left"] * (not first) + ["Remove"]
    key = f"act_{number}"
    st.menu_button("⋯", acts, key=key, type="tertiary", on_click=_act, args=(number, key))


def _act(number: int, key: str) -> None:
    acts = {"Duplicate": plans.duplicate, "Move left": plans.move_left}
    acts.get(st.session_state[key], plans.remove)(number)


def _number_html(answer: Assessment) -> str:
    """What a plan comes to with its warnings, or what to do in its place."""
    if sentences := result.must_not_start(answer):
        return look.stop("Do not start yet", sentences)
    guards = sorted(answer.guards, key=lambda guard: not guard.urgent)
    warnings = "".join(f'<p class="cr-warn">{escape(g.sentence)}</p>' for g in guards)
    if answer.problems:
        return (
            f'<p class="cr-do">No number yet</p><p>{escape(_needed(answer))}</p>{warnings}'
        )
    number = in_100_number(answer.probability, "under").replace("under ", "&lt;")
    number = number.replace(" or more", "+")
    return (
        f'<div class="cr-top b-{answer.band}" role="status">'
        f'<span class="cr-num">{number}</span><span class="cr-note">of 100</span>'
        f"{look.chip(answer.band)}</div>{warnings}"
    )


def _hold(key: str, value: Any) -> None:
    """Let a widget show a value; set anew, it would disturb who is typing."""
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def _ask(number: int, field: Field) -> None:
    """Draw the question for one answer of one plan, marked where it is not the first's."""
    first = next(iter(plans.shown().values())).answers
    own = plans.shown()[number].answers
    if not field.asked_of(own):
        look.note(f"{questions.short_label(field)}: not asked")
        return
    key, fault = f"plan_{number}_{field.name}", plans.fault_of(number, field.name)
    label = questions.short_label(field)
    if own.get(field.name) != first.get(field.name):
        label = f"**≠ {label}**"
    change: dict[str, Any] = {
        "key": key,
        "on_change": plans.answer,
        "args": (number, field.name, key),
    }
    if field.kind == "number":
        text = plans.text_of(number, field.name)
        if field.unit == "min" and fault is None and text:
            echo = units.duration_text(own[field.name])
            label = label if echo == text else f"{label} = {echo}"
        _hold(key, text)
        st.text_input(label, live=questions.PAUSE, placeholder="open", **change)
        if fault is not None:
            look.fault(form.sentence(fault, typed=True))
        return
    answer = own.get(field.name)
    if field.kind == "level":
        levels: dict[str | None, str] = {None: "open"} | dict(field.offered(answer))
        _hold(key, answer)
        st.selectbox(label, list(levels), format_func=levels.__getitem__, **change)
        return
    options = {**questions.NONE, **field.levels}
    _hold(key, list(answer or []))
    st.pills(
        label,
        list(options),
        format_func=options.__getitem__,
        selection_mode="multi",
        wrap=True,
        **change,
    )


# ------------------------------------------------------------------------- why, as points


def _other(numbers: Sequence[int]) -> int:
    """Which plan the first one is held against."""
    if st.session_state.get("other") not in numbers:
        st.session_state["other"] = numbers[-1]
    number: int = st.session_state["other"]
    return number


def _why(answers: Plans, factors: Sequence[Row], others: Sequence[int]) -> int:
    """Draw what differs between the first plan and another one, and return which."""
    first, other = next(iter(answers)), _other(others)
    before, after = (in_100_number(answers[n].probability, "under") for n in (first, other))
    place = list(answers).index(other)
    points = [(row.label, row.values[place] - row.values[0]) for row in factors]
    steps = sorted((p for p in points if p[1]), key=lambda p: -abs(p[1]))
    title = f"Why {before} becomes {after}" if before != after else f"Both are {before}"
    st.header(title, anchor=False)
    if len(others) > 1:
        labels = {number: plans.shown()[number].name for number in others}
        words = "Against the first"
        widgets.pills(words, labels, "other", label_visibility="collapsed", **_ONE)
    if not steps:
        look.note("Nothing differs in points: change something in one of the plans.")
        return other
    large = [step for step in steps if abs(step[1]) >= _LEAST_POINTS][:_MOST_STEPS]
    small = steps[len(large) :]
    total = sum(step[1] for step in small)
    if len(small) == 1:
        large += small
    elif total:
        large.append((f"{len(small)} smaller ones", total))
    st.html(look.diverging(large, f"Points of B less those of A, {title.lower()}"))
    look.note("Points: to the left fewer than in the first plan, to the right more.")
    return other


# --------------------------------------------------------------------------- the picture


@st.cache_data(scope="session", max_entries=32, show_spinner=False)
def _swept(
    answers: Mapping[str, Any], across: str, down: str | None, x: tuple[Any, ...], y: Any
) -> Any:
    return sweep(answers, across, down, x=x, y=y)


def _values(name: str, both: Sequence[Mapping[str, Any]]) -> tuple[Any, ...]:
    """Values along an axis on which both plans have a place."""
    spans = [usual_values(name, plan.get(name), _STEPS) for plan in both]
    values = {value for span in spans for value in span}
    values |= {plan[name] for plan in both if plan.get(name) is not None}
    if FIELDS[name].kind == "level":
        return tuple(level for level in FIELDS[name].levels if level in values)
    return tuple(sorted(values))


def _picture(answers: Plans, first: int, other: int) -> None:
    both = [plans.shown()[number] for number in (first, other)]
    own = [plan.answers for plan in both]
    axes = [n for n in AXES if all(FIELDS[n].asked_of(plan) for plan in own)]
    kind = _ask_picture(axes)
    across = _axis("across", axes, "duration_min") or axes[0]
    down = _axis("down", axes, "air_temperature_c")
    x, chosen = _values(across, own), form.chosen_units()
    letters = zip(charts.PLANS, both, strict=True)
    notes = [f"{letter}: {plan.name}." for letter, plan in letters]
    if kind == "Map" and down is not None and down != across:
        swept = _swept(own[0], across, down, x, _values(down, own))
        places = [(plan.get(across), plan.get(down)) for plan in own]
        bands = [answers[number].band for number in (first, other)]
        charts.heat_map(swept, places, bands, chosen)
        if any(own[0].get(n) != own[1].get(n) for n in FIELDS if n not in (across, down)):
            notes.append("The map is A's; the cross of B has the colour of its own band.")
    else:
        if kind == "Map":
            look.note("In the water the heat of the air says nothing: a curve, and no map.")
        curves = [_swept(plan, across, None, x, None) for plan in own]
        charts.curve(curves, [plan.get(across) for plan in own], chosen)
    look.note(" ".join(notes))


def _ask_picture(axes: Sequence[str]) -> str:
    with st.container(horizontal=True, vertical_alignment="center", key="picture_head"):
        kind: str = st.segmented_control(
            "Picture",
            ["Map", "Curve"],
            default="Map",
            required=True,
            key="picture",
            label_visibility="collapsed",
            persist_state="session",
        )
        box = st.popover("Axes", icon=":material/tune:", **_box("axes"))
    if box.open:
        with box:
            _ask_axes(axes)
    return kind


def _axis(which: str, axes: Sequence[str], usual: str) -> str | None:
    chosen = st.session_state.get(f"axis_{which}", usual)
    return chosen if chosen in axes else None


def _ask_axes(axes: Sequence[str]) -> None:
    for which, label, usual in (
        ("across", "Along", "duration_min"),
        ("down", "Upward", "air_temperature_c"),
    ):
        key = f"axis_{which}"
        st.session_state[key] = _axis(which, axes, usual) or axes[0]
        st.selectbox(
            label,
            axes,
            format_func=lambda name: FIELDS[name].label,
            key=key,
            persist_state="session",
        )


# ------------------------------------------------------------------------ to take along


def _ways(found: Comparison | None) -> None:
    """Draw the ways to share, keep and bring plans, each drawn once it is opened."""
    ways: dict[str, tuple[str, Any]] = {"Open a file": ("upload_file", _open_file)}
    if not plans.is_example():
        files = {} if found is None else {"Files": ("download", lambda: _files(found))}
        ways = {"Share": ("link", _share), **files, **ways}
    with st.container(horizontal=True, key="ways"):
        for words, (icon, draw) in ways.items():
            box = st.popover(words, icon=f":material/{icon}:", **_box(words.lower()))
            if box.open:
                with box:
                    draw()
        if not plans.is_example():
            words = ":material/bookmark: Keep in this browser"
            st.button(words, key="keep", type="tertiary", on_click=plans.keep)


def _private() -> bool:
    return widgets.with_private(
        "compare_private",
        yes="Links and files then hold health answers: whoever has them can read them.",
        no="Health answers, today's answers and body size are left out.",
    )


def _share() -> None:
    st.code(plans.link(private=_private()), language=None, wrap_lines=True)


def _files(found: Comparison) -> None:
    private = _private()
    # A file is made outside the visit, where nothing of its state can be read.
    chosen, version, own = form.chosen_units(), load_scorecard().version, plans.all_plans()
    with st.container(horizontal=True):
        widgets.download(
            "PDF",
            lambda: comparison_pdf(own, found, units=chosen, private=private),
            "cramp-risk-plans.pdf",
        )
        widgets.download(
            "CSV",
            lambda: to_csv(to_frame(own, found.assessments, version, private=private)),
            "cramp-risk-plans.csv",
        )
        widgets.download(
            "JSON", lambda: to_text(own, private=private) + "\n", "cramp-risk-plans.json"
        )


def _open_file() -> None:
    st.file_uploader(
        "Plans from a JSON file", type="json", key="open_plans", on_change=_opened
    )


def _opened() -> None:
    if (file := st.session_state["open_plans"]) is not None:
        plans.open_file(file.getvalue())


# ------------------------------------------------------------------------------ the page


def _show() -> None:
    shown = plans.shown()
    if not shown:
        look.note("No plan is open: add My session or an example, or open a file.")
        _ways(None)
        return
    sessions = [plan.answers for plan in shown.values()]
    found = compare(sessions) if len(sessions) > 1 else None
    scored = found.assessments if found else [assess(sessions[0])]
    answers = dict(zip(shown, scored, strict=True))
    names, folded = _rows(answers, [row.name for row in found.answers] if found else [])
    _ranking(answers)
    _cards(answers, names)
    if folded:
        rows = "row that differs" if folded == 1 else "rows that differ"
        words = f":material/expand_more: {folded} more {rows}"
        st.button(words, key="unfold", type="tertiary", on_click=_unfold)
    usable = [n for n, a in answers.items() if not (a.problems or result.must_not_start(a))]
    first = next(iter(answers))
    others = [number for number in usable if number != first]
    if found is None:
        look.note("One more plan to compare with: duplicate this one, or add another.")
    elif first in usable and others:
        with st.container(key="below"):
            with st.container(key="differences"):
                other = _why(answers, found.factors, others)
            with st.container(key="heat"):
                _picture(answers, first, other)
    else:
        look.note("The reasons need a number of the first plan and of another one.")
    _ways(found)
    look.note(SYNTHETIC)


plans.take_up()
plans.remember()
device.connect(may_take_up=plans.not_from_another, told=plans.read, address=plans.address())
with st.container(key="plans_page"):
    _head()
    for problem in state(ScenariosState).problems:
        tables.tell(problem)
    plans.tell_differences()
    _show()
