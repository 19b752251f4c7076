"""Spent client assertions, and the secrets of client_secret_jwt, which must be known to be verified with."""

from alembic import op
from sqlalchemy import BigInteger, Column, LargeBinary, Text

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add a table and a column that may be empty; nothing that is there changes."""
    op.create_table(
        "client_assertions",
        Column("client_id", Text, primary_key=True),
        Column("jti", LargeBinary, primary_key=True),
        Column("expires_at", BigInteger, nullable=False),
    )
    op.create_index("ix_client_assertions_expires_at", "client_assertions", ["expires_at"])
    op.add_column("client_secrets", Column("sealed", LargeBinary))
