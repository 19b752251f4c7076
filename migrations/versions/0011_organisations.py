"""Organisations of the registers, and the tree of agencies."""

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, Text, UniqueConstraint

revision = "0011"
down_revision = "0010"

_Moment = BigInteger
_BYTE_ORDER = Text().with_variant(Text(collation="C"), "postgresql")  # a prefix is a range


def upgrade() -> None:
    """Add the tables; nothing that is there changes."""
    op.create_table(
        "organisations",
        Column("organisation_id", Text, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("scheme", Text, nullable=False),
        Column("lookup", LargeBinary, nullable=False),
        Column("identifier", LargeBinary, nullable=False),
        Column("words", LargeBinary, nullable=False),
        Column("name_key", _BYTE_ORDER, nullable=False),
        Column("legal_form", Text, nullable=False),
        Column("status", Text, nullable=False),
        Column("status_reason", Text, nullable=False),
        Column("founded", Text, nullable=False),
        Column("commune_code", Text, nullable=False),
        Column("parent_id", Text, ForeignKey("organisations.organisation_id")),
        Column("source", Text, nullable=False),
        Column("source_at", _Moment, nullable=False),
        Column("created_at", _Moment, nullable=False),
        Column("updated_at", _Moment, nullable=False),
        UniqueConstraint("scheme", "lookup"),
    )
    op.create_index("ix_organisations_name_key", "organisations", ["name_key"])
    op.create_index("ix_organisations_parent_id", "organisations", ["parent_id"])
    op.create_table(
        "agencies",
        Column("code", _BYTE_ORDER, primary_key=True),
        Column("parent_code", _BYTE_ORDER, ForeignKey("agencies.code")),
        Column("name", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("ward_code", Text, nullable=False),
        Column("source", Text, nullable=False),
        Column("source_at", _Moment, nullable=False),
        Column("updated_at", _Moment, nullable=False),
        Column("ended_at", _Moment),
    )
    op.create_index("ix_agencies_parent_code", "agencies", ["parent_code"])
    op.create_index("ix_agencies_ward_code", "agencies", ["ward_code"])
