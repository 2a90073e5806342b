"""Where the pages save, and for whom: the database, its owner, and signing in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from riskmodel.serving import database
from riskmodel.serving.club import SPOILT
from riskmodel.serving.hosts import is_this_machine, split_host
from riskmodel.serving.wire import SIGN_IN_KEY
from riskmodel.store import LOCAL, AccountStore, StoreError, configured_url
from riskmodel.views import account, clock, look, tables
from riskmodel.views.state import StoreState, state

_SHARED_KEY = "shared_machine"
_SOON = timedelta(days=60)  # judgement: a school's holidays


def _settings() -> Mapping[str, Any]:
    """Read secrets.toml, empty where there is none; else StoreError.

    Without the settings of one that is spoilt rows of several people could come together.
    """
    if not any(Path(file).exists() for file in st.get_option("secrets.files")):
        return {}
    try:
        return st.secrets.to_dict()
    except Exception as error:
        # Streamlit raises the same for a file that is missing and one that is spoilt.
        raise StoreError(SPOILT) from error


def _section(name: str) -> Mapping[str, Any] | None:
    section = _settings().get(name)
    if section is not None and not isinstance(section, Mapping):
        raise StoreError(SPOILT)
    return section


def store() -> AccountStore:
    """Open what whoever may save can reach; StoreError for whom it is shut, or shut now.

    Every click asks anew: a page that is still open may show what is no longer allowed.
    """
    if (who := owner()) is None:
        signed_out = "You are signed out: sign in to open what you saved."
        raise StoreError(account.refusal() or signed_out)
    mine = AccountStore(database.opened(_url()).database, who, account.address())
    if who != LOCAL and not state(StoreState).is_seen:
        state(StoreState).is_seen = mine.note_seen()
    return mine


def _url() -> str | None:
    """Address of the database, None for the file in the user's folder."""
    _section("database")  # a spoilt one is told, and not passed over
    return configured_url()


def where_and_who() -> tuple[str, str]:
    """Where it lies what is saved, and who can read it."""
    on_file = str(_url() or "sqlite").startswith("sqlite")
    where = "In a file on the machine that runs this page."
    if not on_file:
        where = "In the database that this page was set up with."
    if people_sign_in():
        return where, "Only your account, and whoever runs this server."
    return where, "Anyone who can open this page."


def how_long() -> str:
    """How long it stays what is saved."""
    if (months := account.club_settings().keep_months) is None:
        return "Until you delete it here."
    return f"Until you delete it here, or {months} months after it was last changed."


def goes_soon(changed: datetime) -> date | None:
    """Day on which something goes that nobody changes, if that is within two months."""
    if (months := account.club_settings().keep_months) is None:
        return None
    goes = pd.Timestamp(changed) + pd.DateOffset(months=months)
    return goes.date() if goes - datetime.now(UTC) <= _SOON else None


def people_sign_in() -> bool:
    """Whether sign-in is switched on, by a section [auth] in secrets.toml."""
    return _section("auth") is not None


def owner() -> str | None:
    """Whose rows these are; None where nobody is known and nothing may be saved."""
    account.club_settings()  # wrong ones shut everything
    if people_sign_in():
        sign_in = account.sign_in()
        return None if sign_in is None else sign_in.owner
    return LOCAL if _comes_from_here() else None


def _comes_from_here() -> bool:
    """Whether this page was asked for on this machine, by its own name.

    A proxy in front of it, or a website whose name was made to mean this machine, would
    show one person's rows to another.
    """
    headers = st.context.headers
    if any(name.lower().startswith(("forwarded", "x-forwarded")) for name in headers):
        return False
    host = split_host(headers.get("Host") or "localhost")
    here = is_this_machine(st.get_option("server.address") or "")
    return here and host is not None and is_this_machine(host[0])


def ask_who() -> str | None:
    """Offer to sign in or out, and say where nothing can be saved.

    Gives back the owner, None if nothing can be saved now.
    """
    try:
        who, sign_in, refusal = owner(), people_sign_in(), account.refusal()
    except StoreError as error:
        tables.tell(str(error))
        return None
    if not sign_in:
        if who is None:
            tables.tell(
                "This page can be reached from other machines and nobody signs in here, so "
                "nothing can be saved: what one visitor saves every other would see."
            )
        return who
    with st.container(horizontal=True, vertical_alignment="center", key="sign_in_bar"):
        if who is None and not refusal:
            _offer_sign_in()
        else:
            tables.say(refusal or _signed_in())
            if not refusal:
                _ask_whether_shared(is_settled=account.ends_soon() is not None)
            st.button("Sign out", on_click=account.sign_out, key="sign_out")
    return who


def _offer_sign_in() -> None:
    club, ends = account.club_settings(), "or until you sign out"
    minutes = club.hours * 60
    if account.said_to_be_shared():
        minutes = min(club.shared_machine_minutes, minutes)
        ends = "and nothing stays in this browser"
    st.markdown(
        "Sign in to save, and to see what you saved. It counts for "
        f"{_span(minutes)}, {ends}."
    )
    _ask_whether_shared(is_settled=False)
    st.button("Sign in", on_click=account.go_to_sign_in, key=SIGN_IN_KEY)


def _span(minutes: float) -> str:
    """Say how long a sign-in counts."""
    number, unit = (minutes, "minute") if minutes < 60 else (minutes / 60, "hour")
    return f"{number:g} {unit}{'s' * (number != 1)}"


def _signed_in() -> str:
    name = st.user.get("email") or st.user.get("name") or "this account"
    until = account.until()
    if until is None:
        return f"Signed in as {name}."
    if account.ends_soon() is None:
        return f"Signed in as {name} until {clock.told(until)}."
    return (
        f"Signed in as {name} until {clock.told(until)}. Then this page is emptied; "
        "nothing stays in this browser."
    )


def _ask_whether_shared(*, is_settled: bool) -> None:
    """Ask whether others use this machine; of a sign-in, that cannot be taken back."""
    is_shared = account.is_shared()
    if st.session_state.get(_SHARED_KEY) != is_shared:
        st.session_state[_SHARED_KEY] = is_shared
    st.toggle(
        "This is a shared machine",
        key=_SHARED_KEY,
        disabled=is_settled,
        on_change=_say_shared,
    )


def _say_shared() -> None:
    doing(lambda: account.say_shared(st.session_state[_SHARED_KEY]))


def doing(action: Callable[[], None]) -> None:
    """Do something with the database, and put what goes wrong into one sentence."""
    state(StoreState).problem = ""
    try:
        action()
    except StoreError as error:
        state(StoreState).problem = str(error)


def show_problem() -> None:
    """Say what went wrong with the last click."""
    if problem := state(StoreState).problem:
        look.fault(problem)
