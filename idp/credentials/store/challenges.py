"""Challenges of passkeys that were answered, so that none counts twice – WebAuthn Level 3 §13.4.3 (SECURITY E15).

A challenge that nobody answers leaves no row: it travels sealed with the page that asks. One that was answered is kept
as a digest until its time alone refuses it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Index, Table
from sqlalchemy.dialects.postgresql import insert

from idp.database import Digest, UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from keys.envelope import Vault

passkey_challenges = Table(
    "passkey_challenges",
    metadata,
    Column("challenge", Digest, primary_key=True),
    Column("expires_at", UtcTime, nullable=False),
    Index("ix_passkey_challenges_expires_at", "expires_at"),
)

_SPEND = (
    insert(passkey_challenges)
    .on_conflict_do_nothing(index_elements=["challenge"])
    .returning(passkey_challenges.c.expires_at)
)
_ERASE = delete_oldest((passkey_challenges.c.challenge,), passkey_challenges.c.expires_at)


@dataclass(frozen=True, slots=True)
class PasskeyChallengeStore:
    """The answered challenges of one transaction."""

    connection: Connection
    vault: Vault

    def spend(self, challenge: bytes, expires_at: datetime) -> bool:
        """Use a challenge; False for everyone but the first."""
        row = {"challenge": self.vault.digest(challenge.hex()), "expires_at": expires_at}
        return self.connection.execute(_SPEND, row).one_or_none() is not None

    def erase_expired(self, now: datetime, limit: int) -> int:
        """Delete what is refused by its time since this moment."""
        return erase(self.connection, _ERASE, now, limit)
