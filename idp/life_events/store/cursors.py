"""How far a feed was read and a job has come; a cursor moves only from where its mover found it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Table, Text, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from idp.database import UtcTime, metadata
from keys.envelope import Vault

life_cursors = Table(
    "life_cursors",
    metadata,
    Column("name", Text, primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("moved_at", UtcTime, nullable=False),
)

_t = life_cursors.c
_GET = select(life_cursors).where(_t.name == bindparam("of_name"))
_BEGIN = insert(life_cursors).on_conflict_do_nothing().returning(_t.name)
_MOVE = (
    update(life_cursors)
    .where(_t.name == bindparam("of_name"), _t.cursor == bindparam("found"))
    .values(cursor=bindparam("to"), moved_at=bindparam("now"))
    .returning(_t.name)
)


@dataclass(frozen=True, slots=True)
class CursorStore:
    """The cursors of one transaction."""

    connection: Connection
    vault: Vault

    def get(self, name: str) -> str | None:
        """Return a cursor; None if it was never moved."""
        row = self.connection.execute(_GET, {"of_name": name}).one_or_none()
        return None if row is None else str(row.cursor)

    def moved_at(self, name: str) -> datetime | None:
        """Return when a cursor was moved last."""
        row = self.connection.execute(_GET, {"of_name": name}).one_or_none()
        moved: datetime | None = None if row is None else row.moved_at
        return moved

    def move(self, name: str, found: str | None, to: str, now: datetime) -> bool:
        """Move a cursor from where it was found; False if somebody else has moved it."""
        if found is None:
            row = {"name": name, "cursor": to, "moved_at": now}
            return self.connection.execute(_BEGIN, row).one_or_none() is not None
        given = {"of_name": name, "found": found, "to": to, "now": now}
        return self.connection.execute(_MOVE, given).one_or_none() is not None
