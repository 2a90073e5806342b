"""What is kept on the reader's own device, in the browser's local storage.

The server keeps nothing of it: a few lines of script in the page read and write one
entry, and only when the reader asks, units apart.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from riskmodel.fields import FIELDS
from riskmodel.inputs import tidy
from riskmodel.views import form

_ENTRY = "cramp-risk"
_SCRIPT = f"""
export default function ({{ data, setStateValue }}) {{
  try {{
    if (data.write === "") localStorage.removeItem("{_ENTRY}");
    else if (data.write !== null) localStorage.setItem("{_ENTRY}", data.write);
    const kept = localStorage.getItem("{_ENTRY}") ?? "";
    if (kept !== data.known) setStateValue("kept", kept);
  }} catch {{
    // Storage can be switched off; then nothing is kept.
  }}
}}
"""
_bridge = st.components.v2.component("device", js=_SCRIPT)

PROFILE = tuple(
    f.name for f in FIELDS.values() if f.group in ("athlete", "conditioning") and f.scored
)
"""What "save on this device" keeps: what stays the same from session to session."""


def kept() -> dict[str, Any]:
    """What lies on the device, as far as this page knows; empty if nothing does."""
    try:
        entry = json.loads(st.session_state.get("device_kept") or "{}")
    except json.JSONDecodeError:
        return {}
    return entry if isinstance(entry, dict) else {}


def kept_profile() -> dict[str, Any]:
    """Saved answers that this version still understands."""
    saved = kept().get("profile")
    if not isinstance(saved, Mapping):
        return {}
    return tidy({name: saved[name] for name in PROFILE if name in saved})[0]


def write(**entries: Any) -> None:
    """Keep entries beside those that are there; None takes one away."""
    entry = {k: v for k, v in {**kept(), **entries}.items() if v is not None}
    text = json.dumps(entry, ensure_ascii=False) if entry else ""
    st.session_state["device_kept"] = text
    st.session_state["device_write"] = text


def connect(*, take_up: bool) -> None:
    """Read the device once, and write what was asked for.

    Parameters
    ----------
    take_up : bool
        Whether to put saved units and answers into the page when they arrive; not
        for a page that was opened from a shared link.
    """
    if st.session_state.pop("units_changed", False):
        write(units=form.chosen_units())
    _bridge(
        data={
            "write": st.session_state.get("device_write"),
            "known": st.session_state.get("device_kept", ""),
        },
        key="device",
        on_kept_change=lambda: _arrived(take_up),
    )


def _arrived(take_up: bool) -> None:
    """Take up what the device held when the page was opened."""
    st.session_state["device_kept"] = st.session_state["device"].get("kept") or ""
    if not take_up or st.session_state.get("device_read"):
        return
    st.session_state["device_read"] = True
    if units := kept().get("units"):
        form.use_units(units)
    given = form.answers()
    form.change({k: v for k, v in kept_profile().items() if k not in given})
