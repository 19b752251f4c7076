"""The tables of the audit log; triggers hold what may change in them (migrations/versions, DESIGN 5.9)."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, LargeBinary, Table, Text

from idp.database import Digest, Resealing, Sealed, UtcTime, metadata

KEY_PURPOSE = "audit-key"

audit_events = Table(
    "audit_events",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("subject_ref", Text, nullable=False),
    Column("payload", Sealed("audit", Resealing.STAYS)),
    Column("salt", LargeBinary),
    Column("payload_digest", Digest, nullable=False),
    Column("txn", Text, nullable=False),
    Column("leaf_index", BigInteger, unique=True),
    CheckConstraint("leaf_index >= 0", name="leaf_index"),
    Index("ix_audit_events_subject_ref", "subject_ref", "leaf_index"),
    Index("ix_audit_events_subject_at", "subject_ref", "at", "event_id"),
)
Index(
    "ix_audit_events_unnumbered",
    audit_events.c.at,
    audit_events.c.event_id,
    sqlite_where=audit_events.c.leaf_index.is_(None),
    postgresql_where=audit_events.c.leaf_index.is_(None),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("next_index", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

audit_keys = Table(
    "audit_keys",
    metadata,
    Column("subject_ref", Text, primary_key=True),
    Column("sealed_key", Sealed(KEY_PURPOSE), nullable=False),
)
