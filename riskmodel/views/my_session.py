"""For an athlete before a session: how likely, why, what would change it."""

from pathlib import Path
from typing import Any

import streamlit as st

import riskmodel
from riskmodel import Option, advise, assess, load_scorecard
from riskmodel.datasets import load_examples
from riskmodel.views import change, device, form, questions, result, share, undo, widgets
from riskmodel.views.navigation import go_to
from riskmodel.views.state import FormState, MySessionState, Scored, state

# On a wide screen the questions stand left and the reasons right; on a phone the
# reasons come first, as they do for the keyboard.
_LAYOUT = Path(__file__).with_name("my_session.css").read_text(encoding="utf-8")


def _use_example() -> None:
    chosen = st.session_state["example"]
    if chosen is not None:
        undo.make(chosen, lambda: form.fill(load_examples()[chosen]))


def _clear() -> None:
    form.end_visit()
    undo.make("Clear all answers", lambda: form.fill({}))
    st.session_state["example"] = None
    share.forget_link()


def _try(option: Option) -> None:
    undo.make(option.label, lambda: form.change(option.changes))


@st.cache_data
def _footer() -> str:
    card = load_scorecard()
    return (
        f"cramp-risk {riskmodel.__version__}, scorecard {card.version} "
        f"({card.fingerprint}). Weights set by hand, see Method; not a medical "
        "device, no diagnosis, and no advice to stop a medicine."
    )


def _scored(answers: dict[str, Any]) -> Scored:
    """Score the answers, and find what they gave before the last change."""
    page = state(MySessionState)
    last = page.scored
    if last is None or last.answers != answers:
        assessment, earlier = assess(answers), None
        if last is not None and not last.assessment.problems and not assessment.problems:
            was, now = ((a.total_points, a.in_100) for a in (last.assessment, assessment))
            earlier = last.assessment if was != now else None
        last = page.scored = Scored(answers, assessment, earlier, advise(answers))
    return last


def _show_whose() -> None:
    """Say whose answers these are, and offer a way back."""
    if form.tell_whose():
        words = "Back to the squad"
        st.button(words, key="back_to_squad", on_click=go_to, args=("squad",))


share.open_link()
st.title("My session")
_show_whose()
st.html(f"\n<style>\n{_LAYOUT}</style>\n")
device.connect(told=share.take_private_part)
with st.container(horizontal=True, vertical_alignment="bottom"):
    names = load_examples()
    widgets.example("Start from an example", names, "example", _use_example, width=420)
    questions.ask_units()
    answers = form.answers()
    if answers:
        words = "What is kept on this device stays." if device.kept_profile() else None
        st.button("Clear all answers", key="clear", on_click=_clear, help=words)
scored = _scored(answers)
answer, advice = scored.assessment, scored.advice
# Always there, so that nothing below changes its place, and with it its state, when a
# warning comes or goes.
with st.container(key="warnings"):
    share.show_link_problems(answers)
    result.show_warnings(answer)
# Its style in result.py keeps it at the top while the page scrolls.
with st.container(key="total"):
    result.show_total(answer, scored.earlier)
    undo.offer()
    result.show_reminder(answer)
with st.container(key="page"):
    reasons, asked = st.columns(2, gap="large")
with reasons:
    if not answer.problems:
        result.show_reasons(answer, answers)
        change.show(advice, _try)
with asked, st.container(key="questions"):
    questions.ask(next(iter(answer.narrowing), None))
questions.stay()
if answers or device.kept():
    share.show(answers, answer, advice)
if (weather := state(FormState).start_weather) is not None:
    st.caption(
        f"{weather.words} The doubt about that weather is in the "
        "range on Best start, not in the one here."
    )
st.caption(_footer())
