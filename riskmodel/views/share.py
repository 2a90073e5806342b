"""What a person takes along: a link, a page to print, a file, and what is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import numpy as np
import streamlit as st

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.session import tidy
from riskmodel.reporting.handout import handout_pdf
from riskmodel.scoring.assessment import Assessment
from riskmodel.views import device, form, tables
from riskmodel.whatif.advice import Advice

_LONGEST = 600  # characters of what is said about a spoilt link
_KEPT_TOO = {"units": "units", "scenarios": "scenarios", "squad": "a squad"}


def open_link() -> None:
    """Fill the form from the link that the page was opened with, once."""
    if "from_link" in st.session_state:
        return
    query = st.query_params.to_dict()
    st.session_state["from_link"] = any(name in FIELDS for name in query)
    given, problems = tidy(query)
    if given:
        form.fill(form.without_assurances(given))
    # Services add names of their own to links: only what looks like ours is told.
    told = st.session_state.get("link_problems", ())  # of an athlete who was opened
    st.session_state["link_problems"] = [*told] + [
        problem for problem in problems if problem.kind != "no_such_input" or problem.meant
    ]
    # Health answers need not stay in the address bar.
    if any(name in FIELDS and FIELDS[name].private for name in query):
        st.query_params.from_dict(
            {n: v for n, v in query.items() if n not in FIELDS or not FIELDS[n].private}
        )


def take_private_part(text: str) -> None:
    """Fill in the private answers of a link, which come by the browser alone."""
    given, problems = tidy(dict(parse_qsl(text)))
    private = {name: value for name, value in given.items() if FIELDS[name].private}
    form.change(form.without_assurances(private))
    told = st.session_state.get("link_problems", ())
    st.session_state["link_problems"] = [*told, *problems]


def forget_link() -> None:
    """Let the page be as if no link had opened it."""
    st.session_state["from_link"] = False
    st.session_state["link_problems"] = []
    st.query_params.clear()


def show_link_problems(answers: Mapping[str, Any]) -> None:
    """Say what of a link could not be used, and what it may have left out."""
    if st.session_state["from_link"] and not any(
        FIELDS[name].private and FIELDS[name].scored for name in answers
    ):
        st.caption(
            "Opened from a link without health and personal answers: they count as "
            "open here, so that the number can differ from the sender's."
        )
    if problems := st.session_state.get("link_problems"):
        # In the units of the link.
        told = " ".join(problem.sentence(names=False) for problem in problems)
        if len(told) > _LONGEST:
            told = f"{told[:_LONGEST]}\N{HORIZONTAL ELLIPSIS}"
        tables.tell(f"{told} The rest was used.")


def link(answers: Mapping[str, Any], *, private: bool) -> str:
    """Write answers as a link to this page.

    Parameters
    ----------
    answers : mapping of str to answer
    private : bool
        Whether to put in what `Field.private` keeps out.
    """
    texts = {
        name: ";".join(value) if isinstance(value, list) else _plain(value)
        for name, value in answers.items()
    }
    shared = {name: text for name, text in texts.items() if not FIELDS[name].private}
    here = urlsplit(st.context.url or "")
    public = urlunsplit((here.scheme, here.netloc, here.path, urlencode(shared), ""))
    if not private:
        return public
    kept = {name: text for name, text in texts.items() if FIELDS[name].private}
    return device.private_part(public, urlencode(kept))


def _plain(value: Any) -> str:
    # The shortest text that is exactly this number.
    whole = isinstance(value, float)
    return np.format_float_positional(value, trim="-") if whole else str(value)


def as_json(answers: Mapping[str, Any]) -> str:
    """Write answers as the file that ``cramprisk assess`` reads."""
    return json.dumps(answers, indent=1, ensure_ascii=False) + "\n"


def show(answers: Mapping[str, Any], answer: Assessment, advice: Advice) -> None:
    """Draw the ways to take the plan along, and to keep or delete what is kept."""
    st.header("Take it along")
    with st.container(horizontal=True):
        with st.popover("Share a link"):
            _show_link(answers)
        if not answer.problems:
            with st.popover("Print"):
                _show_print(answers, answer, advice)
        with st.popover("Download"):
            st.caption(
                "A file with all your answers, health answers too, for `cramprisk "
                "assess`. It is made for you and kept nowhere else."
            )
            st.download_button(
                "Download as JSON",
                # Made on the click only: a text would lie in the server until then.
                lambda: as_json(answers),
                "cramp-risk-session.json",
                "application/json",
                on_click="ignore",
            )
        with st.popover("Keep on this device"):
            _show_kept(answers)


def _show_link(answers: Mapping[str, Any]) -> None:
    private = st.toggle("With health and personal answers", key="link_private")
    st.caption(
        "The link then holds your health answers: whoever has it, and every service "
        "that passes it on, can read them."
        if private
        else "The link holds the plan with its weather, place and start time as far as you "
        "gave them, your training, age and sex. Health answers, today's answers, body size "
        "and name are left out."
    )
    st.code(link(answers, private=private), language=None, wrap_lines=True)


def _show_print(answers: Mapping[str, Any], answer: Assessment, advice: Advice) -> None:
    private = st.toggle("With health and personal answers", key="print_private")
    st.caption(
        "One page: the answer, why, what to change and a drinking plan."
        if private
        else "One page: the answer, why and what to change, health answers apart. What to "
        "drink depends on body size and is left out."
    )
    units = form.chosen_units()
    st.download_button(
        "Download PDF",
        lambda: handout_pdf(answers, answer, advice, units=units, private=private),
        "cramp-risk-plan.pdf",
        "application/pdf",
        on_click="ignore",
    )


def _show_kept(answers: Mapping[str, Any]) -> None:
    st.caption(
        "Saves what stays the same from session to session, under Training and You and "
        "your health, in this browser. This page reads it when it opens; nothing is stored "
        "elsewhere. Units are kept by themselves."
    )
    profile = {name: answers[name] for name in device.PROFILE if name in answers}
    st.button(
        f"Save {len(profile)} answers on this device",
        disabled=not profile,
        on_click=_save,
        args=(profile,),
    )
    entry = device.kept()
    saved = entry.get("profile")
    count = len(saved) if isinstance(saved, Mapping) else 0
    others = [words for name, words in _KEPT_TOO.items() if name in entry]
    st.markdown(f"Kept on this device: {', '.join([f'{count} answers', *others])}.")
    if count and not device.is_taken_up():
        st.button("Use the answers that are kept", on_click=device.take_up)
    if entry:
        st.download_button(
            "Export what is kept",
            lambda: json.dumps(entry, indent=1, ensure_ascii=False) + "\n",
            "cramp-risk-kept.json",
            "application/json",
            on_click="ignore",
        )
        st.button("Delete everything kept", on_click=_delete)


def _save(profile: Mapping[str, Any]) -> None:
    # Beside somebody else's link only what the form holds is replaced.
    keep = device.write if device.is_taken_up() else device.merge
    keep(f"Saved {len(profile)} answers in this browser.", profile=profile)


def _delete() -> None:
    device.delete("Nothing is kept in this browser any more.")
