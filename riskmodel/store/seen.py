"""When an account was last in use, and by which address it goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import sqlalchemy as sa

from riskmodel.store.models import accounts, items, members, outcomes, record
from riskmodel.store.opening import Database
from riskmodel.store.teams import forget_old
from riskmodel.store.unique import insert_new

_SEEN_AGAIN = timedelta(days=1)


def note_seen(database: Database, account: str, address: str) -> bool:
    """Note that an account is in use, once a day, and its address.

    Of whom nothing is saved, and who belongs to no team, nothing is noted; whether
    something is.
    """
    now, mine = datetime.now(UTC), accounts.c.owner == account
    with database.reading() as connection:
        if not _has_rows(connection, account):
            return False
        row = connection.execute(sa.select(accounts).where(mine)).one_or_none()
    known = row and (row.address, row.seen > now - _SEEN_AGAIN)
    if known == (address, True):
        return True
    new = {"owner": account, "address": address, "seen": now}
    with database.writing() as connection:
        if not insert_new(connection, accounts, {"id": uuid4().hex, "created": now, **new}):
            connection.execute(sa.update(accounts).where(mine).values(new))
        if address:
            places = sa.update(members).where(members.c.account == account)
            connection.execute(places.values(address=address))
        forget_old(connection)
    return True


def _has_rows(connection: sa.Connection, account: str) -> bool:
    columns = (items.c.owner, outcomes.c.owner, accounts.c.owner, record.c.owner)
    queries = (
        sa.select(sa.exists().where(column == account))
        for column in (*columns, members.c.account)
    )
    return any(map(connection.scalar, queries))
