"""Nobody asks for agencies by their commune: the index was kept for nothing."""

from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Drop the index; a node of the release before does without it too."""
    op.drop_index("ix_agencies_ward_code", "agencies")
