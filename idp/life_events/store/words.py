"""Which event spoke last of a fact, and which were applied: so a feed is safe to read twice, and in any order."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Index, Table, Text, and_, bindparam, literal, or_, select
from sqlalchemy.dialects.postgresql import insert

from idp.database import UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from keys.envelope import Vault

life_words = Table(
    "life_words",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("fact", Text, primary_key=True),
    Column("entered_at", UtcTime, nullable=False),
    Column("event_id", Text, nullable=False),
)

life_applied = Table(
    "life_applied",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("event_type", Text, nullable=False),
    Column("applied_at", UtcTime, nullable=False),
    Index("ix_life_applied_applied_at", "applied_at"),
)

_w = life_words.c
_insert = insert(life_words)
_SPEAK = _insert.on_conflict_do_update(
    index_elements=["subject", "fact"],
    set_={"entered_at": _insert.excluded.entered_at, "event_id": _insert.excluded.event_id},
    where=or_(
        _w.entered_at < _insert.excluded.entered_at,
        and_(_w.entered_at == _insert.excluded.entered_at, _w.event_id != _insert.excluded.event_id),
    ),
).returning(_w.fact)
_NOTE = insert(life_applied).on_conflict_do_nothing().returning(life_applied.c.event_id)
_IS_NOTED = select(literal(1)).where(life_applied.c.event_id == bindparam("of_event"))
_ERASE = delete_oldest((life_applied.c.event_id,), life_applied.c.applied_at)


@dataclass(frozen=True, slots=True)
class WordStore:
    """The latest words and the applied events of one transaction."""

    connection: Connection
    vault: Vault

    def speak(self, subject: str, fact: str, entered_at: datetime, event_id: str) -> bool:
        """Let an event have the last word on a fact; False if a later one has it."""
        row = {"subject": subject, "fact": fact, "entered_at": entered_at, "event_id": event_id}
        return self.connection.execute(_SPEAK, row).one_or_none() is not None

    def note(self, event_id: str, event_type: str, now: datetime) -> bool:
        """Note that an event is being applied; False if that is noted already."""
        row = {"event_id": event_id, "event_type": event_type, "applied_at": now}
        return self.connection.execute(_NOTE, row).one_or_none() is not None

    def is_noted(self, event_id: str) -> bool:
        """Tell whether an event was applied."""
        return self.connection.execute(_IS_NOTED, {"of_event": event_id}).one_or_none() is not None

    def erase_old(self, before: datetime, limit: int) -> int:
        """Forget ids of events applied by this moment; the last words still tell that they are old."""
        return erase(self.connection, _ERASE, before, limit)
