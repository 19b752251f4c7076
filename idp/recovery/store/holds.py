"""Until when a person's high-risk acts are held back: one row a person, the later end wins."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    Index,
    String,
    Table,
    Text,
    and_,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from idp.database import UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from idp.database.of_person import person_given
from idp.database.standing import records_of_person
from idp.ids import PersonId, bucket_of
from keys.envelope import Vault

recovery_holds = Table(
    "recovery_holds",
    metadata,
    Column("bucket", String(2), primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("began_at", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    Index("ix_recovery_holds_until", "until"),
)

_t = recovery_holds.c
_insert = insert(recovery_holds)
_HOLD = _insert.on_conflict_do_update(
    index_elements=["bucket", "person_id"],
    set_={"began_at": _insert.excluded.began_at, "until": _insert.excluded.until},
    where=_t.until < _insert.excluded.until,
)
_records = records_of_person()
_UNTIL = (
    select(func.max(_t.until))
    .select_from(recovery_holds)
    .join(_records, and_(_t.bucket == _records.c.bucket, _t.person_id == _records.c.person_id))
    .where(_t.until > bindparam("now", type_=UtcTime))
)
_ERASE = delete_oldest((_t.bucket, _t.person_id), _t.until)


@dataclass(frozen=True, slots=True)
class HoldStore:
    """The holds of one transaction."""

    connection: Connection
    vault: Vault

    def hold(self, person_id: PersonId, *, until: datetime, now: datetime) -> None:
        """Hold a person's high-risk acts back until a moment; a longer hold stays."""
        row = {"bucket": bucket_of(person_id), "person_id": person_id, "began_at": now, "until": until}
        self.connection.execute(_HOLD, row)

    def until(self, person_id: PersonId, now: datetime) -> datetime | None:
        """Return until when the acts of a person are held back, by whichever of their records; None: they are not."""
        found: datetime | None = self.connection.execute(
            _UNTIL, {**person_given(person_id), "now": now}
        ).scalar_one()
        return found

    def erase_over(self, before: datetime, limit: int) -> int:
        """Delete holds that were over before."""
        return erase(self.connection, _ERASE, before, limit)
