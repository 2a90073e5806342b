"""What the reader's own browser holds: what is kept for good, and what this tab holds.

A few lines of script in the page write what is kept into the local storage, and only
when the reader asks, units and the last place of a forecast apart.  What was answered
lies in the tab's own storage until it is closed, so that a reload loses nothing.  When a
page opens both are handed to its session, which forgets them when the page closes;
nothing is stored on the server.  On a machine that others use too nothing is kept for
good, nor is what lies there read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote
from uuid import uuid4

import streamlit as st

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.session import tidy
from riskmodel.views import account, form, questions, squad_plan, tables
from riskmodel.views.state import (
    DeviceState,
    FormState,
    MySessionState,
    SquadState,
    state,
)

_PRIVATE = "private"
_FAILED = (
    "This browser did not keep it: its storage is full, or switched off. What was kept "
    "before is unchanged."
)


def _script(name: str) -> str:
    return Path(__file__).with_name(f"{name}.js").read_text(encoding="utf-8")


_bridge = st.components.v2.component("device", js=_script("device"))
_list_bridge = st.components.v2.component("device_list", js=_script("device_list"))

NOT_KEPT = "This is a shared machine: nothing is kept in its browser."
"""What is said where a page would else offer to keep something there."""
PROFILE = tuple(f.name for f in FIELDS.values() if f.of_the_person)
"""What "save on this device" keeps: what stays the same from session to session."""


def kept() -> dict[str, Any]:
    """What lies on the device, as far as this page knows; empty if nothing does."""
    device = state(DeviceState)
    # A large squad takes long to read, and is asked for several times by each page.
    if device.entry_text != device.text:
        try:
            entry = json.loads(device.text or "{}")
        except (ValueError, RecursionError):
            entry = None
        # What another program spoilt is still kept, and can be deleted.
        device.entry = entry if isinstance(entry, dict) else {"unreadable": True}
        device.entry_text = device.text
    return dict(device.entry)


def kept_profile() -> dict[str, Any]:
    """Saved answers that this version still understands."""
    saved = kept().get("profile")
    if not isinstance(saved, Mapping):
        return {}
    return tidy({name: saved[name] for name in PROFILE if name in saved})[0]


# ---------------------------------------------------------------------------- commands


def may_keep() -> bool:
    """Whether anything may be kept in this browser, which others may use too."""
    return not account.is_shared()


def write(say: str = "", **entries: Any) -> None:
    """Keep entries beside those that are there, and say so once it is written."""
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


def _command(then: Mapping[str, Any], **command: Any) -> None:
    device = state(DeviceState)
    device.failed = False
    device.text = json.dumps(then, ensure_ascii=False) if then else ""
    # What is not kept still counts in this visit; deleting is always possible.
    if may_keep() or not command["set"]:
        device.command = {"id": str(uuid4()), **command}


# ----------------------------------------------------------------------------- the page


def private_part(link: str, text: str) -> str:
    """Add to a link what no server sees: browsers keep what follows a # to themselves."""
    return f"{link}#{_PRIVATE}={quote(text)}"


def is_taken_up() -> bool:
    """Whether the form holds what was kept, and not somebody's link."""
    return state(DeviceState).taken_up


def take_up() -> None:
    """Put the saved answers into the form."""
    state(DeviceState).taken_up = True
    form.change(kept_profile())


def _not_from_link() -> bool:
    return not state(MySessionState).from_link


def remember(part: str, text: str) -> None:
    """Let the tab hold a text under this name, until it is closed; "" to forget it."""
    tab = state(DeviceState).tab
    if text:
        tab[part] = text
    else:
        tab.pop(part, None)


def of_tab(part: str) -> str:
    """What the tab holds under this name."""
    return state(DeviceState).tab.get(part, "")


def list_of_tab() -> dict[str, Any]:
    """The list that the tab held before a reload, empty if none."""
    return _as_entry(state(DeviceState).tab_list)


def remember_list(text: str) -> None:
    """Let the tab hold a long text: it goes to the browser only when it changes."""
    device = state(DeviceState)
    data = {"text": text, "visit": device.visit, "restored": device.restored}
    data["account"] = account.mark()
    data["full"] = list_is_too_long()
    _list_bridge(data=data, key="device_list", on_full_change=lambda: None)


def list_is_too_long() -> bool:
    """Whether the tab has no room for the list, or its storage is switched off."""
    arrived = st.session_state.get("device_list")
    return arrived is not None and bool(arrived.get("full"))


def forget_tab() -> None:
    """Let the browser forget what this tab holds, and show nothing."""
    _bridge(data={"forget": True})


def _first_page() -> str:
    return f"/{st.get_option('server.baseUrlPath').strip('/')}"


def leave() -> None:
    """Let the browser open the app anew, without anything of this visit."""
    _bridge(data={"leave": _first_page()})


def _left_ms() -> float | None:
    """How long until this page is emptied by itself, None if it is not."""
    if (ends := account.ends_soon()) is None:
        return None
    return max((ends - datetime.now(UTC)) / timedelta(milliseconds=1), 0)


