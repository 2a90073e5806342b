"""Which sign-ins are over before their time, or will be, by a digest of each."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from riskmodel.store.models import sign_ins_over
from riskmodel.store.store import Store
from riskmodel.store.unique import insert_new

LONG_AGO = datetime.min.replace(tzinfo=UTC)
NEVER = datetime.max.replace(tzinfo=UTC)


def end_sign_in(store: Store, digest: str, until: datetime) -> None:
    """Note that a sign-in is over, and forget those whose time is up.

    Parameters
    ----------
    store : Store
    digest : str
        Of what nobody else's sign-in has, 64 hexadecimal digits of SHA-256.
    until : datetime
        From when on it would open nothing anyway.

    Raises
    ------
    StoreError
        If the database cannot note it.
    """
    # No moment: the clocks of two processes may differ.
    _note(store, digest, until, None)


def limit_sign_in(store: Store, digest: str, over_from: datetime, until: datetime) -> None:
    """Note when a sign-in will be over; one that ends sooner already is left so.

    Parameters
    ----------
    store : Store
    digest : str
        As of `end_sign_in`.
    over_from : datetime
        From when on it opens nothing.
    until : datetime
        As of `end_sign_in`.

    Raises
    ------
    StoreError
        If the database cannot note it.
    """
    _note(store, digest, until, over_from)


def _note(store: Store, digest: str, until: datetime, over_from: datetime | None) -> None:
    over = sign_ins_over.c
    row = {"digest": digest, "until": until, "over_from": over_from}
    with store.database.writing() as connection:
        connection.execute(sa.delete(sign_ins_over).where(over.until <= datetime.now(UTC)))
        if insert_new(connection, sign_ins_over, row):
            return
        sooner = sa.update(sign_ins_over).where(over.digest == digest)
        if over_from is not None:
            sooner = sooner.where(over.over_from > over_from)
        connection.execute(sooner.values(over_from=over_from))


def sign_in_over_from(store: Store, digest: str) -> datetime:
    """Moment from which a sign-in is over, by what was noted of it.

    Parameters
    ----------
    store : Store
    digest : str
        As of `end_sign_in`.

    Returns
    -------
    datetime
        `LONG_AGO` of one that was ended, `NEVER` of one of which nothing was noted.

    Raises
    ------
    StoreError
        If that cannot be known.
    """
    over = sign_ins_over.c
    query = sa.select(over.over_from).where(over.digest == digest)
    with store.database.reading() as connection:
        row = connection.execute(query).first()
    return NEVER if row is None else row.over_from or LONG_AGO
