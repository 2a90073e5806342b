"""Whose rows a database holds, for whoever runs the server."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from riskmodel.store.errors import NotFoundError
from riskmodel.store.models import accounts, items, members, outcomes, teams
from riskmodel.store.opening import Database
from riskmodel.store.teams import is_team, note

OPERATOR = "whoever runs this server"
"""How a record calls the one who uses the commands."""


@dataclass(frozen=True)
class OwnerSummary:
    """What one account or team has, in numbers.

    Attributes
    ----------
    called : str
        Address of an account, name of a team; empty if none is known.
    seen : datetime or None
        When the account was last in use, to the day, in UTC.
    changed : datetime or None
        When something of it was last changed, in UTC.
    n_items, n_outcomes : int
        What is saved under a name, and sessions of the diary.
    roles : mapping of str to str
        Of an account its role by the name of each team, of a team by each address.
    """

    owner: str
    called: str
    seen: datetime | None
    changed: datetime | None
    n_items: int
    n_outcomes: int
    roles: Mapping[str, str]

    @property
    def is_team(self) -> bool:
        """Whether it is a team, and not one account."""
        return is_team(self.owner)


def owners_in(database: Database) -> list[OwnerSummary]:
    """Everybody of whom there is a row, accounts first, by what they are called."""
    called: dict[str, str] = {}
    seen: dict[str, datetime] = {}
    changed: dict[str, list[datetime]] = defaultdict(list)
    counts: dict[str, dict[str, int]] = {"items": {}, "outcomes": {}}
    roles: dict[str, dict[str, str]] = defaultdict(dict)
    with database.reading() as connection:
        for row in connection.execute(sa.select(accounts)):
            called[row.owner], seen[row.owner] = row.address, row.seen
        called |= dict(_pairs(connection, sa.select(teams.c.owner, teams.c.name)))
        for table in (items, outcomes):
            query = sa.select(
                table.c.owner, sa.func.count(), sa.func.max(table.c.changed)
            ).group_by(table.c.owner)
            for owner, count, last in connection.execute(query):
                counts[table.name][owner] = count
                changed[owner].append(last)
        joined = sa.select(members).where(members.c.account.is_not(None))
        for row in connection.execute(joined):
            roles[row.account][called.get(row.owner, row.owner)] = row.role
            roles[row.owner][row.address or row.account] = row.role
    found = [
        OwnerSummary(
            owner,
            called.get(owner, ""),
            seen.get(owner),
            max(changed[owner], default=None),
            counts["items"].get(owner, 0),
            counts["outcomes"].get(owner, 0),
            roles.get(owner, {}),
        )
        for owner in {*called, *changed, *roles}
    ]
    return sorted(found, key=lambda one: (one.is_team, one.called, one.owner))


def _pairs(connection: sa.Connection, query: sa.Select[Any]) -> list[tuple[str, str]]:
    return [(first, second) for first, second in connection.execute(query)]


def owner_called(database: Database, text: str) -> str:
    """Owner that somebody means: the owner itself, or the only one with this address.

    A `NotFoundError` if there is none, or several are called so.
    """
    everybody = owners_in(database)
    if any(one.owner == text for one in everybody):
        return text
    named = [one.owner for one in everybody if one.called and one.called == text]
    if len(named) == 1:
        return named[0]
    if named:
        raise NotFoundError(
            f"{len(named)} owners are called {text}: name one of {', '.join(named)}."
        )
    raise NotFoundError(f"{database.place} has nothing of {text}.")


def note_operator(database: Database, owner: str, did: str) -> None:
    """Write into the record of an owner what whoever runs the server did with its rows."""
    with database.writing() as connection:
        note(connection, owner, OPERATOR, did)
