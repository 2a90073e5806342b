"""What the store hands out: confirmations, lines of lists, and what was saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from riskmodel import __version__, load_scorecard
from riskmodel.diary.outcomes import Outcome, check_outcome
from riskmodel.store.errors import StoreError
from riskmodel.store.kinds import checked_text, kind_of
from riskmodel.store.models import items


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
    """How much was backed up, restored, moved or deleted.

    Attributes
    ----------
    items : int
        What lies under a name, but for the sessions of squads.
    """

    items: int
    outcomes: int
    teams: int = 0
    squad_sessions: int = 0

    @classmethod
    def of(cls, rows: Mapping[str, int], squad_sessions: int = 0) -> Counts:
        """Take them from the numbers of rows by the names of their tables.

        Sessions of squads are rows of the table of items.
        """
        counts = {field.name: rows.get(field.name, 0) for field in fields(cls)}
        counts["items"] -= squad_sessions
        return cls(**counts | {"squad_sessions": squad_sessions})


@dataclass(frozen=True)
class Entry:
    """One line of a list, without the content; moments are in UTC.

    Attributes
    ----------
    scorecard_version : str
        Version of the scorecard when it was saved; empty if it was not noted.
    """

    id: str
    kind: str
    name: str
    version: int
    created: datetime
    changed: datetime
    scorecard_version: str


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


def count_squad_sessions(connection: Connection, *where: ColumnElement[bool]) -> int:
    """Count the sessions of squads among the items for which all of this holds."""
    count = select(func.count()).where(items.c.kind == "squad_session", *where)
    return connection.execute(count).scalar_one()


def written_by(scorecard_version: str | None) -> dict[str, str]:
    """Cells of an item that say which program and which scorecard wrote it."""
    version = scorecard_version or load_scorecard().version
    return {
        "program": __version__,
        "scorecard_version": checked_text(version, "Scorecard", 80),
    }


def cells_of(outcome: Outcome) -> dict[str, Any]:
    """Cells of an outcome; a `StoreError` if `check_outcome` finds a problem."""
    if problems := check_outcome(outcome):
        raise StoreError(" ".join(problems))
    values = asdict(outcome)
    if outcome.answers is not None:
        values["answers"] = kind_of("plan").check(outcome.answers, None)
    for name in ("program", "scorecard", "scorecard_version"):
        if values[name]:
            checked_text(values[name], name.replace("_", " ").capitalize(), 80)
    return values


def saved_outcome(row: Row[Any]) -> SavedOutcome:
    """Outcome of a row, also if another version of the program wrote it."""
    values = {field.name: getattr(row, field.name) for field in fields(Outcome)}
    problems: tuple[str, ...] = ()
    if values["answers"] is not None and not isinstance(values["answers"], Mapping):
        problems = ("The answers of this session cannot be read.",)
        values["answers"] = None
    outcome = Outcome(**values)
    problems += check_outcome(outcome)
    return SavedOutcome(row.id, row.version, outcome, problems, row.changed, row.created)
