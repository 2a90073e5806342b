"""For who has a few possible plans: which has the lower risk, and why."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st

from riskmodel.datasets import load_examples
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.side_by_side import comparison_pdf
from riskmodel.reporting.spreadsheet import to_csv
from riskmodel.reporting.words import SYNTHETIC, count_text
from riskmodel.scoring.assessment import Assessment, assess
from riskmodel.scoring.bands import shown_in_100
from riskmodel.serving.readers import read_plans
from riskmodel.views import (
    device,
    form,
    look,
    own_card,
    plan_cards,
    plan_differences,
    plans,
    questions,
    result,
    tables,
    uploads,
    visit,
    widgets,
)
from riskmodel.views.plan_cards import Assessed
from riskmodel.views.state import ScenariosState, state
from riskmodel.whatif.comparison import MOST_SCENARIOS, Comparison, compare
from riskmodel.whatif.plans import to_frame, to_text

_Drawn = Callable[[], None]
_MOST_MB = 1


# -------------------------------------------------------------------- head and the answer


def _head() -> None:
    with st.container(horizontal=True, vertical_alignment="top", key="plans_head"):
        with st.container():
            look.heading(
                "Which plan has the lower risk?",
                "Plans side by side: change anything, see what it does.",
            )
        with st.container(horizontal=True, vertical_alignment="center", key="acts"):
            if plans.is_example():
                st.html(look.tag("Example: change anything"), width="content")
            if (before := state(ScenariosState).before) is not None:
                words = widgets.plain(f"Undo: {before.step}")
                st.button(words, key="undo", type="tertiary", on_click=plans.undo)
            box = widgets.quiet_popover("Rows", "checklist", "rows")
            if box.open:
                with box:
                    _ask_rows()
            if plans.is_full():
                look.note(f"{count_text(MOST_SCENARIOS)} plans are the most.")
            else:
                _ask_new()


def _ask_rows() -> None:
    st.session_state["rows"] = list(state(ScenariosState).rows)
    st.multiselect(
        "Rows beside those that differ",
        plan_cards.MORE_ROWS,
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
    if visit.own_answers():
        words = f":material/add: {plans.MY_SESSION}"
        st.button(words, key="add_session", on_click=plans.add_session)


def _add_example() -> None:
    if name := st.session_state["add_example"]:
        plans.add(name, load_examples()[name])


def _against(first: Assessment, other: Assessment) -> str:
    """How many more or fewer of 100 than with the first plan, as the numbers are shown."""
    more = shown_in_100(other.probability) - shown_in_100(first.probability)
    if np.isnan(more) or other is first:
        return ""
    return f"{abs(more):.0f} {'more' if more > 0 else 'fewer'}" if more else "the same"


def _ranking(assessed: Assessed) -> None:
    first, *_ = assessed.values()
    rows = []
    for number, answer in assessed.items():
        name = plans.shown()[number].name
        if _has_number(answer):
            ends = answer.probability_low, answer.probability_high
            row = look.Ranked(name, answer.probability, *ends, _against(first, answer))
        else:
            stop = result.must_not_start(answer)
            why = "Do not start yet" if stop else plan_cards.needed_words(answer)
            row = look.Ranked(name, np.nan, np.nan, np.nan, why)
        rows.append(row)
    table = look.ranking(rows, "The plans on one axis", "Plan", "than the first")
    st.html(f"<div {look.VEILED}>{table}</div>")


def _has_number(answer: Assessment) -> bool:
    return not (answer.problems or result.must_not_start(answer))


# ------------------------------------------------------------------------ to take along


def _ways(found: Comparison | None) -> None:
    """Draw the ways to share, keep and bring plans, each drawn once it is opened."""
    ways: dict[str, tuple[str, _Drawn]] = {"Open a file": ("upload_file", _open_file)}
    own = bool(plans.all_plans())
    if own and found is not None:
        ways = {"Files": ("download", lambda: _files(found)), **ways}
    if own:
        ways = {"Share": ("link", _share), **ways}
    with st.container(horizontal=True, key="ways"):
        for words, (icon, draw) in ways.items():
            box = widgets.quiet_popover(words, icon, words.split()[0].lower())
            if box.open:
                with box:
                    draw()
        if own and device.may_keep():
            words, icon = "Keep in this browser", ":material/bookmark:"
            st.button(words, key="keep", icon=icon, type="tertiary", on_click=plans.keep)


def _private() -> bool:
    return widgets.with_private(
        "compare_private",
        yes="Links and files then hold health answers: whoever has them can read them.",
        no="Health answers, today's answers and body size are left out.",
    )


def _share() -> None:
    widgets.to_copy(plans.link(private=_private()))


def _files(found: Comparison) -> None:
    private = _private()
    # A file is made outside the visit, where nothing of its state can be read.
    chosen, version, own = form.chosen_units(), own_card.name(), plans.all_plans()
    card, noted = own_card.scorecard(), own_card.version()
    files: dict[str, Callable[[], str | bytes]] = {
        "PDF": lambda: comparison_pdf(
            own, found, units=chosen, private=private, scorecard=card
        ),
        "CSV": lambda: to_csv(to_frame(own, found.assessments, version, private=private)),
        "JSON": lambda: to_text(own, noted, private=private) + "\n",
    }
    with st.container(horizontal=True):
        for kind, make in files.items():
            widgets.download(kind, make, f"cramp-risk-plans.{kind.lower()}")


def _open_file() -> None:
    key = f"plans_file_{state(ScenariosState).uploads}"
    st.file_uploader(
        "Plans from a JSON file",
        type="json",
        key=key,
        max_upload_size=_MOST_MB,
        on_change=_opened,
        args=(key,),
    )
    _tell_problems()


def _tell_problems() -> None:
    for problem in state(ScenariosState).problems:
        tables.tell(problem)


def _opened(key: str) -> None:
    if (file := st.session_state[key]) is not None:
        page = state(ScenariosState)
        page.uploads += 1  # the next one is asked for anew
        try:
            content = uploads.content_of(file, _MOST_MB)
            plans.open_file(*uploads.read(partial(read_plans, content), file.name, ""))
        except uploads.UnreadError as error:
            page.problems = (str(error), plans.NOTHING_USED)
        # What was wrong with a file is told in the box, below where it was given.
        st.session_state["box_open"] = bool(page.problems)
        uploads.release(key)


# ------------------------------------------------------------------------------ the page


def _show() -> None:
    shown = plans.shown()
    if not shown:
        look.note("No plan is open: add My session or an example, or open a file.")
        _ways(None)
        return
    sessions = [plan.answers for plan in shown.values()]
    used = own_card.used()
    found = compare(sessions, **used) if len(sessions) > 1 else None
    scored = [assess(sessions[0], **used)] if found is None else found.assessments
    assessed = dict(zip(shown, scored, strict=True))
    _ranking(assessed)
    plan_cards.show(assessed, [row.name for row in found.answers] if found else [])
    first, *others = (number for number in assessed)
    others = [number for number in others if _has_number(assessed[number])]
    if found is None:
        look.note("One more plan to compare with: duplicate this one, or add another.")
    elif others and _has_number(assessed[first]):
        plan_differences.show(assessed, found.factors, others)
    else:
        look.note("The reasons need a number of the first plan and of another one.")
    _ways(found)
    look.note(SYNTHETIC)


plans.take_up()
with st.container(key="plans_page"):
    _head()
    visit.tell_own()
    if not st.session_state.get("box_open"):
        _tell_problems()
    plans.tell_differences()
    _show()
plans.remember()
# Last: it lets the page be seen, and no number of before may be in it then.
device.connect(may_take_up=plans.not_from_another, told=plans.read, address=plans.address())
