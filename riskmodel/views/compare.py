"""For a coach with a few possible plans: side by side, and what one answer does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import streamlit as st

from riskmodel import load_scorecard
from riskmodel.datasets import load_examples
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.side_by_side import Line, comparison_pdf, parts
from riskmodel.reporting.spreadsheet import to_csv
from riskmodel.reporting.words import SYNTHETIC
from riskmodel.views import charts, device, form, plans, questions, tables, widgets
from riskmodel.views.state import ScenariosState, state
from riskmodel.whatif.comparison import (
    AXES,
    MOST_SCENARIOS,
    Comparison,
    Sweep,
    compare,
    sweep,
)
from riskmodel.whatif.plans import LONGEST_NAME, Scenario, to_frame, to_text

_FULL = f"{MOST_SCENARIOS} scenarios are the most that stand side by side."


def _table(scenarios: Sequence[Scenario], comparison: Comparison) -> str:
    """Everything side by side; what differs from the first is bold."""
    width = len(scenarios) + 1
    bodies = []
    for part in parts(comparison, form.chosen_units(), private=True):
        lines = "".join(
            f'<tr><th scope="row">{escape(line.label)}</th>{_cells(line)}</tr>'
            for line in part.lines
        )
        head = f'<tr><th scope="rowgroup" colspan="{width}">{part.heading}</th></tr>'
        bodies.append(f"<tbody>{head}{lines}</tbody>")
    names = "".join(f'<th scope="col">{escape(s.name)}</th>' for s in scenarios)
    head = f"<thead><tr><td></td>{names}</tr></thead>"
    room = f"min-width: {9 + 5 * len(scenarios)}rem"
    return f'<table class="cr-table" style="{room}">{head}{"".join(bodies)}</table>'


def _cells(line: Line) -> str:
    return "".join(
        f"<td{' class=cr-differs' if differs else ''}>{escape(text)}</td>"
        for text, differs in zip(line.texts, line.differs, strict=True)
    )


def _start() -> None:
    """Offer what to start from."""
    current = form.answers()
    full = len(plans.by_number()) >= MOST_SCENARIOS
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            "Add the session of My session",
            on_click=plans.add,
            args=("My session", current),
            disabled=full or not current,
            help=_FULL if full else None if current else "My session has no answers yet.",
            key="add_current",
        )
        # A box that is switched off is too pale to read.
        if not full:
            names = load_examples()
            widgets.example("Add an example", names, "add_example", _add_example)
        questions.ask_units()
    if full:
        st.caption(_FULL)


def _add_example() -> None:
    if name := st.session_state["add_example"]:
        plans.add(name, load_examples()[name])
        st.session_state["add_example"] = None


def _change_one() -> None:
    """Ask for one scenario, one question, and another answer."""
    st.header("Change one thing")
    number, labels = plans.chosen(), plans.labels()
    # Set anew each time, as the scenario keeps its number and not its place.
    st.session_state["change_plan"] = number
    widgets.select("In which scenario", labels, "change_plan", on_change=_choose)
    asked = ("number", "level", "levels")
    names = [name for name, field in FIELDS.items() if field.kind in asked]
    name = _ask_for_answer("Which answer", _asked(names, number), "change_field")
    plans.ask_one(number, name)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = f"plan_name_{number}"
        st.session_state[key] = plans.by_number()[number].name
        st.text_input(
            "Its name",
            key=key,
            max_chars=LONGEST_NAME,
            on_change=plans.rename,
            args=(number, key),
        )
        full = _FULL if len(labels) >= MOST_SCENARIOS else None
        first = "It is the first already." if plans.is_first(number) else None
        for label, act, why_not in (
            ("Duplicate", plans.duplicate, full),
            ("Move left", plans.move_left, first),
            ("Remove", plans.remove, None),
        ):
            off = why_not is not None
            st.button(label, on_click=act, args=(number,), disabled=off, help=why_not)


def _asked(names: Sequence[str], number: int) -> list[str]:
    """Questions that mean something for one scenario."""
    answers = plans.by_number()[number].answers
    return [name for name in names if FIELDS[name].asked_of(answers)]


def _choose() -> None:
    plans.choose(st.session_state["change_plan"])


def _ask_for_answer(
    label: str, names: Sequence[str], key: str, first: str = "duration_min"
) -> str:
    """Ask which question it is about, if any; at first it is about this one."""
    return st.selectbox(
        label,
        names,
        index=names.index(first),
        format_func=lambda name: FIELDS[name].label if name else "Nothing: a curve",
        key=key,
    )


@st.cache_data(scope="session", max_entries=32, show_spinner=False)
def _swept(answers: Mapping[str, Any], across: str, down: str | None) -> Sweep:
    return sweep(answers, across, down)


def _pictures(comparison: Comparison) -> None:
    st.header("What one or two answers do")
    numbered = zip(plans.by_number(), comparison.assessments, strict=True)
    usable = [number for number, answer in numbered if not answer.problems]
    if not usable:
        st.markdown("A picture needs a scenario that can be scored.")
        return
    number, across, down = _ask_for_picture(usable)
    answers = plans.by_number()[number].answers
    pictures = {"curve": _swept(answers, across, None)}
    if down:
        pictures = {"map": _swept(answers, across, down), **pictures}
        here = answers.get(across), answers.get(down)
        charts.heat_map(pictures["map"], here, form.chosen_units())
    charts.curve(pictures["curve"], answers.get(across), form.chosen_units())
    if any(np.isnan(swept.probability).any() for swept in pictures.values()):
        st.caption(
            "Where nothing stands, an answer is needed that this scenario lacks, such as "
            "the air of a sport on land."
        )
    for picture, swept in pictures.items():
        if labels := " and ".join(FIELDS[name].label for name in swept.left_out):
            st.caption(
                f"Left out of the {picture}, as it belongs to one weather only: {labels}."
            )


def _keep_swept() -> None:
    state(ScenariosState).swept = st.session_state["sweep_plan"]


def _ask_for_picture(usable: list[int]) -> tuple[int, str, str | None]:
    """Ask for a scenario, and for the one or two answers that change along the axes."""
    page = state(ScenariosState)
    with st.container(horizontal=True):
        if page.swept not in usable:
            page.swept = usable[0]
        st.session_state["sweep_plan"] = page.swept
        labels = {number: plans.labels()[number] for number in usable}
        widgets.select("Of scenario", labels, "sweep_plan", on_change=_keep_swept)
        axes = _asked(AXES, page.swept)
        across = _ask_for_answer("Along", axes, "sweep_across")
        others = ["", *(name for name in axes if name != across)]
        first = "air_temperature_c" if "air_temperature_c" in others else ""
        down = _ask_for_answer("And upward", others, "sweep_down", first)
    return page.swept, across, down or None


def _take_along(scenarios: Sequence[Scenario], comparison: Comparison) -> None:
    st.header("Take it along")
    private = widgets.with_private(
        "compare_private",
        yes="Links and files then hold health answers: whoever has them can read them.",
        no="Health answers, today's answers, body size and names of athletes are left "
        "out of links and files.",
    )
    # A file is made outside the visit, where nothing of its state can be read.
    units, version = form.chosen_units(), load_scorecard().version
    with st.container(horizontal=True):
        with st.popover("Share a link"):
            st.code(plans.link(private=private), language=None, wrap_lines=True)
        widgets.download(
            "CSV",
            lambda: to_csv(
                to_frame(scenarios, comparison.assessments, version, private=private)
            ),
            "cramp-risk-scenarios.csv",
        )
        widgets.download(
            "JSON",
            lambda: to_text(scenarios, private=private) + "\n",
            "cramp-risk-scenarios.json",
        )
        widgets.download(
            "PDF",
            lambda: comparison_pdf(scenarios, comparison, units=units, private=private),
            "cramp-risk-scenarios.pdf",
        )
        st.button("Save on this device", on_click=plans.save)
    _open_file()


def _open_file() -> None:
    st.file_uploader(
        "Open scenarios from a JSON file",
        type="json",
        key="open_scenarios",
        on_change=plans.open_file,
    )


plans.open_link()
st.title("Compare")
st.markdown("Plans of one athlete side by side: change one thing and see what it does.")
device.connect(may_take_up=plans.not_from_another, told=plans.read)
plans.take_up()
_start()
scenarios = plans.all_plans()
for problem in state(ScenariosState).problems:
    tables.tell(problem)
plans.tell_file()
plans.tell_differences()
if len(scenarios) == 1:
    st.info("One more scenario to compare with: duplicate this one, or add another.")
    _change_one()
    _open_file()
elif not scenarios:
    st.info("Start from the session of My session, from an example or from a file.")
    _open_file()
else:
    found = compare([scenario.answers for scenario in scenarios])
    with st.container(key="warnings"):
        for scenario, answer in zip(scenarios, found.assessments, strict=True):
            for wrong in answer.problems:
                tables.tell(f"{scenario.name}: {form.sentence(wrong)}")
            for guard in answer.guards:
                if guard.urgent:
                    tables.tell(f"{scenario.name}: {guard}")
    _change_one()
    st.header("Side by side")
    tables.region(_table(scenarios, found), "Scenarios side by side")
    st.caption(SYNTHETIC)
    _pictures(found)
    _take_along(scenarios, found)
plans.keep_in_address()
