"""A session remembers who was told of its end though it goes on: they know it as another `sid` from then on."""

from alembic import op
from sqlalchemy import Column, Text

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """Nobody was told before; a node of before goes on with the `sid` it always gave."""
    op.add_column("sessions", Column("told_ended", Text))
