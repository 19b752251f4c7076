"""For whom people act: chosen per session and client, kept with the grant; officials' sessions apart."""

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKey, ForeignKeyConstraint, String, Text, text

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add columns that may be empty and a table; a node of before goes on, and all it writes is a citizen's own."""
    op.add_column("sessions", Column("realm", Text))
    op.add_column("consents", Column("decided_by", Text))
    for name in ("context_id", "principal_id"):
        op.add_column("grants", Column(name, Text))
        is_set = text(f"{name} IS NOT NULL")
        op.create_index(f"ix_grants_{name}", "grants", [name], sqlite_where=is_set, postgresql_where=is_set)
    op.create_table(
        "session_contexts",
        Column("bucket", String(2), primary_key=True),
        Column("session_id", Text, primary_key=True),
        Column("client_id", Text, ForeignKey("clients.client_id"), primary_key=True),
        Column("choice_id", Text, nullable=False),
        Column("chosen_at", BigInteger, nullable=False),
        ForeignKeyConstraint(
            ["bucket", "session_id"], ["sessions.bucket", "sessions.session_id"], ondelete="CASCADE"
        ),
    )
