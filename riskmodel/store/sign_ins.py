"""Which sign-ins are over before their time, by a digest of each."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from riskmodel.store.models import sign_ins_over
from riskmodel.store.store import Store
from riskmodel.store.unique import insert_new


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
    over = sign_ins_over.c
    with store.database.writing() as connection:
        now = datetime.now(UTC)
        connection.execute(sa.delete(sign_ins_over).where(over.until <= now))
        insert_new(connection, sign_ins_over, {"digest": digest, "until": until})


def is_sign_in_over(store: Store, digest: str) -> bool:
    """Whether a sign-in was ended; a `StoreError` if that cannot be known."""
    query = sa.select(sign_ins_over.c.digest).where(sign_ins_over.c.digest == digest)
    with store.database.reading() as connection:
        return connection.execute(query).first() is not None
