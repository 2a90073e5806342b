"""For an athlete before a session: how likely, why, what would change it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

import riskmodel
from riskmodel import FIELDS, Advice, Assessment, Option, advise, assess, load_scorecard
from riskmodel.datasets import load_examples
from riskmodel.views import change, device, form, result, share

# On a wide screen the questions stand left and the reasons right; on a phone the
# reasons come first, as they do for the keyboard.
_LAYOUT = """
<style>
@media (min-width: 641px) {
  .st-key-page > [data-testid="stLayoutWrapper"] > [data-testid="stHorizontalBlock"]
    { flex-direction: row-reverse; }
}
.st-key-red_flags button { height: auto; white-space: normal; text-align: left; }
.st-key-device, .st-key-stay { display: none; }
</style>
"""


@dataclass(frozen=True)
class _Step:
    """What one click did: the answers before it, and those that it set."""

    label: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def _step(label: str, change: Callable[[], None]) -> None:
    """Make a change that can be taken back."""
    steps = st.session_state.setdefault("steps", [])
    before = form.answers()
    change()
    after = form.answers()
    # Going through the examples is one step, if nothing is answered in between.
    if steps and label in load_examples() and steps[-1].label in load_examples():
        last = steps[-1]
        if all(before.get(name) == last.after.get(name) for name in FIELDS):
            before = dict(steps.pop().before)
    steps.append(_Step(label, before, after))


def _use_example() -> None:
    chosen = st.session_state["example"]
    if chosen is not None:
        _step(chosen, lambda: form.fill(load_examples()[chosen]))


def _clear() -> None:
    form.end_visit()
    _step("Clear all answers", lambda: form.fill({}))
    st.session_state["example"] = None
    share.forget_link()


def _try(option: Option) -> None:
    _step(option.label, lambda: form.change(option.changes))


def _go_back() -> None:
    step = st.session_state["steps"].pop()
    now = form.answers()
    # What was answered since stays as it is.
    form.change(
        {
            name: step.before.get(name)
            for name in FIELDS
            if step.before.get(name) != step.after.get(name)
            and now.get(name) == step.after.get(name)
        }
    )
    st.session_state["example"] = None
    # What was just taken back is no change to look back at.
    st.session_state.pop("answer", None)


@st.cache_data
def _footer() -> str:
    card = load_scorecard()
    return (
        f"cramp-risk {riskmodel.__version__}, scorecard {card.version} "
        f"({card.fingerprint}). Weights set by hand, see Method; not a medical "
        "device, no diagnosis, and no advice to stop a medicine."
    )


def _scored(answers: dict[str, Any]) -> tuple[Assessment, Assessment | None, Advice]:
    """Score the answers, and find what they gave before the last change."""
    state = st.session_state
    if state.get("answers") != answers or "answer" not in state:
        last = state.get("answer")
        state["answer"], state["advice"] = assess(answers), advise(answers)
        scored = last is not None and not last.problems and not state["answer"].problems
        changed = scored and (last.total_points, last.in_100) != (
            state["answer"].total_points,
            state["answer"].in_100,
        )
        state["earlier"] = last if changed else None
    state["answers"] = answers
    return state["answer"], state["earlier"], state["advice"]


def _show_whose() -> None:
    """Say whose answers these are, and offer a way back."""
    if form.tell_whose() and st.button("Back to the squad", key="back_to_squad"):
        st.switch_page(Path(__file__).with_name("squad.py"))


share.open_link()
st.title("My session")
_show_whose()
st.html(_LAYOUT)
device.connect(take_up=not st.session_state["from_link"], told=share.take_private_part)
with st.container(horizontal=True, vertical_alignment="bottom"):
    st.selectbox(
        "Start from an example",
        list(load_examples()),
        index=None,
        key="example",
        placeholder="Choose an example",
        on_change=_use_example,
        width=420,
    )
    form.ask_units()
    answers = form.answers()
    if answers:
        words = "What is kept on this device stays." if device.kept_profile() else None
        st.button("Clear all answers", key="clear", on_click=_clear, help=words)
answer, earlier, advice = _scored(answers)
# Always there, so that nothing below changes its place, and with it its state, when a
# warning comes or goes.
with st.container(key="warnings"):
    share.show_link_problems(answers)
    result.show_warnings(answer)
# Its style in result.py keeps it at the top while the page scrolls.
with st.container(key="total"):
    result.show_total(answer, earlier)
    if steps := st.session_state.get("steps"):
        words = f"Undo: {steps[-1].label}"
        st.button(words, key="go_back", on_click=_go_back, type="tertiary")
    result.show_reminder(answer)
with st.container(key="page"):
    reasons, questions = st.columns(2, gap="large")
with reasons:
    if not answer.problems:
        result.show_reasons(answer, answers)
        change.show(advice, _try)
with questions, st.container(key="questions"):
    form.ask(next(iter(answer.narrowing), None))
form.stay()
if answers or device.kept():
    share.show(answers, answer, advice)
if "weather_from" in st.session_state:
    st.caption(
        f"{st.session_state['weather_from'][1]} The doubt about that weather is in the "
        "range on Best start, not in the one here."
    )
st.caption(_footer())
