"""What a person takes along: a link, a page to print, a file, and what is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import numpy as np
import streamlit as st

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.session import SCORECARD_VERSION, tidy
from riskmodel.reporting.differences import difference_sentences
from riskmodel.reporting.handout import handout_pdf
from riskmodel.views import device, form, look, own_card, tables, widgets
from riskmodel.views.state import (
    FormState,
    MySessionState,
    NavigationState,
    Scored,
    state,
)
from riskmodel.whatif.plans import version_in

_LONGEST = 600  # characters of what is said about a spoilt link
_KEPT_TOO = {
    "units": "units",
    "place": "a place",
    "scenarios": "plans to compare",
    "squad": "a squad",
    "activities": "words for sports",
}


def open_link() -> None:
    """Fill the form from the link that the page was opened with, once."""
    page = state(MySessionState)
    if page.from_link is not None:
        return
    query = st.query_params.to_dict()
    page.from_link = any(name in FIELDS for name in query)
    answers, problems = tidy(query)
    if answers:
        # A link that names no scorecard is of no plan that was saved.
        noted = version_in(query.get(SCORECARD_VERSION)) or None
        form.fill(form.without_assurances(answers), saved_with=noted)
    # Services add names of their own to links: only what looks like ours is told.
    ours = (
        problem for problem in problems if problem.kind != "no_such_input" or problem.meant
    )
    # Those that are there are of an athlete who was opened.
    page.link_problems = [*page.link_problems, *ours]


def take_private_part(text: str) -> None:
    """Fill in the private answers of a link, which come by the browser alone."""
    answers, problems = tidy(dict(parse_qsl(text)))
    private = {name: value for name, value in answers.items() if FIELDS[name].private}
    form.change(form.without_assurances(private))
    page = state(MySessionState)
    page.link_problems = [*page.link_problems, *problems]


def forget_link() -> None:
    """Let the page be as if no link had opened it."""
    state(MySessionState).from_link = False
    state(MySessionState).link_problems = []


def show_link_problems(answers: Mapping[str, Any]) -> None:
    """Say what of a link could not be used, and why a saved plan's number can differ."""
    page = state(MySessionState)
    without_private = bool(page.from_link) and not any(
        FIELDS[name].private and FIELDS[name].scored for name in answers
    )
    tell_differences(page.saved_with, without_private=without_private)
    if page.link_problems:
        # In the units of the link.
        text = " ".join(problem.sentence(names=False) for problem in page.link_problems)
        if len(text) > _LONGEST:
            text = f"{text[:_LONGEST]}\N{HORIZONTAL ELLIPSIS}"
        tables.tell(f"{text} The rest was used.")


def tell_differences(saved_with: str | None, *, without_private: bool) -> None:
    """Say why what was opened can have other numbers than before."""
    now = own_card.version()
    for sentence in difference_sentences(saved_with, now, without_private=without_private):
        look.note(sentence)


def address(parameters: Mapping[str, str]) -> str:
    """Write a link to this page that says something behind a question mark."""
    here = urlsplit(st.context.url or "")
    return urlunsplit((here.scheme, here.netloc, here.path, urlencode(parameters), ""))


def link(answers: Mapping[str, Any], *, private: bool) -> str:
    """Write answers as a link to My session, on request with what `Field.private` is."""
    # A link cannot say for anybody that nothing is wrong.
    texts = _as_texts(form.without_assurances(answers))
    shown = {n: text for n, text in texts.items() if not FIELDS[n].private}
    public = address({**shown, SCORECARD_VERSION: own_card.version()})
    if state(NavigationState).page != "my_session":
        # Beside the other pages, whose names end their addresses.
        public = urljoin(public, f"./?{urlsplit(public).query}")
    if not private:
        return public
    own = {name: text for name, text in texts.items() if FIELDS[name].private}
    return device.private_part(public, urlencode(own))


def _as_texts(answers: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: ";".join(value) if isinstance(value, list) else _plain(value)
        for name, value in answers.items()
    }


def _plain(value: Any) -> str:
    # The shortest text that is exactly this number.
    whole = isinstance(value, float)
    return np.format_float_positional(value, trim="-") if whole else str(value)


