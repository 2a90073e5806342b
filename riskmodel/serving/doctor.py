"""What keeps a browser from the app at an address: asked as a browser asks."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

from riskmodel.serving.headers import HEADERS, POLICY
from riskmodel.serving.hosts import is_this_machine
from riskmodel.serving.wire import ASKED_FIRST, SIGN_IN_KEY, assets_of, handshake, key_of

PATIENCE_S = 20.0
"""After which an answer that has not come is one that does not come."""
_AGENT = "Mozilla/5.0 (cramprisk doctor)"
_EXPIRED, _OTHER_NAME = 10, (62, 64)
"""OpenSSL's codes: X509_V_ERR_CERT_HAS_EXPIRED, ..._HOSTNAME_MISMATCH, ..._IP_..."""
_NO_APP_BEHIND = 502, 503, 504
_NO_UPGRADE = 200, 400, 404, 426
"""How a WebSocket is answered that arrived as an ordinary request."""


class Kind(StrEnum):
    """What can be wrong at an address."""

    NOT_REACHABLE = "not_reachable"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_OF_ANOTHER_NAME = "certificate_of_another_name"
    CERTIFICATE_UNTRUSTED = "certificate_untrusted"
    NAME_REFUSED = "name_refused"
    APP_NOT_RUNNING = "app_not_running"
    WRONG_PREFIX = "wrong_prefix"
    ANOTHER_PAGE = "another_page"
    HEALTH_CLOSED = "health_closed"
    UPGRADE_MISSING = "upgrade_missing"
    ORIGIN_REFUSED = "origin_refused"
    SOCKET_REFUSED = "socket_refused"
    SOCKET_SILENT = "socket_silent"
    NO_TLS = "no_tls"
    HEADERS_CHANGED = "headers_changed"
    SIGN_IN_OFF = "sign_in_off"


PAGES_WORK = frozenset({Kind.NO_TLS, Kind.HEADERS_CHANGED, Kind.SIGN_IN_OFF})
"""What a visitor does not notice."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and what was seen of it: a status, a name, an error."""

    kind: Kind
    seen: str = ""

    @property
    def pages_work(self) -> bool:
        """Whether visitors are served all the same."""
        return self.kind in PAGES_WORK


def examine(url: str, patience_s: float = PATIENCE_S) -> list[Finding]:
    """Open a page and its WebSocket as a browser would, and see what is wrong.

    Parameters
    ----------
    url : str
        Address of the front page, ``http://`` or ``https://``, as people type it.
    patience_s : float
        How long each answer is waited for; 20 by our judgement. [s]

    Returns
    -------
    list of Finding
        In the order in which a browser would meet them, none where all is well.  What
        lies behind something that stops a browser is not looked at.

    Raises
    ------
    ValueError
        If the address is none.

    Examples
    --------
    >>> examine("http://127.0.0.1:1")[0].kind.value
    'not_reachable'
    """
    try:
        _ = urlsplit(url).port  # httpx takes any number, and a lonely bracket
        address = httpx.URL(url)
    except (ValueError, httpx.InvalidURL) as error:
        raise ValueError(f"{url} is no address of a page: {error}.") from None
    if address.scheme not in ("http", "https") or not address.host:
        raise ValueError(f"{url} is no address of a page: it must begin with https://.")
    return list(_findings(address, patience_s))


def _findings(address: httpx.URL, patience_s: float) -> Iterator[Finding]:
    trusting = ssl.create_default_context()
    untrusted = _certificate_trouble(address, trusting, patience_s)
    if untrusted is not None:
        yield untrusted
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    # The proxies of this machine's own way out are not what is asked about.
    with httpx.Client(
        verify=trusting,
        timeout=patience_s,
        follow_redirects=True,
        trust_env=False,
        headers={"User-Agent": _AGENT},
    ) as http:
        try:
            page = http.get(address)
            trouble = _page_trouble(page) or _program_trouble(page, http)
        except httpx.TooManyRedirects:
            trouble = Finding(Kind.WRONG_PREFIX, "it redirects in a circle")
        except httpx.HTTPError as error:
            trouble = Finding(Kind.NOT_REACHABLE, _reason(error))
        if trouble is not None:
            yield trouble
            return
        cookies = dict(http.cookies)
    is_here = is_this_machine(page.url.host)
    if page.url.scheme == "http" and not is_here:
        yield Finding(Kind.NO_TLS)
    if changed := _changed_headers(page):
        yield Finding(Kind.HEADERS_CHANGED, ", ".join(changed))
    asked = handshake(page.url, cookies, **{"User-Agent": _AGENT})
    asked |= {"open_timeout": patience_s, "close_timeout": 1.0}
    if page.url.scheme == "https":
        asked["ssl"] = trusting
    trouble = asyncio.run(_socket_trouble(asked, patience_s, is_here=is_here))
    if trouble is not None:
        yield trouble


