"""Refresh tokens, by keyed digest; one row per generation – RFC 9700 §4.14, DESIGN 5.6 (SECURITY B09, R17).

A generation is spent by one UPDATE that also keeps its successor, sealed so that only the predecessor opens
it: a retry gets the same successor again. `generation` is a counter: rotations in one second stay in order.
A family ends by a mark on its grant: a successor that a rotation adds meanwhile is dead when it is born.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    and_,
    bindparam,
    insert,
    literal,
    or_,
    select,
    update,
)

from idp.database import Digest, Resealing, Sealed, UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from idp.grants.model import RefreshToken
from idp.grants.rows import grant_facts
from idp.grants.store.table import grants, is_authorized, session_limit
from idp.ids import HandleKind, bucket_of, parse_handle
from idp.protocol.scopes import scope_set, scope_text
from keys.envelope import Vault

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("bucket", String(2), primary_key=True),
    Column("digest", Digest, primary_key=True),
    Column("grant_id", Text, nullable=False),
    Column("session_id", Text),
    Column("generation", Integer, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("issued_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("family_expires_at", UtcTime, nullable=False),
    Column("spent_at", UtcTime),
    Column("successor", Digest),
    Column("successor_sealed", Sealed("refresh.successor", Resealing.FORGOTTEN, "spent_at")),
    ForeignKeyConstraint(["bucket", "grant_id"], ["grants.bucket", "grants.grant_id"], ondelete="CASCADE"),
    Index("ix_refresh_tokens_grant", "bucket", "grant_id"),
    Index("ix_refresh_tokens_expires_at", "expires_at"),
)

_t = refresh_tokens.c
_next = refresh_tokens.alias("next")
_this_token = and_(_t.bucket == bindparam("of_bucket"), _t.digest == bindparam("of_digest"))
_of_token = and_(grants.c.bucket == _t.bucket, grants.c.grant_id == _t.grant_id)
_family_is_authorized = and_(is_authorized, grants.c.family_ended_at.is_(None))
_may_rotate = (
    select(literal(1))
    .select_from(grants)
    .where(
        _of_token,
        _family_is_authorized,
        grants.c.expires_at > bindparam("now", type_=UtcTime),
        or_(grants.c.is_offline, session_limit > bindparam("now")),
    )
    .correlate(refresh_tokens)
    .exists()
)
_OWN = (
    _t.session_id,
    _t.generation,
    _t.scopes,
    _t.issued_at,
    _t.expires_at,
    _t.family_expires_at,
    _t.spent_at,
    _t.successor_sealed,
)
_ADD = insert(refresh_tokens)
_FIND = (
    select(
        *_OWN,
        grants.c.facts.label("grant"),
        grants.c.expires_at.label("grant_expires_at"),
        grants.c.is_offline,
        _family_is_authorized.label("is_authorized"),
        session_limit.label("session_limit"),
        _next.c.spent_at.is_not(None).label("successor_spent"),
    )
    .join(grants, _of_token)
    .outerjoin(_next, and_(_next.c.bucket == _t.bucket, _next.c.digest == _t.successor))
    .where(_this_token)
)
_SPEND = (
    update(refresh_tokens)
    .where(_this_token, _t.spent_at.is_(None), _t.expires_at > bindparam("now"), _may_rotate)
    .values(
        spent_at=bindparam("now"), successor=bindparam("by_digest"), successor_sealed=bindparam("by_sealed")
    )
    .returning(_t.generation)
)
_ERASE = delete_oldest((_t.bucket, _t.digest), _t.expires_at)


@dataclass(frozen=True, slots=True)
class RefreshTokenStore:
    """The refresh tokens of one transaction."""

    connection: Connection
    vault: Vault

    def add(self, token: str, generation: RefreshToken) -> None:
        """Store a generation: the first, or the successor in the transaction that spent its predecessor."""
        key = self._key(token)
        if key is None or key["of_bucket"] != bucket_of(generation.grant.person_id):
            raise ValueError("a refresh token is a handle in the bucket of its person")
        row = {
            "bucket": key["of_bucket"],
            "digest": key["of_digest"],
            "grant_id": generation.grant.grant_id,
            "session_id": generation.session_id,
            "generation": generation.generation,
            "scopes": scope_text(generation.scopes),
            "issued_at": generation.issued_at,
            "expires_at": generation.expires_at,
            "family_expires_at": generation.family_expires_at,
        }
        self.connection.execute(_ADD, row)

    def find(self, token: str) -> RefreshToken | None:
        """Return a generation, spent or not, expired or not.

        It expires with its grant at the latest, and unless that is offline with its session.
        """
        key = self._key(token)
        if key is None:
            return None
        row = self.connection.execute(_FIND, key).one_or_none()
        if row is None:
            return None
        ends = min(row.expires_at, row.grant_expires_at)
        if not row.is_offline and row.session_limit is not None:
            ends = min(ends, row.session_limit)
        is_live = row.is_authorized and (row.is_offline or row.session_limit is not None)
        return _generation(row, ends, successor_spent=row.successor_spent, is_live=is_live)

    def spend(self, token: str, *, successor: str, successor_sealed: bytes, now: datetime) -> bool:
        """Spend a generation that is unspent, unexpired and live; False for everyone but the one winner.

        The winner adds the successor in this transaction.
        """
        key = self._key(token)
        if key is None:
            return False
        given = {**key, "now": now, "by_digest": self.vault.digest(successor), "by_sealed": successor_sealed}
        return self.connection.execute(_SPEND, given).one_or_none() is not None

    def erase_expired(self, now: datetime, limit: int) -> int:
        """Delete generations expired by this moment, spent or not."""
        return erase(self.connection, _ERASE, now, limit)

    def _key(self, token: str) -> dict[str, object] | None:
        handle = parse_handle(token, HandleKind.REFRESH_TOKEN)
        return (
            None
            if handle is None
            else {"of_bucket": handle.bucket, "of_digest": self.vault.digest(handle.text)}
        )


def _generation(
    row: Row[*tuple[Any, ...]], expires_at: datetime, *, successor_spent: bool, is_live: bool
) -> RefreshToken:
    grant = grant_facts(row.grant)
    return RefreshToken(
        grant=grant,
        client_id=grant.client_id,
        session_id=row.session_id,
        generation=row.generation,
        scopes=scope_set(row.scopes),
        issued_at=row.issued_at,
        expires_at=expires_at,
        family_expires_at=row.family_expires_at,
        spent_at=row.spent_at,
        successor_sealed=row.successor_sealed,
        successor_spent=successor_spent,
        is_live=is_live,
    )
