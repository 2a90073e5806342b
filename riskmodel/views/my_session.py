"""For an athlete before a session: how likely, why, what would change it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import riskmodel
from riskmodel.datasets import load_examples
from riskmodel.inputs.fields import FIELDS
from riskmodel.scoring.assessment import Assessment
from riskmodel.views import (
    device,
    form,
    legs,
    levers,
    look,
    own_card,
    place,
    questions,
    result,
    share,
    signs,
    target,
    visit,
    widgets,
)
from riskmodel.views.example import EXAMPLE
from riskmodel.views.navigation import go_to
from riskmodel.views.state import FormState, MySessionState, Scored, Step, state
from riskmodel.whatif.advice import advise, assess_and_advise
from riskmodel.whatif.combined import combined

# ----------------------------------------------------------------- clicks and the score


def _replace(label: str, change: Callable[[], None]) -> None:
    """Put other answers in the place of all, in a way that can be taken back."""
    before = form.answers()
    form.forget_trail()
    change()
    state(MySessionState).step = Step(label, before, form.answers()) if before else None


def _use_example() -> None:
    if (name := st.session_state["example"]) is not None:
        _replace(name, lambda: form.fill(load_examples()[name]))
        st.session_state["example"] = None


def _clear() -> None:
    _replace("Clear all answers", lambda: form.fill({}))
    share.forget_link()


def _step() -> Step | None:
    """The last step, if it was one of the answers that are there now."""
    step = state(MySessionState).step
    same = step is not None and step.visit is state(FormState).visit
    return step if same else None


def _undo() -> None:
    """Take a step back; what was answered since stays as it is."""
    page = state(MySessionState)
    form.put_example_away()
    if (step := _step()) is not None:
        before, after, now = step.before, step.after, form.answers()
        # What only an example says is nobody's answer since.
        example = {n for n in form.still_from_example() if now.get(n) != after.get(n)}
        form.answer(
            {
                name: before.get(name)
                for name in FIELDS
                if name in example or before.get(name) != after.get(name) == now.get(name)
            }
        )
    page.step = None


def _skip(name: str) -> None:
    state(MySessionState).skipped |= {name}


def _scored(answers: dict[str, Any]) -> Scored:
    """Score the answers, and what the switched levers make of them."""
    page, used = state(MySessionState), own_card.used()
    last = page.scored
    if last is not None and (last.answers, last.levers) == (answers, page.levers):
        return last
    if last is None or last.answers != answers:
        assessment, advice = assess_and_advise(answers, **used)
        offered = {option.levers[0].name for option in advice.now}
        page.levers &= offered
    else:
        assessment, advice = last.assessment, last.advice
    together = combined(answers, page.levers, **used) if page.levers else None
    then = advice if together is None else advise({**answers, **together.changes}, **used)
    page.scored = Scored(answers, page.levers, assessment, advice, together, then)
    return page.scored


# ---------------------------------------------------------------------- parts of the page


def _head() -> None:
    look.heading(
        "How likely is a muscle cramp?", "Of 100 sessions like yours: why, and what helps."
    )
    if visit.tell_whose():
        st.button("Back to the squad", key="back_to_squad", on_click=go_to, args=("squad",))
    if (step := _step()) is not None:
        st.button(
            widgets.plain(f"Undo: {step.label}"),
            key="go_back",
            type="tertiary",
            on_click=_undo,
        )


def _options() -> None:
    if state(FormState).visit is not None:
        visit.ask_to_leave()
        questions.ask_units()
        return
    widgets.example("Look at an example", load_examples(), "example", _use_example)
    questions.ask_units()
    words = "What is kept in this browser stays." if device.kept_profile() else None
    st.button("Clear all answers", key="clear", on_click=_clear, help=words)


def _tag(*, example: bool) -> str:
    """Say whose number this is, as long as it is not quite the reader's."""
    if example:
        return look.tag("Example: change anything")
    if left := form.still_from_example():
        return look.tag(f"{len(left)} of {len(EXAMPLE)} still the example's")
    if not signs.answered():
        open_already = state(MySessionState).signs_open
        return look.tag("Preview: warning signs?", "" if open_already else signs.ANCHOR)
    return ""


def _answer(answer: Assessment, was: Assessment | None, *, example: bool) -> None:
    with st.container(key="number"):
        result.show_number(answer, was, _tag(example=example))
    with st.container(key="picture"):
        result.show_picture(answer, was)


