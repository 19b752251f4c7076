"""The network a session was begun in and a grant was given in, as far as it may be kept."""

from alembic import op
from sqlalchemy import Column, LargeBinary

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add columns that may be empty; a node of before goes on, and what it writes has no network."""
    for table in ("sessions", "grants"):
        op.add_column(table, Column("network", LargeBinary))
