"""Who did what in a team, or with somebody's own rows, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from types import MappingProxyType

import pandas as pd
import streamlit as st

from riskmodel.reporting.spreadsheet import to_csv
from riskmodel.store import AccountStore, Done, Team
from riskmodel.store.teams import RECORDED_DAYS
from riskmodel.views import look, widgets

_SHOWN = 20
_ALL = 10**9
_WHAT: Mapping[str, Callable[[Done], str]] = MappingProxyType(
    {
        "opened": lambda done: f"opened the list {done.name}",
        "read_diary": lambda _: "read the diary",
        "saved": lambda done: f"saved {done.name}",
        "renamed": lambda done: (
            f"gave {'a list' if done.item else 'the team'} the name {done.name}"
        ),
        "deleted": lambda done: f"deleted {done.name}",
        "exported": lambda _: "exported everything",
        "founded": lambda done: f"made the team {done.name}",
        "invited": lambda done: f"invited {done.name}",
        "joined": lambda _: "joined",
        "declined": lambda _: "declined the invitation",
        "made_coach": lambda done: f"made {_somebody(done)} a coach",
        "made_assistant": lambda done: f"made {_somebody(done)} an assistant",
        "removed": lambda done: f"removed {_somebody(done)}",
        "left": lambda _: "left",
        "moved": lambda _: "moved what another account had saved here",
    }
)


def _somebody(done: Done) -> str:
    return done.name or "somebody without an address"


def told(moment: datetime) -> str:
    """Write a moment, which is in UTC."""
    return f"{moment:%Y-%m-%d at %H:%M} UTC"


def what(done: Done) -> str:
    """Say what somebody did, without a subject and a full stop."""
    # What another version of the program notes is told as it calls it.
    return _WHAT[done.did](done) if done.did in _WHAT else done.did


def of_account(record: Iterable[Done]) -> str:
    """Say what others did with an account's own rows, each kind once; "" if nothing."""
    last = {done.did: done for done in reversed(list(record))}
    parts = [f"{what(done)} on {told(done.created)}" for done in last.values()]
    return f"Whoever runs this server {' and '.join(parts)}." if parts else ""


def as_csv(record: Sequence[Done]) -> bytes:
    """Write a record as a table, in which no text can act as a formula."""
    rows = [(f"{d.created:%Y-%m-%dT%H:%M:%SZ}", d.who, what(d)) for d in record]
    return to_csv(pd.DataFrame(rows, columns=["when", "who", "what"]))


def show(store: AccountStore, team: Team) -> None:
    """Draw the last lines of a team's record, and offer all of them."""
    rows = "".join(
        f"<tr><td>{told(done.created)}</td><td>{escape(done.who)}</td>"
        f"<td>{escape(what(done))}</td></tr>"
        for done in store.record(team.owner, _SHOWN)
    )
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("When", "Who", "What"))
    st.html(
        f'<table class="cr-table cr-record"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )
    look.note(
        f"The last {_SHOWN} lines. Each stays for {RECORDED_DAYS} days; the same again "
        "within an hour is one line. What one opened stays in the own tab, also of "
        "somebody who is removed meanwhile, until it is closed."
    )
    widgets.download(
        "Who did what, CSV",
        lambda: as_csv(store.record(team.owner, _ALL)),
        "who-did-what.csv",
    )
