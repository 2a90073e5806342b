"""Turns: one page is drawn after the other.

Python runs one thread at a time.  Of ten pages that are drawn at once each would be done
when the last one is; drawn one after the other, most are done long before.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Semaphore

LONGEST_WAIT_S = 0.25
"""After which a page is drawn beside another, which may wait for something itself. [s]."""
_turns = Semaphore(1)


@contextmanager
def turn() -> Iterator[None]:
    """Wait for one's turn, but not for long, and keep it as long as the block runs."""
    is_ours = _turns.acquire(timeout=LONGEST_WAIT_S)
    try:
        yield
    finally:
        if is_ours:
            _turns.release()
