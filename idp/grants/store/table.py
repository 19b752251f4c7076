"""The grants, and when one is live: read by every statement that finds or spends what hangs on a grant.

Live: not revoked, its client enabled, its person active and not merged into another, its session not ended unless the
grant is offline. Each is read where it is kept, so that one UPDATE there is felt by all tokens at once (DESIGN 5.5,
bound A).

Race rule (PostgreSQL, READ COMMITTED): a statement sees what was committed before it began. A revoke, a lock
or a disabling committed by then is honoured. A later one comes after the spend: that spend's tokens point
at this same grant, whose state each use of them reads again.
"""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    and_,
    column,
    literal,
    or_,
    select,
    table,
    text,
    true,
)

from idp.database import UtcTime, metadata

grants = Table(
    "grants",
    metadata,
    Column("bucket", String(2), primary_key=True),
    Column("grant_id", Text, primary_key=True, unique=True),
    Column("gid", Text, nullable=False, unique=True),
    Column("person_id", Text, nullable=False),
    Column("client_id", Text, ForeignKey("clients.client_id"), nullable=False),
    Column("session_id", Text, nullable=False),  # no foreign key: an offline grant outlives the session's row
    Column("is_offline", Boolean, nullable=False),
    Column("facts", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
    Column("revoke_reason", Text),
    Column("family_ended_at", UtcTime),  # by a restore (adr/0027): its refresh tokens end, the grant goes on
    Column("network", LargeBinary),  # of the browser it was given in (audit/occasion.py)
    Column("context_id", Text),  # the mandate or post it was given under; ends with it
    Column("principal_id", Text),  # the organisation, ward or agency it was given for
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    Index("ix_grants_person", "bucket", "person_id"),
    Index("ix_grants_session_id", "session_id"),
    Index("ix_grants_expires_at", "expires_at"),
    *(
        Index(
            f"ix_grants_{name}",
            name,
            sqlite_where=text(f"{name} IS NOT NULL"),
            postgresql_where=text(f"{name} IS NOT NULL"),
        )
        for name in ("context_id", "principal_id")
    ),
)

_clients = table("clients", column("client_id", Text), column("enabled", Boolean))
_people = table(
    "people",
    column("bucket", String),
    column("person_id", Text),
    column("status", Text),
    column("canonical_id", Text),
)
_sessions = table(
    "sessions", column("session_id", Text), column("ended_at", UtcTime), column("expires_at", UtcTime)
)

_client_is_enabled = (
    select(literal(1))
    .select_from(_clients)
    .where(_clients.c.client_id == grants.c.client_id, _clients.c.enabled.is_(true()))
    .correlate(grants)
    .exists()
)
_person_is_active = (
    select(literal(1))
    .select_from(_people)
    .where(
        _people.c.bucket == grants.c.bucket,
        _people.c.person_id == grants.c.person_id,
        _people.c.status == "active",
        _people.c.canonical_id.is_(None),
    )
    .correlate(grants)
    .exists()
)

live_session = (
    select(_sessions.c.expires_at)
    .where(_sessions.c.session_id == grants.c.session_id, _sessions.c.ended_at.is_(None))
    .correlate(grants)
)
"""The grant's session, if it has not ended: its absolute limit."""

session_limit = live_session.scalar_subquery()
"""The same as a value, NULL for a session that has ended."""

is_authorized = and_(grants.c.revoked_at.is_(None), _client_is_enabled, _person_is_active)
"""Live but for the session, which a code always needs and an offline grant never."""

is_live = and_(is_authorized, or_(grants.c.is_offline, session_limit.is_not(None)))
"""All of it."""
