"""Recovery codes; of a password, whether it needs a second factor beside it and whether it became known."""

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, ForeignKeyConstraint, LargeBinary, String, Text, false

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add an empty table and two columns; every password of before is long enough to stand alone, and known to nobody."""
    op.create_table(
        "recovery_codes",
        Column("bucket", String(2), primary_key=True),
        Column("person_id", Text, primary_key=True),
        Column("digest", LargeBinary, primary_key=True),
        Column("salt", LargeBinary, nullable=False),
        Column("made_at", BigInteger, nullable=False),
        Column("spent_at", BigInteger),
        ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    )
    op.add_column("passwords", Column("needs_second", Boolean, nullable=False, server_default=false()))
    op.add_column("passwords", Column("compromised_at", BigInteger))
