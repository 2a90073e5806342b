"""Whose visit this is, where people sign in, and what is left of it afterwards: nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import TypeVar

import streamlit as st

from riskmodel.serving import signed_out
from riskmodel.serving.signed_out import SignIn
from riskmodel.views.state import AccountState, state

T = TypeVar("T")


def _brought() -> SignIn | None:
    """Sign-in that this visit was opened with, whether or not it still counts."""
    if not st.user.get("is_logged_in"):
        return None
    return signed_out.sign_in_of(st.user.to_dict())


@contextmanager
def asked_once() -> Iterator[None]:
    """Ask the database once for the drawing of a page; every click before it asks anew."""
    visit = state(AccountState)
    visit.asks_once, visit.answer = True, None
    try:
        yield
    finally:
        visit.asks_once, visit.answer = False, None


def _is_ended(sign_in: SignIn) -> bool:
    """Whether the one of this visit has signed out; StoreError if nobody can know."""
    from riskmodel.store import StoreError

    visit = state(AccountState)
    if not visit.asks_once:
        return signed_out.is_ended(sign_in)
    if visit.answer is None:
        try:
            visit.answer = signed_out.is_ended(sign_in)
        except StoreError as error:
            visit.answer = error
    if isinstance(visit.answer, Exception):
        raise visit.answer
    return visit.answer


def sign_in() -> SignIn | None:
    """Sign-in of this visit as long as it counts; StoreError if nobody can know."""
    brought = _brought()
    if brought is None or brought.is_late or _is_ended(brought):
        return None
    return brought


def address() -> str:
    """E-mail address that the provider says is this account's, "" if it does not."""
    verified = st.user.get("email_verified") in (True, "true")
    return str(st.user.get("email") or "").lower() if verified else ""


def sign_out() -> None:
    """End the sign-in, everywhere where its cookie is, and take it out of this browser."""
    from riskmodel.store import StoreError

    # The address that the browser is sent to notes it too, and complains if it cannot.
    with suppress(StoreError):
        if brought := _brought():
            signed_out.end(brought)
    # Now, and not only when the browser has followed: it may be offline.
    st.session_state.clear()
    visit = state(AccountState)
    visit.owner, visit.is_leaving = "left", True
    st.logout()


def is_leaving() -> bool:
    """Whether this run is that of the click on Sign out, whose page is not drawn.

    What the browser sent with the click would else stand in it again.
    """
    visit = state(AccountState)
    is_leaving, visit.is_leaving = visit.is_leaving, False
    return is_leaving


def is_left() -> bool:
    """Whether somebody has signed out of the account of this visit; it is emptied then.

    Where only its time is up, the saved rows are shut and what was answered stays.
    """
    from riskmodel.store import StoreError

    visit, brought = state(AccountState), _brought()
    try:
        ended = brought is None or _is_ended(brought)
    except StoreError:
        ended = False  # told where something of the account is to be shown
    if brought is not None and not ended:
        # Else the browser would take what the tab holds for somebody else's.
        visit.owner = brought.owner
    elif visit.owner:
        st.session_state.clear()
        return True
    return False


def mark() -> str:
    """Sign of the account that what the tab holds belongs to, "" without one."""
    owner = state(AccountState).owner
    return sha256(owner.encode()).hexdigest() if owner else ""


def asking(make: Callable[[], T]) -> Callable[[], T]:
    """Make a file only if the sign-in still counts when somebody asks for it."""
    brought = _brought()

    def checked() -> T:
        if brought and (brought.is_late or signed_out.is_ended(brought)):
            raise PermissionError("This sign-in is over.")
        return make()

    return checked