def as_json(answers: Mapping[str, Any]) -> str:
    """Write answers as the JSON that ``cramprisk assess`` reads."""
    return json.dumps(answers, indent=1, ensure_ascii=False) + "\n"


def show(answers: Mapping[str, Any], scored: Scored) -> None:
    """Draw the ways to share, print and keep a plan, each drawn once it is opened."""
    ways: dict[str, tuple[str, Callable[[], None]]] = {
        "Share": ("link", lambda: _show_link(answers)),
        "Print": ("print", lambda: _show_print(scored)),
        "Keep": ("bookmark", lambda: _show_kept(answers)),
    }
    if scored.assessment.problems:
        del ways["Print"]
    with st.container(horizontal=True, key="ways"):
        for words, (icon, draw) in ways.items():
            box = widgets.quiet_popover(words, icon, words.lower())
            if box.open:
                with box:
                    if scored.combined is not None:
                        switched = "With" if words == "Print" else "Without"
                        look.note(f"{switched} what is switched on.")
                    draw()


def address_bar() -> str:
    """Write the query that the address shows: public answers, and only the reader's own."""
    answers = form.answers()
    public = {name: value for name, value in answers.items() if not FIELDS[name].private}
    if not public or state(FormState).visit is not None:
        return ""
    version = {SCORECARD_VERSION: own_card.version()}
    return "?" + urlencode({**_as_texts(public), **version})


def _show_link(answers: Mapping[str, Any]) -> None:
    private = widgets.with_private(
        "link_private",
        yes="The link then holds your health answers: whoever has it, and every service "
        "that passes it on, can read them.",
        no="The link holds the plan with its weather, place and start time as far as you "
        "gave them, your training, age and sex. Health answers, today's answers, body size "
        "and name are left out.",
    )
    widgets.to_copy(link(answers, private=private))


def _show_print(scored: Scored) -> None:
    private = widgets.with_private(
        "print_private",
        yes="One page: the answer, why, what to change and a drinking plan.",
        no="One page: the answer, why and what to change, health answers apart. What to "
        "drink depends on body size and is left out.",
    )
    units, answers, used = form.chosen_units(), scored.planned, own_card.used()
    answer, advice = scored.planned_assessment, scored.planned_advice
    widgets.download(
        "Download PDF",
        lambda: handout_pdf(answers, answer, advice, units=units, private=private, **used),
        "cramp-risk-plan.pdf",
    )


def _show_kept(answers: Mapping[str, Any]) -> None:
    if not device.may_keep():
        look.note(device.NOT_KEPT)
        return
    look.note(
        "Keeps what stays the same from session to session (training, you and your "
        "health) in this browser, for the next visit. Nothing is stored elsewhere. To keep "
        "whole plans, athletes and squads under a name, see Saved."
    )
    visit = state(FormState).visit is not None
    if visit:
        look.note("An athlete of the squad is open: only your own answers can be kept.")
    else:
        profile = {name: answers[name] for name in device.PROFILE if name in answers}
        words = f"Keep {_answers_text(len(profile))} in this browser"
        st.button(words, disabled=not profile, on_click=_save, args=(profile,))
    entry = device.kept()
    saved = entry.get("profile")
    count = len(saved) if isinstance(saved, Mapping) else 0
    others = [words for name, words in _KEPT_TOO.items() if name in entry]
    look.note(f"Kept in this browser: {', '.join([_answers_text(count), *others])}.")
    if count and not visit and not device.is_taken_up():
        st.button("Use the answers that are kept", on_click=device.take_up)
    if entry:
        widgets.download(
            "Export what is kept", lambda: as_json(entry), "cramp-risk-kept.json"
        )
        st.button("Delete everything kept", on_click=_delete)


def _answers_text(count: int) -> str:
    return f"{count} answer{'s' * (count != 1)}"


def _save(profile: Mapping[str, Any]) -> None:
    # Beside somebody else's link only what the form holds is replaced.
    keep = device.write if device.is_taken_up() else device.merge
    keep(f"Kept {_answers_text(len(profile))} in this browser.", profile=profile)


def _delete() -> None:
    device.delete("Nothing is kept in this browser any more.")
