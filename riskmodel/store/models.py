"""The tables, as the newest migration leaves them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
)

LONGEST_OWNER = 255  # characters; of a longer one its digest is kept
LONGEST_ID = 32  # hexadecimal digits of a random UUID


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC, with its zone, also where the database knows no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Turn a moment with any offset into UTC; one without an offset is an error."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment needs its offset from UTC.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Say that what comes back is UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _kept() -> list[Column[Any]]:
    """Columns of everything that is kept: whose it is, which version, since when."""
    return [
        Column("id", String(LONGEST_ID), primary_key=True),
        Column("owner", String(LONGEST_OWNER), nullable=False),
        Column("version", Integer, nullable=False),
        Column("created", UtcTime, nullable=False),
        Column("changed", UtcTime, nullable=False),
    ]


metadata = MetaData()

items = Table(
    "items",
    metadata,
    *_kept(),
    Column("kind", String(20), nullable=False),
    Column("name", String(80), nullable=False),
    Column("content", JSON, nullable=False),
    # Version of the program that wrote the content; empty if it was not noted.
    Column("program", String(80), nullable=False, server_default=""),
    # Also the index of every list.
    UniqueConstraint("owner", "kind", "name", name="uq_items_owner_kind_name"),
)

outcomes = Table(
    "outcomes",
    metadata,
    *_kept(),
    Column("day", Date, nullable=False),
    Column("probability", Float, nullable=False),
    Column("probability_low", Float, nullable=False),
    Column("probability_high", Float, nullable=False),
    Column("program", String(80), nullable=False),
    Column("scorecard", String(80), nullable=False),
    Column("cramp", Boolean),  # unknown as long as the session is to come
    Column("sport", String(40), nullable=False),
    Column("duration_min", Float, nullable=False),
    Column("muscle", String(40)),
    Column("cramp_at_min", Float),
    Column("after_session", Boolean, nullable=False),
    Column("answers", JSON(none_as_null=True)),
    CheckConstraint(
        "0 <= probability_low AND probability_low <= probability "
        "AND probability <= probability_high AND probability_high <= 1",
        name="ck_outcomes_probability",
    ),
    Index("ix_outcomes_owner_day", "owner", "day"),
)
