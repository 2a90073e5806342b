"""Whose rows a database holds, for whoever runs the server."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from riskmodel.inputs.addresses import one_spelling
from riskmodel.store.errors import NotFoundError
from riskmodel.store.kinds import checked_owner
from riskmodel.store.models import accounts, items, members, outcomes, teams
from riskmodel.store.opening import Database
from riskmodel.store.records import Counts
from riskmodel.store.teams import OPERATOR, is_team, note


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
    counts : Counts
        What it has.
    roles : tuple of (str, str)
        Of an account the name of each team and its role there, of a team each address
        and role.
    """

    owner: str
    called: str
    seen: datetime | None
    changed: datetime | None
    counts: Counts
    roles: tuple[tuple[str, str], ...]

    @property
    def is_team(self) -> bool:
        """Whether it is a team, and not one account."""
        return is_team(self.owner)


def owners_in(database: Database) -> list[OwnerSummary]:
    """Everybody of whom there is a row, accounts first, by what they are called."""
    called: dict[str, str] = {}
    seen: dict[str, datetime] = {}
    changed: dict[str, list[datetime]] = defaultdict(list)
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    roles: dict[str, list[tuple[str, str]]] = defaultdict(list)
    with database.reading() as connection:
        for row in connection.execute(sa.select(accounts)):
            called[row.owner], seen[row.owner] = row.address, row.seen
        for owner, name in connection.execute(sa.select(teams.c.owner, teams.c.name)):
            called[owner] = name
        for table in (items, outcomes):
            query = sa.select(
                table.c.owner, sa.func.count(), sa.func.max(table.c.changed)
            ).group_by(table.c.owner)
            for owner, count, last in connection.execute(query):
                counts[owner][table.name] = count
                changed[owner].append(last)
        sessions = sa.select(items.c.owner, sa.func.count()).group_by(items.c.owner)
        sessions = sessions.where(items.c.kind == "squad_session")
        n_sessions = {owner: count for owner, count in connection.execute(sessions)}
        joined = sa.select(members).where(members.c.account.is_not(None))
        for row in connection.execute(joined.order_by(members.c.created)):
            roles[row.account].append((called.get(row.owner, row.owner), row.role))
            roles[row.owner].append((row.address or row.account, row.role))
    found = [
        OwnerSummary(
            owner,
            called.get(owner, ""),
            seen.get(owner),
            max(changed[owner], default=None),
            Counts.of(counts[owner], n_sessions.get(owner, 0)),
            tuple(roles[owner]),
        )
        for owner in {*called, *changed, *roles}
    ]
    return sorted(found, key=lambda one: (one.is_team, one.called, one.owner))


def owner_called(database: Database, text: str) -> str:
    """Owner that somebody means: itself, the only account with an address, or a team.

    What holds an @ is an address, so that no team poses as an account.  A
    `NotFoundError` if there is none, or several are called so.
    """
    everybody = owners_in(database)
    if text.strip() and (owner := checked_owner(text)) in {one.owner for one in everybody}:
        return owner
    is_address = "@" in text
    name = one_spelling(text) if is_address else text
    named = [
        one.owner
        for one in everybody
        if one.called and one.called == name and one.is_team is not is_address
    ]
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
        note(connection, checked_owner(owner), OPERATOR, did)
