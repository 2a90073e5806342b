"""What a person takes along: a link, a page to print, a file, and what is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from riskmodel.advice import Advice
from riskmodel.assessment import Assessment
from riskmodel.fields import FIELDS
from riskmodel.handout import handout_pdf
from riskmodel.inputs import tidy
from riskmodel.views import device, form

_LONGEST = 600  # characters of what is said about a spoilt link


def open_link() -> None:
    """Fill the form from the link that the page was opened with, once."""
    if "from_link" in st.session_state:
        return
    answers = {name: st.query_params[name] for name in st.query_params}
    st.session_state["from_link"] = any(name in FIELDS for name in answers)
    given, problems = tidy(answers)
    if given:
        form.fill(given)
    st.session_state["link_problems"] = problems
    # Health answers need not stay in the address bar.
    for name in answers:
        if name in FIELDS and FIELDS[name].private:
            del st.query_params[name]


def show_link_problems() -> None:
    """Say what of a link could not be used, and what it may have left out."""
    if st.session_state["from_link"] and not any(
        field.private and field.scored and field.name in form.answers()
        for field in FIELDS.values()
    ):
        st.caption(
            "Opened from a link without health and personal answers: they count as "
            "open here, so that the number can differ from the sender's."
        )
    if problems := st.session_state.get("link_problems"):
        # In the units of the link; the names in brackets are for programs.
        told = " ".join(re.sub(r" \(\w+\) is ", " is ", p, count=1) for p in problems)
        # Who made the link is not known: its text must not become a link or a heading.
        plain = form.harmless(told)
        st.warning(f"{plain[:_LONGEST]} The rest was used.")


def link(answers: Mapping[str, Any], *, private: bool) -> str:
    """Write answers as a link to this page.

    Parameters
    ----------
    answers : mapping of str to answer
    private : bool
        Whether to put in what `Field.private` keeps out.
    """
    shared = {
        name: ";".join(value) if isinstance(value, list) else _plain(value)
        for name, value in answers.items()
        if private or not FIELDS[name].private
    }
    here = urlsplit(st.context.url or "")
    return urlunsplit((here.scheme, here.netloc, here.path, urlencode(shared), ""))


def _plain(value: Any) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)


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
                as_json(answers),
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
        else "The link holds the plan, the weather, your training, age and sex. Health "
        "answers, today's answers, body size and name are left out."
    )
    st.code(link(answers, private=private), language=None, wrap_lines=True)


def _show_print(answers: Mapping[str, Any], answer: Assessment, advice: Advice) -> None:
    private = st.toggle("With health and personal answers", key="print_private")
    st.caption("One page: the answer, why, what to change and a drinking plan.")
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
    st.markdown(f"Kept on this device: {count} answers, units: {'yes' if entry else 'no'}.")
    if entry:
        st.download_button(
            "Export what is kept",
            json.dumps(entry, indent=1, ensure_ascii=False) + "\n",
            "cramp-risk-kept.json",
            "application/json",
            on_click="ignore",
        )
        st.button("Delete everything kept", on_click=_delete)


def _save(profile: Mapping[str, Any]) -> None:
    device.write(profile=profile, units=form.chosen_units())
    st.toast(f"Saved {len(profile)} answers in this browser.")


def _delete() -> None:
    device.delete()
    st.toast("Nothing is kept in this browser any more.")
