"""Passkeys of people, and the challenges they have answered."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
)

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add two tables; nobody has a passkey yet."""
    op.create_table(
        "passkeys",
        Column("bucket", String(2), primary_key=True),
        Column("person_id", Text, primary_key=True),
        Column("passkey_id", Text, primary_key=True),
        Column("credential_id", LargeBinary, nullable=False),
        Column("user_handle", LargeBinary, nullable=False),
        Column("public_key", LargeBinary, nullable=False),
        Column("sign_count", BigInteger, nullable=False),
        Column("transports", Text, nullable=False),
        Column("is_synced", Boolean, nullable=False),
        Column("is_backed_up", Boolean, nullable=False),
        Column("aaguid", Text, nullable=False),
        Column("name", LargeBinary, nullable=False),
        Column("bound_acr", Text, nullable=False),
        Column("created_at", BigInteger, nullable=False),
        Column("last_used_at", BigInteger),
        Column("ended_at", BigInteger),
        ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
        Index("ix_passkeys_credential_id", "credential_id", unique=True),
        Index("ix_passkeys_ended_at", "ended_at"),
    )
    op.create_table(
        "passkey_challenges",
        Column("challenge", LargeBinary, primary_key=True),
        Column("expires_at", BigInteger, nullable=False),
        Index("ix_passkey_challenges_expires_at", "expires_at"),
    )
