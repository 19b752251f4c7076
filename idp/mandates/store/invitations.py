"""Mandates that were offered: found by a keyed digest of number and folded name, by whoever has both (adr/0029).

Neither is kept in a form that says whether anybody has them: the digest stands for both at once, and what the inviter
may see again (the name as typed, three digits) is sealed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Index, Row, Table, Text, bindparam, insert, select, update

from idp.database import Digest, Sealed, UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from idp.database.standing import standing
from idp.ids import OrganisationId, PersonId
from idp.mandates.model import Invitation, Invitee, Role
from idp.mandates.store.columns import services_of, services_text
from keys.envelope import Vault

_LOOKUP = "mandate-invitation.invitee"
_PURPOSE = "mandate-invitation.shown"

mandate_invitations = Table(
    "mandate_invitations",
    metadata,
    Column("invitation_id", Text, primary_key=True),
    Column("invitee", Digest, nullable=False),
    Column("principal_id", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("services", Text, nullable=False),
    Column("valid_from", UtcTime, nullable=False),
    Column("valid_to", UtcTime, nullable=False),
    Column("shown", Sealed(_PURPOSE), nullable=False),
    Column("invited_by", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
    Column("close_reason", Text, nullable=False),
    Index("ix_mandate_invitations_invitee", "invitee"),
    Index("ix_mandate_invitations_principal", "principal_id"),
    Index("ix_mandate_invitations_expires_at", "expires_at"),
)

_t = mandate_invitations.c
_ALL = select(mandate_invitations, standing(_t.invited_by).label("by"))
_ADD = insert(mandate_invitations)
_GET = _ALL.where(_t.invitation_id == bindparam("of_invitation"))
_OF_INVITEE = (
    _ALL.where(_t.invitee.in_(bindparam("lookups", expanding=True)), _t.closed_at.is_(None))
    .order_by(_t.created_at, _t.invitation_id)
    .limit(bindparam("most"))
)
_OF_PRINCIPAL = _ALL.where(_t.principal_id == bindparam("of_principal"), _t.closed_at.is_(None)).order_by(
    _t.created_at, _t.invitation_id
)
_MADE_AT = _ALL.where(_t.principal_id == bindparam("of_principal"), _t.created_at == bindparam("at"))
_CLOSE = (
    update(mandate_invitations)
    .where(_t.invitation_id == bindparam("of_invitation"), _t.closed_at.is_(None))
    .values(closed_at=bindparam("now"), close_reason=bindparam("reason"))
    .returning(*mandate_invitations.columns, _t.invited_by.label("by"))
)
_ERASE = delete_oldest((_t.invitation_id,), _t.expires_at)


@dataclass(frozen=True, slots=True)
class MandateInvitationStore:
    """The offered mandates of one transaction."""

    connection: Connection
    vault: Vault

    def add(self, invitation: Invitation, invitee: Invitee) -> None:
        """Store a new invitation; number and name are in the form in which they are compared."""
        self.connection.execute(
            _ADD,
            {
                "invitation_id": invitation.invitation_id,
                "invitee": self.vault.lookup(_text(invitee), purpose=_LOOKUP),
                "principal_id": invitation.principal_id,
                "role": invitation.role.value,
                "services": services_text(invitation.services),
                "valid_from": invitation.valid_from,
                "valid_to": invitation.valid_to,
                "shown": self.vault.seal_text(invitation.shown, purpose=_PURPOSE),
                "invited_by": invitation.invited_by,
                "created_at": invitation.created_at,
                "expires_at": invitation.expires_at,
                "closed_at": invitation.closed_at,
                "close_reason": invitation.close_reason,
            },
        )

    def get(self, invitation_id: str) -> Invitation | None:
        """Return an invitation, a closed one too."""
        row = self.connection.execute(_GET, {"of_invitation": invitation_id}).one_or_none()
        return None if row is None else self._invitation(row)

    def of_invitee(self, invitee: Invitee, most: int) -> tuple[Invitation, ...]:
        """Return what nobody has closed of what was offered to whoever has this number and this name."""
        lookups = self.vault.lookups(_text(invitee), purpose=_LOOKUP)
        return self._all(self.connection.execute(_OF_INVITEE, {"lookups": lookups, "most": most}).all())

    def of_principal(self, principal_id: OrganisationId) -> tuple[Invitation, ...]:
        """Return what nobody has closed of what an organisation offered."""
        return self._all(self.connection.execute(_OF_PRINCIPAL, {"of_principal": principal_id}).all())

    def made_at(self, principal_id: OrganisationId, at: datetime) -> tuple[Invitation, ...]:
        """Return what an organisation offered at a moment, closed ones too."""
        given = {"of_principal": principal_id, "at": at}
        return self._all(self.connection.execute(_MADE_AT, given).all())

    def close(self, invitation_id: str, now: datetime, reason: str) -> Invitation | None:
        """Close an invitation, once; return it if this call did it."""
        given = {"of_invitation": invitation_id, "now": now, "reason": reason}
        row = self.connection.execute(_CLOSE, given).one_or_none()
        return None if row is None else self._invitation(row)

    def erase_expired(self, before: datetime, limit: int) -> int:
        """Delete invitations, answered or not, whose time was over by this moment."""
        return erase(self.connection, _ERASE, before, limit)

    def _all(self, rows: Sequence[Row[Any]]) -> tuple[Invitation, ...]:
        return tuple(self._invitation(row) for row in rows)

    def _invitation(self, row: Row[Any]) -> Invitation:
        return Invitation(
            invitation_id=row.invitation_id,
            principal_id=OrganisationId(row.principal_id),
            role=Role(row.role),
            services=services_of(row.services),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            shown=self.vault.open_text(row.shown, purpose=_PURPOSE),
            invited_by=PersonId(row.by),
            created_at=row.created_at,
            expires_at=row.expires_at,
            closed_at=row.closed_at,
            close_reason=row.close_reason,
        )


def _text(invitee: Invitee) -> str:
    return f"{invitee.number}\n{invitee.name_fold}"
