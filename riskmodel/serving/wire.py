"""What a browser asks of a server, and what its WebSocket says, before a page is drawn."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

ASKED_FIRST = "_stcore/health", "_stcore/host-config"
"""What Streamlit's program asks for, and does without neither."""
STREAM = "_stcore/stream"
SIGN_IN_KEY = "sign_in"
"""Key of the button that Saved shows to whoever could sign in and has not."""
_ASSETS = re.compile(r'(?:src|href)="\./(static/[^"]+)"')
_XSRF = "_streamlit_xsrf"
_NO_TOKEN = "PLACEHOLDER_AUTH_TOKEN"  # what a browser sends without one


def assets_of(html: str) -> list[str]:
    """Find the files that Streamlit's page names, none of another page."""
    return _ASSETS.findall(html)


def origin_of(page: httpx.URL) -> str:
    """Origin of a page, as a browser writes it."""
    return f"{page.scheme}://{page.netloc.decode('ascii')}"


def handshake(
    page: httpx.URL, cookies: Mapping[str, str], **headers: str
) -> dict[str, Any]:
    """What websockets' ``connect`` is given, to open the WebSocket of a page."""
    if cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    token = cookies.get(_XSRF, _NO_TOKEN)
    scheme = "wss" if page.scheme == "https" else "ws"
    return {
        "uri": str(page.join(STREAM).copy_with(scheme=scheme)),
        "origin": origin_of(page),
        "subprotocols": ["streamlit", token],
        "additional_headers": headers,
        "max_size": None,
        "proxy": None,
    }


def key_of(widget_id: str) -> str | None:
    """Key that a page gave a widget, None where it gave none."""
    mark, _, rest = widget_id.partition("-")
    _, _, key = rest.partition("-")
    return key if mark == "$$ID" and key else None
