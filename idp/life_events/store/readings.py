"""When the population register was read of a person, and of whom it is still to be read: one row per person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    delete,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from idp.database import UtcTime, metadata
from idp.database.of_person import of_person, person_given
from idp.ids import PersonId, bucket_of
from idp.life_events.model import DueReading
from keys.envelope import Vault

life_readings = Table(
    "life_readings",
    metadata,
    Column("bucket", String(2), primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("read_at", UtcTime),
    Column("due_at", UtcTime),
    Column("failures", Integer, nullable=False),
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    Index("ix_life_readings_due_at", "due_at"),
)

_t = life_readings.c
_this_person = of_person(life_readings)
_insert = insert(life_readings)
_READ_AT = select(_t.read_at).where(*_this_person)
_DONE = _insert.on_conflict_do_update(
    index_elements=["bucket", "person_id"],
    set_={"read_at": _insert.excluded.read_at, "due_at": None, "failures": 0},
)
_WANT = _insert.on_conflict_do_update(
    index_elements=["bucket", "person_id"],
    set_={"due_at": _insert.excluded.due_at},
    where=_t.due_at.is_(None),
)
_DUE = (
    select(_t.person_id, _t.due_at, _t.failures)
    .where(_t.due_at <= bindparam("now", type_=UtcTime))
    .order_by(_t.due_at)
    .limit(bindparam("most"))
)
_TAKE = (
    update(life_readings)
    .where(*_this_person, _t.due_at == bindparam("found", type_=UtcTime))
    .values(due_at=bindparam("again_at", type_=UtcTime), failures=_t.failures + 1)
    .returning(_t.person_id)
)
_FORGET = delete(life_readings).where(*_this_person)


@dataclass(frozen=True, slots=True)
class ReadingStore:
    """The readings of one transaction."""

    connection: Connection
    vault: Vault

    def read_at(self, person_id: PersonId) -> datetime | None:
        """Return when the register was read of a person; None: never."""
        read: datetime | None = self.connection.execute(
            _READ_AT, person_given(person_id)
        ).scalar_one_or_none()
        return read

    def done(self, person_id: PersonId, now: datetime) -> None:
        """Note that it was read, so that nothing is due any more."""
        self.connection.execute(_DONE, _row(person_id, read_at=now, due_at=None))

    def want(self, person_id: PersonId, due_at: datetime) -> None:
        """Have it read at a moment; one that is due already stays."""
        self.connection.execute(_WANT, _row(person_id, read_at=None, due_at=due_at))

    def due(self, now: datetime, most: int) -> tuple[DueReading, ...]:
        """Return of whom it is to be read by now, the longest due first."""
        rows = self.connection.execute(_DUE, {"now": now, "most": most})
        return tuple(
            DueReading(person_id=PersonId(row.person_id), due_at=row.due_at, failures=row.failures)
            for row in rows
        )

    def forget(self, person_id: PersonId) -> None:
        """Have it read no more."""
        self.connection.execute(_FORGET, person_given(person_id))

    def take(self, due: DueReading, again_at: datetime) -> bool:
        """Take one that is due for oneself; it is due again at a moment unless it is done. False: somebody else has."""
        given: dict[str, Any] = {**person_given(due.person_id), "found": due.due_at, "again_at": again_at}
        return self.connection.execute(_TAKE, given).one_or_none() is not None


def _row(person_id: PersonId, *, read_at: datetime | None, due_at: datetime | None) -> dict[str, object]:
    return {
        "bucket": bucket_of(person_id),
        "person_id": person_id,
        "read_at": read_at,
        "due_at": due_at,
        "failures": 0,
    }
