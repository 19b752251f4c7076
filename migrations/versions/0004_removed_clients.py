"""Clients can be removed for good; the row stays, since grants, consents and the record point at it."""

from alembic import op
from sqlalchemy import BigInteger, Column

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add when a client was removed."""
    op.add_column("clients", Column("removed_at", BigInteger))
