"""The ledger of sign-outs: whose, when last sent, what was answered; and the indexes that find lanes and rows."""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, Text, text

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add columns that may be empty, and indexes; a node of before goes on."""
    op.add_column("outbox", Column("person_id", Text))
    op.add_column("outbox", Column("sent_at", BigInteger))
    op.add_column("outbox", Column("status", Integer))
    op.create_index("ix_outbox_lane", "outbox", ["state", "client_id", "next_attempt_at", "message_id"])
    op.create_index("ix_outbox_client_id", "outbox", ["client_id", "created_at", "message_id"])
    op.create_index("ix_outbox_person_id", "outbox", ["person_id", "created_at"])
    leased = text("leased_until IS NOT NULL")
    op.create_index(
        "ix_outbox_leased",
        "outbox",
        ["client_id", "leased_until"],
        sqlite_where=leased,
        postgresql_where=leased,
    )
