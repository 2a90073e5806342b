"""What stands before every page: who may ask, what is closed, and how it is answered."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Set
from functools import cache
from hashlib import sha256
from importlib.resources import files

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from riskmodel.serving.headers import HEADERS, POLICY
from riskmodel.serving.hosts import Names
from riskmodel.serving.messages import of_pages

CLOSED = 404, "There is nothing here."
FOREIGN_HOST = (
    421,
    "This server does not answer to the name that it was called by; whoever runs it can "
    "add the name to server.allowedHosts.",
)
FOREIGN_PAGE = 403, "A page of another site may not do this."
BROKEN = 500, "This did not work; whoever runs the server finds the reason in its log."

OPEN = {
    "http": ("health", "host-config", "upload_file/", "bidi-components/"),
    "websocket": ("stream",),
}
"""What the pages need of Streamlit's own routes below ``_stcore``; the rest is closed."""
_CORE = "/_stcore/"
_NO_PAGES = ("_stcore", "app", "auth", "component", "media")
"""Folders of Streamlit's in which something else than a page may lie."""
_SAFE = ("GET", "HEAD")
_SIGN_IN = ("/auth/login", "/auth/logout")
_OWN_HAND = ("same-origin", "none")
"""What a browser says of a click on an own page, and of the address bar."""

NO_PAGE = "default-src 'none'; frame-ancestors 'none'"
"""What may be loaded by something that is no page, such as a file that is downloaded."""


@cache
def page_policy() -> str:
    """What a page may load: everything from this server and from nowhere else.

    Streamlit's page holds scripts of its own, which are allowed by their content; what a
    part of a page runs it makes itself (``blob:``), and styles it writes as it draws.
    """
    page = (files("streamlit") / "static" / "index.html").read_bytes()
    scripts = re.findall(rb"<script>(.*?)</script>", page, flags=re.DOTALL)
    hashes = [f"'sha256-{b64encode(sha256(each).digest()).decode()}'" for each in scripts]
    sources = {
        "default-src": ["'self'"],
        "script-src": ["'self'", "blob:", *hashes],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "frame-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(allowed)}" for name, allowed in sources.items())


def refusal(scope: Scope, names: Names) -> tuple[int, str] | None:
    """Status and sentence for what is not let through, None for what is."""
    _, is_core, inner = f"{scope['path']}/".rpartition(_CORE)
    inner = inner.removesuffix("/")
    is_open = any(
        inner == path or (path.endswith("/") and inner.startswith(path))
        for path in OPEN[scope["type"]]
    )
    if not is_open and (is_core or scope["type"] == "websocket"):
        return CLOSED
    headers = Headers(scope=scope)
    host, origin = _only(headers, "host"), _only(headers, "origin")
    came_in_at, _ = scope.get("server") or ("", None)
    # What balances load asks by an address of its own choosing, and hears "ok".
    is_health = scope["path"] == f"{names.folder}/_stcore/health"
    if not is_health and not names.allow_host(host, came_in_at):
        return FOREIGN_HOST
    if scope.get("method") not in _SAFE and not names.allow_origin(origin, host):
        return FOREIGN_PAGE
    if scope["path"].rstrip("/").endswith(_SIGN_IN) and not _by_own_hand(headers):
        return FOREIGN_PAGE
    return None


def _by_own_hand(headers: Headers) -> bool:
    """Whether no other site led here; over plain HTTP a browser does not say."""
    sites = headers.getlist("sec-fetch-site")
    return all(site in _OWN_HAND for site in sites)


def _only(headers: Headers, name: str) -> str | None:
    """A header that may be sent once; sent twice, it is as good as a wrong one."""
    values = headers.getlist(name)
    return "" if len(values) > 1 else next(iter(values), None)


def as_in_the_address_bar(scope: Scope) -> Scope:
    """A connection whose Host is that of its page.

    Streamlit takes one whose page has another name for foreign, and asks a service on the
    internet for the name of this machine.
    """
    origin = Headers(scope=scope).get("origin")
    if origin is None:
        return scope
    kept = [(name, value) for name, value in scope["headers"] if name != b"host"]
    host = origin.partition("://")[2].encode("latin-1")
    return {**scope, "headers": [*kept, (b"host", host)]}


def protect(headers: MutableHeaders, status: int, origins: Set[str]) -> None:
    """Write into an answer what the browser is to keep to; ``origins`` may read it."""
    is_page = headers.get("content-type", "").startswith("text/html")
    headers.update(HEADERS)
    # Streamlit lets every page read some addresses, and all with server.enableCORS off.
    if headers.get("Access-Control-Allow-Origin") not in origins:
        del headers["Access-Control-Allow-Origin"]
    # What has not changed keeps the policy that it came with.
    if status != 304:
        headers[POLICY] = page_policy() if is_page else NO_PAGE
    # Files hold answers; Streamlit's own program may be kept, and says so.
    headers.setdefault("Cache-Control", "no-store")


def _is_page_below_a_page(message: Message, path: str) -> bool:
    """Whether an answer is the page itself, at an address that would leave it blank.

    There it looks for its own program in a folder that does not exist.
    """
    if message["type"] != "http.response.start":
        return False
    is_page = MutableHeaders(scope=message).get("content-type", "").startswith("text/html")
    folder, _, below = path.strip("/").partition("/")
    return is_page and bool(below) and folder not in _NO_PAGES


class Gate:
    """The middleware."""

    def __init__(self, app: ASGIApp, names: Names) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] not in OPEN:
            await self._app(scope, receive, send)
            return
        refused = refusal(scope, self._names)
        if scope["type"] == "http":
            await self._answer(refused, scope, receive, send)
        elif refused is None:
            await self._app(as_in_the_address_bar(scope), of_pages(receive), send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _answer(
        self, refused: tuple[int, str] | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        has_begun = False

        async def send_protected(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                headers = MutableHeaders(scope=message)
                protect(headers, message["status"], self._names.origins)
            await send(message)

        async def tell(status: int, sentence: str) -> None:
            answer = PlainTextResponse(f"{sentence}\n", status)
            await answer(scope, receive, send_protected)

        is_told = False

        async def send_theirs(message: Message) -> None:
            nonlocal is_told
            if is_told:
                return
            path = scope["path"].removeprefix(self._names.folder)
            if is_told := _is_page_below_a_page(message, path):
                await tell(*CLOSED)
            else:
                await send_protected(message)

        if refused is not None:
            await tell(*refused)
            return
        try:
            await self._app(scope, receive, send_theirs)
        except Exception:
            if not has_begun:
                await tell(*BROKEN)
            raise
