"""Why did I cramp: a session of the diary, a log or My session, and what stood out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from riskmodel import Explanation, Problem, assess, check, explain_outcome
from riskmodel.diary.looking_back import (
    kept_answers,
    last_logged_day,
    logged_session,
    without_a_cramp,
)
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.units import duration_text
from riskmodel.reporting.outcome import (
    Beside,
    difference_rows,
    headline,
    outcome_pdf,
    picture_note,
    sentences,
    warning_signs,
)
from riskmodel.store import SavedOutcome
from riskmodel.views import form, look, own_card, tables, widgets
from riskmodel.views.navigation import go_to
from riskmodel.views.state import StoreState, state
from riskmodel.views.training_state import TrainingState

Answers = Mapping[str, Any]

_SESSION, _LOG = "session", "log"
_SESSION_WORDS = "My session brought a cramp"
_NOT_KEPT = "Its answers were not kept: but for sport and duration they are My session's."
_OF_THE_LOG = (
    "Sport, duration and what else the log knows are its own; the rest is My session's."
)
_MOST_SHOWN = 3  # cramps of the diary that stand in sight
_BESIDE: Mapping[Beside, str] = {
    "sessions": "My sessions without a cramp",
    "plan": "The next plan",
    "everybody": "An average session",
}


@dataclass(frozen=True)
class _Past:
    """A session that brought a cramp; ``note`` says which answers are of another day."""

    answers: Answers
    day: date | None
    note: str = ""


def button(id: str, words: str = "Why then?", of: str = "") -> None:
    """Offer to look back at one session; ``of`` tells buttons of two lists apart."""
    st.button(words, key=f"why_{of}{id}", on_click=_open, args=(id,))


def _open(id: str) -> None:
    page = state(StoreState)
    page.why = "" if page.why == id else id


def show(rows: Sequence[SavedOutcome]) -> None:
    """Offer to look back at a cramp, and do it."""
    st.header("Why did I cramp?", anchor=False)
    cramps = {row.id: row for row in rows if row.outcome.cramp}
    newest = sorted(cramps.values(), key=lambda row: row.outcome.day, reverse=True)
    with st.container(key="why_cramps"):
        for row in newest[:_MOST_SHOWN]:
            with st.container(horizontal=True, vertical_alignment="center"):
                tables.say(_name(row))
                button(row.id)
    _offer_others(in_diary=bool(cramps))
    if not (which := state(StoreState).why):
        return
    past = _of_log() if which == _LOG else _past(cramps.get(which))
    if past is None:
        return
    with st.container(border=True, key="looking_back"):
        if past.note:
            look.note(past.note)
        if problems := assess(past.answers, **own_card.used()).problems:
            _tell_missing(problems)
        else:
            _explain(past, [row for row in rows if row.id != which])


def _name(row: SavedOutcome) -> str:
    outcome = row.outcome
    sport = FIELDS["sport"].levels.get(outcome.sport, outcome.sport)
    return f"{outcome.day:%d %b %Y}: {sport}, {duration_text(outcome.duration_min)}"


def _offer_others(*, in_diary: bool) -> None:
    """Offer to look back at what is not in the diary."""
    log = state(TrainingState).log
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = f"Another one: {_SESSION_WORDS}" if in_diary else _SESSION_WORDS
        button(_SESSION, words)
        if log is not None:
            button(_LOG, "A day of the training log")


def _past(row: SavedOutcome | None) -> _Past | None:
    """A session of the diary with its answers, or with those of My session."""
    now = form.answers()
    if row is None:
        on_page = state(StoreState).why == _SESSION
        return _Past(now, form.planned_day()) if on_page else None
    outcome = row.outcome
    if answers := kept_answers(outcome):
        return _Past(answers, outcome.day)
    own = {"sport": outcome.sport, "duration_min": outcome.duration_min}
    return _Past({**_of_then(now), **own}, outcome.day, _NOT_KEPT)


def _of_log() -> _Past | None:
    """A day of the training log, completed with the answers of My session."""
    log = state(TrainingState).log
    if log is None:
        return None
    first, last = log.report.first_day, log.report.last_day
    day = st.date_input(
        "Day of the cramp",
        last_logged_day(log),
        first,
        last,
        key="why_day",
        format=widgets.DATES,
        width=200,
    )
    if not (logged := logged_session(log, day)):
        look.note("The log holds no session of that day.")
        return None
    return _Past({**_of_then(form.answers()), **logged}, day, _OF_THE_LOG)


def _of_then(now: Mapping[str, Any]) -> dict[str, Any]:
    """Answers of today that may stand in for a past day's: no sign, illness or hour."""
    left = form.not_asked_anew(now)
    left.pop("start_time", None)
    return left


def _tell_missing(problems: Sequence[Problem]) -> None:
    labels = [problem.label for problem in problems if problem.kind == "missing"]
    others = (form.sentence(p) for p in problems if p.kind != "missing")
    look.note(*filter(None, [widgets.needed_text(labels), *others]))
    st.button("Open My session", key="why_to_session", on_click=go_to, args=("my_session",))


def _explain(past: _Past, others: Sequence[SavedOutcome]) -> None:
    """Draw what stood out, and say the rest in three sentences."""
    beside, reference = _ask_beside(past, others)
    explanation = explain_outcome(past.answers, reference, **own_card.used())
    chosen, title = form.chosen_units(), headline(explanation, private=True)
    with st.container(key="why_answer"):
        with st.container(key="why_picture"):
            st.subheader(widgets.plain(title), anchor=False)
            if rows := difference_rows(explanation, chosen, private=True):
                st.html(look.diverging(rows, title))
            look.note(picture_note(explanation, beside))
        with st.container(key="why_words"):
            for guard in warning_signs(explanation):
                look.warn(str(guard))
            tables.say(*sentences(explanation, chosen, beside, private=True))
            _offer_page(past, explanation, beside)


def _offer_page(past: _Past, explanation: Explanation, beside: Beside) -> None:
    private = st.toggle("With health and personal answers", key="why_private")
    make = partial(
        outcome_pdf,
        explanation,
        past.answers,
        day=past.day,
        beside=beside,
        units=form.chosen_units(),
        private=private,
        scorecard=own_card.scorecard(),
    )
    widgets.download("Page to print", make, "why-did-i-cramp.pdf")


def _ask_beside(
    past: _Past, others: Sequence[SavedOutcome]
) -> tuple[Beside, list[dict[str, Any]] | dict[str, Any] | None]:
    """Ask what the session is laid beside, where there is more than one answer."""
    plan = form.answers()
    references: dict[Beside, Any] = {
        "sessions": without_a_cramp([row.outcome for row in others]),
        # Completed by My session, or My session itself, it has no other plan beside it.
        "plan": {} if past.note or past.answers == plan or check(plan) else plan,
        "everybody": None,
    }
    offered = {
        b: words for b, words in _BESIDE.items() if b == "everybody" or references[b]
    }
    if st.session_state.get("why_beside") not in offered:
        st.session_state["why_beside"] = next(iter(offered))
    if len(offered) > 1:
        widgets.pills("Beside", offered, "why_beside", required=True, wrap=True)
    beside: Beside = st.session_state["why_beside"]
    return beside, references[beside]
