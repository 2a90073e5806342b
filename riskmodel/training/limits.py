"""How much of a file is read, so that none takes all the time or memory there is."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from lzma import LZMAError
from typing import Protocol
from zipfile import BadZipFile

from riskmodel.training.log import TrainingLogError

MOST_ROWS = 100_000
"""Sessions of one list."""
MOST_BYTES = 100_000_000
"""Of a table, which is read as a whole, and of what a .gz holds."""
MOST_FIT_BYTES = 25_000_000
"""Of a file that holds one session: FIT, TCX or GPX."""
MOST_FIT_MESSAGES = 200_000
"""In a FIT file, which has one for each second: more than two days."""
MOST_JSON_BYTES = 500_000_000
"""Of a list in Garmin's archive, which is read bit by bit."""
MOST_STREAM_BYTES = 4_000_000_000
"""Of the list of Apple Health and the database of Health Connect, read bit by bit."""
MOST_NAMES_BYTES = 12_000_000
"""Of the list of names in an archive, which is read before anything else."""
MOST_MEMBERS = 100_000
"""Files in an archive.  Judgement."""
MOST_SESSION_FILES = 200
"""Files of one session each in an archive, so that none takes minutes.  Judgement."""
MOST_TABLES = 60
"""Tables in an archive."""
MOST_UNPACKED_BYTES = 200_000_000
"""Of all tables and files of one session in an archive together."""
MOST_LISTS = 100
"""Lists of a whole account in an archive; that of Garmin comes in pieces."""
MOST_SECONDS = 120
"""For all files of one session in an archive."""
_STEP_BYTES = 1_000_000  # unpacked at a time


def size_text(size_bytes: float) -> str:
    """Size as people say it.

    Examples
    --------
    >>> size_text(1500), size_text(25e6), size_text(90e9)
    ('1.5 kB', '25 MB', '90 GB')
    """
    for unit, name in ((1e9, "GB"), (1e6, "MB")):
        if size_bytes >= unit:
            return f"{size_bytes / unit:.3g} {name}"
    return f"{size_bytes / 1e3:.3g} kB"


def refuse_above(what: str, size_bytes: float, most_bytes: float) -> None:
    """Stop at what is larger than is read; ``what`` begins the sentence."""
    if size_bytes > most_bytes:
        raise TrainingLogError(
            f"{what} has {size_text(size_bytes)}; allowed are up to "
            f"{size_text(most_bytes)}."
        )


class Readable(Protocol):
    """What bytes can be read from, one after the other."""

    def read(self, size: int = -1, /) -> bytes:
        """Read up to so many bytes, all where none are named."""


@dataclass
class Budget:
    """Bytes that may be unpacked of several files together."""

    left: int


class Bounded:
    """A stream that stops with a sentence where it is longer than allowed, or damaged.

    What a compressed file says of its own length is not believed.  Whatever is read counts
    against the budget, also that of a file that is refused.
    """

    def __init__(
        self, stream: Readable, what: str, most_bytes: int, budget: Budget | None = None
    ) -> None:
        self._stream, self._what, self._most = stream, what, most_bytes
        self._left, self._budget = most_bytes, budget or Budget(most_bytes)

    def read(self, size: int = -1) -> bytes:
        """Read up to so many bytes, all where none are named."""
        if size >= 0:
            return self._some(size)
        return b"".join(iter(lambda: self._some(_STEP_BYTES), b""))

    def _some(self, size: int) -> bytes:
        left = max(min(self._left, self._budget.left), 0)
        try:
            data = self._stream.read(min(size, left + 1))
        except (BadZipFile, OSError, zlib.error, LZMAError, EOFError) as error:
            raise TrainingLogError(
                f"{self._what} is damaged or was cut off: it cannot be unpacked."
            ) from error
        self._left -= len(data)
        self._budget.left -= len(data)
        if self._left < 0:
            raise TrainingLogError(
                f"{self._what} unpacks to more than the {size_text(self._most)} that can "
                "be read."
            )
        if self._budget.left < 0:
            raise TrainingLogError(
                f"{self._what} was not read: all files together are too large unpacked."
            )
        return data
