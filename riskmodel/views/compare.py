"""For a coach with a few possible plans: side by side, and what one answer does."""

from collections.abc import Mapping
from html import escape
from typing import Any

import streamlit as st

from riskmodel.datasets import load_examples
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.side_by_side import Line, comparison_pdf, parts
from riskmodel.reporting.spreadsheet import to_csv
from riskmodel.reporting.words import SYNTHETIC
from riskmodel.views import charts, device, form, plans, tables
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


def _table(scenarios: list[Scenario], found: Comparison) -> str:
    """Everything side by side; what differs from the first is bold."""
    width = len(scenarios) + 1
    bodies = []
    for part in parts(found, form.chosen_units(), private=True):
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
    full = len(plans.all_plans()) >= MOST_SCENARIOS
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
            st.selectbox(
                "Add an example",
                list(load_examples()),
                index=None,
                key="add_example",
                placeholder="Choose an example",
                on_change=_add_example,
                width=320,
            )
        form.ask_units()
    if full:
        st.caption(_FULL)


def _add_example() -> None:
    if name := st.session_state["add_example"]:
        plans.add(name, load_examples()[name])
        st.session_state["add_example"] = None


def _change_one(scenarios: list[Scenario]) -> None:
    """Ask for one scenario, one question, and another answer."""
    st.header("Change one thing")
    place, labels = plans.chosen_place(), plans.labels()
    # Set anew each time, as the scenario keeps its number and not its place.
    st.session_state["change_plan"] = plans.identity(place)
    st.selectbox(
        "In which scenario",
        list(labels),
        format_func=labels.__getitem__,
        key="change_plan",
        on_change=lambda: plans.choose(plans.place_of(st.session_state["change_plan"])),
    )
    asked = ("number", "level", "levels")
    scored = [name for name, field in FIELDS.items() if field.kind in asked]
    name = st.selectbox(
        "Which answer",
        scored,
        index=scored.index("duration_min"),
        format_func=lambda n: FIELDS[n].label,
        key="change_field",
    )
    plans.ask_one(place, name)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = f"plan_name_{plans.identity(place)}"
        st.session_state[key] = scenarios[place].name
        st.text_input(
            "Its name",
            key=key,
            max_chars=LONGEST_NAME,
            on_change=plans.rename,
            args=(place, key),
        )
        full = len(scenarios) >= MOST_SCENARIOS
        st.button(
            "Duplicate",
            on_click=plans.duplicate,
            args=(place,),
            disabled=full,
            help=_FULL if full else None,
        )
        st.button(
            "Move left",
            on_click=plans.move_left,
            args=(place,),
            disabled=not place,
            help=None if place else "It is the first already.",
        )
        st.button("Remove", on_click=plans.remove, args=(place,))


@st.cache_data(scope="session", max_entries=32, show_spinner=False)
def _swept(answers: Mapping[str, Any], across: str, down: str | None) -> Sweep:
    return sweep(answers, across, down)


def _pictures(scenarios: list[Scenario], found: Comparison) -> None:
    st.header("What one or two answers do")
    usable = [i for i, answer in enumerate(found.assessments) if not answer.problems]
    if not usable:
        st.markdown("A picture needs a scenario that can be scored.")
        return
    with st.container(horizontal=True):
        numbers, labels = [plans.identity(place) for place in usable], plans.labels()
        if st.session_state.get("swept_plan") not in numbers:
            st.session_state["swept_plan"] = numbers[0]
        st.session_state["sweep_plan"] = st.session_state["swept_plan"]
        number = st.selectbox(
            "Of scenario",
            numbers,
            format_func=labels.__getitem__,
            key="sweep_plan",
            on_change=lambda: st.session_state.update(
                swept_plan=st.session_state["sweep_plan"]
            ),
        )
        across = st.selectbox(
            "Along",
            AXES,
            index=AXES.index("duration_min"),
            format_func=lambda n: FIELDS[n].label,
            key="sweep_across",
        )
        others = ["", *(name for name in AXES if name != across)]
        down = st.selectbox(
            "And upward",
            others,
            index=others.index("air_temperature_c") if across != "air_temperature_c" else 0,
            format_func=lambda n: FIELDS[n].label if n else "Nothing: a curve",
            key="sweep_down",
        )
    answers = scenarios[plans.place_of(number)].answers
    made = _swept(answers, across, down or None)
    if down:
        here = answers.get(across), answers.get(down)
        charts.heat_map(made, here, form.chosen_units())
    curve = _swept(answers, across, None)
    charts.curve(curve, answers.get(across), form.chosen_units())
    for picture, left_out in (
        ("map", made.left_out if down else ()),
        ("curve", curve.left_out),
    ):
        if named := " and ".join(FIELDS[name].label for name in left_out):
            st.caption(
                f"Left out of the {picture}, as it belongs to one weather only: {named}."
            )


def _take_along(scenarios: list[Scenario], found: Comparison) -> None:
    st.header("Take it along")
    private = st.toggle("With health and personal answers", key="compare_private")
    st.caption(
        "Links and files then hold health answers: whoever has them can read them."
        if private
        else "Health answers, today's answers, body size and names of athletes are left "
        "out of links and files."
    )
    with st.container(horizontal=True):
        with st.popover("Share a link"):
            st.code(plans.link(private=private), language=None, wrap_lines=True)
        st.download_button(
            "CSV",
            lambda: to_csv(to_frame(scenarios, found.assessments, private=private)),
            "cramp-risk-scenarios.csv",
            "text/csv",
            on_click="ignore",
        )
        st.download_button(
            "JSON",
            lambda: to_text(scenarios, private=private) + "\n",
            "cramp-risk-scenarios.json",
            "application/json",
            on_click="ignore",
        )
        st.download_button(
            "PDF",
            lambda: comparison_pdf(
                scenarios, found, units=form.chosen_units(), private=private
            ),
            "cramp-risk-scenarios.pdf",
            "application/pdf",
            on_click="ignore",
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
device.connect(take_up=plans.not_from_another, told=plans.read)
plans.take_up()
_start()
scenarios = plans.all_plans()
for problem in st.session_state.get("plan_problems", ()):
    tables.tell(problem)
plans.tell_file()
plans.tell_link()
if len(scenarios) == 1:
    st.info("One more scenario to compare with: duplicate this one, or add another.")
    _change_one(scenarios)
    _open_file()
elif not scenarios:
    st.info("Start from the session of My session, from an example or from a file.")
    _open_file()
else:
    found = compare([scenario.answers for scenario in scenarios])
    with st.container(key="warnings"):
        for scenario, answer in zip(scenarios, found.assessments, strict=True):
            for problem in answer.problems:
                tables.tell(f"{scenario.name}: {form.sentence(problem)}")
            for guard in answer.guards:
                if guard.urgent:
                    tables.tell(f"{scenario.name}: {guard}")
    _change_one(scenarios)
    st.header("Side by side")
    tables.region(_table(scenarios, found), "Scenarios side by side")
    st.caption(SYNTHETIC)
    _pictures(scenarios, found)
    _take_along(scenarios, found)
plans.keep_in_address()
