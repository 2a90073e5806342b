"""Why an answer counts no points, told where it is given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import streamlit as st

from riskmodel.inputs.fields import Field
from riskmodel.views import form, look, own_card


def tell(field: Field) -> None:
    """Say of the answer to a question, as its widget holds it, why it counts nothing."""
    answer = st.session_state.get(field.name)
    if answer not in (*form.EMPTY, ["none"]):
        for reason in reasons(field, answer):
            look.note(reason)


def reasons(field: Field, answer: Any) -> Iterator[str]:
    """Reasons of the scorecard for each part of an answer with 0 points by evidence."""
    for factor in own_card.scorecard().factors:
        if factor.quantity != field.name:
            continue
        if factor.kind == "list":
            for row in factor.levels:
                if row.level in answer and row.points == 0:
                    why = row.departure or "No evidence found."
                    yield f"{field.levels[row.level]}: 0 points. {why}"
        elif factor.largest == 0:
            yield factor.reason
