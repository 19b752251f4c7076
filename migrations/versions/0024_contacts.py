"""Where people are reached by their own word, and the codes that prove it."""

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Index, Integer, LargeBinary, String, Text

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Add two tables; nobody has proved an address yet."""
    op.create_table(
        "contacts",
        Column("bucket", String(2), primary_key=True),
        Column("person_id", Text, primary_key=True),
        Column("contact_id", Text, primary_key=True),
        Column("channel", Text, nullable=False),
        Column("address", LargeBinary, nullable=False),
        Column("language", Text, nullable=False),
        Column("verified_at", BigInteger, nullable=False),
        ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    )
    op.create_table(
        "contact_codes",
        Column("bucket", String(2), primary_key=True),
        Column("person_id", Text, primary_key=True),
        Column("channel", Text, primary_key=True),
        Column("address", LargeBinary, nullable=False),
        Column("replaces", Text, nullable=False),
        Column("language", Text, nullable=False),
        Column("digest", LargeBinary, nullable=False),
        Column("tries", Integer, nullable=False),
        Column("expires_at", BigInteger, nullable=False),
        ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
        Index("ix_contact_codes_expires_at", "expires_at"),
    )
