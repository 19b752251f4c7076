"""Events that contradict what is kept, until a steward has looked; what they say is sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Index, Row, Table, Text, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from idp.database import Sealed, UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from idp.life_events.model import Contradiction, Unresolved
from keys.envelope import Vault

_FACTS = "life-event.facts"
_NOTE = "life-event.note"

life_unresolved = Table(
    "life_unresolved",
    metadata,
    Column("unresolved_id", Text, primary_key=True),
    Column("event_id", Text, nullable=False, unique=True),
    Column("event_type", Text, nullable=False),
    Column("contradiction", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("facts", Sealed(_FACTS), nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("settled_at", UtcTime),
    Column("settled_by", Text, nullable=False),
    Column("note", Sealed(_NOTE)),
    Index("ix_life_unresolved_settled_at", "settled_at", "opened_at"),
)

_t = life_unresolved.c
_OPEN = insert(life_unresolved).on_conflict_do_nothing().returning(_t.unresolved_id)
_WAITING = (
    select(life_unresolved).where(_t.settled_at.is_(None)).order_by(_t.opened_at).limit(bindparam("most"))
)
_GET = select(life_unresolved).where(_t.unresolved_id == bindparam("of_id"))
_COUNT = select(func.count()).select_from(life_unresolved).where(_t.settled_at.is_(None))
_SETTLE = (
    update(life_unresolved)
    .where(_t.unresolved_id == bindparam("of_id"), _t.settled_at.is_(None))
    .values(settled_at=bindparam("now"), settled_by=bindparam("by"), note=bindparam("new_note"))
    .returning(*life_unresolved.columns)
)
_ERASE = delete_oldest((_t.unresolved_id,), _t.settled_at)


@dataclass(frozen=True, slots=True)
class UnresolvedStore:
    """The waiting events of one transaction."""

    connection: Connection
    vault: Vault

    def open(self, new: Unresolved) -> bool:
        """Let an event wait; False if it does already, or did."""
        row = {
            "unresolved_id": new.unresolved_id,
            "event_id": new.event_id,
            "event_type": new.event_type,
            "contradiction": new.contradiction.value,
            "subject": new.subject,
            "facts": self.vault.seal_text(new.facts, purpose=_FACTS),
            "opened_at": new.opened_at,
            "settled_at": None,
            "settled_by": "",
            "note": None,
        }
        return self.connection.execute(_OPEN, row).one_or_none() is not None

    def waiting(self, most: int) -> tuple[Unresolved, ...]:
        """Return what waits, the oldest first."""
        return self._all(self.connection.execute(_WAITING, {"most": most}).all())

    def get(self, unresolved_id: str) -> Unresolved | None:
        """Return one, settled or not."""
        row = self.connection.execute(_GET, {"of_id": unresolved_id}).one_or_none()
        return None if row is None else self._one(row)

    def count(self) -> int:
        """Return how many wait."""
        return self.connection.execute(_COUNT).scalar_one()

    def settle(self, unresolved_id: str, *, by: str, note: str, now: datetime) -> Unresolved | None:
        """Settle one, once; return it if this call did it."""
        given = {
            "of_id": unresolved_id,
            "by": by,
            "new_note": self.vault.seal_text(note, purpose=_NOTE),
            "now": now,
        }
        row = self.connection.execute(_SETTLE, given).one_or_none()
        return None if row is None else self._one(row)

    def erase_settled(self, before: datetime, limit: int) -> int:
        """Delete what was settled by this moment."""
        return erase(self.connection, _ERASE, before, limit)

    def _all(self, rows: Sequence[Row[Any]]) -> tuple[Unresolved, ...]:
        return tuple(self._one(row) for row in rows)

    def _one(self, row: Row[Any]) -> Unresolved:
        return Unresolved(
            unresolved_id=row.unresolved_id,
            contradiction=Contradiction(row.contradiction),
            event_id=row.event_id,
            event_type=row.event_type,
            subject=row.subject,
            facts=self.vault.open_text(row.facts, purpose=_FACTS),
            opened_at=row.opened_at,
            settled_at=row.settled_at,
            settled_by=row.settled_by,
            note="" if row.note is None else self.vault.open_text(row.note, purpose=_NOTE),
        )
