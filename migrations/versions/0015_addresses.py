"""Where people were registered, and since when; the address of now stays in the profile."""

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, LargeBinary, String, Text

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add an empty table; a record of before gets its row when its address is replaced."""
    op.create_table(
        "person_addresses",
        Column("bucket", String(2), primary_key=True),
        Column("person_id", Text, primary_key=True),
        Column("recorded_at", BigInteger, primary_key=True),
        Column("valid_from", BigInteger, nullable=False),
        Column("valid_to", BigInteger),
        Column("address", LargeBinary, nullable=False),
        ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    )
