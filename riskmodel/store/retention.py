"""What nobody has changed for long goes, where whoever runs the server says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import sqlalchemy as sa

from riskmodel.store.models import accounts, items, members, outcomes, record, teams
from riskmodel.store.moving import delete_rows
from riskmodel.store.opening import Database
from riskmodel.store.records import Counts, count_squad_sessions
from riskmodel.store.teams import RECORDED_DAYS, coached_alone


class _NotNow(Exception):
    """Undoes a transaction that was only to be looked at."""


def months_before(moment: datetime, months: int) -> datetime:
    """The same day so many months earlier, or the last one of a shorter month.

    Examples
    --------
    >>> f"{months_before(datetime(2026, 3, 31, tzinfo=UTC), 1):%Y-%m-%d}"
    '2026-02-28'
    """
    return (pd.Timestamp(moment) - pd.DateOffset(months=months)).to_pydatetime()


def expire(database: Database, before: datetime, *, dry_run: bool = False) -> Counts:
    """Delete what was last changed before a moment, of every account and team.

    A team goes that has nothing left and is older; an account that was not seen since
    leaves its teams, except where no other coach would be left.

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


def _delete(connection: sa.Connection, before: datetime) -> Counts:
    n_rows = {}
    n_sessions = count_squad_sessions(connection, items.c.changed < before)
    for table in (items, outcomes):
        old = sa.delete(table).where(table.c.changed < before)
        n_rows[table.name] = connection.execute(old).rowcount
    has_items = sa.exists().where(items.c.owner == teams.c.owner)
    empty = sa.select(teams.c.owner).where(teams.c.created < before, ~has_items)
    n_rows[teams.name] = 0
    for owner in connection.scalars(empty).all():
        delete_rows(connection, owner, with_teams=False)
        n_rows[teams.name] += 1
    unseen = sa.select(accounts.c.owner).where(accounts.c.seen < before)
    for owner in connection.scalars(unseen).all():
        alone = [team.owner for team in coached_alone(connection, owner)]
        left = sa.delete(members).where(
            members.c.account == owner, members.c.owner.not_in(alone)
        )
        connection.execute(left)
        if not alone:
            connection.execute(sa.delete(accounts).where(accounts.c.owner == owner))
    old_record = datetime.now(UTC) - timedelta(days=RECORDED_DAYS)
    connection.execute(sa.delete(record).where(record.c.created < old_record))
    return Counts.of(n_rows, n_sessions)
