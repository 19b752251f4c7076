"""Initial access tokens (RFC 7591 §3), by keyed digest; each registration takes one of their uses by one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    Row,
    Table,
    Text,
    and_,
    bindparam,
    insert,
    select,
    update,
)

from idp.clients.model import Invitation
from idp.database import Digest, UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from idp.ids import HandleKind, parse_handle
from idp.protocol.scopes import scope_set, scope_text
from keys.envelope import Vault

invitations = Table(
    "invitations",
    metadata,
    Column("invitation_id", Text, primary_key=True),
    Column("digest", Digest, nullable=False, unique=True),
    Column("scopes", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("uses_left", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Index("ix_invitations_expires_at", "expires_at"),
)

_t = invitations.c
_is_good = and_(_t.digest == bindparam("of_digest"), _t.uses_left > 0, _t.expires_at > bindparam("now"))
_ADD = insert(invitations)
_ALL = select(invitations).order_by(_t.created_at, _t.invitation_id)
_FIND = select(invitations).where(_is_good)
_SPEND = update(invitations).where(_is_good).values(uses_left=_t.uses_left - 1).returning(invitations)
_END = (
    update(invitations)
    .where(
        _t.invitation_id == bindparam("this_invitation"), _t.uses_left > 0, _t.expires_at > bindparam("now")
    )
    .values(uses_left=0)
    .returning(_t.invitation_id)
)
_ERASE = delete_oldest((_t.invitation_id,), _t.expires_at)


@dataclass(frozen=True, slots=True)
class InvitationStore:
    """The initial access tokens of one transaction."""

    connection: Connection
    vault: Vault

    def add(self, invitation: Invitation, token: str, now: datetime) -> None:
        """Store a new one."""
        row = {
            "invitation_id": invitation.invitation_id,
            "digest": self.vault.digest(token),
            "scopes": scope_text(invitation.scopes),
            "note": invitation.note,
            "uses_left": invitation.uses_left,
            "created_at": now,
            "expires_at": invitation.expires_at,
        }
        self.connection.execute(_ADD, row)

    def find(self, token: str, now: datetime) -> Invitation | None:
        """Return what a token would open now, and take nothing of it."""
        return self._one(_FIND, token, now)

    def spend(self, token: str, now: datetime) -> Invitation | None:
        """Take one use; None if there was none left."""
        return self._one(_SPEND, token, now)

    def all(self) -> tuple[Invitation, ...]:
        """Return all that are kept, the oldest first."""
        return tuple(map(_invitation, self._rows()))

    def end(self, invitation_id: str, now: datetime) -> bool:
        """Take all uses that are left; True if there was one."""
        given = {"this_invitation": invitation_id, "now": now}
        return self.connection.execute(_END, given).one_or_none() is not None

    def erase_expired(self, before: datetime, limit: int) -> int:
        """Delete those expired by then."""
        return erase(self.connection, _ERASE, before, limit)

    def _one(self, statement: Any, token: str, now: datetime) -> Invitation | None:
        if parse_handle(token, HandleKind.INVITATION) is None:
            return None
        given = {"of_digest": self.vault.digest(token), "now": now}
        row = self.connection.execute(statement, given).one_or_none()
        return None if row is None else _invitation(row)

    def _rows(self) -> Sequence[Row[Any]]:
        return self.connection.execute(_ALL).all()


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(
        invitation_id=row.invitation_id,
        scopes=scope_set(row.scopes),
        note=row.note,
        uses_left=row.uses_left,
        expires_at=row.expires_at,
    )
