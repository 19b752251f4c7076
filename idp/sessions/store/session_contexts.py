"""For whom a person acts at each relying party in a session, as they chose; gone with the session."""

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, String, Table, Text

from idp.database import UtcTime, metadata

session_contexts = Table(
    "session_contexts",
    metadata,
    Column("bucket", String(2), primary_key=True),
    Column("session_id", Text, primary_key=True),
    Column("client_id", Text, ForeignKey("clients.client_id"), primary_key=True),
    Column("choice_id", Text, nullable=False),  # context.SELF, or the id of a mandate or post
    Column("chosen_at", UtcTime, nullable=False),
    ForeignKeyConstraint(
        ["bucket", "session_id"], ["sessions.bucket", "sessions.session_id"], ondelete="CASCADE"
    ),
)
