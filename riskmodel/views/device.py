"""What is kept on the reader's own device, in the browser's local storage.

A few lines of script in the page write one entry, and only when the reader asks, units
apart.  When a page opens they hand it to the session of that page, which forgets it
when the page closes; nothing is stored on the server.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, unquote
from uuid import uuid4

import streamlit as st

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.session import tidy
from riskmodel.views import form, tables

_ENTRY = "cramp-risk"
_LET_WIDGETS_SETTLE_MS = 500
_PRIVATE = "private"
_FAILED = (
    "This browser did not keep it: its storage is full, or switched off. What was kept "
    "before is unchanged."
)
# Each command is carried out once, on what the device holds at that moment: another
# tab may have changed it.  What then lies there differs from what the page knows only
# in that case; told at once, it could overtake numbers that just changed on the page,
# which would be lost.
_SCRIPT = f"""
const done = (window.crampRiskDone ??= new Set());
const PRIVATE = "#{_PRIVATE}=";
export default function ({{ data, setStateValue }}) {{
  const plain = (text) => text && JSON.stringify(JSON.parse(text));
  if (location.hash.startsWith(PRIVATE)) {{
    const told = location.hash.slice(PRIVATE.length);
    // Out of the address bar, and of the history behind it.
    history.replaceState(history.state, "", location.pathname + location.search);
    setTimeout(() => setStateValue("told", told), {_LET_WIDGETS_SETTLE_MS});
  }}
  try {{
    const command = data.command;
    let wait = 0;
    if (command && !done.has(command.id)) {{
      done.add(command.id);
      wait = {_LET_WIDGETS_SETTLE_MS};
      let entry = {{}};
      try {{ entry = JSON.parse(localStorage.getItem("{_ENTRY}")) ?? {{}}; }} catch {{}}
      if (command.clear || typeof entry !== "object" || Array.isArray(entry)) entry = {{}};
      if (command.merge) for (const name of Object.keys(command.set))
        command.set[name] = {{ ...entry[name], ...command.set[name] }};
      Object.assign(entry, command.set);
      for (const name of command.drop ?? []) delete entry[name];
      let written = true;
      try {{
        if (Object.keys(entry).length)
          localStorage.setItem("{_ENTRY}", JSON.stringify(entry));
        else localStorage.removeItem("{_ENTRY}");
      }} catch {{ written = false; }} // no room, or switched off
      if (command.say || !written)
        setTimeout(() => setStateValue("wrote", command.id + (written ? "" : "!")), wait);
    }}
    const kept = localStorage.getItem("{_ENTRY}") ?? "";
    let same = kept === data.known;
    try {{ same ||= plain(kept) === plain(data.known); }} catch {{}}
    if (!same) setTimeout(() => setStateValue("kept", kept), wait);
  }} catch {{
    // Storage can be switched off; then nothing is kept.
    if (data.command && data.known)
      setTimeout(() => {{
        setStateValue("kept", "");
        setStateValue("wrote", data.command.id + "!");
      }}, {_LET_WIDGETS_SETTLE_MS});
  }}
}}
"""
_bridge = st.components.v2.component("device", js=_SCRIPT)

PROFILE = tuple(f.name for f in FIELDS.values() if f.of_the_person)
"""What "save on this device" keeps: what stays the same from session to session."""


def kept() -> dict[str, Any]:
    """What lies on the device, as far as this page knows; empty if nothing does."""
    text = st.session_state.get("device_kept") or "{}"
    # A large squad takes long to read, and is asked for several times by each page.
    last = st.session_state.get("device_entry")
    if last is not None and last[0] == text:
        return dict(last[1])
    try:
        entry = json.loads(text)
    except (ValueError, RecursionError):
        entry = None
    # What another program spoilt is still kept, and can be deleted.
    entry = entry if isinstance(entry, dict) else {"unreadable": True}
    st.session_state["device_entry"] = text, entry
    return dict(entry)


def kept_profile() -> dict[str, Any]:
    """Saved answers that this version still understands."""
    saved = kept().get("profile")
    if not isinstance(saved, Mapping):
        return {}
    return tidy({name: saved[name] for name in PROFILE if name in saved})[0]


def write(say: str = "", **entries: Any) -> None:
    """Keep entries beside those that are there.

    Parameters
    ----------
    say : str
        What to tell once it is written, and only then.
    **entries
    """
    _command({**kept(), **entries}, set=entries, say=say)


def merge(say: str = "", **entries: Mapping[str, Any]) -> None:
    """Keep parts of entries beside the parts that are there; else as `write`."""
    known = kept()
    joined = {
        name: {**(old if isinstance(old := known.get(name), Mapping) else {}), **entry}
        for name, entry in entries.items()
    }
    _command({**known, **joined}, set=entries, merge=True, say=say)


def drop(*names: str, say: str = "") -> None:
    """Delete some entries, and leave the others."""
    left = {other: entry for other, entry in kept().items() if other not in names}
    _command(left, set={}, drop=names, say=say)


def delete(say: str = "") -> None:
    """Delete everything that is kept."""
    _command({}, set={}, clear=True, say=say)


def private_part(link: str, text: str) -> str:
    """Add to a link what no server sees: browsers keep what follows a # to themselves."""
    return f"{link}#{_PRIVATE}={quote(text)}"


