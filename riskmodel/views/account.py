"""Whose visit this is, where people sign in, and what is left of it afterwards: nothing."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

import streamlit as st

from riskmodel.serving import signed_out
from riskmodel.serving.signed_out import SignIn
from riskmodel.views.state import AccountState, state

T = TypeVar("T")


def _brought() -> SignIn | None:
    """Sign-in that this visit was opened with, if its time is not up."""
    if not st.user.get("is_logged_in"):
        return None
    return signed_out.sign_in_of(st.user.to_dict())


def sign_in() -> SignIn | None:
    """Sign-in of this visit as long as it counts; StoreError if nobody can know."""
    brought = _brought()
    return None if brought is None or signed_out.is_over(brought) else brought


def sign_out() -> None:
    """End the sign-in, everywhere where its cookie is, and take it out of this browser."""
    from riskmodel.store import StoreError

    try:
        if brought := _brought():
            signed_out.end(brought)
    except StoreError:
        pass  # the address that the browser is sent to notes it too, and complains
    st.logout()


def is_left() -> bool:
    """Whether the sign-in that this visit belonged to is over; it is emptied then."""
    if not st.user.get("is_logged_in"):
        return False
    from riskmodel.store import StoreError

    visit = state(AccountState)
    try:
        now = sign_in()
    except StoreError:
        return False  # told where something of the account is to be shown
    if now is None and visit.owner:
        st.session_state.clear()
        return True
    visit.owner = now.owner if now else ""
    return False


def mark() -> str:
    """Sign of the account that what the tab holds belongs to, "" without one."""
    owner = state(AccountState).owner
    return sha256(owner.encode()).hexdigest() if owner else ""


def asking(make: Callable[[], T]) -> Callable[[], T]:
    """Make a file only if the sign-in still counts when somebody asks for it."""
    brought = _brought()

    def checked() -> T:
        if brought is not None and signed_out.is_over(brought):
            raise PermissionError("This sign-in is over.")
        return make()

    return checked
