"""For somebody who has a cramp, or wonders whether it is one."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import pandas as pd
import streamlit as st

from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.guide import Choice, Guide, load_guide
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


def _answer(choice: Choice) -> str:
    """Draw what a choice comes to, for the warning signs what to do about each."""
    urgent = choice.name == "warning"
    signs = FIELDS["red_flags"].offered()
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
        st.html(_answer(choices[choice]))
    return choice


def _tell(guide: Guide, choice: str | None) -> None:
    """Say what to do about a cramp, and before the next one.

    Nothing of it where something else was chosen: a strain is not stretched.
    """
    if choice not in (None, _CRAMP):
        return
    st.html(
        '<h2 class="cr-h2">When a cramp comes</h2>'
        f"{_list(((step.heading, step.brief) for step in guide.steps), 'ol')}"
        '<h2 class="cr-h2">Before the next one</h2>'
        f"{_list([(guide.late.heading, guide.late.brief)])}"
    )


def _explain() -> None:
    for step in (*guide.steps, guide.late):
        st.markdown(f"**{step.heading}.** {step.text}")
        look.note(" ".join([step.evidence, *(f"{source}." for source in step.sources)]))


def _compare() -> None:
    rows = [
        {"": heading, **{kind.label: getattr(kind, name) for kind in guide.kinds}}
        for name, heading in _ROWS.items()
    ]
    tables.show_by_column(pd.DataFrame(rows), "Cramp, twitch and strain compared")
    look.note(f"{guide.disagreement.heading}. {guide.disagreement.text}")


def _search() -> None:
    words = st.text_input(
        "A word or two, such as calf, twitch or bruise", key="guide_search"
    )
    entries = guide.search(words)
    st.html(_list((entry.heading, entry.text) for entry in entries))
    if words.strip() and not entries:
        look.note(
            "Nothing in the guide says that. Try a single word, such as the name of the "
            "muscle or how it feels. If it worries you, ask a doctor; chest pain or "
            "trouble breathing is an emergency."
        )


guide = load_guide()
look.heading(
    "What helps when a cramp comes?", "And is it one? No diagnosis; nothing is kept."
)
with st.container(key="guide"):
    with st.container(key="guide_which"):
        chosen = _ask(guide)
    with st.container(key="guide_steps"):
        _tell(guide, chosen)
widgets.folded("How to do it, and what studies say", "guide_long", _explain)
widgets.folded("Cramp, twitch and strain side by side", "guide_kinds", _compare)
widgets.folded("Search by symptom", "guide_find", _search)
