"""Which version of the scorecard scored an item, or gave an expectation."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add a column to both tables."""
    for table in ("items", "outcomes"):
        column = sa.Column(
            "scorecard_version", sa.String(80), nullable=False, server_default=""
        )
        op.add_column(table, column)
