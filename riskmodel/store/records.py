"""What the store hands out: confirmations, lines of lists, and what was saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from riskmodel.diary.outcomes import Outcome


@dataclass(frozen=True)
class Saved:
    """Confirmation that something lies in the database.

    Attributes
    ----------
    version : int
        1 when new, one more with each change.
    name : str
        As it was saved; another one than was asked for if both were kept.  Empty for
        an outcome.
    """

    id: str
    version: int
    name: str = ""


@dataclass(frozen=True)
class Counts:
    """How much was backed up, restored or moved."""

    items: int
    outcomes: int


@dataclass(frozen=True)
class Entry:
    """One line of a list, without the content; moments are in UTC."""

    id: str
    kind: str
    name: str
    version: int
    created: datetime
    changed: datetime


@dataclass(frozen=True)
class Item(Entry):
    """Something saved, with its content.

    Attributes
    ----------
    content : object
        As it was given to `Store.save`; answers as
        `riskmodel.inputs.session.tidy` spells them.
    problems : tuple of str
        One sentence for each thing that this version of the program does not
        understand.  It stays in the database, also when the item is changed.
    program : str
        Version of the program that wrote it; empty if unknown.
    """

    content: Any
    problems: tuple[str, ...]
    program: str


@dataclass(frozen=True)
class SavedOutcome:
    """One session of the diary; moments are in UTC.

    ``problems`` are what this version of the program would not accept in it.
    """

    id: str
    version: int
    outcome: Outcome
    problems: tuple[str, ...]
    changed: datetime
    created: datetime
