"""Whose visit this is, where people sign in, and what is left of it afterwards: nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from typing import TypeVar

import streamlit as st
from streamlit.auth_util import validate_auth_credentials
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.user_info import generate_login_redirect_url

from riskmodel.inputs.told import quoted
from riskmodel.serving import club, signed_out
from riskmodel.serving.signed_out import SignIn
from riskmodel.serving.way_back import SHARED_COOKIE, asked_on
from riskmodel.views.navigation import PAGES
from riskmodel.views.state import AccountState, NavigationState, state

T = TypeVar("T")
OVER = "Your sign-in no longer opens this file: load the page again."
_WHOM_TO_ASK = "ask whoever runs this server to put it there."


def _brought() -> SignIn | None:
    """Sign-in that this visit was opened with, whether or not it still counts."""
    if not st.user.get("is_logged_in"):
        return None
    return signed_out.sign_in_of(st.user.to_dict())


@contextmanager
def _as_store_error() -> Iterator[None]:
    """Let a setting of the club that is wrong be told as a database that is shut."""
    try:
        yield
    except club.ClubError as error:
        from riskmodel.store import StoreError

        # Not chained: the sentence for who runs the server may name others.
        raise StoreError(error.public) from None


def club_settings() -> club.Club:
    """What the club has set; StoreError where that is wrong, so that nothing is opened."""
    with _as_store_error():
        return club.settings()


@contextmanager
def asked_once() -> Iterator[None]:
    """Ask the database once for the drawing of a page; every click before it asks anew."""
    visit = state(AccountState)
    visit.asks_once, visit.answer = True, None
    try:
        yield
    finally:
        visit.asks_once, visit.answer = False, None


def _ask(sign_in: SignIn) -> datetime:
    visit = state(AccountState)
    # Before anything of it is opened, so that nobody gets around it.
    if said_to_be_shared() and visit.limited != sign_in.digest:
        signed_out.limit(sign_in)
        visit.limited = sign_in.digest
    return signed_out.over_from(sign_in)


def _over_from(sign_in: SignIn) -> datetime:
    """From when on the one of this visit is over; StoreError if nobody can know."""
    from riskmodel.store import StoreError

    visit = state(AccountState)
    with _as_store_error():
        if not visit.asks_once:
            return _ask(sign_in)
    if visit.answer is None:
        try:
            with _as_store_error():
                visit.answer = _ask(sign_in)
        except StoreError as error:
            visit.answer = error
    if isinstance(visit.answer, Exception):
        raise visit.answer
    return visit.answer


def _is_ended(sign_in: SignIn) -> bool:
    return _over_from(sign_in) <= datetime.now(UTC)


def sign_in() -> SignIn | None:
    """Sign-in of this visit as long as it counts; StoreError if nobody can know."""
    brought = _brought()
    with _as_store_error():
        if brought is None or brought.is_late or not brought.is_let_in:
            return None
    return None if _is_ended(brought) else brought


def address() -> str:
    """Verified e-mail address of who has signed in, in lower case; "" without one.

    StoreError if nobody can know whether the sign-in still counts.
    """
    one = sign_in()
    with _as_store_error():
        return "" if one is None else one.address


def refusal() -> str:
    """Why somebody who has signed in is not let in, in one sentence; "" of all others."""
    brought = _brought()
    with _as_store_error():
        if brought is None or brought.is_late or brought.is_let_in or _is_ended(brought):
            return ""
        told = quoted(st.user.get("email") or "")
        if not told:
            return (
                "You are signed in without an e-mail address, and this server opens only "
                f"to addresses on its list: {_WHOM_TO_ASK}"
            )
        if not brought.address:
            return (
                f"You are signed in as {told}, and your provider does not confirm that "
                "this address is yours: ask whoever runs this server."
            )
        return f"You are signed in as {told}, which is not on the list: {_WHOM_TO_ASK}"


# -------------------------------------------------------------- machines of several people


def said_to_be_shared() -> bool:
    """Whether it was said, here or before signing in, that others use this machine."""
    visit = state(AccountState)
    if visit.is_shared is None:
        visit.is_shared = st.context.cookies.get(SHARED_COOKIE) == "1"
    return visit.is_shared


def say_shared(is_shared: bool) -> None:
    """Note what somebody says of this machine; StoreError if that cannot be noted.

    A sign-in that is to end soon stays so: who comes after must not make it longer.
    """
    visit = state(AccountState)
    visit.is_shared = is_shared
    if brought := _brought():
        with _as_store_error():
            _ask(brought)


def ends_soon() -> datetime | None:
    """When the sign-in of this visit ends because others use the machine, else None."""
    from riskmodel.store import NEVER, StoreError

    if (brought := _brought()) is None:
        return None
    try:
        over_from = _over_from(brought)
    except StoreError:
        return None  # told where something of the account is to be shown
    return over_from if datetime.now(UTC) < over_from < NEVER else None


def until() -> datetime | None:
    """Moment until which the sign-in of this visit counts, None without one."""
    if (brought := _brought()) is None:
        return None
    with _as_store_error():
        return min(brought.ends, _over_from(brought))


def is_shared() -> bool:
    """Whether others use this machine, so that nothing is to stay in its browser."""
    return said_to_be_shared() or ends_soon() is not None


# --------------------------------------------------------------------------- there and back


def go_to_sign_in() -> None:
    """Lead to the provider of the sign-in, and afterwards back to this page.

    As `st.login` does it, which takes nothing along.
    """
    if (context := get_script_run_ctx()) is None:
        return
    validate_auth_credentials("default")
    page = state(NavigationState).page
    back = asked_on(
        "" if page == next(iter(PAGES)) else page,
        is_shared=said_to_be_shared(),
        cookies=st.context.cookies,
    )
    message = ForwardMsg()
    message.auth_redirect.url = generate_login_redirect_url("default") + back
    context.enqueue(message)


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
    """Make a file only if the sign-in still counts when somebody asks for it.

    Else, or if nobody can know, it is a StoreError.
    """
    from riskmodel.store import StoreError

    brought = _brought()

    def checked() -> T:
        with _as_store_error():
            if brought and not signed_out.opens(brought):
                raise StoreError(OVER)
            return make()

    return checked
