"""What changed between two scorecards and why, as a part of How it works."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from riskmodel.reporting.scorecard_changes import (
    NOTHING,
    change_notes,
    change_sentences,
    grade_notes,
    place_heading,
    points_rows,
)
from riskmodel.reporting.targets import PRODUCT
from riskmodel.scorecard.changes import compare_scorecards
from riskmodel.scorecard.rows import Scorecard
from riskmodel.views import tables

Row = Mapping[str, Any]
_TOLD = ("2026.1", "2027.1")
_ADDED = ("2027.1", "2027.2")


def show(before: Scorecard, after: Scorecard, main: pd.DataFrame | None = None) -> None:
    """Draw why, if `main` has the main figures, and every row with its points."""
    changes = compare_scorecards(before, after)
    if main is not None and (before.version, after.version) == _TOLD:
        _why(main.set_index("id"))
    if (before.version, after.version) == _ADDED:
        st.markdown(
            "Ordinary answers that nobody could give before have rows of their own, most "
            "with 0 points and the reason. What could be answered before counts as it did: "
            "the curves were fitted again and came out the same to the last digit. Only a "
            "man who is pregnant by his answers is now asked which is right."
        )
    if not changes.rows and not changes.grades:
        st.markdown(NOTHING)
    for note in grade_notes(changes):
        st.markdown(note)
    for change in changes.rows:
        st.markdown(" ".join([f"**{change.row.label}**.", *change_notes(change)]))
        if change.points:
            columns = [place_heading(change), before.version, after.version]
            table = pd.DataFrame(points_rows(change), columns=columns)
            tables.show(table, f"{change.row.label}, points before and after")
        if sentences := change_sentences(change):
            st.markdown(" ".join(sentences))


def _why(main: pd.DataFrame) -> None:
    """Say why 2027.1 differs from 2026.1, and how blind its checks are."""
    figures: dict[Any, dict[Any, Any]] = main[["before", "published"]].to_dict("index")

    def was(name: str) -> str:
        return f"{figures[name]['before']:.0f}"

    def published(name: str) -> str:
        return f"{figures[name]['published']:.0f}"

    st.markdown(
        f"2026.1 said {was('marathon')} of 100 for marathon runners like those of whom "
        f"{published('marathon')} cramped, {was('ultra-161')} for a 161 km race in which "
        f"{published('ultra-161')} did, and {was('cyclists-year')} for a year of cycling "
        f"that brought cramps to {published('cyclists-year')}; and it let cramps begin "
        f"after {was('onset-mean')} % of a marathon instead of {published('onset-mean')} %."
        "\n\n**Weights.** Each was read again against its studies and frozen before the "
        "simulators were rebuilt; the arithmetic stands in its sentences below."
        "\n\n**Simulators.** What people answer about past cramps and what their sessions "
        "bring now come from one rate. Risk goes by the share of one's own limit that a "
        "plan reaches, people pace, and cramps begin late. A marathon comes near because "
        "it sets the simulators; a race of 161 km stays too high."
        "\n\n**How blind the checks are.** Not quite: trials were run against the whole "
        "list before, and the simulators were rebuilt knowing what the first run with the "
        "frozen weights had missed. The model card says each step."
    )


def show_unreachable(rows: Sequence[Row]) -> None:
    """Say which published figures no version of this method can meet, and what lacks."""
    figures = {row["id"]: row for row in rows if row["model"] == PRODUCT}

    def pair(name: str, scale: float = 100.0) -> str:
        row = figures[name]
        digits = 0 if scale == 100.0 else 1
        return (
            f"{scale * row['published']:.{digits}f} published, "
            f"{scale * row['ours']:.{digits}f} ours"
        )

    def simulators(name: str) -> str:
        others = (row for row in rows if row["id"] == name and row["model"] != PRODUCT)
        return ", ".join(f"{row['model']} {100 * row['ours']:.0f}" for row in others)

    st.markdown("**What stays out of reach**")
    st.markdown(
        "- A year of cycling and a month of trail running brought cramps to as many, by "
        f"what people said later ({pair('cyclists-year')}; {pair('trail-month')}). A year "
        "holds some twelve months, so that one is too high or the other too low.\n"
        f"- A 161 km race ({pair('ultra-161')}) beside a 56 km race ({pair('ultra-56')}). "
        "The number is one curve of all points plus one of the duration's, and both races "
        "share them: what lowers the one lowers the other. All three simulators put the "
        f"161 km race too high ({simulators('ultra-161')}); the product is nearer because "
        "its weights are flat from four hours.\n"
        f"- Men against women in a survey of marathon runners ({pair('sex-marathon', 1)}). "
        "It is not adjusted for anything; the scorecard takes 1.9 of a larger survey.\n"
        f"- When cramps begin: {100 * figures['onset-last-quarter']['published']:.0f} % in "
        "the last quarter, by entrants of 21 and 56 km, beside "
        f"{100 * figures['onset-after-30-km']['published']:.0f} % in the last 12 of 42 km. "
        "One curve of the onset serves all sessions.\n"
        "- Football, rugby union, tennis and basketball: no count of cramps for each match "
        "or hour of play was found, so the level there is unchecked."
    )
