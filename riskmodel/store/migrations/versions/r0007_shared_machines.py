"""From when on a sign-in is over, as on a machine that several people use."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the moment; without one a sign-in is over already."""
    op.add_column(
        "sign_ins_over", sa.Column("over_from", sa.DateTime(timezone=True), nullable=True)
    )
