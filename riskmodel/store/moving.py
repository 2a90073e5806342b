"""Everything of one owner becomes another one's, or nobody's."""

from __future__ import annotations

from collections import Counter
from itertools import count
from typing import Any

from sqlalchemy import Connection, Row, delete, func, or_, select, update

from riskmodel.inputs.told import grouped
from riskmodel.store.errors import StoreError
from riskmodel.store.kinds import KINDS, MOST_ITEMS, MOST_OUTCOMES, numbered
from riskmodel.store.models import accounts, items, members, metadata, outcomes, teams
from riskmodel.store.records import Counts, count_squad_sessions
from riskmodel.store.rows import Rows, rows_of
from riskmodel.store.teams import (
    OPERATOR,
    called,
    coached_alone,
    end_membership,
    has_member,
    hold,
    note,
)


def move_rows(connection: Connection, giver: str, owner: str) -> Counts:
    """Move every row; what has a name that the owner has already gets a number."""
    theirs, new = _named(connection, owner), _named(connection, giver)
    for kind, n in Counter(row.kind for row in (*theirs, *new)).items():
        _check_sum(n, MOST_ITEMS, KINDS[kind].plural if kind in KINDS else f"of {kind}")
    taken = {(row.kind, row.name) for row in theirs}
    doubled = [row for row in new if (row.kind, row.name) in taken]
    taken |= {(row.kind, row.name) for row in new}
    # First the names, which nobody has yet, so that no two are ever the same.
    for row in doubled:
        names = (numbered(row.name, i) for i in count(2))
        name = next(n for n in names if (row.kind, n) not in taken)
        taken.add((row.kind, name))
        one = update(items).where(items.c.id == row.id, items.c.owner == giver)
        connection.execute(one.values(name=name))
    moved = {}
    n_sessions = count_squad_sessions(connection, items.c.owner == giver)
    n_teams = _move_memberships(connection, giver, owner)
    # Who the giver was is not who the owner is.
    connection.execute(delete(accounts).where(accounts.c.owner == giver))
    for table in metadata.tables.values():
        move = update(table).where(table.c.owner == giver).values(owner=owner)
        moved[table.name] = connection.execute(move).rowcount
    n_outcomes = select(func.count()).where(outcomes.c.owner == owner)
    _check_sum(connection.execute(n_outcomes).scalar_one(), MOST_OUTCOMES, "outcomes")
    note(connection, owner, OPERATOR, "moved")
    return Counts.of({**moved, "teams": n_teams}, n_sessions)


def _move_memberships(connection: Connection, giver: str, owner: str) -> int:
    """Let the owner take the giver's place in teams; the better role of both counts."""
    hold(connection, has_member(giver))
    of_owner = select(accounts.c.address).where(accounts.c.owner == owner)
    address = connection.scalar(of_owner)
    rows = connection.execute(select(members).where(members.c.account == giver)).all()
    for row in rows:
        mine = members.c.owner == row.owner, members.c.account == owner
        if connection.execute(select(members.c.id).where(*mine)).first() is None:
            # Who has not been seen yet goes by the old address until then.
            new = {"account": owner, "address": row.address if address is None else address}
            one = update(members).where(members.c.id == row.id)
            connection.execute(one.values(new))
        else:
            if row.role == "coach":
                connection.execute(update(members).where(*mine).values(role="coach"))
            connection.execute(delete(members).where(members.c.id == row.id))
        note(connection, row.owner, called(row.account, row.address), "left")
        note(connection, row.owner, called(owner, address or ""), "joined")
    return len(rows)


def delete_rows(connection: Connection, owner: str, *, with_teams: bool) -> int:
    """Delete everything of an account or a team; the number of what was saved in it.

    A team in which an account is alone goes with it.  One that would be left without a
    coach is a `StoreError`, unless ``with_teams``, when it goes too.
    """
    # Nothing is saved in them, and nobody leaves, between this and the end.
    hold(connection, or_(teams.c.owner == owner, has_member(owner)))
    n_deleted = 0
    for team in coached_alone(connection, owner):
        others = select(members.c.id).where(
            members.c.owner == team.owner,
            members.c.account.is_not(None),
            members.c.account != owner,
        )
        if not with_teams and connection.execute(others).first() is not None:
            raise StoreError(
                f"The team {team.name} would be left without a coach: make somebody else "
                "one first, or delete the team."
            )
        n_deleted += delete_rows(connection, team.owner, with_teams=False)
    for row in connection.execute(select(members).where(members.c.account == owner)).all():
        end_membership(connection, row, called(owner, row.address), "left")
    for table in metadata.tables.values():
        n_rows = connection.execute(delete(table).where(table.c.owner == owner)).rowcount
        n_deleted += n_rows if table in (items, outcomes) else 0
    return n_deleted


def _named(connection: Connection, owner: str) -> Rows[Row[Any]]:
    query = select(items.c.id, items.c.kind, items.c.name).where(items.c.owner == owner)
    # What cannot be read moves as it is.
    return rows_of(connection, query.order_by(items.c.created, items.c.id), items)


def _check_sum(together: int, most: int, what: str) -> None:
    if together > most:
        raise StoreError(
            f"Together that is {grouped(together)} {what}; allowed is up to "
            f"{grouped(most)}: delete some."
        )
