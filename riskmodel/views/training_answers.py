"""What a training log answers about the last weeks, to be taken into My session."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from html import escape

import pandas as pd
import streamlit as st

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.told import counted
from riskmodel.inputs.units import duration_text
from riskmodel.training.derive import (
    Derived,
    derive,
    last_day_before,
    load_words,
    not_before,
    with_log,
)
from riskmodel.training.log import TrainingLog, counted_for
from riskmodel.training.report import LogReport
from riskmodel.training.sentences import day_words, sentence
from riskmodel.training.window import MONTH_DAYS, gap_between_lists
from riskmodel.views import form, look, tables, widgets
from riskmodel.views.navigation import go_to
from riskmodel.views.state import Answers, FormState, LogAnswer, state
from riskmodel.views.training_state import TrainingState

_FURTHER_BACK = "Give a file that goes back further."
_ADD_LIST = "Add the list of your sessions, such as activities.csv."
_NEWER = "Give a newer file, or say above that you have not trained after it."
_WAYS = {
    "nothing_before": "Give a file that goes back further, or choose a later day.",
    "ended_long_ago": "Give a newer file, or choose an earlier day.",
    "no_calendar": _ADD_LIST,
    "none_in_fit": _ADD_LIST,
    "ends": _NEWER,
    "list_ends": _NEWER,
    "between_files": "Give the list of these days, or say above that you did not train.",
    "under_a_week": _FURTHER_BACK,
    "under_7_days": _FURTHER_BACK,
    "under_14_days": _FURTHER_BACK,
    "under_4_weeks": _FURTHER_BACK,
    "under_3_days": _FURTHER_BACK,
    "none_so_far": _FURTHER_BACK,
    "similar_to_other": "Choose the sport of the session above.",
    "no_planned_weather": "Give the air temperature in My session.",
    "doubtful": "Mend them in the file, or answer it yourself.",
    "files_in_doubt": "Give what can be read in their place, or remove them above.",
}
"""How to come by an answer that a log leaves open, by the kind of its finding."""


def show(log: TrainingLog) -> LogReport:
    """Say what the log answers for the planned session; which sessions count for it."""
    answers = form.answers()
    on, sport = _planned(log)
    complete_until = _ask_whether_complete(log, on)
    counting = {"not_training_counts": _ask_what_counts(log)}
    derived = derive(
        log,
        on=on,
        sport=sport,
        air_temperature_c=answers.get("air_temperature_c"),
        relative_humidity_pct=answers.get("relative_humidity_pct"),
        complete_until=complete_until,
        **counting,
    )
    _show_answers(derived, answers, sport)
    # Where nothing is answered, they are told with the reason.
    if any(answer.value is not None for answer in derived):
        look.note(*map(sentence, not_before(log, on, **counting)))
    return counted_for(log, on, **counting).report


def _planned(log: TrainingLog) -> tuple[date, str]:
    """Day and sport of the planned session, as My session has them, to be changed here."""
    page, day, sport = state(TrainingState), form.planned_day(), form.answers().get("sport")
    sports, held = FIELDS["sport"].levels, st.session_state
    trained = log.sessions.loc[log.sessions["is_training"], "sport"]
    usual = [name for name in trained.value_counts().index if name in sports]
    sport = sport or next(iter(usual), "other")
    # Both follow the plan until somebody chooses otherwise here.
    if page.planned_day != day:
        held["log_on"] = page.planned_day = day
    if page.planned_sport != sport:
        held["log_sport"] = page.planned_sport = sport
    on, sport = held.get("log_on") or day, held.get("log_sport") or sport
    when = "today" if on == form.today() else f"{on:%a} {day_words(on)}"
    box = st.popover(
        f"For **{_sport_words(sport)} {when}**. Change",
        icon=":material/edit:",
        key="log_plan",
        on_change="rerun",
    )
    if box.open:
        with box:
            st.date_input(
                "Day of the planned session",
                key="log_on",
                format=widgets.DATES,
                persist_state="session",
            )
            widgets.select("Sport", sports, "log_sport", persist_state="session")
    return on, sport


def _sport_words(sport: str) -> str:
    return "another sport" if sport == "other" else FIELDS["sport"].levels[sport].lower()


def _ask_whether_complete(log: TrainingLog, on: date) -> date | None:
    """Ask whether the days that no list covers were rest: between two, and at the end."""
    last, before = last_day_before(log, on), on - timedelta(days=1)
    gap, unknown = gap_between_lists(log, pd.Timestamp(on)), []
    if gap and (on - gap[1].date()).days <= MONTH_DAYS:
        unknown.append(f"from {day_words(gap[0])} to {day_words(gap[1], year=True)}")
    if last is not None and last < before:
        unknown.append(f"after {day_words(last, year=True)}")
    if not unknown:
        return None
    # What was said of one gap is not said of another.
    key = f"log_complete_{last}_{on}" + (f"_{gap[0]:%F}_{gap[1]:%F}" if gap else "")
    words = f"I have not trained {' nor '.join(unknown)}"
    return before if st.toggle(words, key=key) else None


def _ask_what_counts(log: TrainingLog) -> bool:
    """Ask whether naps and the like count, where a log has any."""
    if not (number := log.report.counts.not_training):
        return False
    words = f"Count what is no training too, {counted(number, 'session')}"
    return st.toggle(words, key="log_count_all")


def _show_answers(derived: Sequence[Derived], own: Answers, sport: str) -> None:
    """Say each answer with where it comes from, and offer to use them."""
    if len({answer.reason for answer in derived} - {""}) == 1 and not _usable(derived):
        tables.tell(_why_open(derived[0]))
        return
    known = [answer for answer in derived if answer.value is not None]
    lines = [*map(_line, known), *_open_lines(a for a in derived if a.value is None)]
    st.html(f'<dl class="cr-derived">{"".join(lines)}</dl>')
    for answer in _usable(derived):
        mine = own.get(answer.name)
        if mine is not None and mine != answer.value:
            here, there = _text(answer.name, mine), _text(answer.name, answer.value)
            words = f"{answer.label}: take {there} instead of your {here}"
            key = f"take_{answer.name}"
            st.button(words, key=key, on_click=_prefer, args=(answer,))
    if not _usable(derived):
        return
    new = [answer for answer in _usable(derived) if own.get(answer.name) is None]
    if not new:
        look.note("Nothing new to use: you answered these yourself.")
        return
    st.button(
        f"Use {counted(len(new), 'answer')} in My session",
        key="log_use",
        on_click=_use,
        args=(derived, own, sport),
    )
    if _is_new_sport(sport, own):
        words = f"The sport in My session becomes {_sport_words(sport)}"
        look.note(f"{words}: these answers are for it.")


def _is_new_sport(sport: str, own: Answers) -> bool:
    """Whether answers are for another sport than My session has; "other" changes none."""
    return sport not in ("other", own.get("sport"))


def _line(answer: Derived) -> str:
    return _row([answer.label], _text(answer.name, answer.value), answer.source)


def _open_lines(answers: Iterable[Derived]) -> list[str]:
    """What is open, that of one reason together."""
    labels: dict[str, list[str]] = {}
    for answer in answers:
        labels.setdefault(_why_open(answer), []).append(answer.label)
    return [_row(names, "open", why) for why, names in labels.items()]


def _row(labels: Sequence[str], value: str, why: str) -> str:
    names = "".join(f"<dt>{escape(label)}</dt>" for label in labels)
    return f"<div>{names}<dd><b>{value}</b><small>{escape(why)}</small></dd></div>"


def _why_open(answer: Derived) -> str:
    """Why there is no answer, and how to come by one."""
    ways = dict.fromkeys(_WAYS.get(found.kind, "") for found in answer.findings)
    return " ".join(filter(None, (answer.reason, *ways)))


def _usable(derived: Sequence[Derived]) -> list[Derived]:
    """Answers of the log that the form asks for."""
    return [a for a in derived if a.name in FIELDS and a.value is not None]


def _use(derived: Sequence[Derived], own: Answers, sport: str) -> None:
    """Put what the log answers into the form, where nobody has answered it."""
    usable, joined = _usable(derived), with_log(own, derived)
    other_sport = {"sport": sport} if _is_new_sport(sport, own) else {}
    new = {a.name: a.value for a in usable if own.get(a.name) is None}
    form.change({**other_sport, **new})
    state(FormState).log_answers = {
        a.name: LogAnswer(a.value, a.source)
        for a in usable
        if joined.get(a.name) == a.value
    }
    go_to("my_session")


def _prefer(answer: Derived) -> None:
    """Let one answer of the log go before the person's own."""
    form.change({answer.name: answer.value})
    source = LogAnswer(answer.value, answer.source)
    state(FormState).log_answers[answer.name] = source


def _text(name: str, value: float | None) -> str:
    if value is None:
        return "open"
    if name not in FIELDS:
        return f"{load_words(value)} ({value:.2f} times)"
    if (unit := FIELDS[name].unit) == "min":
        return duration_text(value)
    return f"{value:.6g} {'' if unit in ('sessions', 'days') else unit}".strip()
