"""An outcome may be unknown as long as the session is to come."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Let a column be empty."""
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("outcomes", "cramp", existing_type=sa.Boolean, nullable=True)
        return
    # SQLite changes no column, so the rows move into a new table.
    op.drop_index("ix_outcomes_owner_day", "outcomes")
    op.rename_table("outcomes", "outcomes_0002")
    new = op.create_table(
        "outcomes",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("owner", sa.String(255), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("probability", sa.Float, nullable=False),
        sa.Column("probability_low", sa.Float, nullable=False),
        sa.Column("probability_high", sa.Float, nullable=False),
        sa.Column("program", sa.String(80), nullable=False),
        sa.Column("scorecard", sa.String(80), nullable=False),
        sa.Column("cramp", sa.Boolean),
        sa.Column("sport", sa.String(40), nullable=False),
        sa.Column("duration_min", sa.Float, nullable=False),
        sa.Column("muscle", sa.String(40)),
        sa.Column("cramp_at_min", sa.Float),
        sa.Column("after_session", sa.Boolean, nullable=False),
        sa.Column("answers", sa.JSON),
        sa.CheckConstraint(
            "0 <= probability_low AND probability_low <= probability "
            "AND probability <= probability_high AND probability_high <= 1",
            name="ck_outcomes_probability",
        ),
    )
    names = ", ".join(column.name for column in new.columns)
    op.execute(f"INSERT INTO outcomes ({names}) SELECT {names} FROM outcomes_0002")
    op.drop_table("outcomes_0002")
    op.create_index("ix_outcomes_owner_day", "outcomes", ["owner", "day"])
