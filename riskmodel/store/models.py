"""The tables, as the newest migration leaves them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

LONGEST_OWNER = 255  # characters; of a longer one its digest is kept
LONGEST_ID = 32  # hexadecimal digits of a random UUID
LONGEST_NAME = 80  # characters
LONGEST_ADDRESS = 254  # characters of an e-mail address, RFC 5321, 4.5.3.1.3


class UtcTime(sa.TypeDecorator[datetime]):
    """A moment in UTC, with its zone, also where the database knows no zones."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: sa.Dialect) -> datetime | None:
        """Turn a moment with any offset into UTC; one without an offset is an error."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment needs its offset from UTC.")
        return value.astimezone(UTC)

    def process_result_value(
        self, value: datetime | None, _: sa.Dialect
    ) -> datetime | None:
        """Say that what comes back is UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _owned() -> list[sa.Column[Any]]:
    """Columns of every table: whose row it is, and since when."""
    return [
        sa.Column("id", sa.String(LONGEST_ID), primary_key=True),
        sa.Column("owner", sa.String(LONGEST_OWNER), nullable=False),
        sa.Column("created", UtcTime, nullable=False),
    ]


def _kept() -> list[sa.Column[Any]]:
    """Columns of what people save: whose it is, which version, since when."""
    return [
        *_owned(),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed", UtcTime, nullable=False),
    ]


metadata = sa.MetaData()

items = sa.Table(
    "items",
    metadata,
    *_kept(),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("name", sa.String(LONGEST_NAME), nullable=False),
    sa.Column("content", sa.JSON, nullable=False),
    # Version of the program that wrote the content; empty if it was not noted.
    sa.Column("program", sa.String(80), nullable=False, server_default=""),
    # The same of the scorecard that scored it.
    sa.Column("scorecard_version", sa.String(80), nullable=False, server_default=""),
    # Also the index of every list.
    sa.UniqueConstraint("owner", "kind", "name", name="uq_items_owner_kind_name"),
)

outcomes = sa.Table(
    "outcomes",
    metadata,
    *_kept(),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("probability", sa.Float, nullable=False),
    sa.Column("probability_low", sa.Float, nullable=False),
    sa.Column("probability_high", sa.Float, nullable=False),
    sa.Column("program", sa.String(80), nullable=False),
    sa.Column("scorecard", sa.String(80), nullable=False),
    sa.Column("cramp", sa.Boolean),  # unknown as long as the session is to come
    sa.Column("sport", sa.String(40), nullable=False),
    sa.Column("duration_min", sa.Float, nullable=False),
    sa.Column("muscle", sa.String(40)),
    sa.Column("cramp_at_min", sa.Float),
    sa.Column("after_session", sa.Boolean, nullable=False),
    sa.Column("answers", sa.JSON(none_as_null=True)),
    sa.Column("scorecard_version", sa.String(80), nullable=False, server_default=""),
    sa.CheckConstraint(
        "0 <= probability_low AND probability_low <= probability "
        "AND probability <= probability_high AND probability_high <= 1",
        name="ck_outcomes_probability",
    ),
    sa.Index("ix_outcomes_owner_day", "owner", "day"),
)

# Which revision brought a table: a dump of an earlier one lacks it.
_SINCE: dict[str, Any] = {"since": "0006"}

accounts = sa.Table(
    "accounts",
    metadata,
    *_owned(),
    # As the sign-in gave it, in lower case; empty if it gave none that is verified.
    sa.Column("address", sa.String(LONGEST_ADDRESS), nullable=False, server_default=""),
    sa.Column("seen", UtcTime, nullable=False),
    sa.UniqueConstraint("owner", name="uq_accounts_owner"),
    info=_SINCE,
)

# A team is an owner too: what it shares are items of that owner.
teams = sa.Table(
    "teams",
    metadata,
    *_owned(),
    sa.Column("name", sa.String(LONGEST_NAME), nullable=False),
    sa.UniqueConstraint("owner", name="uq_teams_owner"),
    info=_SINCE,
)

members = sa.Table(
    "members",
    metadata,
    *_owned(),
    sa.Column("address", sa.String(LONGEST_ADDRESS), nullable=False, server_default=""),
    # Unknown as long as the one with this address is only invited.
    sa.Column("account", sa.String(LONGEST_OWNER)),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("invited_by", sa.String(LONGEST_ADDRESS), nullable=False, server_default=""),
    sa.UniqueConstraint("owner", "account", name="uq_members_owner_account"),
    sa.Index("ix_members_account", "account"),
    sa.Index("ix_members_address", "address"),
    info=_SINCE,
)

record = sa.Table(
    "record",
    metadata,
    *_owned(),
    sa.Column("who", sa.String(LONGEST_ADDRESS), nullable=False),
    sa.Column("did", sa.String(20), nullable=False),
    # What it was done to, empty if to the team itself.
    sa.Column("item", sa.String(LONGEST_ID), nullable=False, server_default=""),
    sa.Column("name", sa.String(LONGEST_ADDRESS), nullable=False, server_default=""),
    sa.Index("ix_record_owner_created", "owner", "created"),
    info=_SINCE,
)

# Beside what people save: no owner, no content, and no part of a backup or an export.
over_metadata = sa.MetaData()

sign_ins_over = sa.Table(
    "sign_ins_over",
    over_metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    # From when on it would open nothing anyway, and the row can go.
    sa.Column("until", UtcTime, nullable=False),
    # From when on it opens nothing; none if it is over already.
    sa.Column("over_from", UtcTime),
)
