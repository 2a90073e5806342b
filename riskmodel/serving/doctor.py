"""What keeps a browser from the app at an address: asked as a browser asks."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

from riskmodel.serving.findings import CERTIFICATE, Finding, Kind
from riskmodel.serving.headers import HEADERS, POLICY
from riskmodel.serving.hosts import is_this_machine
from riskmodel.serving.reaching import elsewhere, speaks_tls, unreached
from riskmodel.serving.wire import ASKED_FIRST, SIGN_IN_KEY, assets_of, handshake, key_of

PATIENCE_S = 20.0
"""After which an answer that has not come is one that does not come."""
_AGENT = "Mozilla/5.0 (cramprisk doctor)"
_NO_APP_BEHIND = 502, 503, 504
_NO_UPGRADE = 200, 400, 404, 426
"""How a WebSocket is answered that arrived as an ordinary request."""


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
    'app_down_here'
    """
    return list(_findings(address_of(url), patience_s))


def address_of(url: str) -> httpx.URL:
    """Read the address of a page; a ValueError says what is wrong with it."""
    wrong = f"{url} is no address of a page: "
    try:
        _ = urlsplit(url).port if "://" in url else None
        address = httpx.URL(url)
        address.host.encode("idna")  # no name has a part that is empty or too long
    except (ValueError, httpx.InvalidURL) as error:
        raise ValueError(f"{wrong}{error}.") from None
    if address.scheme in ("http", "https") and address.host:
        return address
    if "://" not in url and (meant := _with_scheme(url)):
        raise ValueError(f"{wrong}write {meant}.")
    raise ValueError(
        f"{wrong}it must begin with https://, or on the server itself with http://."
    )


def _with_scheme(text: str) -> str:
    """Address that somebody means who leaves out how it begins; empty if that is none."""
    rest = re.sub(r"^(https?:?)?/*", "", text.strip())
    with suppress(ValueError, httpx.InvalidURL):
        host = httpx.URL(f"https://{rest}").host
        meant = f"{'http' if is_this_machine(host) else 'https'}://{rest}"
        return str(address_of(meant)) if host else ""
    return ""


def _findings(address: httpx.URL, patience_s: float) -> Iterator[Finding]:
    trusting = ssl.create_default_context()
    seen = _visit(address, trusting, patience_s)
    if isinstance(seen, Finding) and seen.kind in CERTIFICATE:
        yield seen
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        seen = _visit(address, trusting, patience_s)
    if isinstance(seen, Finding):
        yield seen
        return
    page, cookies = seen
    is_here = is_this_machine(page.url.host)
    if page.url.scheme == "http" and not is_here:
        yield Finding(Kind.NO_TLS)
    if changed := _changed_headers(page):
        yield Finding(Kind.HEADERS_CHANGED, ", ".join(changed))
    asked = handshake(page.url, cookies, **{"User-Agent": _AGENT})
    asked |= {"open_timeout": patience_s, "close_timeout": 1.0}
    if page.url.scheme == "https":
        asked["ssl"] = trusting
    name = page.url.path.rpartition("/")[2]
    trouble = asyncio.run(_socket_trouble(asked, name, patience_s, is_here=is_here))
    if trouble is not None:
        yield trouble


# -------------------------------------------------------------------------- over HTTP


def _visit(
    address: httpx.URL, trusting: ssl.SSLContext, patience_s: float
) -> Finding | tuple[httpx.Response, dict[str, str]]:
    """The page with its cookies, or what a browser meets in its place."""
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
        except httpx.TooManyRedirects as error:
            last = error.request.url
            # One wants a folder with its last stroke, the other without.
            is_folder = bool(last.path.strip("/"))
            kind = Kind.WRONG_PREFIX if is_folder else Kind.REDIRECTS_IN_A_CIRCLE
            return Finding(kind, "it redirects in a circle", str(last), elsewhere(last))
        except httpx.HTTPError as error:
            return unreached(error.request.url, error, patience_s)
        if trouble is None:
            return page, dict(http.cookies)
        return replace(trouble, url=str(page.url), at=elsewhere(page.url))


def _page_trouble(page: httpx.Response) -> Finding | None:
    """Why this answer is not the page of the app."""
    seen = f"status {page.status_code}"
    if page.status_code == 400 and page.url.scheme == "http" and speaks_tls(page.url):
        return Finding(Kind.TLS_AT_PORT, seen)
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
    asked: dict[str, Any], name: str, patience_s: float, *, is_here: bool
) -> Finding | None:
    """Why a page would not be drawn, or saves nothing."""
    try:
        async with connect(**asked) as socket:
            if socket.subprotocol is None:
                return Finding(Kind.UPGRADE_MISSING, "no Sec-WebSocket-Protocol")
            async with asyncio.timeout(patience_s):
                if name and not (await _drawn(socket, name)).is_there:
                    return Finding(Kind.NO_SUCH_PAGE, f"/{name}")
                offers = (await _drawn(socket, "saved")).offers_sign_in
            return None if is_here or offers else Finding(Kind.SIGN_IN_OFF)
    except InvalidStatus as error:
        return await _refusal(error.response.status_code, asked)
    except TimeoutError:
        return Finding(Kind.SOCKET_SILENT, f"no answer in {patience_s:g} s")
    except (OSError, WebSocketException) as error:
        return Finding(Kind.SOCKET_SILENT, str(error) or type(error).__name__)


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


@dataclass
class _Drawn:
    """A page that was drawn."""

    is_there: bool = True
    """Whether it is the one that was asked for, and not the first one in its place."""
    offers_sign_in: bool = False


async def _drawn(socket: ClientConnection, name: str) -> _Drawn:
    """Let a page be drawn, by its name in the address bar."""
    question, drawn = BackMsg(), _Drawn()
    question.rerun_script.page_name = name
    await socket.send(question.SerializeToString())
    while True:
        content = await socket.recv(decode=False)
        answer = ForwardMsg.FromString(content)
        what = answer.WhichOneof("type")
        if what == "navigation":
            pages = {each.url_pathname: each for each in answer.navigation.app_pages}
            shown = answer.navigation.page_script_hash
            drawn.is_there = name in pages and pages[name].page_script_hash == shown
        button = answer.delta.new_element.button
        drawn.offers_sign_in |= key_of(button.id) == SIGN_IN_KEY
        if what == "script_finished":
            return drawn
