"""Clients that register themselves: initial access tokens, and the tokens by which such a client changes itself."""

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, Text, UniqueConstraint

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add both tables; nothing that is there changes."""
    op.create_table(
        "invitations",
        Column("invitation_id", Text, primary_key=True),
        Column("digest", LargeBinary, nullable=False),
        Column("scopes", Text, nullable=False),
        Column("note", Text, nullable=False),
        Column("uses_left", Integer, nullable=False),
        Column("created_at", BigInteger, nullable=False),
        Column("expires_at", BigInteger, nullable=False),
        UniqueConstraint("digest"),
    )
    op.create_index("ix_invitations_expires_at", "invitations", ["expires_at"])
    op.create_table(
        "registrations",
        Column("client_id", Text, ForeignKey("clients.client_id"), primary_key=True),
        Column("digest", LargeBinary, nullable=False),
        Column("scopes", Text, nullable=False),
        Column("created_at", BigInteger, nullable=False),
        UniqueConstraint("digest"),
    )
