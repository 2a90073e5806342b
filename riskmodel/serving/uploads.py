"""How much a server holds of what visitors upload: a bound for each, and one for all.

Streamlit bounds a single file, but not how many a visitor sends, and holds them until the
visit ends.  The gate stands before it and refuses what would be too much.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartParser
from starlette.responses import PlainTextResponse
from streamlit import config, runtime

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_HELD_BYTES = 300_000_000
"""Of all files of one visit: more than a page reads at once, which says so.  Judgement."""
MOST_HELD_OF_ALL_BYTES = 1_000_000_000
"""Of all visits together, for which a server needs the memory.  Judgement."""
_UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+/?$")
_FRAME_BYTES = 1_000_000  # around a file, at most
_OF_ONE = (
    f"This visit holds up to {MOST_HELD_BYTES / 1e6:.0f} MB of files: remove some first."
)
_OF_ALL = "The server holds as many files as it can: try again in a moment."


class UploadGate:
    """ASGI middleware that refuses an upload which would be too much to hold.

    Parameters
    ----------
    app : ASGI application
        What takes the uploads.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        # Health answers do not belong on a disk, where larger files would lie meanwhile.
        MultiPartParser.spool_max_size = MOST_HELD_BYTES
        self._coming: Counter[str] = Counter()  # bytes on their way, by session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with one sentence."""
        session = _session(scope)
        if session is None:
            await self._app(scope, receive, send)
            return
        if (refused := self._refused(session, _size_bytes(scope))) is not None:
            await PlainTextResponse(refused.detail, refused.status_code)(
                scope, receive, send
            )
            return
        came = 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            size = len(message.get("body", b""))
            came += size
            self._coming[session] += size
            if (refused := self._refused(session, 0)) is not None:
                raise refused
            return message

        try:
            await self._app(scope, counted, send)
        finally:
            self._coming[session] -= came
            self._coming += Counter()  # without those at nought

    def _refused(self, session: str, more_bytes: int) -> HTTPException | None:
        """Why no more may come: what others say that they will send does not count."""
        held = _held_bytes()
        held.update(self._coming)
        if held[session] + more_bytes > MOST_HELD_BYTES + _FRAME_BYTES:
            return HTTPException(413, _OF_ONE)
        if held.total() + more_bytes > MOST_HELD_OF_ALL_BYTES + _FRAME_BYTES:
            return HTTPException(503, _OF_ALL)
        return None


def _session(scope: Scope) -> str | None:
    """The session that a request uploads a file for, None where it uploads none."""
    if scope["type"] != "http" or scope["method"] != "PUT":
        return None
    found = _UPLOAD.search(scope["path"])
    return found[1] if found else None


def _size_bytes(scope: Scope) -> int:
    """What a request says that it brings; one that says nothing may bring the most."""
    said = dict(scope["headers"]).get(b"content-length", b"")
    if said.isdigit():
        return int(said)
    most_mb: int = config.get_option("server.maxUploadSize")
    return most_mb * 1024**2 + _FRAME_BYTES


def _held_bytes() -> Counter[str]:
    """What is held of each session."""
    if not runtime.exists():
        return Counter()
    files: Any = runtime.get_instance().uploaded_file_mgr
    return Counter(
        {
            session: sum(len(file.data) for file in [*held.values()])
            for session, held in [*files.file_storage.items()]
        }
    )
