"""Logos of clients, copied when they are registered."""

from alembic import op
from sqlalchemy import Column, ForeignKey, LargeBinary, Text

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table; nothing that is there changes."""
    op.create_table(
        "client_logos",
        Column("client_id", Text, ForeignKey("clients.client_id"), primary_key=True),
        Column("digest", Text, nullable=False),
        Column("image", LargeBinary, nullable=False),
    )
    op.create_index("ix_client_logos_digest", "client_logos", ["digest"])
