"""Sign-ins that wait to be confirmed on another device."""

from alembic import op
from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Text

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Add a table; none waits yet."""
    op.create_table(
        "cross_device_sign_ins",
        Column("interaction_id", Text, primary_key=True),
        Column("code", LargeBinary, nullable=False, unique=True),
        Column("number", LargeBinary, nullable=False),
        Column("shown", LargeBinary, nullable=False),
        Column("client_id", Text, nullable=False),
        Column("device", Text, nullable=False),
        Column("network", LargeBinary),
        Column("needed_acr", Text, nullable=False),
        Column("needed_since", BigInteger),
        Column("asked_at", BigInteger, nullable=False),
        Column("expires_at", BigInteger, nullable=False),
        Column("standing", Text, nullable=False),
        Column("wrong", Integer, nullable=False),
        Column("session_id", Text),
        Index("ix_cross_device_sign_ins_expires_at", "expires_at"),
    )
