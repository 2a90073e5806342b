"""Numbers that are typed beside a squad's session, in the reader's units."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import streamlit as st

from riskmodel.diary.outcomes import DiaryError
from riskmodel.inputs import units
from riskmodel.inputs.blanks import is_blank
from riskmodel.inputs.fields import Field
from riskmodel.inputs.written import number_written
from riskmodel.views import form, widgets
from riskmodel.views.state import Behind

_SHOWN_DECIMALS = 3


class Numbers:
    """Texts of one session, each by its name and with the number that was saved."""

    def __init__(self, key: str) -> None:
        self.key = key

    def _place(self, field: Field, name: str, chosen: units.Chosen | None = None) -> str:
        """Key of a text, with its unit: in another one it would be another number."""
        unit = units.unit_of(field.unit, chosen or form.chosen_units())
        return f"{self.key}_{name}_{unit.label}"

    def draw(
        self, field: Field, words: str, name: str, value: float | None, **more: Any
    ) -> None:
        """Draw a field for a number in the reader's unit."""
        key = self._place(field, name)
        st.session_state.setdefault(key, shown(value, field))
        unit = units.unit_of(field.unit, form.chosen_units())
        label = f"{words}, {unit.label}" if unit.label else words
        st.text_input(widgets.plain(label), key=key, persist_state="session", **more)

    def read(self, field: Field, name: str, value: float | None) -> float | None:
        """What stands in a field; as saved where nobody has changed what it shows."""
        typed = st.session_state.get(self._place(field, name))
        if typed is None or typed == shown(value, field):
            return value
        return self._number(typed, field, name, form.chosen_units())

    def _number(
        self, typed: str, field: Field, name: str, chosen: units.Chosen
    ) -> float | None:
        """What a text means in these units; what came from others is exact."""
        behind: Behind | None = st.session_state.get(f"{self.key}_behind", {}).get(name)
        if behind is not None and behind.shown == typed:
            return behind.answer
        if is_blank(typed):
            return None
        try:
            return number_written(typed, field, chosen)
        except ValueError:
            raise DiaryError(f"{typed} is no number.") from None

    def in_chosen_units(self, fields: Iterable[tuple[Field, str, float | None]]) -> None:
        """Show in the reader's units what was typed in others and is not saved yet.

        What cannot be read stays as it was typed.
        """
        chosen = dict(form.chosen_units())
        before = st.session_state.get(f"{self.key}_units", chosen)
        st.session_state[f"{self.key}_units"] = chosen
        if before == chosen:
            return
        was: dict[str, Behind] = st.session_state.get(f"{self.key}_behind", {})
        behind: dict[str, Behind] = {}
        for field, name, value in fields:
            place, now = self._place(field, name, before), self._place(field, name)
            if place == now:
                behind |= {name: was[name]} if name in was else {}
                continue
            if (typed := st.session_state.pop(place, None)) is None:
                continue
            st.session_state[now] = typed
            if typed == shown(value, field, before):
                st.session_state[now] = shown(value, field)
                continue
            with suppress(DiaryError):
                number = self._number(typed, field, name, before)
                text = st.session_state[now] = shown(number, field)
                if number is not None:
                    behind[name] = Behind(text, number)
        st.session_state[f"{self.key}_behind"] = behind


def shown(value: float | None, field: Field, chosen: units.Chosen | None = None) -> str:
    """A number as a field shows it, "" without one."""
    if value is None:
        return ""
    unit = units.unit_of(field.unit, chosen or form.chosen_units())
    return f"{round(float(unit.shown(value)), _SHOWN_DECIMALS):.10g}"
