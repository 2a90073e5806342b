"""Who has signed out: a copy of the cookie opens nothing afterwards, nor does an old one.

Streamlit's cookie says by itself who somebody is, for 30 days, and the server forgets
nothing by taking it out of one browser.  So the end of a sign-in is noted in the
database, and whoever shows or does something of an account asks first.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.web.server.starlette.starlette_auth_routes import (
    _get_cookie_value_from_request,
)
from streamlit.web.server.starlette.starlette_server_config import (
    AUTH_COOKIE_MAX_AGE_SECONDS,
    USER_COOKIE_NAME,
)

from riskmodel.inputs.addresses import one_spelling
from riskmodel.serving import club
from riskmodel.serving.database import configured

# What tells one sign-in from every other: its nonce, where the provider gives one back.
_CLAIMS = ("iss", "sub", "iat", "nonce", "sid", "jti")
# As long as Streamlit takes a cookie, with its day of grace.
_COOKIE_LASTS = timedelta(seconds=AUTH_COOKIE_MAX_AGE_SECONDS) + timedelta(days=1)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SignIn:
    """Whose it is, what it is known by in the database, and when it was made.

    ``told_address`` is the e-mail address that the provider told, in one spelling, and
    ``is_verified`` whether it says that it is that person's, None where it says nothing,
    which alone the club may fill in.  What depends on the settings of the club raises a
    `ClubError` where they are wrong.
    """

    owner: str
    digest: str
    began: datetime
    told_address: str = ""
    is_verified: bool | None = None

    @property
    def address(self) -> str:
        """Verified address in one spelling, "" without one."""
        counts = self.is_verified
        if counts is None:
            counts = club.settings().addresses_are_verified
        return self.told_address if counts else ""

    @property
    def is_let_in(self) -> bool:
        """Whether the club has this person on its list, or none at all."""
        return club.settings().lets_in(self.address)

    @property
    def ends(self) -> datetime:
        """When its time is up."""
        return self.began + timedelta(hours=club.settings().hours)

    @property
    def is_late(self) -> bool:
        """Whether its time is up."""
        return datetime.now(UTC) - self.began >= timedelta(hours=club.settings().hours)


def sign_in_of(claims: Mapping[str, Any]) -> SignIn | None:
    """Sign-in that an identity token tells of; None of nobody's.

    The digest is of the claims: of a cookie some letters can be changed, and its
    signature still holds.
    """
    try:
        # The pair that OpenID Connect promises to be one person's for good.
        owner = f"{claims['iss']} {claims['sub']}"
        began = datetime.fromtimestamp(claims["iat"], UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return None
    said = claims.get("email_verified")
    unique = json.dumps([claims.get(name) for name in _CLAIMS], default=str)
    return SignIn(
        owner,
        sha256(unique.encode()).hexdigest(),
        began,
        one_spelling(claims.get("email")),
        # Some providers write every claim as a text; what is neither is no yes.
        None if said is None else str(said).lower() == "true",
    )


def over_from(sign_in: SignIn) -> datetime:
    """When somebody has signed out, or will have been; StoreError if nobody can know."""
    from riskmodel.store import sign_in_over_from

    return sign_in_over_from(configured(), sign_in.digest)


def opens(sign_in: SignIn) -> bool:
    """Whether a sign-in counts now; StoreError or ClubError if nobody can know."""
    if sign_in.is_late or not sign_in.is_let_in:
        return False
    return over_from(sign_in) > datetime.now(UTC)


def limit(sign_in: SignIn) -> None:
    """Let a sign-in end soon, as on a machine of several people, if it does not already.

    StoreError or ClubError if that cannot be noted.
    """
    from riskmodel.store import limit_sign_in

    ends = datetime.now(UTC) + timedelta(minutes=club.settings().shared_machine_minutes)
    limit_sign_in(configured(), sign_in.digest, ends, sign_in.began + _COOKIE_LASTS)


def end(sign_in: SignIn) -> None:
    """Note that somebody has signed out; StoreError if the database cannot."""
    from riskmodel.store import end_sign_in

    end_sign_in(configured(), sign_in.digest, sign_in.began + _COOKIE_LASTS)


class SignOuts:
    """ASGI middleware that ends a sign-in when its cookie is taken out of a browser.

    So it does not matter which way it goes: by the button, by Streamlit's address, or
    because somebody signs in anew.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; before such an answer leaves, note it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start" and _sets_cookie(message):
                await asyncio.to_thread(_end_that_of, Request(scope))
            await send(message)

        await self._app(scope, receive, noting)


def _sets_cookie(message: Message) -> bool:
    start = f"{USER_COOKIE_NAME}=".encode()
    return any(
        name.lower() == b"set-cookie" and value.startswith(start)
        for name, value in message.get("headers", ())
    )


def _end_that_of(request: Request) -> None:
    """End the sign-in that a request came with, if it came with one that counts."""
    from riskmodel.store import StoreError

    text = _get_cookie_value_from_request(request, USER_COOKIE_NAME)
    sign_in = sign_in_of(json.loads(text)) if text else None
    if sign_in is None:
        return
    try:
        end(sign_in)
    except StoreError as error:
        # Out of this browser it goes all the same.
        _log.warning(
            "A sign-out was not noted, a copy of its cookie still opens: %s", error
        )
