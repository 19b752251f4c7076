"""Access tokens revoked one by one, by their `jti` (DESIGN 5.5, RFC 7009 §2.1).

A row is kept as long as its token would have lived.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Connection, Index, Table, Text, bindparam, literal, select
from sqlalchemy.dialects.postgresql import insert

from idp.database import UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from keys.envelope import Vault

revoked_tokens = Table(
    "revoked_tokens",
    metadata,
    Column("jti", Text, primary_key=True),
    Column("expires_at", UtcTime, nullable=False),
    Index("ix_revoked_tokens_expires_at", "expires_at"),
)


def is_revoked(jti: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that a token was revoked, for a statement about what it hangs on."""
    return select(literal(1)).select_from(revoked_tokens).where(revoked_tokens.c.jti == jti).exists()


_ADD = insert(revoked_tokens).on_conflict_do_nothing(index_elements=["jti"]).returning(revoked_tokens.c.jti)
_CONTAINS = select(literal(1)).where(revoked_tokens.c.jti == bindparam("this_jti"))
_ERASE = delete_oldest((revoked_tokens.c.jti,), revoked_tokens.c.expires_at)


@dataclass(frozen=True, slots=True)
class RevokedTokenStore:
    """The revoked tokens of one transaction."""

    connection: Connection
    vault: Vault

    def add(self, jti: str, expires_at: datetime) -> bool:
        """Revoke a token; again is the same as once. True if this call did it."""
        given = {"jti": jti, "expires_at": expires_at}
        return self.connection.execute(_ADD, given).one_or_none() is not None

    def contains(self, jti: str) -> bool:
        """Tell whether a token was revoked."""
        return self.connection.execute(_CONTAINS, {"this_jti": jti}).one_or_none() is not None

    def erase_expired(self, now: datetime, limit: int) -> int:
        """Delete the rows of tokens expired by this moment."""
        return erase(self.connection, _ERASE, now, limit)
