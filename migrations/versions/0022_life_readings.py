"""When the population register was read of a person, and of whom it is still to be read."""

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Integer, String, Text

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Add an empty table: of everybody who is there it is read at their next sign-in."""
    op.create_table(
        "life_readings",
        Column("bucket", String(2), primary_key=True),
        Column("person_id", Text, primary_key=True),
        Column("read_at", BigInteger),
        Column("due_at", BigInteger),
        Column("failures", Integer, nullable=False),
        ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    )
    op.create_index("ix_life_readings_due_at", "life_readings", ["due_at"])
