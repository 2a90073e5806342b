"""For somebody who wants to know afterwards: what came, beside what was expected."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

import riskmodel
from riskmodel import Assessment, assess
from riskmodel.diary.comparison import compare_outcomes
from riskmodel.diary.moments import minute_written
from riskmodel.diary.outcomes import (
    MUSCLES,
    DiaryError,
    Outcome,
    complete_outcome,
    outcomes_csv,
)
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.units import duration_text
from riskmodel.scoring.bands import in_100_text
from riskmodel.store import SavedOutcome, StoreError
from riskmodel.views import (
    device,
    form,
    keeping,
    look,
    looking_back,
    own_card,
    squad_diary,
    tables,
    unreadable,
    visit,
    widgets,
)
from riskmodel.views.navigation import go_to
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
        scorecard=own_card.scorecard().fingerprint,
        scorecard_version=own_card.version(),
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
            st.session_state.pop(f"diary_{name}", None)

    state(StoreState).diary_note = ""
    keeping.doing(action)


def _completed(outcome: Outcome) -> Outcome:
    """Put what was answered about a session to it."""
    asked = st.session_state
    cramp = asked["diary_cramp"] == "Yes"
    when = asked.get("diary_when") if cramp else None
    at = (asked.get("diary_at") or "") if when == _DURING else ""
    return complete_outcome(
        outcome,
        cramp=cramp,
        muscle=asked.get("diary_muscle") if cramp else None,
        cramp_at_min=_minutes(at) if at.strip() else None,
        after_session=when == _AFTER,
    )


def _minutes(text: str) -> float:
    """Read when in a session a cramp came; else DiaryError. [min]."""
    try:
        return minute_written(text)
    except ValueError:
        raise DiaryError(f"{text} is no time. Write 1:45, 1 h 45 or 105.") from None


def _ask_beforehand(owner: str, rows: list[SavedOutcome]) -> None:
    """Offer to write down what My session expects, before the session."""
    st.header("Before: what is expected", anchor=False)
    answers = form.answers()
    answer = assess(answers, **own_card.used())
    if answer.problems or form.still_from_example():
        look.note("My session has no number that is yours yet: nothing to write down.")
        st.button("Open My session", key="to_session", on_click=go_to, args=("my_session",))
        return
    sport, minutes = answers["sport"], float(answers["duration_min"])
    low, high = answer.probability_low, answer.probability_high
    one = look.Ranked(_name(sport, minutes), answer.probability, low, high)
    st.html(look.ranking([one], "What is expected of My session", "Session"))
    planned = form.planned_day()
    # The day follows the plan until somebody chooses another one.
    if state(StoreState).diary_day != planned:
        st.session_state["diary_day"] = state(StoreState).diary_day = planned
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.date_input(
            "Day of the session",
            key="diary_day",
            format=widgets.DATES,
            persist_state="session",
            width=200,
        )
        st.toggle("Keep the answers too, health answers as well", key="diary_keep")
    day = st.session_state["diary_day"]
    of_days = [(o.day, o.sport, o.duration_min) for o in (row.outcome for row in rows)]
    there = (day, sport, minutes) in of_days
    if there:
        look.note(f"It is in the diary already, for {day:%d %b %Y}.")
    st.button(
        "Write it down a second time" if there else "Write it down",
        key="diary_write",
        on_click=_write,
        args=(owner, lambda: _expected(answers, answer), None),
        help="You say afterwards how it went. What was expected then stays as it is.",
    )


def _ask_afterwards(owner: str, pending: list[SavedOutcome]) -> None:
    """Ask what came of a session that was written down."""
    over = [saved for saved in pending if saved.outcome.day <= form.today()]
    if not over:
        return
    st.header("Afterwards: how did it go?", anchor=False)
    labels = {
        n: f"{n + 1}. {o.day:%d %b %Y}: {_name(o.sport, o.duration_min)}"
        for n, o in enumerate(saved.outcome for saved in over)
    }
    at = widgets.select("Session", labels, f"diary_which_{len(over)}")
    chosen = over[at or 0]
    cramp = st.pills(
        "A muscle cramp in it, or within an hour after?", ["No", "Yes"], key="diary_cramp"
    )
    if cramp == "Yes":
        widgets.pills("Where", MUSCLES, "diary_muscle", wrap=True)
        if st.pills("When", [_DURING, _AFTER], key="diary_when") == _DURING:
            st.text_input("How long into it, as 1:45 or 105 min", key="diary_at", width=320)
    st.button(
        "Save how it went",
        key="diary_after",
        on_click=_write,
        args=(owner, lambda: _completed(chosen.outcome), chosen),
        disabled=cramp is None,
    )


def _delete_unreadable(owner: str, id: str) -> None:
    keeping.store().delete_outcome(owner, id)


def _delete(owner: str, saved: SavedOutcome) -> None:
    keeping.doing(
        lambda: keeping.store().delete_outcome(owner, saved.id, version=saved.version)
    )


def _name(sport: str, minutes: float) -> str:
    return f"{FIELDS['sport'].levels.get(sport, sport)}, {duration_text(minutes)}"


def _session(outcome: Outcome) -> str:
    expected = f"Expected {in_100_text(outcome.probability)} of 100"
    if outcome.scorecard != own_card.scorecard().fingerprint:
        name = outcome.scorecard_version or outcome.scorecard
        expected += f" with scorecard {name}"
    name = _name(outcome.sport, outcome.duration_min)
    return f"{outcome.day:%d %b %Y}: {name}. {expected}"


def _line(saved: SavedOutcome) -> str:
    outcome = saved.outcome
    if outcome.pending:
        return f"{_session(outcome)}. Outcome still open."
    if not outcome.cramp:
        return f"{_session(outcome)}. No cramp."
    where = MUSCLES.get(outcome.muscle or "", "")
    when = "after it" if outcome.after_session else ""
    if outcome.cramp_at_min is not None:
        when = f"after {duration_text(outcome.cramp_at_min)}"
    about = "".join(f", {words.lower()}" for words in (where, when) if words)
    return f"{_session(outcome)}. A cramp{about}."


def _show(owner: str, rows: list[SavedOutcome]) -> None:
    st.header("What came of it", anchor=False)
    report = compare_outcomes([saved.outcome for saved in rows])
    if report.share_range is not None:
        n, expected = report.n_sessions, report.expected / report.n_sessions
        picture = look.scale(report.n_cramps / n, *report.share_range, expected)
        key = look.key("yours, the bar what fits it", "expected")
        st.html(f'<div class="cr-beside">{picture}{look.band_words()}</div>{key}')
    # They may name a scorecard of another program.
    tables.say(*report.sentences)
    label = f"The {len(rows)} sessions" if len(rows) > 1 else "The session"
    widgets.folded(label, "diary_rows", lambda: _show_rows(owner, rows))


def _show_rows(owner: str, rows: list[SavedOutcome]) -> None:
    for saved in reversed(rows):
        with st.container(horizontal=True, vertical_alignment="center"):
            tables.say(_line(saved), *saved.problems)
            if saved.outcome.cramp:
                looking_back.button(saved.id, of="rows")
            key = f"delete_outcome_{saved.id}"
            box = st.popover("Delete", key=f"really_{key}", on_change="rerun")
            if box.open:
                day = f"{saved.outcome.day:%d %b %Y}"
                help = f"Delete the session of {day}"
                with box, st.container(key=f"short_box_{saved.id}"):
                    look.note(f"The session of {day}, for good.")
                    st.button(
                        "Delete it",
                        key=key,
                        on_click=_delete,
                        args=(owner, saved),
                        help=help,
                    )
    private = st.toggle("Export with health and personal answers", key="diary_private")
    export = partial(outcomes_csv, [saved.outcome for saved in rows], private=private)
    widgets.download("Export the diary, CSV", export, "cramp-risk-diary.csv")


look.heading(
    "How did it go?",
    "What came of it, beside what was expected. It changes no score.",
)
# What comes and goes has one place of its own, so that nothing typed below it is lost.
with st.container():
    visit.tell_whose()
    who = keeping.ask_who()
    if who is not None and (note := state(StoreState).diary_note):
        tables.tell(note)
if who is not None:
    try:
        written = keeping.store().outcomes(who)
    except StoreError as error:
        tables.tell(str(error))
    else:
        _ask_afterwards(who, [saved for saved in written if saved.outcome.pending])
        keeping.show_problem()
        if written:
            _show(who, written)
        unreadable.show(written.unreadable, partial(_delete_unreadable, who))
        looking_back.show(written)
        squad_diary.offer_past()
        _ask_beforehand(who, written)
        where, readers = keeping.where_and_who()
        look.note(
            f"The diary lies here: {where} Who can read it: {readers} "
            f"How long: {keeping.how_long().lower()}"
        )
# At the end: the tab then holds what was typed above and is not saved.
device.connect()
