"""Files of a log that could not be read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FailedFile:
    """A file of which nothing was read.

    Attributes
    ----------
    name : str
    why : str
        In a sentence.
    may_hold_sessions : bool
        False where what was read of it tells that it holds none, such as a route.
    """

    name: str
    why: str
    may_hold_sessions: bool = True
