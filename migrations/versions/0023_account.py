"""What people see of their account: the device of a session, and their events by time."""

from alembic import op
from sqlalchemy import Column, Text

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Sessions of before name no device. The index lets a person's events be read from the latest on, page by page."""
    op.add_column("sessions", Column("device", Text))
    op.create_index("ix_audit_events_subject_at", "audit_events", ["subject_ref", "at", "event_id"])
