"""Stands in for the step of the teams until that is merged."""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Nothing."""
