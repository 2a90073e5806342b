"""Whose visit this is, where people sign in, and what is left of it afterwards: nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
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


def _counts(sign_in: SignIn) -> bool:
    return not (sign_in.is_late or signed_out.is_ended(sign_in))


def sign_in() -> SignIn | None:
    """Sign-in of this visit as long as it counts; StoreError if nobody can know."""
    brought = _brought()
    return brought if brought is not None and _counts(brought) else None


def sign_out() -> None:
    """End the sign-in, everywhere where its cookie is, and take it out of this browser."""
    from riskmodel.store import StoreError

    # The address that the browser is sent to notes it too, and complains if it cannot.
    with suppress(StoreError):
        if brought := _brought():
            signed_out.end(brought)
    st.logout()


def is_left() -> bool:
    """Whether somebody has signed out of the account of this visit; it is emptied then.

    Where only its time is up, the saved rows are shut and what was answered stays.
    """
    if (brought := _brought()) is None:
        return False
    from riskmodel.store import StoreError

    visit = state(AccountState)
    try:
        ended = signed_out.is_ended(brought)
    except StoreError:
        return False  # told where something of the account is to be shown
    if ended and visit.owner:
        st.session_state.clear()
        return True
    if not (ended or brought.is_late):
        visit.owner = brought.owner
    return False


def mark() -> str:
    """Sign of the account that what the tab holds belongs to, "" without one."""
    owner = state(AccountState).owner
    return sha256(owner.encode()).hexdigest() if owner else ""


def asking(make: Callable[[], T]) -> Callable[[], T]:
    """Make a file only if the sign-in still counts when somebody asks for it."""
    brought = _brought()

    def checked() -> T:
        if brought is not None and not _counts(brought):
            raise PermissionError("This sign-in is over.")
        return make()

    return checked
