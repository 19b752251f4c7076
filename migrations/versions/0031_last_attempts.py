"""When an account last failed, which nobody reads: a row may do without.

The release before writes it still, and may beside this one. So the column stays for now, and goes with the release after.
"""

from alembic import op
from sqlalchemy import BigInteger

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Drop the index, and let the column be empty."""
    op.drop_index("ix_attempts_last_at", "attempts")
    with op.batch_alter_table("attempts") as attempts:
        attempts.alter_column("last_at", existing_type=BigInteger(), nullable=True)
