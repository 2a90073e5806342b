"""For somebody who wants to know afterwards: what came, beside what was expected."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

import streamlit as st

import riskmodel
from riskmodel import Assessment, assess, load_scorecard
from riskmodel.bands import in_100_text
from riskmodel.diary import MUSCLES, Outcome, compare_outcomes, outcomes_csv
from riskmodel.fields import FIELDS
from riskmodel.report import in_100_span
from riskmodel.store import SavedOutcome, StoreError
from riskmodel.views import form, keeping, tables

_AFTER, _DURING = "After it", "During it"


def _write(owner: str, answers: dict[str, Any], answer: Assessment) -> None:
    """Put the session and what came of it into the diary."""
    state = st.session_state
    cramp = state["diary_cramp"] == "Yes"
    outcome = Outcome(
        day=state["diary_day"],
        probability=answer.probability,
        probability_low=answer.probability_low,
        probability_high=answer.probability_high,
        program=riskmodel.__version__,
        scorecard=load_scorecard().fingerprint,
        cramp=cramp,
        sport=answers["sport"],
        duration_min=float(answers["duration_min"]),
        muscle=state.get("diary_muscle") if cramp else None,
        cramp_at_min=state.get("diary_at")
        if cramp and state.get("diary_when") == _DURING
        else None,
        after_session=cramp and state.get("diary_when") == _AFTER,
        answers=_kept(answers) if state.get("diary_keep") else None,
    )

    def action() -> None:
        keeping.store().save_outcome(owner, outcome)
        state["diary_note"] = "Written into the diary."
        for name in ("diary_cramp", "diary_muscle", "diary_when", "diary_at"):
            state[name] = None

    state["diary_note"] = ""
    keeping.doing(action)


def _kept(answers: dict[str, Any]) -> dict[str, Any]:
    return {name: v for name, v in answers.items() if FIELDS[name].group != "before"}


def _ask(owner: str) -> None:
    """Ask what came of the session that My session holds."""
    st.header("How did it go?")
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
    start = answers.get("start_time")
    default = datetime.fromisoformat(start).date() if start else form.today()
    st.date_input("Day of the session", default, key="diary_day", persist_state="session")
    cramp = st.pills(
        "A muscle cramp in it, or within an hour after?", ["No", "Yes"], key="diary_cramp"
    )
    if cramp == "Yes":
        st.pills(
            "Where",
            list(MUSCLES),
            format_func=MUSCLES.__getitem__,
            key="diary_muscle",
            wrap=True,
        )
        if st.pills("When", [_DURING, _AFTER], key="diary_when") == _DURING:
            st.number_input(
                "Minutes into the session", value=None, key="diary_at", step=5.0
            )
    st.toggle(
        "Keep the answers of this session too, health answers as well", key="diary_keep"
    )
    st.button(
        "Write it into the diary",
        on_click=_write,
        args=(owner, answers, answer),
        disabled=cramp is None,
    )


def _delete(owner: str, saved: SavedOutcome) -> None:
    keeping.doing(
        lambda: keeping.store().delete_outcome(owner, saved.id, version=saved.version)
    )


def _line(saved: SavedOutcome) -> str:
    outcome = saved.outcome
    sport = FIELDS["sport"].levels.get(outcome.sport, outcome.sport)
    words = f"{outcome.day:%d %b %Y}: {sport}, {outcome.duration_min:g} min. Expected "
    words += f"{in_100_text(outcome.probability)} of 100. "
    if not outcome.cramp:
        return f"{words}No cramp."
    where = MUSCLES.get(outcome.muscle or "", "")
    when = "after it" if outcome.after_session else ""
    if outcome.cramp_at_min is not None:
        when = f"after {outcome.cramp_at_min:g} min"
    return f"{words}A cramp{''.join(f', {w.lower()}' for w in (where, when) if w)}."


def _show(owner: str, kept: list[SavedOutcome]) -> None:
    st.header("Expected and observed")
    for sentence in compare_outcomes([saved.outcome for saved in kept]).sentences:
        st.markdown(sentence)
    if not kept:
        return
    with st.expander(f"The sessions ({len(kept)})"):
        for saved in reversed(kept):
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
    outcomes = [saved.outcome for saved in kept]
    st.download_button(
        "Export the diary, CSV",
        partial(outcomes_csv, outcomes, private=private),
        "cramp-risk-diary.csv",
        "text/csv",
        on_click="ignore",
    )


st.title("Diary")
st.markdown(
    "Write down how a session went. From ten sessions on you see your cramps beside those "
    "that were expected. It changes no weight."
)
who = keeping.ask_who()
keeping.show_problem()
if who is not None:
    try:
        written = keeping.store().outcomes(who)
    except StoreError as error:
        tables.tell(str(error))
    else:
        if note := st.session_state.get("diary_note"):
            tables.say(note)
        _ask(who)
        _show(who, written)
