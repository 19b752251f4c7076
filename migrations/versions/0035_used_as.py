"""A session remembers for whom it is used at each relying party: who ends a power knows which must hear of it."""

from alembic import op
from sqlalchemy import Column, Text

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    """What was reached before, or is by a node of before, says nothing: then the relying party is told."""
    op.add_column("session_clients", Column("context_id", Text))
