"""Counters of what is limited per client and address."""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the table; nothing that is there changes."""
    op.create_table(
        "limits",
        Column("counter", LargeBinary, primary_key=True),
        Column("count", Integer, nullable=False),
        Column("ends_at", BigInteger, nullable=False),
    )
    op.create_index("ix_limits_ends_at", "limits", ["ends_at"])
