"""The table of organisations: number and words sealed, a keyed look-up of the number, the key of the name in clear.

One entry a number: (scheme, lookup) is unique (DESIGN 5.10).
"""

from sqlalchemy import Column, ForeignKey, Index, Table, Text, UniqueConstraint

from idp.database import Digest, Resealing, Sealed, UtcTime, metadata

IDENTIFIER_PURPOSE = "organisation.identifier.{scheme}"
WORDS_PURPOSE = "organisation.words"
_BYTE_ORDER = Text().with_variant(Text(collation="C"), "postgresql")  # a prefix is a range, as on SQLite

organisations = Table(
    "organisations",
    metadata,
    Column("organisation_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("scheme", Text, nullable=False),
    Column("lookup", Digest, nullable=False),
    Column("identifier", Sealed(IDENTIFIER_PURPOSE, Resealing.WITH_LOOKUP), nullable=False),
    Column("words", Sealed(WORDS_PURPOSE), nullable=False),
    Column("name_key", _BYTE_ORDER, nullable=False),
    Column("legal_form", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("status_reason", Text, nullable=False),
    Column("founded", Text, nullable=False),
    Column("commune_code", Text, nullable=False),
    Column("parent_id", Text, ForeignKey("organisations.organisation_id")),
    Column("source", Text, nullable=False),
    Column("source_at", UtcTime, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    UniqueConstraint("scheme", "lookup"),
    Index("ix_organisations_name_key", "name_key"),
    Index("ix_organisations_parent_id", "parent_id"),
)
