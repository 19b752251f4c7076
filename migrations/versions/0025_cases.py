"""Cases about people's accounts, links by which they dispute what a notice told, authenticator apps that sleep."""

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Index, LargeBinary, String, Text, text

revision = "0025"
down_revision = "0024"
_OPEN = text("closed_at IS NULL")


def upgrade() -> None:
    """Add two empty tables; what was disputed before stays in the stewards' queue. No app sleeps yet."""
    op.create_table(
        "cases",
        Column("case_id", Text, primary_key=True),
        Column("bucket", String(2), nullable=False),
        Column("person_id", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("about", LargeBinary, nullable=False),
        Column("facts", LargeBinary, nullable=False),
        Column("state", Text, nullable=False),
        Column("opened_at", BigInteger, nullable=False),
        Column("closed_at", BigInteger),
        Column("closed_by", Text, nullable=False),
        Column("outcome", LargeBinary),
        ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
        Index(
            "ix_cases_about",
            *("bucket", "person_id", "about"),
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_cases_person", "bucket", "person_id", "opened_at"),
        Index("ix_cases_state", "state", "opened_at"),
        Index("ix_cases_closed_at", "closed_at"),
    )
    op.create_table(
        "dispute_links",
        Column("bucket", String(2), primary_key=True),
        Column("digest", LargeBinary, primary_key=True),
        Column("person_id", Text, nullable=False),
        Column("facts", LargeBinary, nullable=False),
        Column("expires_at", BigInteger, nullable=False),
        ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
        Index("ix_dispute_links_person", "bucket", "person_id"),
        Index("ix_dispute_links_expires_at", "expires_at"),
    )
    op.add_column("totp", Column("asleep_since", BigInteger))
