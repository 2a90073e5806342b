"""The words of a training log whose sport is not known: their reader is asked once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from riskmodel.inputs.told import counted
from riskmodel.training.activities import unknown_activities
from riskmodel.training.log import TrainingLog
from riskmodel.training.words import activity_key
from riskmodel.views import look, training_files, training_kept, widgets
from riskmodel.views.state import state
from riskmodel.views.training_state import TrainingState

_AT_FIRST = 6  # words in sight
_LONGEST = 40  # letters of a word that are shown


def unanswered(log: TrainingLog) -> list[tuple[str, int]]:
    """Words of which nobody has said what they mean, those of most sessions first."""
    answered = set(map(activity_key, training_kept.said()))
    return [
        (word, sessions)
        for word, sessions in unknown_activities(log).items()
        if activity_key(word) not in answered
    ]


def ask(words: Sequence[tuple[str, int]]) -> None:
    """Ask what words mean."""
    st.header("Which sport is this?", anchor=False)
    look.note("Asked once: your words are kept in this browser, for the next files too.")
    chosen = _choices(words[:_AT_FIRST], "log_words")
    if more := words[_AT_FIRST:]:
        label = counted(len(more), "more word")
        box = st.expander(label, key="log_more_words", on_change="rerun")
        if box.open:
            with box:
                chosen |= _choices(more, "log_other_words")
    st.button("Use these words", on_click=_use, args=(chosen,), disabled=not chosen)


def _choices(words: Sequence[tuple[str, int]], key: str) -> dict[str, str]:
    """What is chosen of some words."""
    chosen = {}
    with st.container(key=key):
        for word, sessions in words:
            label = f"{word[:_LONGEST] or 'No word'}, {counted(sessions, 'session')}"
            key = f"log_word_{activity_key(word)}"
            if meaning := widgets.select(label, training_kept.MEANINGS, key, index=None):
                chosen[word] = meaning
    return chosen


def _use(chosen: Mapping[str, str]) -> None:
    training_kept.keep(chosen)
    _read_again()


def _read_again() -> None:
    page = state(TrainingState)
    if page.files and not training_files.read_again():
        page.problem = "Please give the files again: then they are read with your words."


def show_own() -> None:
    """Tell what the reader's own words mean, and let it be changed."""
    if not (own := training_kept.said()):
        return
    label = f"Your words for sports: {len(own)}"
    box = st.expander(label, key="log_own_words", on_change="rerun")
    if not box.open:
        return
    with box:
        with st.container(key="log_words_kept"):
            for word, meaning in own.items():
                key = f"log_own_{activity_key(word)}"
                st.session_state.setdefault(key, meaning)
                shown, options = word[:_LONGEST] or "No word", training_kept.MEANINGS
                args = (word, key)
                widgets.select(shown, options, key, on_change=_change, args=args)
        st.button("Forget these words", on_click=_forget)


def _change(word: str, key: str) -> None:
    _use({word: st.session_state[key]})


def _forget() -> None:
    training_kept.drop()
    _read_again()
