"""How often the database was restored, and since when what was issued before counts no more."""

from alembic import op
from sqlalchemy import BigInteger, Column

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add columns that are empty until a back-up is restored."""
    op.add_column("config_version", Column("epoch", BigInteger))
    op.add_column("config_version", Column("epoch_began_at", BigInteger))