# -------------------------------------------------------------------------- over HTTP


def _certificate_trouble(
    address: httpx.URL, trusting: ssl.SSLContext, patience_s: float
) -> Finding | None:
    """Why a browser would warn of the certificate, None where it would not."""
    if address.scheme == "http":
        return None
    try:
        httpx.get(address, verify=trusting, timeout=patience_s, trust_env=False)
    except httpx.HTTPError as error:
        for cause in _causes(error):
            if isinstance(cause, ssl.SSLCertVerificationError):
                kind = Kind.CERTIFICATE_UNTRUSTED
                if cause.verify_code == _EXPIRED:
                    kind = Kind.CERTIFICATE_EXPIRED
                elif cause.verify_code in _OTHER_NAME:
                    kind = Kind.CERTIFICATE_OF_ANOTHER_NAME
                return Finding(kind, cause.verify_message)
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _reason(error: BaseException) -> str:
    """What the system says of a failed connection."""
    return next(filter(None, map(str, _causes(error))), type(error).__name__)


def _page_trouble(page: httpx.Response) -> Finding | None:
    """Why this answer is not the page of the app."""
    seen = f"status {page.status_code}"
    if page.status_code == 421:
        return Finding(Kind.NAME_REFUSED, page.url.host)
    if page.status_code in _NO_APP_BEHIND:
        return Finding(Kind.APP_NOT_RUNNING, seen)
    if page.status_code == 404:
        return Finding(Kind.WRONG_PREFIX, seen)
    if page.status_code != 200:
        return Finding(Kind.ANOTHER_PAGE, seen)
    return None if assets_of(page.text) else Finding(Kind.ANOTHER_PAGE, "another page")


def _program_trouble(page: httpx.Response, http: httpx.Client) -> Finding | None:
    """Why the program of the page would not start."""
    for path in assets_of(page.text)[:1]:
        file = http.get(page.url.join(path))
        is_page = file.headers.get("Content-Type", "").startswith("text/html")
        if file.status_code != 200 or is_page:
            return Finding(Kind.WRONG_PREFIX, f"{file.url.path}: status {file.status_code}")
    for path in ASKED_FIRST:
        answer = http.get(page.url.join(path))
        if answer.status_code != 200:
            seen = f"{answer.url.path}: status {answer.status_code}"
            return Finding(Kind.HEALTH_CLOSED, seen)
    return None


def _changed_headers(page: httpx.Response) -> list[str]:
    """Names of the headers that did not arrive as the app sent them."""
    changed = [n for n, value in HEADERS.items() if page.headers.get_list(n) != [value]]
    return changed if page.headers.get(POLICY) else [*changed, POLICY]


# ---------------------------------------------------------------- over the WebSocket


async def _socket_trouble(
    asked: dict[str, Any], patience_s: float, *, is_here: bool
) -> Finding | None:
    """Why a page would not be drawn, or saves nothing."""
    try:
        async with connect(**asked) as socket:
            if socket.subprotocol is None:
                return Finding(Kind.UPGRADE_MISSING, "no Sec-WebSocket-Protocol")
            async with asyncio.timeout(patience_s):
                offers = await _offers_sign_in(socket)
            return None if is_here or offers else Finding(Kind.SIGN_IN_OFF)
    except InvalidStatus as error:
        return await _refusal(error.response.status_code, asked)
    except TimeoutError:
        return Finding(Kind.SOCKET_SILENT, f"no answer in {patience_s:g} s")
    except (OSError, WebSocketException) as error:
        return Finding(Kind.SOCKET_SILENT, _reason(error))


async def _refusal(status: int, asked: dict[str, Any]) -> Finding:
    if status in _NO_UPGRADE:
        return Finding(Kind.UPGRADE_MISSING, f"status {status}")
    if status == 403 and await _opens({**asked, "origin": None}):
        return Finding(Kind.ORIGIN_REFUSED, str(asked["origin"]))
    return Finding(Kind.SOCKET_REFUSED, f"status {status}")


async def _opens(asked: dict[str, Any]) -> bool:
    try:
        async with connect(**asked):
            return True
    except (OSError, WebSocketException):
        return False


async def _offers_sign_in(socket: ClientConnection) -> bool:
    """Let the page Saved be drawn; whether it shows the button of the sign-in."""
    question = BackMsg()
    question.rerun_script.page_name = "saved"
    await socket.send(question.SerializeToString())
    offers = False
    while True:
        content = await socket.recv(decode=False)
        answer = ForwardMsg.FromString(content)
        button = answer.delta.new_element.button
        offers |= key_of(button.id) == SIGN_IN_KEY
        if answer.WhichOneof("type") == "script_finished":
            return offers
