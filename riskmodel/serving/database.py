"""The database of what people save, opened once for all visitors of a server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from riskmodel.store import Store

# Streamlit's own cache drops what it holds without closing it.
_open: dict[str | None, Store] = {}
_lock = Lock()


def opened(url: str | None) -> Store:
    """Open a database at its first use: it holds connections, and nothing of anybody's."""
    # A visit that saves nothing does without what takes most of a second to import.
    from riskmodel.store import open_store

    with _lock:
        if url not in _open:
            _open[url] = open_store(url)
        return _open[url]


def close() -> None:
    """Close what is open; the next use opens it anew."""
    with _lock:
        while _open:
            _open.popitem()[1].close()


@asynccontextmanager
async def closed_at_end() -> AsyncIterator[None]:
    """Close what is open when the block ends."""
    try:
        yield
    finally:
        close()


def configured() -> Store:
    """Open the database that is configured, else the file in the user's folder."""
    from riskmodel.store import configured_url

    return opened(configured_url())
