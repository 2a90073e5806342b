"""What can go wrong with a database, as one sentence.

The sentences name the place and never a row: a database's own message can hold what a
person entered, so it is not passed on.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

import psycopg
from alembic.util.exc import CommandError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from riskmodel.diary.outcomes import UNREADABLE
from riskmodel.inputs.told import ToldError


class StoreError(ToldError):
    """Something could not be saved or read; the message says why, in one sentence."""


class ConflictError(StoreError):
    """What is saved was changed meanwhile, or the name is taken; both can be kept."""


class NotFoundError(StoreError):
    """There is no such thing, or it belongs to another owner."""


class FullError(StoreError):
    """There is no room on the disk."""


_BUSY = "{place} is busy: somebody else is writing. Wait a moment and try again."
_FULL = "{place} is full: free some space on the disk and try again. Nothing was changed."
_READ_ONLY = "{place} cannot be written: it, or its folder, is read-only."
_DAMAGED = "{place} is damaged: restore it from a backup into a new place."
_AWAY = (
    "{place} does not answer, or refuses the sign-in: check that the server runs, and "
    "the address, user and password."
)
_BROKEN_OFF = (
    "{place} broke off the connection: look whether the last change is there, and try "
    "again."
)

# Primary result codes, https://www.sqlite.org/rescode.html
_SQLITE: Mapping[int, str] = MappingProxyType(
    {
        sqlite3.SQLITE_BUSY: _BUSY,
        sqlite3.SQLITE_LOCKED: _BUSY,
        sqlite3.SQLITE_FULL: _FULL,
        sqlite3.SQLITE_READONLY: _READ_ONLY,
        sqlite3.SQLITE_PERM: _READ_ONLY,
        sqlite3.SQLITE_CANTOPEN: "{place} cannot be opened: check the folder and its "
        "permissions.",
        sqlite3.SQLITE_IOERR: "{place} cannot be read or written: the disk reports an "
        "error; look whether the last change is there.",
        sqlite3.SQLITE_CORRUPT: _DAMAGED,
        sqlite3.SQLITE_NOTADB: "{place} is no database of cramp-risk: name another file.",
    }
)
# Beginnings of SQLSTATE, the longest first,
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRES: Mapping[str, str] = MappingProxyType(
    {
        "25006": _READ_ONLY,
        "42501": "The database user may not do this in {place}: grant it the rights.",
        "53100": _FULL,
        "3D000": "{place} does not exist: create the database first.",
        "28": _AWAY,
        "08": _AWAY,
        "53": _BUSY,
        "40": _BUSY,
        "55": _BUSY,
        "57": _BROKEN_OFF,
        "XX": _DAMAGED,
    }
)

# What SQLite reports of a row or table that is not as we wrote it, and not of the disk.
_WRONG_CONTENT = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH)


def sentence(error: BaseException, place: str) -> str:
    """Say what went wrong with a file or server, without what a person entered.

    >>> sentence(OSError(28, "No space left on device"), "The database x.db")
    'The database x.db cannot be used: no space left on device.'
    """
    words = "{place} cannot do this ({what})."
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None)
        words = _SQLITE.get((code or 0) & 0xFF, words)
    elif isinstance(cause, psycopg.Error):
        state = cause.sqlstate or ""
        broken = isinstance(error, DBAPIError) and error.connection_invalidated
        known = [start for start in _POSTGRES if state.startswith(start)]
        if known:
            words = _POSTGRES[known[0]]
        elif not state and isinstance(cause, psycopg.OperationalError):
            words = _BROKEN_OFF if broken else _AWAY
    elif isinstance(error, PoolTimeoutError):
        words = _BUSY
    elif isinstance(error, OSError):
        reason = (error.strerror or "the system reports an error").lower()
        words = "{place} cannot be used: " + reason + "."
    elif isinstance(error, ValueError | RecursionError):  # no JSON, date or text
        words = _DAMAGED
    return words.format(place=place, what=type(cause or error).__name__)


@contextmanager
def one_sentence(place: str) -> Iterator[None]:
    """Turn every error that can happen to a user into a `StoreError`."""
    try:
        yield
    except (
        SQLAlchemyError,
        CommandError,
        sqlite3.Error,
        psycopg.Error,
        OSError,
        ValueError,
        RecursionError,
    ) as error:
        text = sentence(error, place)
        # Not chained: the database's own message may hold what a person entered.
        raise (FullError if text == _FULL.format(place=place) else StoreError)(
            text
        ) from None


def is_of_content(error: BaseException | None) -> bool:
    """Whether an error speaks of what a row holds, not of the disk or the server."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, UNREADABLE)
    if isinstance(error.orig, psycopg.Error):
        return isinstance(error.orig, psycopg.DataError)
    code = getattr(error.orig, "sqlite_errorcode", None)
    # The driver itself gives none, of text that is no UTF-8.
    return code is None or code & 0xFF in _WRONG_CONTENT
