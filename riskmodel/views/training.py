"""For somebody with a training log: what it answers about the last weeks."""

from __future__ import annotations

from datetime import date
from html import escape

import pandas as pd
import streamlit as st

from riskmodel.training.loads import daily
from riskmodel.training.log import TrainingLog
from riskmodel.training.report import LogReport
from riskmodel.training.sentences import day_words, sentence
from riskmodel.views import (
    charts,
    device,
    form,
    look,
    training_answers,
    training_columns,
    training_files,
    training_words,
    visit,
    widgets,
)
from riskmodel.views.state import state
from riskmodel.views.training_state import TrainingState


def _show_weeks(log: TrainingLog, today: date) -> None:
    """Draw the load of the last weeks, with fitness and fatigue."""
    days = daily(log)
    ahead = days["day"] > pd.Timestamp(today)
    if days.loc[ahead, "load"].any():
        look.warn("Sessions with a date in the future are not drawn: look at their dates.")
    if ahead.all():
        return
    days = days[~ahead]
    beyond = charts.weeks(days[days["day"] > days["day"].iloc[-1] - pd.Timedelta(days=84)])
    for day, load in zip(beyond["day"], beyond["load"], strict=True):
        look.note(f"{day_words(day)} reaches beyond the picture: its load is {load:.0f}.")
    young = (
        ""
        if days["settled"].iloc[-1]
        else " The log is still too short for fitness to show its full level."
    )
    look.note(
        "Load is minutes times how hard the session felt; fitness is its average over "
        f"some six weeks, fatigue over some seven days. They carry no points.{young}"
    )


def _show_report(report: LogReport, *, are_asked: bool) -> None:
    """Say in a line what was read, and what is doubtful; the rest is folded below it.

    What is asked right below need not be told as well.
    """
    doubts = "".join(
        f'<p class="cr-doubt">{escape(sentence(doubt))}</p>'
        for doubt in report.doubts
        if not (are_asked and doubt.kind == "unknown_activity")
    )
    st.html(f'<p class="cr-line" role="status"><b>{report.summary()}.</b></p>{doubts}')
    widgets.folded("What was read, used and left out", "log_read", lambda: _tell(report))


def _tell(report: LogReport) -> None:
    groups = "".join(
        f"<h3>{heading}</h3><ul>{''.join(f'<li>{escape(s)}</li>' for s in said)}</ul>"
        for heading, said in report.groups().items()
        if said
    )
    st.html(f'<div class="cr-report">{groups}</div>')


def _show() -> None:
    page = state(TrainingState)
    label = "A log, or an example" if page.log is None else "Another log"
    ask = page.log is None or page.problem or training_files.not_read()
    with st.expander(label, expanded=bool(ask)):
        training_files.ask()
    training_columns.ask()
    if page.log is not None:
        with st.container(key="log_page"):
            picture = st.container(key="log_picture")
            with st.container(key="log_answers"):
                if page.example:
                    st.html(look.tag("An example, moved so that it ends yesterday"))
                report = training_answers.show(page.log)
            with picture:
                _show_weeks(page.log, form.today())
                asked = training_words.unanswered(page.log)
                _show_report(report, are_asked=bool(asked))
                if asked:
                    training_words.ask(asked)
                training_words.show_own()
                if page.meanings and not any(file.columns for file in page.files):
                    st.button(
                        "Change what the columns are",
                        on_click=training_files.name_columns_again,
                    )
        st.button("Remove the log", on_click=training_files.forget)


look.heading(
    "What do your last weeks answer?",
    "A training log answers questions of My session for you.",
)
device.connect()
# A log is the reader's own, and must not answer for an athlete who is open.
if not visit.tell_own():
    _show()