def _sharpen(answer: Assessment) -> None:
    """Ask the next best question, and say what its answer would do to the range."""
    skipped = state(MySessionState).skipped
    name = next((n for n in answer.narrowing if n not in skipped), None)
    width = answer.probability_high - answer.probability_low
    if name is None or not width:
        return
    share_pct = 100.0 * answer.narrowing[name] / width
    size = f"about {share_pct:.0f} %" if share_pct >= 1.0 else "a little"
    with st.container(border=True, key="next_question"):
        st.html(
            '<p class="cr-do">Make it sharper <span class="cr-note">'
            f"this answer usually narrows the range by {size}; it can widen it</span></p>"
        )
        questions.draw([FIELDS[name]])
        st.button("Skip", type="tertiary", key="skip", on_click=_skip, args=(name,))
        if FIELDS[name].private:
            look.note(questions.PRIVACY)


def _all_questions() -> None:
    """Let every question be reached, one part at a time."""
    box = st.expander("All questions", key="all_questions", on_change="rerun")
    if not box.open:
        return
    with box:
        labels = questions.GROUP_LABELS
        group = widgets.pills(
            "Part", labels, "group", default="plan", required=True, persist_state="session"
        )
        questions.ask_group(group or "plan")


def _faults_elsewhere() -> None:
    """Say what cannot be read in a question that is not in sight now."""
    for name, problem in form.faults().items():
        if name not in state(FormState).in_sight:
            look.fault(f"{form.sentence(problem)} It is left open.")


def _opened(words: str, icon: str, draw: Callable[[], None]) -> bool:
    """Draw a quiet button, and what is behind it once it is opened."""
    box = widgets.quiet_popover(words, icon, words.lower())
    if box.open:
        with box:
            draw()
    return bool(box.open)


def _rail(answer: Assessment, *, example: bool) -> DeltaGenerator | None:
    """Draw the questions; give back where to tell what is wrong elsewhere, if it is."""
    with st.container(key="rail"):
        with st.container(key="questions"):
            questions.ask_session()
            with st.container(horizontal=True, key="row_weather"):
                place.offer_now()
                weather_open = _opened("Weather", "cloud", place.ask_weather)
                if target.is_for(form.shown().get("sport")):
                    _opened("Target", "flag", target.ask)
                _opened("Legs", "view_week", legs.ask)
                _opened("Options", "tune", _options)
                if not example:
                    widgets.confirm_example()
            if not weather_open:
                place.tell_problem()
            elsewhere = st.container() if form.faults() else None
        signs.ask()
        if not example and not answer.problems:
            _sharpen(answer)
        _all_questions()
    return elsewhere


def _reasons(scored: Scored, answer: Assessment) -> None:
    with st.container(key="reasons"):
        if answer.problems or result.must_not_start(answer):
            return
        with st.container(key="why"):
            result.show_why(answer)
            result.show_behind(answer, scored.planned)
        with st.container(key="change"):
            levers.show(scored)
            levers.show_drinking(scored)


def _footer(card: str) -> str:
    return (
        f"A synthetic estimate with weights set by hand, not validated on athletes; no "
        f"medical device, no diagnosis, no advice to stop a medicine. cramp-risk "
        f"{riskmodel.__version__}, scorecard {card}."
    )


def _show() -> None:
    # A kept profile, or a training log with its sport, is not yet a session.
    not_yet = {*device.PROFILE, "sport"}
    example = not form.answers().keys() & EXAMPLE.keys() - not_yet
    if example and not state(MySessionState).from_link and not form.faults():
        form.show_example(EXAMPLE)
    answers = form.answers()
    example = bool(state(FormState).example)
    scored = _scored(form.shown() if example else answers)
    before, answer = scored.assessment, scored.planned_assessment
    share.show_link_problems(answers)
    log = state(FormState).log_answers
    if count := sum(answers.get(name) == of_log.value for name, of_log in log.items()):
        words = "answer" if count == 1 else "answers"
        look.note(f"{count} {words} came from the training log.")
    with st.container(key="page"):
        _answer(answer, before if answer is not before else None, example=example)
        elsewhere = _rail(before, example=example)
        _reasons(scored, answer)
        if elsewhere is not None:
            with elsewhere:
                _faults_elsewhere()
    if not example:
        share.show(answers, scored)
    if (weather := state(FormState).start_weather) is not None:
        look.note(weather.words)
    look.note(_footer(own_card.name()))


share.open_link()
_head()
_show()
# At the end: the browser shows the page once it was told that nothing is missing.
device.connect(told=share.take_private_part, address=share.address_bar())
