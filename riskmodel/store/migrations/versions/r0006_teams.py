"""Teams that share squads: who belongs to them, and a record of who did what."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add four tables."""

    def owned() -> list[sa.Column[Any]]:
        return [
            sa.Column("id", sa.String(32), primary_key=True),
            sa.Column("owner", sa.String(255), nullable=False),
            sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        ]

    op.create_table(
        "accounts",
        *owned(),
        sa.Column("address", sa.String(254), nullable=False, server_default=""),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("owner", name="uq_accounts_owner"),
    )
    op.create_table(
        "teams",
        *owned(),
        sa.Column("name", sa.String(80), nullable=False),
        sa.UniqueConstraint("owner", name="uq_teams_owner"),
    )
    op.create_table(
        "members",
        *owned(),
        sa.Column("address", sa.String(254), nullable=False, server_default=""),
        sa.Column("account", sa.String(255)),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("invited_by", sa.String(254), nullable=False, server_default=""),
        sa.UniqueConstraint("owner", "account", name="uq_members_owner_account"),
    )
    op.create_index("ix_members_account", "members", ["account"])
    op.create_index("ix_members_address", "members", ["address"])
    op.create_table(
        "record",
        *owned(),
        sa.Column("who", sa.String(254), nullable=False),
        sa.Column("did", sa.String(20), nullable=False),
        sa.Column("item", sa.String(32), nullable=False, server_default=""),
        sa.Column("name", sa.String(254), nullable=False, server_default=""),
    )
    op.create_index("ix_record_owner_created", "record", ["owner", "created"])
