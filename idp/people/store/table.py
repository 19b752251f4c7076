"""The table of people, whose statements stand beside it."""

from sqlalchemy import Boolean, Column, Index, SmallInteger, String, Table, Text

from idp.database import Sealed, UtcTime, metadata
from idp.people.store.person_row import PROFILE_PURPOSE

_BYTE_ORDER = Text().with_variant(Text(collation="C"), "postgresql")  # a prefix is a range, as on SQLite

people = Table(
    "people",
    metadata,
    Column("bucket", String(2), primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("name_fold", _BYTE_ORDER, nullable=False),
    Column("birth_year", SmallInteger),
    Column("commune_code", Text, nullable=False),
    Column("account_level", SmallInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("status_reason", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("profile", Sealed(PROFILE_PURPOSE), nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("canonical_id", Text),
    Column("restricted_at", UtcTime),
    Index("ix_people_name_fold", "name_fold", "person_id"),
    Index("ix_people_birth_year_name", "birth_year", "name_fold", "person_id"),
    Index("ix_people_commune_code", "commune_code", "name_fold", "person_id", "birth_year"),
    Index("ix_people_canonical_id", "canonical_id"),
    Index("ix_people_birth_year", "birth_year", "bucket", "person_id"),
)
