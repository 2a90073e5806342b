"""What a server does beside its pages: visits that are over go, with their memory.

Streamlit keeps a visit for a while after its tab was closed, for a tab whose connection
only broke (`server.disconnectedSessionTTL`), and looks at those whose time is over when
the next tab is closed: the last ones to leave would stay for good.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from anyio import to_thread
from streamlit import runtime

from riskmodel.serving import downloads

EVERY_S = 10.0
"""How often it is looked for visits that are over. [s]."""
_log = logging.getLogger(__name__)
_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3  # of glibc's malloc.h
_LARGE_BYTES = 65_536
SWITCH_S = 0.001
"""After which a thread lets another one run; Python's own is five times as long. [s]."""


@asynccontextmanager
async def kept_up() -> AsyncIterator[None]:
    """Let visits go that are over, as long as the block runs."""
    # What was imported so far never goes: no collection need look at it again.
    gc.freeze()
    _share_memory()
    # Messages come and go between two pages' steps: they wait for less than usual.
    sys.setswitchinterval(SWITCH_S)
    task = asyncio.create_task(_keep_up())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _keep_up() -> None:
    while True:
        await asyncio.sleep(EVERY_S)
        try:
            if let_go():
                # A visit is a ring of objects, which only a collection finds.
                gc.collect()
                # By a thread of those that read files, of which anyio ends the idle ones.
                await to_thread.run_sync(_give_back)
        except Exception:
            _log.exception("Visits that are over were not let go, and keep their memory.")


def let_go() -> int:
    """Let visits go whose tab was closed long enough ago; return how many.

    With them go the files that nobody has fetched in time.
    """
    downloads.let_go()
    # Streamlit has no public way to them.
    stored = runtime.get_instance()._session_mgr._session_storage._cache  # type: ignore[attr-defined]
    return len(stored.expire())


def _share_memory() -> None:
    """Let all threads take memory from one place: in places of their own much is lost.

    What is large has a place of its own, which goes back as soon as it is free.
    """
    with suppress(OSError, AttributeError):
        _c_library().mallopt(_M_ARENA_MAX, 1)
        _c_library().mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)


def _give_back() -> None:
    """Give memory that nothing uses back to the system."""
    with suppress(OSError, AttributeError):
        _c_library().malloc_trim(0)


def _c_library() -> ctypes.CDLL:
    """The C library of Linux; AttributeError where another one has no such function."""
    if sys.platform != "linux":
        raise OSError(sys.platform)
    return ctypes.CDLL(None)
