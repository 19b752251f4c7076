"""The tables of officials and posts, and when a post is held.

Codes and numbers are compared byte by byte, so that a subtree of agencies is one range of an index on every engine.
"""

from datetime import datetime

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    and_,
    or_,
    select,
    text,
)

from idp.database import Sealed, UtcTime, metadata
from idp.database.standing import standing

PROFILE = "official.profile"
AWAITED_ID = "official.awaited_id"
_BYTES = Text().with_variant(Text(collation="C"), "postgresql")
_BEYOND = "/"
"""Follows the dot, and a code has letters, digits and dots alone: H24 <= H24.08 < H24/ < H240."""

officials = Table(
    "officials",
    metadata,
    Column("official_id", Text, primary_key=True),
    Column("bucket", String(2)),
    Column("person_id", Text),
    Column("employee_number", Text, nullable=False),
    Column("number_fold", _BYTES, nullable=False),
    Column("agency_code", _BYTES, nullable=False),
    Column("status", Text, nullable=False),
    Column("profile", Sealed(PROFILE), nullable=False),
    Column("awaited_id", Sealed(AWAITED_ID)),  # the number, until a person has it
    Column("looked_at", UtcTime),  # when that person was looked for last
    Column("version", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("removed_at", UtcTime),  # from what HR sees: the number is free again, the record stays
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    Index(
        "ix_officials_number_fold",
        "number_fold",
        unique=True,
        sqlite_where=text("removed_at IS NULL"),
        postgresql_where=text("removed_at IS NULL"),
    ),
    Index("ix_officials_agency_code", "agency_code", "number_fold"),
    Index("ix_officials_person", "bucket", "person_id"),
    Index(
        "ix_officials_looked_at",
        "looked_at",
        sqlite_where=text("awaited_id IS NOT NULL"),
        postgresql_where=text("awaited_id IS NOT NULL"),
    ),
)

all_officials = select(officials, standing(officials.c.person_id).label("stands"))
"""Every record, with who it is of after merges beside the record of theirs that is written in it."""

posts = Table(
    "official_posts",
    metadata,
    Column("post_id", Text, primary_key=True),
    Column("official_id", Text, ForeignKey("officials.official_id"), nullable=False),
    Column("agency_code", _BYTES, nullable=False),
    Column("commune_code", Text, nullable=False),
    Column("position", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("starts_at", UtcTime, nullable=False),
    Column("ends_at", UtcTime),
    Column("closed_at", UtcTime),  # its end was carried out
    Column("end_reason", Text),
    Column("changed_at", UtcTime),
    Index("ix_official_posts_official_id", "official_id", "starts_at"),
    Index("ix_official_posts_agency_code", "agency_code", "official_id"),
    Index(
        "ix_official_posts_ends_at",
        "ends_at",
        sqlite_where=text("closed_at IS NULL AND ends_at IS NOT NULL"),
        postgresql_where=text("closed_at IS NULL AND ends_at IS NOT NULL"),
    ),
)


def is_within(code: ColumnElement[str], root: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that an agency is this one or below it: one range, since nothing else begins so and a dot."""
    return and_(code >= root, code < root.concat(_BEYOND))


def is_held(now: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition that a post is held at a moment."""
    return and_(
        posts.c.starts_at <= now,
        posts.c.closed_at.is_(None),
        or_(posts.c.ends_at.is_(None), posts.c.ends_at > now),
    )
