"""Until when high-risk acts are held back after a recovery, and the cases of one-stop desks."""

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

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Add two tables; nobody has recovered anything yet."""
    op.create_table(
        "recovery_holds",
        Column("bucket", String(2), primary_key=True),
        Column("person_id", Text, primary_key=True),
        Column("began_at", BigInteger, nullable=False),
        Column("until", BigInteger, nullable=False),
        ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
        Index("ix_recovery_holds_until", "until"),
    )
    op.create_table(
        "desk_cases",
        Column("case_id", Text, primary_key=True),
        Column("bucket", String(2), nullable=False),
        Column("person_id", Text, nullable=False),
        Column("official_id", Text, nullable=False),
        Column("agency_code", Text, nullable=False),
        Column("commune_code", Text, nullable=False),
        Column("device", LargeBinary, nullable=False),
        Column("document_digest", LargeBinary, nullable=False),
        Column("document_until", Text, nullable=False),
        Column("method", Text, nullable=False),
        Column("outcome", Text, nullable=False),
        Column("entered_by", Text, nullable=False),
        Column("opened_at", BigInteger, nullable=False),
        Column("expires_at", BigInteger, nullable=False),
        Column("needs_second", Boolean, nullable=False),
        Column("confirmed_by", Text),
        Column("confirmed_at", BigInteger),
        Column("code_digest", LargeBinary),
        Column("tries", Integer, nullable=False),
        Column("used_at", BigInteger),
        ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
        Index("ix_desk_cases_person", "bucket", "person_id"),
        Index("ix_desk_cases_opened_at", "opened_at"),
    )
