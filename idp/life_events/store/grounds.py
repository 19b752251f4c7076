"""Grounds of locks: a row each that ever held. Whoever changes them holds the person's row (`tx.people.lock`)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    String,
    Table,
    Text,
    bindparam,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from idp.database import Sealed, UtcTime, metadata
from idp.database.of_person import of_person, person_given
from idp.ids import PersonId, bucket_of
from idp.life_events.model import Ground, OpenGround
from keys.envelope import Vault

_PURPOSE = "life-ground.reference"

life_grounds = Table(
    "life_grounds",
    metadata,
    Column("bucket", String(2), primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("ground", Text, primary_key=True),
    Column("since", UtcTime, nullable=False),
    Column("reference", Sealed(_PURPOSE)),
    Column("lifted_at", UtcTime),
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
)

_t = life_grounds.c
_this_person = of_person(life_grounds)
_insert = insert(life_grounds)
_OPEN = _insert.on_conflict_do_update(
    index_elements=["bucket", "person_id", "ground"],
    set_={"since": _insert.excluded.since, "reference": _insert.excluded.reference, "lifted_at": None},
    where=_t.lifted_at.is_not(None),
).returning(_t.ground)
_SAY_AGAIN = (
    update(life_grounds)
    .where(*_this_person, _t.ground == bindparam("of_ground"), _t.lifted_at.is_(None))
    .values(since=bindparam("now"))
)
_LIFT = (
    update(life_grounds)
    .where(*_this_person, _t.ground == bindparam("of_ground"), _t.lifted_at.is_(None))
    .values(lifted_at=bindparam("now"))
    .returning(_t.ground)
)
_OPEN_ONES = select(life_grounds).where(*_this_person, _t.lifted_at.is_(None)).order_by(_t.since, _t.ground)


@dataclass(frozen=True, slots=True)
class GroundStore:
    """The grounds of one transaction."""

    connection: Connection
    vault: Vault

    def open(self, person_id: PersonId, ground: Ground, reference: str, now: datetime) -> bool:
        """Let a ground hold; False if it holds already."""
        row = {
            "bucket": bucket_of(person_id),
            "person_id": person_id,
            "ground": ground.value,
            "since": now,
            "reference": self.vault.seal_text(reference, purpose=_PURPOSE) if reference else None,
            "lifted_at": None,
        }
        return self.connection.execute(_OPEN, row).one_or_none() is not None

    def say_again(self, person_id: PersonId, ground: Ground, now: datetime) -> None:
        """Let a ground that holds hold as of now: what was begun to lift it before has begun in vain."""
        given = {**person_given(person_id), "of_ground": ground.value, "now": now}
        self.connection.execute(_SAY_AGAIN, given)

    def lift(self, person_id: PersonId, ground: Ground, now: datetime) -> bool:
        """Let a ground hold no more; False if it doesn't."""
        given = {**person_given(person_id), "of_ground": ground.value, "now": now}
        return self.connection.execute(_LIFT, given).one_or_none() is not None

    def of_person(self, person_id: PersonId) -> tuple[OpenGround, ...]:
        """Return the grounds that hold, the oldest first."""
        return tuple(
            OpenGround(
                ground=Ground(row.ground),
                since=row.since,
                reference=""
                if row.reference is None
                else self.vault.open_text(row.reference, purpose=_PURPOSE),
            )
            for row in self.connection.execute(_OPEN_ONES, person_given(person_id))
        )
