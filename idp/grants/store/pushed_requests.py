"""Authorization requests at rest, by keyed digest, sealed: pushed by their client (RFC 9126), or too large for a cookie.

Found for its own client alone. Unused it lives for a short time; the first load lets it live as long as an interaction
does, since the page may be asked for again; whoever is issued a code deletes it by the statement that tells whether it
was still there (DESIGN 5.4, SECURITY R16).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Row,
    Table,
    Text,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
    update,
)

from idp.database import Digest, Sealed, UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from idp.grants.model import StoredRequest
from idp.grants.rows import request_text, stored_request
from idp.ids import ClientId, HandleKind, parse_handle
from keys.envelope import Vault

_PURPOSE = "pushed_request"

pushed_requests = Table(
    "pushed_requests",
    metadata,
    Column("digest", Digest, primary_key=True),
    Column("client_id", Text, nullable=False),
    Column("request", Sealed(_PURPOSE), nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("loaded_at", UtcTime),
    Index("ix_pushed_requests_expires_at", "expires_at"),
)

_t = pushed_requests.c
_is_live = and_(_t.digest == bindparam("of_digest"), _t.expires_at > bindparam("now", type_=UtcTime))
_ADD = insert(pushed_requests)
_LOAD = (
    update(pushed_requests)
    .where(_is_live, _t.client_id == bindparam("of_client"))
    .values(
        expires_at=case((_t.loaded_at.is_(None), bindparam("until", type_=UtcTime)), else_=_t.expires_at),
        loaded_at=func.coalesce(_t.loaded_at, bindparam("now", type_=UtcTime)),
    )
    .returning(_t.request)
)
_FIND = select(_t.request).where(_is_live)
_SPEND = delete(pushed_requests).where(_is_live).returning(_t.client_id)
_ERASE = delete_oldest((_t.digest,), _t.expires_at)


@dataclass(frozen=True, slots=True)
class PushedRequestStore:
    """The requests of one transaction."""

    connection: Connection
    vault: Vault

    def add(
        self,
        handle: str,
        client_id: ClientId,
        request: StoredRequest,
        *,
        expires_at: datetime,
        loaded_at: datetime | None = None,
    ) -> None:
        """Keep a request under a handle of kind PUSHED_REQUEST; `loaded_at` if it is in use from the start."""
        digest = self._digest(handle)
        if digest is None:
            raise ValueError("a request is kept under a handle of its kind")
        row = {
            "digest": digest,
            "client_id": client_id,
            "request": self.vault.seal_text(request_text(request), purpose=_PURPOSE),
            "expires_at": expires_at,
            "loaded_at": loaded_at,
        }
        self.connection.execute(_ADD, row)

    def load(
        self, handle: str, client_id: ClientId, now: datetime, *, until: datetime
    ) -> StoredRequest | None:
        """Return the request of this client; the first time, let it live until then."""
        digest = self._digest(handle)
        if digest is None or not client_id.isprintable():
            return None
        given = {"of_digest": digest, "of_client": client_id, "now": now, "until": until}
        return self._opened(self.connection.execute(_LOAD, given).one_or_none())

    def find(self, handle: str, now: datetime) -> StoredRequest | None:
        """Return a request in use, to whoever holds its handle."""
        return self._opened(self.connection.execute(_FIND, self._live(handle, now)).one_or_none())

    def spend(self, handle: str, now: datetime) -> bool:
        """Use a request up; True for the one caller who still found it."""
        return self.connection.execute(_SPEND, self._live(handle, now)).one_or_none() is not None

    def erase_expired(self, now: datetime, limit: int) -> int:
        """Delete requests expired by this moment."""
        return erase(self.connection, _ERASE, now, limit)

    def _live(self, handle: str, now: datetime) -> dict[str, object]:
        return {"of_digest": self._digest(handle) or b"", "now": now}

    def _digest(self, handle: str) -> bytes | None:
        known = parse_handle(handle, HandleKind.PUSHED_REQUEST)
        return None if known is None else self.vault.digest(known.text)

    def _opened(self, row: Row[tuple[bytes]] | None) -> StoredRequest | None:
        return None if row is None else stored_request(self.vault.open_text(row.request, purpose=_PURPOSE))
