"""Proposals to remove the last administrator, each waiting for a second person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Index, Row, Table, Text, bindparam, insert, select, update

from idp.database import UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from idp.database.standing import standing
from idp.ids import MandateId, OrganisationId, PersonId
from idp.mandates.model import Removal
from keys.envelope import Vault

mandate_removals = Table(
    "mandate_removals",
    metadata,
    Column("removal_id", Text, primary_key=True),
    Column("mandate_id", Text, nullable=False),
    Column("principal_id", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
    Column("closed_by", Text),
    Index("ix_mandate_removals_principal", "principal_id"),
    Index("ix_mandate_removals_expires_at", "expires_at"),
)

_t = mandate_removals.c
_ALL = select(mandate_removals, standing(_t.proposed_by).label("by"))
_ADD = insert(mandate_removals)
_GET = _ALL.where(_t.removal_id == bindparam("of_removal"))
_OF_PRINCIPAL = _ALL.where(_t.principal_id == bindparam("of_principal"), _t.closed_at.is_(None)).order_by(
    _t.created_at, _t.removal_id
)
_CLOSE = (
    update(mandate_removals)
    .where(_t.removal_id == bindparam("of_removal"), _t.closed_at.is_(None))
    .values(closed_at=bindparam("now"), closed_by=bindparam("by"))
    .returning(_t.removal_id)
)
_ERASE = delete_oldest((_t.removal_id,), _t.expires_at)


@dataclass(frozen=True, slots=True)
class RemovalStore:
    """The proposals of one transaction."""

    connection: Connection
    vault: Vault

    def add(self, removal: Removal) -> None:
        """Store a new proposal."""
        self.connection.execute(
            _ADD,
            {
                "removal_id": removal.removal_id,
                "mandate_id": removal.mandate_id,
                "principal_id": removal.principal_id,
                "proposed_by": removal.proposed_by,
                "created_at": removal.created_at,
                "expires_at": removal.expires_at,
                "closed_at": removal.closed_at,
                "closed_by": removal.closed_by,
            },
        )

    def get(self, removal_id: str) -> Removal | None:
        """Return a proposal, a closed one too."""
        row = self.connection.execute(_GET, {"of_removal": removal_id}).one_or_none()
        return None if row is None else _removal(row)

    def of_principal(self, principal_id: OrganisationId) -> tuple[Removal, ...]:
        """Return the proposals of an organisation that nobody has closed."""
        rows = self.connection.execute(_OF_PRINCIPAL, {"of_principal": principal_id})
        return tuple(_removal(row) for row in rows)

    def close(self, removal_id: str, now: datetime, by: PersonId | None) -> bool:
        """Close a proposal, once; True if this call did it."""
        given = {"of_removal": removal_id, "now": now, "by": by}
        return self.connection.execute(_CLOSE, given).one_or_none() is not None

    def erase_expired(self, before: datetime, limit: int) -> int:
        """Delete proposals, confirmed or not, whose time was over by this moment."""
        return erase(self.connection, _ERASE, before, limit)


def _removal(row: Row[Any]) -> Removal:
    return Removal(
        removal_id=row.removal_id,
        mandate_id=MandateId(row.mandate_id),
        principal_id=OrganisationId(row.principal_id),
        proposed_by=PersonId(row.by),
        created_at=row.created_at,
        expires_at=row.expires_at,
        closed_at=row.closed_at,
        closed_by=None if row.closed_by is None else PersonId(row.closed_by),
    )
