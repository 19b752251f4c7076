"""Interactions that ended by a no are told from those that ended by a yes."""

from alembic import op
from sqlalchemy import Boolean, Column

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Of what ended before, or is ended by a node of before, nothing is known: a second no is refused as then."""
    op.add_column("interaction_ends", Column("declined", Boolean))
