"""Numbers that are typed beside a squad's session, in the units that go with it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import streamlit as st

from riskmodel.diary.moments import minute_written
from riskmodel.diary.outcomes import DiaryError
from riskmodel.inputs import units
from riskmodel.inputs.blanks import is_blank
from riskmodel.inputs.fields import Field
from riskmodel.inputs.written import number_written
from riskmodel.views import widgets
from riskmodel.views.state import Behind

_SHOWN_DECIMALS = 3
_LABELS = frozenset(
    units.unit_of(own, {leader: label}).label
    for own, leader in (("kg", "kg"), ("l", "l/h"), ("°C", "°C"), ("min", "min"))
    for label in units.UNITS.get(leader, ["min"])
)
"""Of every unit in which something is typed here."""


class Numbers:
    """Texts of one session, each by its name and with the number that was saved."""

    def __init__(self, key: str, chosen: units.Chosen) -> None:
        self.key, self.chosen = key, dict(chosen)

    def _place(self, field: Field, name: str, chosen: units.Chosen | None = None) -> str:
        """Key of a text, with its unit: in another one it would be another number."""
        unit = units.unit_of(field.unit, chosen or self.chosen)
        return f"{self.key}_{name}_{unit.label}"

    def draw(
        self, field: Field, words: str, name: str, value: float | None, **more: Any
    ) -> None:
        """Draw a field for a number in its unit."""
        key = self._place(field, name)
        st.session_state.setdefault(key, shown(value, field, self.chosen))
        label = f"{words}, {self.unit(field)}" if field.unit else words
        st.text_input(widgets.plain(label), key=key, persist_state="session", **more)

    def unit(self, field: Field) -> str:
        """What the unit of a field is called."""
        return units.unit_of(field.unit, self.chosen).label

    def forget(self, name: str) -> None:
        """Let a field show what was saved."""
        for label in _LABELS:
            st.session_state.pop(f"{self.key}_{name}_{label}", None)

    def read(self, field: Field, name: str, value: float | None) -> float | None:
        """What stands in a field; as saved where nobody has changed what it shows."""
        typed = st.session_state.get(self._place(field, name))
        if typed is None or typed == shown(value, field, self.chosen):
            return value
        return self._number(typed, field, name, self.chosen)

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
            if field.unit == "min":
                return minute_written(typed)
            return number_written(typed, field, chosen)
        except ValueError:
            raise DiaryError(f"{typed} is no number.") from None

    def in_chosen_units(self, fields: Iterable[tuple[Field, str, float | None]]) -> None:
        """Show in the units of now what was typed in others and is not saved yet.

        What cannot be read stays as it was typed.
        """
        chosen = self.chosen
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
                st.session_state[now] = shown(value, field, chosen)
                continue
            with suppress(DiaryError):
                number = self._number(typed, field, name, before)
                text = st.session_state[now] = shown(number, field, chosen)
                if number is not None:
                    behind[name] = Behind(text, number)
        st.session_state[f"{self.key}_behind"] = behind


def shown(value: float | None, field: Field, chosen: units.Chosen) -> str:
    """A number as a field shows it, "" without one."""
    if value is None:
        return ""
    unit = units.unit_of(field.unit, chosen)
    return f"{round(float(unit.shown(value)), _SHOWN_DECIMALS):.10g}"