def connect(
    *,
    may_take_up: Callable[[], bool] = _not_from_link,
    told: Callable[[str], None] | None = None,
    address: str | None = None,
) -> None:
    """Read the device once, and write what was asked for.

    `may_take_up` says, once the device was read, whether saved units and answers go into
    the page: not if a shared link opened it.  `told` gets the private part of a link;
    `address` is the query that the address bar is to show, None to leave it.
    """
    own, state(FormState).units_changed = state(FormState).units_changed, ""
    if own:
        merge(units={own: form.chosen_units()[own]})
    device = state(DeviceState)
    _remember_answers()
    data = {
        "command": device.command,
        "known": device.text,
        "private": _PRIVATE,
        "visit": device.visit,
        "account": account.mark(),
        "restored": device.restored,
        "told": None if told is None else device.told,
        "tab": json.dumps(device.tab, ensure_ascii=False) if device.tab else "",
        "address": address,
        "numbers": questions.NUMBERS,
        "keeps": may_keep(),
        "left_ms": _left_ms(),
        "first": _first_page(),
    }
    _bridge(
        data=data,
        key="device",
        on_kept_change=lambda: _arrived(may_take_up),
        on_told_change=lambda: _told(told),
        on_tab_change=_restored,
        on_wrote_change=_wrote,
    )
    if device.failed:
        tables.tell(_FAILED)


def _remember_answers() -> None:
    """Let the tab hold the answers, and what stands in a question and is none."""
    if state(FormState).visit is not None:
        return
    if (own := state(SquadState).waiting) is None:
        own = squad_plan.held()
    else:
        squad_plan.remember()
        remember("squad", squad_plan.to_text())
    whole = {
        "answers": own.answers,
        "typed": own.typed,
        "example": sorted(
            n for n, v in own.from_example.items() if own.answers.get(n) == v
        ),
        "linked": bool(state(MySessionState).from_link),
        "start_weather": own.start_weather and asdict(own.start_weather),
    }
    text = json.dumps(whole, ensure_ascii=False) if own.answers or own.typed else ""
    remember("session", text)


def _restored() -> None:
    """Take back what the tab held before a reload."""
    device = state(DeviceState)
    if device.restored or (text := _message("tab")) is None:
        return
    device.restored = True
    parts = {n: part for n, part in _as_entry(text).items() if isinstance(part, str)}
    device.tab_list = parts.pop("list", "")
    device.tab = parts | device.tab
    # What comes back of the session is that of My session.
    squad_plan.leave()
    with suppress(KeyError, TypeError, ValueError, AttributeError):
        squad_plan.take_back(_as_entry(parts.get("squad", "")))
    session = _as_entry(parts.get("session", ""))
    held: Any = session.get("answers")
    answers = tidy(held)[0] if isinstance(held, Mapping) else {}
    public = {name: v for name, v in answers.items() if not FIELDS[name].private}
    # The address holds the public ones; others are those of a link, which is newer.
    if not session or form.answers() not in ({}, form.without_assurances(public)):
        return
    form.fill(answers)
    with suppress(KeyError, TypeError, ValueError, AttributeError):
        weather = squad_plan.as_start_weather(session.get("start_weather"))
        state(FormState).start_weather = weather
    state(MySessionState).from_link = session.get("linked") is True
    typed: Any = session.get("typed")
    for name, text in typed.items() if isinstance(typed, Mapping) else ():
        if name in FIELDS and FIELDS[name].kind == "number":
            st.session_state[name] = str(text)
    now, example = form.shown(), session.get("example")
    names = example if isinstance(example, list) else []
    state(FormState).from_example = {n: now[n] for n in names if n in now}


def _as_entry(text: str) -> dict[str, Any]:
    try:
        entry = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}


def _message(name: str) -> str | None:
    """What arrived from the browser; a message can overtake the page it came from."""
    if (arrived := st.session_state.get("device")) is None:
        return None
    message = arrived.get(name) or ""
    # What is offered until it has arrived says when that was.
    text: str = message["text"] if isinstance(message, Mapping) else message
    return text


def _wrote() -> None:
    """Tell whether the device has done what it was asked to."""
    answer, device = _message("wrote"), state(DeviceState)
    if not answer or not device.command or not answer.startswith(device.command["id"]):
        return
    device.failed = answer.endswith("!")
    if device.command.get("say") and not device.failed:
        st.toast(device.command["say"])


def _told(told: Callable[[str], None] | None) -> None:
    """Hand on the private part of the link that the page was opened with."""
    device = state(DeviceState)
    if told is not None and not device.told and (text := _message("told")):
        # The browser shows the page once it has heard of this.
        device.told = True
        told(unquote(text))


def _arrived(may_take_up: Callable[[], bool]) -> None:
    """Take up what the device held when the page was opened."""
    # If it was overtaken, the next page asks again.
    if (text := _message("kept")) is None:
        return
    device = state(DeviceState)
    device.text = text
    # What arrives later was saved here or in another tab, and changes no answers.
    first = not device.command and not form.answers()
    if not may_take_up() or device.taken_up or not first:
        return
    if units := kept().get("units"):
        form.use_units(units)
    take_up()
