"""For somebody who has a cramp, or wonders whether it is one."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import pandas as pd
import streamlit as st

from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.guide import (
    GET_HELP,
    IF_NOT,
    IF_WORRIED,
    MOST_CRAMPS,
    NOTHING,
    Answer,
    Choice,
    Entry,
    Guide,
    load_guide,
)
from riskmodel.scoring.guards import RED_FLAGS
from riskmodel.views import look, tables, widgets

_CRAMP = "cramp"  # name of the choice
_ROWS = {
    "feels": "What it feels like",
    "part": "How much of the muscle",
    "lasts": "How long it lasts",
    "comes": "When it comes",
    "after": "Afterwards",
    "do": "What to do",
}


def _list(rows: Iterable[tuple[str, str]], kind: str = "ul") -> str:
    lines = "".join(f"<li><b>{escape(a)}.</b> {escape(b)}</li>" for a, b in rows)
    return f'<{kind} class="cr-list">{lines}</{kind}>'


def _chosen(choice: Choice) -> str:
    """Draw what a choice comes to, for the warning signs what to do about each."""
    urgent = choice.name == "warning"
    signs = FIELDS["red_flags"].levels
    lines = "".join(f"<li>{escape(RED_FLAGS[name])}</li>" for name in signs)
    rows = f'<ul class="cr-list">{lines}</ul>' if urgent else ""
    return (
        f'<section class="{"cr-stop" if urgent else "cr-card"} cr-answers" role="status">'
        f"<h2>{escape(choice.heading)}</h2><p>{escape(choice.text)}</p>{rows}</section>"
    )


def _ask(guide: Guide) -> str | None:
    """Ask which one it is, the signs that need help before all; give back the choice."""
    brief = " · ".join(FIELDS["red_flags"].in_brief.values())
    st.html(
        look.stop("Get help first if one of these is true", [brief[0].upper() + brief[1:]])
    )
    choices = guide.choices
    choice = st.pills(
        "Which one is it?",
        list(choices),
        format_func=lambda n: f":material/{choices[n].icon}: {choices[n].label}",
        key="guide_choice",
        wrap=True,
    )
    if choice is not None:
        st.html(_chosen(choices[choice]))
    return choice


def _steps(guide: Guide) -> str:
    return _list(((step.heading, step.brief) for step in guide.steps), "ol")


def _tell(guide: Guide) -> None:
    """Say what to do about a cramp, and before the next one."""
    st.html(
        f'<h2 class="cr-h2">When a cramp comes</h2>{_steps(guide)}'
        '<h2 class="cr-h2">Before the next one</h2>'
        f"{_list([(guide.late.heading, guide.late.brief)])}"
    )


def _answer(guide: Guide, answer: Answer) -> str:
    """Draw what a question meets: its warning signs, then what is known about it."""
    parts = [_card(entry) for entry in answer.entries]
    if answer.signs and parts:
        parts.insert(0, f'<h2 class="cr-h2">{IF_NOT}</h2>')
    if answer.signs:
        parts.insert(0, look.stop(GET_HELP, [sign.text for sign in answer.signs]))
    if not parts:
        parts = [
            f'<section class="cr-card cr-answers"><h2>{NOTHING}</h2><p>{IF_WORRIED}</p>'
            f"<p><b>{MOST_CRAMPS}</b></p>{_steps(guide)}</section>"
        ]
    return f'<div class="cr-found" role="status">{"".join(parts)}</div>'


def _card(entry: Entry) -> str:
    """Draw an entry with the sentences that calm and that alarm, and its evidence."""
    told = "".join(f"<p>{escape(line)}</p>" for line in (entry.text, entry.calm) if line)
    alarm = f'<p class="alarm"><b>But:</b> {escape(entry.alarm)}</p>' if entry.alarm else ""
    studies = (
        f"<details><summary>Studies</summary>{escape(entry.sources)}</details>"
        if entry.studies
        else ""
    )
    return (
        f'<section class="cr-card cr-answers"><h2>{escape(entry.heading)}</h2>{told}{alarm}'
        f'<div class="cr-note">Evidence: {escape(entry.evidence)}{studies}</div></section>'
    )


def _explain() -> None:
    for step in (*guide.steps, guide.late):
        st.markdown(f"**{step.heading}.** {step.text}")
        look.note(f"{step.evidence} {step.sources}".rstrip())


def _compare() -> None:
    rows = [
        {"": heading, **{kind.label: getattr(kind, name) for kind in guide.kinds}}
        for name, heading in _ROWS.items()
    ]
    tables.show_by_column(pd.DataFrame(rows), "Cramp, twitch and strain compared")
    look.note(f"{guide.disagreement.heading}. {guide.disagreement.text}")


def _question(guide: Guide) -> bool:
    """Take a question and answer it; whether there is one."""
    question = st.text_input(
        "Ask in your own words",
        key="guide_question",
        placeholder="Such as: foot cramp at night, or do bananas help",
        icon=":material/search:",
    )
    if question.strip():
        st.html(_answer(guide, guide.answer(question)))
    return bool(question.strip())


guide = load_guide()
look.heading(
    "What helps when a cramp comes?", "And is it one? No diagnosis; nothing is kept."
)
asked = _question(guide)
with st.container(key="guide"):
    with st.container(key="guide_which"):
        chosen = _ask(guide)
    # Not beside another answer: a strain or a swollen calf is not stretched.
    if chosen == _CRAMP or (chosen is None and not asked):
        with st.container(key="guide_steps"):
            _tell(guide)
widgets.folded("How to do it, and what studies say", "guide_long", _explain)
widgets.folded("Cramp, twitch and strain side by side", "guide_kinds", _compare)
