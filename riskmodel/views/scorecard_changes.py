"""What changed between two scorecards, as a part of the Method page."""

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
from riskmodel.scorecard.changes import compare_scorecards
from riskmodel.scorecard.rows import Scorecard
from riskmodel.views import tables


def show(before: Scorecard, after: Scorecard) -> None:
    """Draw every row that differs, with its points before and after."""
    changes = compare_scorecards(before, after)
    st.header(f"What changed from {before.version}")
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
