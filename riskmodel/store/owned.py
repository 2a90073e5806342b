"""Where the rows of one owner are, and what to say if one of them is not there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import sqlalchemy as sa

from riskmodel.store.errors import ConflictError, NotFoundError, StoreError
from riskmodel.store.kinds import checked_owner, kind_of
from riskmodel.store.models import items, outcomes


def _enter(connection: sa.Connection, did: str, id: str, name: str) -> None:
    """Let everybody in: the owner's own rows."""


@dataclass(frozen=True)
class Place:
    """Where the rows of one kind and owner are, or one of them, and how it is called.

    ``enter`` is called in each transaction before anything is read or done there, with
    what is about to be done ("" to read), to which row and how that is called; it raises
    where that is not allowed.
    """

    table: sa.Table
    where: sa.ColumnElement[bool]
    noun: str
    enter: Callable[[sa.Connection, str, str, str], None] = _enter

    def versioned(self, version: int) -> sa.ColumnElement[bool]:
        """Only if it still has this version."""
        # No database holds a greater number, and asking for it would be an error.
        if not -(2**63) <= version < 2**63 - 1:
            return sa.false()
        return sa.and_(
            self.where, self.table.c.version == sa.literal(version, sa.BigInteger)
        )

    def missing(self) -> NotFoundError:
        """Say that it is not there."""
        return NotFoundError(f"This {self.noun} is not there; it may have been deleted.")

    def why_not(
        self, connection: sa.Connection, do: str, opened: int | None = None, name: str = ""
    ) -> StoreError:
        """Say why a row was not there in the version that was opened, or as it is named."""
        query = sa.select(self.table.c.version).where(self.where)
        if (there := connection.execute(query).one_or_none()) is None:
            return self.missing()
        if there.version == opened:
            return self.has_already(name)
        return ConflictError(
            f"This {self.noun} was changed in another place meanwhile, since it was "
            f"opened: {do}."
        )

    def has_already(self, name: str) -> ConflictError:
        """Say that another row has the name."""
        return ConflictError(
            f"There is already a {self.noun} named {name}: choose another name, or "
            "keep both."
        )


def items_of(owner: str, kind: str) -> Place:
    """Everything of one kind that somebody has saved."""
    mine = sa.and_(items.c.owner == checked_owner(owner), items.c.kind == kind)
    return Place(items, mine, kind_of(kind).noun)


def outcomes_of(owner: str) -> Place:
    """Somebody's diary."""
    return Place(outcomes, outcomes.c.owner == checked_owner(owner), "outcome")


def one_of(place: Place, id: str) -> Place:
    """One row of these; a `NotFoundError` if nothing could have such an id."""
    if not isinstance(id, str) or not re.fullmatch(r"[0-9a-f]{32}", id):
        raise place.missing()
    return replace(place, where=sa.and_(place.where, place.table.c.id == id))
