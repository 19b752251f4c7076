"""Authorization codes, by keyed digest – RFC 6749 §4.1.2, RFC 9700 §2.1.1 (SECURITY B01–B03, R16).

A code is spent by one UPDATE whose answer names the winner. Its WHERE holds the session's row against a
sign-out in progress (FOR SHARE; SQLite has one writer anyway): either the sign-out came first and the code is
refused, or it waits and then finds the relying party that this redemption wrote to the session. For grants,
clients and people see table.py.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    Index,
    String,
    Table,
    Text,
    and_,
    bindparam,
    column,
    func,
    insert,
    literal,
    select,
    table,
    update,
)

from idp.database import Digest, UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from idp.grants.model import NewCode, StoredCode
from idp.grants.rows import code_facts, code_text, grant_facts
from idp.grants.store.table import grants, is_authorized, live_session, session_limit
from idp.ids import HandleKind, bucket_of, parse_handle
from idp.protocol.context import SELF
from keys.envelope import Vault

codes = Table(
    "codes",
    metadata,
    Column("bucket", String(2), primary_key=True),
    Column("digest", Digest, primary_key=True),
    Column("grant_id", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("spent_at", UtcTime),
    ForeignKeyConstraint(["bucket", "grant_id"], ["grants.bucket", "grants.grant_id"], ondelete="CASCADE"),
    Index("ix_codes_grant", "bucket", "grant_id"),
    Index("ix_codes_expires_at", "expires_at"),
)

_of_code = and_(grants.c.bucket == codes.c.bucket, grants.c.grant_id == codes.c.grant_id)
_this_code = and_(codes.c.bucket == bindparam("of_bucket"), codes.c.digest == bindparam("of_digest"))
_grant_is_live = (
    select(literal(1))
    .select_from(grants)
    .where(_of_code, is_authorized, live_session.with_for_update(read=True).exists())
    .correlate(codes)
    .exists()
)

_session_clients = table(
    "session_clients",
    column("bucket", String),
    column("session_id", Text),
    column("client_id", Text),
    column("context_id", Text),
)
_has_reached = (
    select(literal(1))
    .select_from(_session_clients)
    .where(
        _session_clients.c.bucket == grants.c.bucket,
        _session_clients.c.session_id == grants.c.session_id,
        _session_clients.c.client_id == grants.c.client_id,
        _session_clients.c.context_id == func.coalesce(grants.c.context_id, SELF),
    )
    .correlate(grants)
    .exists()
)

_ADD = insert(codes)
_FIND = (
    select(
        codes.c.facts,
        codes.c.expires_at,
        codes.c.spent_at,
        grants.c.facts.label("grant"),
        grants.c.session_id,
        and_(is_authorized, session_limit.is_not(None)).label("is_live"),
        _has_reached.label("has_reached"),
    )
    .join(grants, _of_code)
    .where(_this_code)
)
_SPEND = (
    update(codes)
    .where(_this_code, codes.c.spent_at.is_(None), codes.c.expires_at > bindparam("now"), _grant_is_live)
    .values(spent_at=bindparam("now"))
    .returning(codes.c.spent_at)
)
_BURN = (
    update(codes)
    .where(_this_code, codes.c.spent_at.is_(None))
    .values(spent_at=bindparam("now"))
    .returning(codes.c.spent_at)
)
_ERASE = delete_oldest((codes.c.bucket, codes.c.digest), codes.c.expires_at)


@dataclass(frozen=True, slots=True)
class CodeStore:
    """The codes of one transaction."""

    connection: Connection
    vault: Vault

    def add(self, new: NewCode) -> None:
        """Store a code of a grant stored before it."""
        key = self._key(new.code)
        if key is None or key["of_bucket"] != bucket_of(new.facts.grant.person_id):
            raise ValueError("a code is a handle in the bucket of its person")
        row = {
            "bucket": key["of_bucket"],
            "digest": key["of_digest"],
            "grant_id": new.facts.grant.grant_id,
            "facts": code_text(new.facts),
            "expires_at": new.facts.expires_at,
            "spent_at": new.facts.spent_at,
        }
        self.connection.execute(_ADD, row)

    def find(self, code: str) -> StoredCode | None:
        """Return a code, spent or not, expired or not, with the state of what it hangs on."""
        key = self._key(code)
        if key is None:
            return None
        row = self.connection.execute(_FIND, key).one_or_none()
        if row is None:
            return None
        facts = code_facts(
            row.facts, grant=grant_facts(row.grant), expires_at=row.expires_at, spent_at=row.spent_at
        )
        return StoredCode(
            facts=facts, session_id=row.session_id, is_live=row.is_live, has_reached=row.has_reached
        )

    def spend(self, code: str, now: datetime) -> bool:
        """Spend a code that is unspent, unexpired and live; False for everyone but the one winner."""
        key = self._key(code)
        return (
            key is not None and self.connection.execute(_SPEND, {**key, "now": now}).one_or_none() is not None
        )

    def burn(self, code: str, now: datetime) -> bool:
        """Make a code useless after a refused redemption; True if it was unspent until now."""
        key = self._key(code)
        return (
            key is not None and self.connection.execute(_BURN, {**key, "now": now}).one_or_none() is not None
        )

    def erase_expired(self, now: datetime, limit: int) -> int:
        """Delete codes expired by this moment; until then a replay is noticed (SECURITY B01)."""
        return erase(self.connection, _ERASE, now, limit)

    def _key(self, code: str) -> dict[str, object] | None:
        handle = parse_handle(code, HandleKind.CODE)
        return (
            None
            if handle is None
            else {"of_bucket": handle.bucket, "of_digest": self.vault.digest(handle.text)}
        )
