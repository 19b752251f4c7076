"""Assertions that clients have proved themselves by, so that none does it twice – RFC 7523 §3 no. 7 (SECURITY B07).

The `jti` is kept as a digest, until its assertion is refused by its time alone.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Index, Insert, Table, Text
from sqlalchemy.dialects.postgresql import insert

from idp.database import Digest, UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from idp.ids import ClientId
from keys.envelope import Vault

client_assertions = Table(
    "client_assertions",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("jti", Digest, primary_key=True),
    Column("expires_at", UtcTime, nullable=False),
    Index("ix_client_assertions_expires_at", "expires_at"),
)

_SPEND = (
    insert(client_assertions)
    .on_conflict_do_nothing(index_elements=["client_id", "jti"])
    .returning(client_assertions.c.client_id, client_assertions.c.jti)
)
_ERASE = delete_oldest(
    (client_assertions.c.client_id, client_assertions.c.jti), client_assertions.c.expires_at
)


def spent(
    client_id: ClientId, jti: str, expires_at: datetime, *, vault: Vault
) -> tuple[Insert, dict[str, object]]:
    """Return what `Database.claim` takes to spend an assertion: it is False for everyone but the first."""
    return _SPEND, {"client_id": client_id, "jti": vault.digest(jti), "expires_at": expires_at}


@dataclass(frozen=True, slots=True)
class ClientAssertionStore:
    """The spent assertions of one transaction."""

    connection: Connection
    vault: Vault

    def erase_expired(self, now: datetime, limit: int) -> int:
        """Delete what is refused by its time since this moment."""
        return erase(self.connection, _ERASE, now, limit)
