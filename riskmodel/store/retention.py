"""What nobody has changed for long goes, where whoever runs the server says so."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import sqlalchemy as sa

from riskmodel.store.models import accounts, items, members, outcomes, record, teams
from riskmodel.store.moving import delete_rows
from riskmodel.store.opening import Database
from riskmodel.store.records import Counts, count_squad_sessions
from riskmodel.store.teams import (
    called,
    coached_alone,
    end_membership,
    forget_old,
    has_member,
    hold,
)


class _NotNow(Exception):
    """Undoes a transaction that was only to be looked at."""


def months_before(moment: datetime, months: int) -> datetime:
    """The same day so many months earlier, or the last one of a shorter month.

    Examples
    --------
    >>> f"{months_before(datetime.fromisoformat('2026-03-31T00:00Z'), 1):%Y-%m-%d}"
    '2026-02-28'
    """
    return (pd.Timestamp(moment) - pd.DateOffset(months=months)).to_pydatetime()


def expire(database: Database, before: datetime, *, dry_run: bool = False) -> Counts:
    """Delete what was last changed before a moment, of every account and team.

    A team goes that has nothing left, is older, and in which nothing was done since; an
    account that was not seen since leaves its teams and is forgotten, except where no
    other coach would be left.  Lines of records and invitations go when their own time
    is over.

    Parameters
    ----------
    database : Database
    before : datetime
        With its offset from UTC.
    dry_run : bool
        Count only.

    Returns
    -------
    Counts
        What was deleted, or would be.
    """
    counts = Counts(0, 0)

    def delete(connection: sa.Connection) -> None:
        nonlocal counts
        counts = _delete(connection, before)
        if dry_run:
            raise _NotNow

    try:
        database.deleting(delete)
    except _NotNow:
        return counts
    database.forget_the_deleted()
    return counts


def forget_what_is_over(database: Database) -> None:
    """Delete lines of records and invitations whose own time is over, and nothing else."""
    database.deleting(forget_old)


def _delete(connection: sa.Connection, before: datetime) -> Counts:
    n_rows = {}
    n_sessions = count_squad_sessions(connection, items.c.changed < before)
    for table in (items, outcomes):
        old = sa.delete(table).where(table.c.changed < before)
        n_rows[table.name] = connection.execute(old).rowcount
    n_rows[teams.name] = 0
    hold(connection, _is_left_empty(before))
    # Asked anew: something may have been saved there until it was held.
    empty = sa.select(teams.c.owner).where(_is_left_empty(before))
    for owner in connection.scalars(empty).all():
        delete_rows(connection, owner, with_teams=False)
        n_rows[teams.name] += 1
    unseen = sa.select(accounts.c.owner).where(accounts.c.seen < before)
    for owner in connection.scalars(unseen).all():
        _leave_teams(connection, owner)
    forget_old(connection)
    return Counts.of(n_rows, n_sessions)


def _is_left_empty(before: datetime) -> sa.ColumnElement[bool]:
    """Condition for teams without anything in which nothing was done since a moment."""
    has_items = sa.exists().where(items.c.owner == teams.c.owner)
    c = record.c
    was_done = sa.exists().where(c.owner == teams.c.owner, c.created >= before)
    return sa.and_(teams.c.created < before, ~has_items, ~was_done)


def _leave_teams(connection: sa.Connection, account: str) -> None:
    """Take an account out of its teams, but of those that it alone coaches."""
    hold(connection, has_member(account))
    alone = {team.owner for team in coached_alone(connection, account)}
    places = sa.select(members).where(members.c.account == account)
    for row in connection.execute(places).all():
        if row.owner not in alone:
            end_membership(connection, row, called(account, row.address), "left")
    if not alone:
        connection.execute(sa.delete(accounts).where(accounts.c.owner == account))
