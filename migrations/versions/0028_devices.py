"""Browsers in which people have signed in, and what a session knows of its own."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
)

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Nobody is known in any browser yet: who signs in next is told once. Sessions of before are of no known device."""
    op.create_table(
        "devices",
        Column("bucket", String(2), primary_key=True),
        Column("person_id", Text, primary_key=True),
        Column("cookie", LargeBinary, primary_key=True),
        Column("device_id", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("client_id", Text, nullable=False),
        Column("address", LargeBinary),
        Column("place", Text),
        Column("previous_place", Text),
        Column("previous_at", BigInteger),
        Column("sign_ins", Integer, nullable=False),
        Column("first_seen_at", BigInteger, nullable=False),
        Column("last_seen_at", BigInteger, nullable=False),
        Column("renewed_at", BigInteger, nullable=False),
        Column("kept_until", BigInteger, nullable=False),
        Column("acknowledged_at", BigInteger),
        Column("is_public", Boolean, nullable=False),
        ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
        Index("ix_devices_cookie", "cookie", "last_seen_at"),
        Index("ix_devices_address", "address", "first_seen_at"),
        Index("ix_devices_client_id", "client_id", "first_seen_at"),
        Index("ix_devices_kept_until", "kept_until"),
    )
    op.add_column("sessions", Column("device_id", Text))
    op.add_column("sessions", Column("device_since", BigInteger))
    op.add_column("sessions", Column("is_public", Boolean))
    op.add_column("sessions", Column("asks_more", Boolean))
