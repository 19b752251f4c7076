"""Requests about one's own data, copies of it, and whose data is sent on no consent."""

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Index, LargeBinary, String, Text

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Add two tables and a column; nobody has asked for anything yet."""
    op.add_column("people", Column("restricted_at", BigInteger))
    op.create_table(
        "data_requests",
        Column("request_id", Text, primary_key=True),
        Column("bucket", String(2), nullable=False),
        Column("person_id", Text, nullable=False),
        Column("asked_for", Text, nullable=False),
        Column("client_id", Text),
        Column("what", LargeBinary, nullable=False),
        Column("why", LargeBinary, nullable=False),
        Column("received_at", BigInteger, nullable=False),
        Column("answer_due_at", BigInteger, nullable=False),
        Column("complete_due_at", BigInteger, nullable=False),
        Column("close_at", BigInteger),
        Column("state", Text, nullable=False),
        Column("answered_at", BigInteger),
        Column("answered_by", Text, nullable=False),
        Column("answer", LargeBinary),
        Column("extended_at", BigInteger),
        Column("extended_by", Text, nullable=False),
        Column("extension", LargeBinary),
        Column("closed_at", BigInteger),
        Column("closed_by", Text, nullable=False),
        Column("outcome", LargeBinary),
        ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
        Index("ix_data_requests_closed_at", "closed_at", "complete_due_at"),
        Index("ix_data_requests_close_at", "close_at"),
        Index("ix_data_requests_person", "bucket", "person_id"),
    )
    op.create_table(
        "data_copies",
        Column("bucket", String(2), primary_key=True),
        Column("person_id", Text, primary_key=True),
        Column("copy_id", Text, nullable=False),
        Column("asked_at", BigInteger, nullable=False),
        Column("claimed_until", BigInteger, nullable=False),
        Column("made_at", BigInteger),
        Column("expires_at", BigInteger, nullable=False),
        Column("document", LargeBinary),
        ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
        Index("ix_data_copies_made_at", "made_at", "claimed_until"),
        Index("ix_data_copies_expires_at", "expires_at"),
    )
