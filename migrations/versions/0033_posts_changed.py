"""Posts tell when they were changed: who sees a record and not all its posts is not told by its own time."""

from alembic import op
from sqlalchemy import BigInteger, Column

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Of what was changed before, or is by a node of before, the record's own time tells, as then."""
    op.add_column("official_posts", Column("changed_at", BigInteger))
