"""Where the pages save, and for whom: the database, its owner, and signing in."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import streamlit as st

from riskmodel.store import LOCAL, Store, StoreError, open_store
from riskmodel.views import tables

_URL = "CRAMPRISK_DATABASE_URL"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _secret(*names: str) -> Any:
    """Look up one setting of secrets.toml, None where there is none."""
    try:
        found: Any = st.secrets
        for name in names:
            found = found[name]
    except (KeyError, FileNotFoundError, st.errors.StreamlitSecretNotFoundError):
        return None
    return found


@st.cache_resource(show_spinner=False)
def _opened(url: str | None) -> Store:
    # One for all visitors: it holds connections, and nothing of anybody's.
    return open_store(url)


def store() -> Store:
    """Open the database that is configured, else the file in the user's folder.

    Raises
    ------
    StoreError
    """
    return _opened(_secret("database", "url") or os.environ.get(_URL) or None)


def _place() -> str:
    url = _secret("database", "url") or os.environ.get(_URL) or "sqlite"
    if str(url).startswith("sqlite"):
        return "a file on the machine that runs this page"
    return "the database that this page was set up with"


def people_sign_in() -> bool:
    """Whether sign-in is switched on, by a section [auth] in secrets.toml."""
    return _secret("auth") is not None


def owner() -> str | None:
    """Whose rows these are; None where nobody is known and nothing may be saved."""
    if people_sign_in():
        if not st.user.is_logged_in:
            return None
        # The pair that OpenID Connect promises to be one person's for good.
        return f"{st.user['iss']} {st.user['sub']}"
    return LOCAL if st.get_option("server.address") in _LOOPBACK else None


def ask_who() -> str | None:
    """Say where things are saved and for whom, and offer to sign in or out.

    Returns
    -------
    str or None
        The owner; None if nothing can be saved now.
    """
    who = owner()
    if not people_sign_in():
        if who is None:
            st.info(
                "This page is open to other machines and nobody signs in here, so nothing "
                "can be saved: what one visitor saves every other would see."
            )
        else:
            st.caption(
                f"What you save lies in {_place()}. Anyone who can open this page can read "
                "it."
            )
        return who
    with st.container(horizontal=True, vertical_alignment="center"):
        if who is None:
            st.markdown("Sign in to save, and to see what you saved.")
            st.button("Sign in", on_click=st.login, key="sign_in")
        else:
            name = st.user.get("email") or st.user.get("name") or "this account"
            tables.say(
                f"Signed in as {name}. No other account sees what you save here; whoever "
                "runs this server can."
            )
            st.button("Sign out", on_click=st.logout, key="sign_out")
    return who


def doing(action: Callable[[], None]) -> None:
    """Do something with the database, and put what goes wrong into one sentence."""
    st.session_state["store_problem"] = ""
    try:
        action()
    except StoreError as error:
        st.session_state["store_problem"] = str(error)


def show_problem() -> None:
    """Say what went wrong with the last click."""
    if problem := st.session_state.get("store_problem"):
        tables.tell(problem)
