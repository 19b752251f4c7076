"""Authorization requests at rest: pushed ones, and those too large for a cookie."""

from alembic import op
from sqlalchemy import BigInteger, Column, LargeBinary, Text

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the table; nothing that is there changes."""
    op.create_table(
        "pushed_requests",
        Column("digest", LargeBinary, primary_key=True),
        Column("client_id", Text, nullable=False),
        Column("request", LargeBinary, nullable=False),
        Column("expires_at", BigInteger, nullable=False),
        Column("loaded_at", BigInteger),
    )
    op.create_index("ix_pushed_requests_expires_at", "pushed_requests", ["expires_at"])
