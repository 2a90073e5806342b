"""What outlasts the way to the provider of the sign-in and back, in cookies meanwhile.

That is the page on which somebody asked to sign in, and whether several people use that
machine.  Streamlit itself leads to the first page, and knows nothing of either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import (
    create_signed_value,
    decode_signed_value,
    decode_xsrf_token_string,
)
from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME

SHARED_COOKIE = "cramp_risk_shared"
"""Lies in a browser, until that is closed, whose machine several people use."""
_PAGE_COOKIE = "cramp_risk_page"
_AT_PROVIDER_S = 600  # how long somebody may take there: judgement
_PAGE = re.compile("[a-z_]{1,40}")


def asked_on(page: str, *, is_shared: bool, cookies: Mapping[str, str]) -> str:
    """Write behind the address of the sign-in where, "" for the first page, and how.

    ``cookies`` are those of the visit: that the machine is nobody else's is signed, and
    counts in that browser alone, so that no link takes back what was said there.
    """
    shared = "1"
    if not is_shared:
        own = _browser(cookies)
        shared = create_signed_value(get_cookie_secret(), SHARED_COOKIE, own).decode()
    return f"&{urlencode({'page': page, 'shared': shared})}"


def _browser(cookies: Mapping[str, str]) -> str:
    """What Streamlit tells one browser from another by, "" where it has given nothing."""
    token, _ = decode_xsrf_token_string(cookies.get(XSRF_COOKIE_NAME, ""))
    return token.hex() if token else ""


def _is_own(shared: str, cookies: Mapping[str, str]) -> bool:
    """Whether a visit of this very browser has said just now that nobody shares it."""
    days, own = _AT_PROVIDER_S / 86_400, _browser(cookies)
    said = decode_signed_value(get_cookie_secret(), SHARED_COOKIE, shared, days)
    return bool(own) and said == own.encode()


class WayBack:
    """ASGI middleware that leads whoever signs in back to the page of before."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, and change what these addresses answer."""
        act = None
        if scope["type"] == "http":
            act = _AT.get(scope["path"].removeprefix(_folder()))
        if act is None:
            await self._app(scope, receive, send)
            return

        async def changing(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = Response(status_code=message["status"])
                answer.raw_headers = [*message["headers"]]
                act(Request(scope), answer)
                message["headers"] = answer.raw_headers
            await send(message)

        await self._app(scope, receive, changing)


def _folder() -> str:
    folder = st.get_option("server.baseUrlPath").strip("/")
    return f"/{folder}" if folder else ""


def _hold(request: Request, answer: Response) -> None:
    """Let the browser hold, while somebody signs in, where and how that began."""
    path, asked = f"{_folder()}/", request.query_params
    if answer.status_code != 302 or answer.headers.get("location") == path:
        return  # it leads to no provider
    if _PAGE.fullmatch(page := asked.get("page", "")):
        answer.set_cookie(_PAGE_COOKIE, page, _AT_PROVIDER_S, path=path, httponly=True)
    else:
        answer.delete_cookie(_PAGE_COOKIE, path=path, httponly=True)
    if asked.get("shared") == "1":
        answer.set_cookie(SHARED_COOKIE, "1", path=path, httponly=True)
    elif _is_own(asked.get("shared", ""), request.cookies):
        answer.delete_cookie(SHARED_COOKIE, path=path, httponly=True)


def _lead_back(request: Request, answer: Response) -> None:
    """Lead to the page that was held, but not after a sign-out, which ends here too."""
    first, page = f"{_folder()}/", request.cookies.get(_PAGE_COOKIE, "")
    is_sign_in = {"state", "error"} & request.query_params.keys()
    if is_sign_in and _PAGE.fullmatch(page):
        if answer.headers.get("location") == first:
            answer.headers["location"] = first + page
        answer.delete_cookie(_PAGE_COOKIE, path=first, httponly=True)


_AT: dict[str, Callable[[Request, Response], None]] = {
    "/auth/login": _hold,
    "/oauth2callback": _lead_back,
}
