"""Mandates: who may act for whom, the firms they act through, what was offered, what waits for a second person."""

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, ForeignKeyConstraint, LargeBinary, String, Text

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the tables; nothing that is there changes."""
    op.create_table(
        "mandate_principals",
        Column("principal_kind", Text, primary_key=True),
        Column("principal_id", Text, primary_key=True),
    )
    _mandates()
    _firms()
    _invitations()
    op.create_table(
        "mandate_removals",
        Column("removal_id", Text, primary_key=True),
        Column("mandate_id", Text, nullable=False),
        Column("principal_id", Text, nullable=False),
        Column("proposed_by", Text, nullable=False),
        Column("created_at", BigInteger, nullable=False),
        Column("expires_at", BigInteger, nullable=False),
        Column("closed_at", BigInteger),
        Column("closed_by", Text),
    )
    op.create_index("ix_mandate_removals_principal", "mandate_removals", ["principal_id"])
    op.create_index("ix_mandate_removals_expires_at", "mandate_removals", ["expires_at"])


def _mandates() -> None:
    op.create_table(
        "mandates",
        Column("bucket", String(2), primary_key=True),
        Column("mandate_id", Text, primary_key=True, unique=True),
        Column("principal_kind", Text, nullable=False),
        Column("principal_id", Text, nullable=False),
        Column("delegate_id", Text, nullable=False),
        Column("through_id", Text),
        Column("appointment_id", Text),
        Column("source", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("powers", Text, nullable=False),
        Column("services", Text, nullable=False),
        Column("valid_from", BigInteger, nullable=False),
        Column("valid_to", BigInteger),
        Column("ended_at", BigInteger),
        Column("end_reason", Text, nullable=False),
        Column("contested", Boolean, nullable=False),
        Column("appointed_by", Text, nullable=False),
        Column("reference", LargeBinary),
        Column("created_at", BigInteger, nullable=False),
        ForeignKeyConstraint(["bucket", "delegate_id"], ["people.bucket", "people.person_id"]),
    )
    op.create_index("ix_mandates_principal", "mandates", ["principal_kind", "principal_id"])
    op.create_index("ix_mandates_delegate", "mandates", ["bucket", "delegate_id"])
    op.create_index("ix_mandates_through", "mandates", ["through_id", "delegate_id"])
    op.create_index("ix_mandates_appointment", "mandates", ["appointment_id"])
    op.create_index("ix_mandates_over", "mandates", ["ended_at", "valid_to"])


def _firms() -> None:
    op.create_table(
        "mandate_firms",
        Column("appointment_id", Text, primary_key=True),
        Column("principal_id", Text, nullable=False),
        Column("firm_id", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("services", Text, nullable=False),
        Column("valid_from", BigInteger, nullable=False),
        Column("valid_to", BigInteger, nullable=False),
        Column("ended_at", BigInteger),
        Column("end_reason", Text, nullable=False),
        Column("appointed_by", Text, nullable=False),
        Column("created_at", BigInteger, nullable=False),
    )
    op.create_index("ix_mandate_firms_principal", "mandate_firms", ["principal_id"])
    op.create_index("ix_mandate_firms_firm", "mandate_firms", ["firm_id"])
    op.create_index("ix_mandate_firms_over", "mandate_firms", ["ended_at", "valid_to"])


def _invitations() -> None:
    op.create_table(
        "mandate_invitations",
        Column("invitation_id", Text, primary_key=True),
        Column("invitee", LargeBinary, nullable=False),
        Column("principal_id", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("services", Text, nullable=False),
        Column("valid_from", BigInteger, nullable=False),
        Column("valid_to", BigInteger, nullable=False),
        Column("shown", LargeBinary, nullable=False),
        Column("invited_by", Text, nullable=False),
        Column("created_at", BigInteger, nullable=False),
        Column("expires_at", BigInteger, nullable=False),
        Column("closed_at", BigInteger),
        Column("close_reason", Text, nullable=False),
    )
    op.create_index("ix_mandate_invitations_invitee", "mandate_invitations", ["invitee"])
    op.create_index("ix_mandate_invitations_principal", "mandate_invitations", ["principal_id"])
    op.create_index("ix_mandate_invitations_expires_at", "mandate_invitations", ["expires_at"])