def is_taken_up() -> bool:
    """Whether the form holds what was kept, and not somebody's link."""
    return bool(st.session_state.get("device_read"))


def take_up() -> None:
    """Put the saved answers into the form."""
    st.session_state["device_read"] = True
    form.change(kept_profile())


def _command(then: Mapping[str, Any], **command: Any) -> None:
    st.session_state.pop("device_failed", None)
    text = json.dumps(then, ensure_ascii=False) if then else ""
    st.session_state["device_kept"] = text
    st.session_state["device_command"] = {"id": str(uuid4()), **command}


def connect(
    *, take_up: bool | Callable[[], bool], told: Callable[[str], None] | None = None
) -> None:
    """Read the device once, and write what was asked for.

    Parameters
    ----------
    take_up : bool
        Whether to put saved units and answers into the page when they arrive; not
        for a page that was opened from a shared link.  What says so only once the
        device was read comes as a function.
    told : callable, optional
        What to do with the private part of a link.
    """
    if own := st.session_state.pop("units_changed", None):
        merge(units={own: form.chosen_units()[own]})
    _bridge(
        data={
            "command": st.session_state.get("device_command"),
            "known": st.session_state.get("device_kept", ""),
        },
        key="device",
        on_kept_change=lambda: _arrived(take_up),
        on_told_change=lambda: _told(told),
        on_wrote_change=_wrote,
    )
    if st.session_state.get("device_failed"):
        tables.tell(_FAILED)


def _wrote() -> None:
    """Tell whether the device has done what it was asked to."""
    arrived, command = (st.session_state.get(n) for n in ("device", "device_command"))
    answer = arrived.get("wrote") if arrived is not None else None
    if not answer or not command or not answer.startswith(command["id"]):
        return
    st.session_state["device_failed"] = answer.endswith("!")
    if command.get("say") and not answer.endswith("!"):
        st.toast(command["say"])


def _told(told: Callable[[str], None] | None) -> None:
    """Hand on the private part of the link that the page was opened with."""
    arrived = st.session_state.get("device")
    if told is not None and arrived is not None and arrived.get("told"):
        told(unquote(arrived["told"]))


def _arrived(take_up: bool | Callable[[], bool]) -> None:
    """Take up what the device held when the page was opened."""
    # A message can overtake the page it came from: then the next page asks again.
    arrived = st.session_state.get("device")
    if arrived is None:
        return
    st.session_state["device_kept"] = arrived.get("kept") or ""
    # What arrives later was saved here or in another tab, and changes no answers.
    first = not st.session_state.get("device_command") and not form.answers()
    wanted = take_up if isinstance(take_up, bool) else take_up()
    if not wanted or st.session_state.get("device_read") or not first:
        return
    st.session_state["device_read"] = True
    if units := kept().get("units"):
        form.use_units(units)
    form.change(kept_profile())
