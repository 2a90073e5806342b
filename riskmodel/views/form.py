"""The questions as widgets, one per field, each keyed by its field's name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from riskmodel.fields import FIELDS, GROUPS, Field

_NONE = {"none": "None of these"}
_PRIVACY = (
    "Health answers are used for this calculation only. They are not stored and "
    "not sent anywhere."
)


def ask() -> dict[str, Any]:
    """Draw the whole form and return the answers that were given."""
    for group, heading in GROUPS.items():
        fields = [field for field in FIELDS.values() if field.group == group]
        needed = [field for field in fields if field.required]
        if needed:
            st.header(heading)
            _draw(needed)
        more = f"More about {heading.lower()}" if needed else heading
        with st.expander(more):
            if group == "athlete":
                st.caption(_PRIVACY)
            _draw([field for field in fields if not field.required])
    answers = {name: st.session_state.get(name) for name in FIELDS}
    answers["start_time"] = _with_offset(answers["start_time"])
    return {name: value for name, value in answers.items() if value not in (None, [], "")}


def begun() -> bool:
    """Tell whether anything has been answered."""
    return any(st.session_state.get(name) not in (None, [], "") for name in FIELDS)


def fill(answers: Mapping[str, Any]) -> None:
    """Put answers into the form; a field without one becomes unanswered."""
    for field in FIELDS.values():
        value = _as_widget_value(field, answers.get(field.name))
        st.session_state[field.name] = value
        if field.kind == "levels":
            st.session_state[f"{field.name}_before"] = value


def _draw(fields: list[Field]) -> None:
    for field in fields:
        _widget(field)


def _widget(field: Field) -> None:
    label = field.label
    # A count says in its label what it counts.
    unit = "" if field.unit in ("sessions", "days") else f", {field.unit}"
    shared: dict[str, Any] = {"key": field.name, "help": field.help or None}
    if field.kind == "number" and field.unit == "of 10":
        steps = list(range(int(field.low), int(field.high) + 1))
        st.pills(label, steps, wrap=True, **shared)
    elif field.kind == "number":
        st.number_input(
            f"{label}{unit}",
            # No limits here: the widget would keep the last good value and go on
            # showing its score.  The engine says in a sentence what is allowed.
            step=float(field.step),
            format="%.4g" if field.step >= 1 else "%.2f",
            value=None,
            placeholder="",
            **shared,
        )
    elif field.kind == "level" and len(field.levels) > 6:
        st.selectbox(
            label,
            list(field.levels),
            index=None,
            format_func=field.levels.__getitem__,
            placeholder="Choose",
            **shared,
        )
    elif field.kind in ("level", "levels"):
        options = {**(_NONE if field.kind == "levels" else {}), **field.levels}
        st.pills(
            label,
            list(options),
            format_func=options.__getitem__,
            selection_mode="multi" if field.kind == "levels" else "single",
            wrap=True,
            on_change=_none_or_some if field.kind == "levels" else None,
            args=(field.name,) if field.kind == "levels" else None,
            **shared,
        )
    elif field.kind == "time":
        st.datetime_input(label, value=None, **shared)
    else:
        st.text_input(label, **shared)


def _none_or_some(name: str) -> None:
    """Let "None of these" and the items of a list take each other's place."""
    before = st.session_state.get(f"{name}_before", [])
    chosen = list(st.session_state[name])
    if "none" in chosen and len(chosen) > 1:
        chosen = [c for c in chosen if c != "none"] if "none" in before else ["none"]
        st.session_state[name] = chosen
    st.session_state[f"{name}_before"] = chosen


def _with_offset(moment: datetime | None) -> str | None:
    """Write a local time with the offset of the reader's time zone."""
    if moment is None:
        return None
    zone = st.context.timezone
    # A browser that does not say where it is gets the time zone of this machine.
    local = moment.replace(tzinfo=ZoneInfo(zone)) if zone else moment.astimezone()
    return local.isoformat()


def _as_widget_value(field: Field, answer: Any) -> Any:
    if field.kind == "levels":
        return [answer] if isinstance(answer, str) else list(answer or [])
    if field.kind == "text":
        return answer or ""
    if field.kind == "time" and answer is not None:
        return datetime.fromisoformat(answer).replace(tzinfo=None)
    if field.kind == "number" and answer is not None and field.unit != "of 10":
        return float(answer)
    return answer
