"""For somebody who wants to know afterwards: what came, beside what was expected."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

import riskmodel
from riskmodel import Assessment, assess, load_scorecard
from riskmodel.diary.comparison import compare_outcomes
from riskmodel.diary.outcomes import (
    MUSCLES,
    DiaryError,
    Outcome,
    complete_outcome,
    outcomes_csv,
)
from riskmodel.inputs.fields import FIELDS
from riskmodel.scoring.bands import in_100_span, in_100_text
from riskmodel.store import SavedOutcome, StoreError
from riskmodel.views import form, keeping, tables, widgets
from riskmodel.views.state import StoreState, state

_AFTER, _DURING = "After it", "During it"
_QUESTIONS = ("cramp", "muscle", "when", "at")


def _expected(answers: dict[str, Any], answer: Assessment) -> Outcome:
    """What My session says now, for a session whose outcome is not known yet."""
    asked = st.session_state
    return Outcome(
        day=asked["diary_day"],
        probability=answer.probability,
        probability_low=answer.probability_low,
        probability_high=answer.probability_high,
        program=riskmodel.__version__,
        scorecard=load_scorecard().fingerprint,
        scorecard_version=load_scorecard().version,
        cramp=None,
        sport=answers["sport"],
        duration_min=float(answers["duration_min"]),
        answers=form.not_asked_anew(answers) if asked.get("diary_keep") else None,
    )


def _write(owner: str, outcome: Callable[[], Outcome], saved: SavedOutcome | None) -> None:
    """Write a session into the diary, or what came of one that is there."""

    def action() -> None:
        # The page's own checks leave little that could be wrong; the rest is told.
        try:
            written = outcome()
        except DiaryError as error:
            raise StoreError(str(error)) from error
        id, version = (None, None) if saved is None else (saved.id, saved.version)
        keeping.store().save_outcome(owner, written, id=id, version=version)
        state(StoreState).diary_note = "Written into the diary."
        for name in _QUESTIONS:
            st.session_state[f"diary_{name}"] = None

    state(StoreState).diary_note = ""
    keeping.doing(action)


def _completed(outcome: Outcome) -> Outcome:
    """Put what was answered about a session to it."""
    asked = st.session_state
    cramp = asked["diary_cramp"] == "Yes"
    when = asked.get("diary_when") if cramp else None
    return complete_outcome(
        outcome,
        cramp=cramp,
        muscle=asked.get("diary_muscle") if cramp else None,
        cramp_at_min=asked.get("diary_at") if when == _DURING else None,
        after_session=when == _AFTER,
    )


def _ask_beforehand(owner: str) -> None:
    """Offer to write down what My session expects, before the session."""
    st.header("Before a session: what is expected")
    answers = form.answers()
    answer = assess(answers)
    if answer.problems:
        st.info(
            "First answer the questions about the session in My session: the diary keeps "
            "the number that My session shows."
        )
        return
    sport = FIELDS["sport"].levels[answers["sport"]]
    span = in_100_span(answer.probability_low, answer.probability_high)
    st.markdown(
        f"{sport}, {answers['duration_min']:g} min: {answer.in_100} of 100 (range {span}), "
        "as My session holds it now."
    )
    planned = form.planned_day()
    # The day follows the plan until somebody chooses another one.
    if state(StoreState).diary_day != planned:
        st.session_state["diary_day"] = state(StoreState).diary_day = planned
    st.date_input("Day of the session", key="diary_day", persist_state="session")
    st.toggle("Keep the answers too, health answers as well", key="diary_keep")
    st.button(
        "Write the expectation down",
        on_click=_write,
        args=(owner, lambda: _expected(answers, answer), None),
        help="You say afterwards how it went. What was expected then stays as it is.",
    )


def _ask_afterwards(owner: str, pending: list[SavedOutcome]) -> None:
    """Ask what came of a session that was written down."""
    st.header("Afterwards: how did it go?")
    today = form.today()
    over = [saved for saved in pending if saved.outcome.day <= today]
    if not over:
        st.markdown("No session is waiting for its outcome.")
        return
    labels = {
        place: f"{place + 1}. {_session(saved.outcome)}" for place, saved in enumerate(over)
    }
    at = widgets.select("Which session", labels, f"diary_which_{len(over)}")
    cramp = st.pills(
        "A muscle cramp in it, or within an hour after?", ["No", "Yes"], key="diary_cramp"
    )
    if cramp == "Yes":
        widgets.pills("Where", MUSCLES, "diary_muscle", wrap=True)
        if st.pills("When", [_DURING, _AFTER], key="diary_when") == _DURING:
            st.number_input("Minutes into it", value=None, key="diary_at", step=5.0)
    chosen = over[at or 0]
    st.button(
        "Write it into the diary",
        on_click=_write,
        args=(owner, lambda: _completed(chosen.outcome), chosen),
        disabled=cramp is None,
    )


def _delete(owner: str, saved: SavedOutcome) -> None:
    keeping.doing(
        lambda: keeping.store().delete_outcome(owner, saved.id, version=saved.version)
    )


def _session(outcome: Outcome) -> str:
    sport = FIELDS["sport"].levels.get(outcome.sport, outcome.sport)
    expected = f"Expected {in_100_text(outcome.probability)} of 100"
    if outcome.scorecard != load_scorecard().fingerprint:
        name = outcome.scorecard_version or outcome.scorecard
        expected += f" with scorecard {name}"
    return f"{outcome.day:%d %b %Y}: {sport}, {outcome.duration_min:g} min. {expected}"


def _line(saved: SavedOutcome) -> str:
    outcome = saved.outcome
    if outcome.pending:
        return f"{_session(outcome)}. Outcome still open."
    if not outcome.cramp:
        return f"{_session(outcome)}. No cramp."
    where = MUSCLES.get(outcome.muscle or "", "")
    when = "after it" if outcome.after_session else ""
    if outcome.cramp_at_min is not None:
        when = f"after {outcome.cramp_at_min:g} min"
    about = "".join(f", {words.lower()}" for words in (where, when) if words)
    return f"{_session(outcome)}. A cramp{about}."


def _show(owner: str, rows: list[SavedOutcome]) -> None:
    st.header("Expected and observed")
    # They may name a scorecard of another program.
    tables.say(*compare_outcomes([saved.outcome for saved in rows]).sentences)
    if not rows:
        return
    with st.expander(f"The sessions ({len(rows)})"):
        for saved in reversed(rows):
            with st.container(horizontal=True, vertical_alignment="center"):
                tables.say(_line(saved), *saved.problems)
                st.button(
                    "Delete",
                    key=f"delete_outcome_{saved.id}",
                    on_click=_delete,
                    args=(owner, saved),
                    help=f"Delete the session of {saved.outcome.day:%d %b %Y}",
                )
    private = st.toggle("Export with health and personal answers", key="diary_private")
    outcomes = [saved.outcome for saved in rows]
    export = partial(outcomes_csv, outcomes, private=private)
    widgets.download("Export the diary, CSV", export, "cramp-risk-diary.csv")


st.title("Diary")
st.markdown(
    "Write down what is expected of a session, and afterwards how it went. From ten "
    "sessions on you see your cramps beside those that were expected. It changes no weight."
)
# What comes and goes has one place of its own, so that nothing typed below it is lost.
with st.container():
    form.tell_whose()
    who = keeping.ask_who()
    keeping.show_problem()
    if who is not None and (note := state(StoreState).diary_note):
        tables.say(note)
if who is not None:
    try:
        written = keeping.store().outcomes(who)
    except StoreError as error:
        tables.tell(str(error))
    else:
        _ask_beforehand(who)
        _ask_afterwards(who, [saved for saved in written if saved.outcome.pending])
        _show(who, written)
