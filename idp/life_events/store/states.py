"""What is kept of people's papers: days in clear, so that the job finds whose is over."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    Index,
    Row,
    String,
    Table,
    Text,
    and_,
    bindparam,
    column,
    delete,
    literal,
    select,
    table,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from idp.database import UtcTime, metadata
from idp.database.of_person import of_person, person_given
from idp.ids import PersonId, bucket_of
from idp.life_events.model import CardStatus, Ground, LifeState
from keys.envelope import Vault

life_states = Table(
    "life_states",
    metadata,
    Column("bucket", String(2), primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("card_status", Text),
    Column("card_expires_on", Text),
    Column("residence_until", Text),
    Column("suspended_at", UtcTime),
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    Index("ix_life_states_card_expires_on", "card_expires_on"),
    Index("ix_life_states_residence_until", "residence_until"),
)

_t = life_states.c
_grounds = table(
    "life_grounds",
    column("bucket", String),
    column("person_id", Text),
    column("ground", Text),
    column("lifted_at", UtcTime),
)
_this_person = of_person(life_states)
_insert = insert(life_states)
_GET = select(life_states).where(*_this_person)
_CARD = _insert.on_conflict_do_update(
    index_elements=["bucket", "person_id"],
    set_={
        "card_status": _insert.excluded.card_status,
        "card_expires_on": _insert.excluded.card_expires_on,
    },
)
_RESIDENCE = _insert.on_conflict_do_update(
    index_elements=["bucket", "person_id"],
    set_={"residence_until": _insert.excluded.residence_until},
)
_SUSPEND = (
    update(life_states)
    .where(*_this_person, _t.suspended_at.is_(None))
    .values(suspended_at=bindparam("now"))
    .returning(_t.person_id)
)
_RESTORE = (
    update(life_states)
    .where(*_this_person, _t.suspended_at.is_not(None))
    .values(suspended_at=None)
    .returning(_t.person_id)
)
_DUE_CARDS = (
    select(_t.person_id)
    .where(_t.card_expires_on < bindparam("today"), _t.suspended_at.is_(None))
    .order_by(_t.card_expires_on)
    .limit(bindparam("most"))
)
_FORGET = delete(life_states).where(*_this_person)
_is_locked_for_it = (
    select(literal(1))
    .select_from(_grounds)
    .where(
        _grounds.c.bucket == _t.bucket,
        _grounds.c.person_id == _t.person_id,
        _grounds.c.ground == Ground.RESIDENCE.value,
        _grounds.c.lifted_at.is_(None),
    )
    .correlate(life_states)
    .exists()
)
_DUE_RESIDENCES = (
    select(_t.person_id)
    .where(and_(_t.residence_until < bindparam("today"), ~_is_locked_for_it))
    .order_by(_t.residence_until)
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class LifeStateStore:
    """The papers of people in one transaction."""

    connection: Connection
    vault: Vault

    def get(self, person_id: PersonId) -> LifeState:
        """Return what is known; of most people, nothing."""
        row = self.connection.execute(_GET, person_given(person_id)).one_or_none()
        return LifeState(person_id=person_id) if row is None else _state(row)

    def set_card(self, person_id: PersonId, status: CardStatus, expires_on: str) -> None:
        """Keep what the register says of a card."""
        row = {"card_status": status.value, "card_expires_on": expires_on or None}
        self.connection.execute(_CARD, {**_row(person_id), **row})

    def set_residence(self, person_id: PersonId, until: str) -> None:
        """Keep until when somebody may stay; empty: without an end."""
        self.connection.execute(_RESIDENCE, {**_row(person_id), "residence_until": until or None})

    def suspend(self, person_id: PersonId, now: datetime) -> bool:
        """Let the level high not be reached; False if it isn't, or no card is known."""
        given = {**person_given(person_id), "now": now}
        return self.connection.execute(_SUSPEND, given).one_or_none() is not None

    def restore(self, person_id: PersonId) -> bool:
        """Let it be reached again; False if it is."""
        return self.connection.execute(_RESTORE, person_given(person_id)).one_or_none() is not None

    def cards_over(self, today: date, most: int) -> tuple[PersonId, ...]:
        """Return whose card's last day is past and whose level is not suspended yet."""
        return self._due(_DUE_CARDS, today, most)

    def residences_over(self, today: date, most: int) -> tuple[PersonId, ...]:
        """Return whose residence is over and who are not locked for it yet."""
        return self._due(_DUE_RESIDENCES, today, most)

    def forget(self, person_id: PersonId) -> None:
        """Erase what is known of somebody's papers."""
        self.connection.execute(_FORGET, person_given(person_id))

    def _due(self, statement: Any, today: date, most: int) -> tuple[PersonId, ...]:
        given = {"today": today.isoformat(), "most": most}
        return tuple(PersonId(row.person_id) for row in self.connection.execute(statement, given))


def _state(row: Row[Any]) -> LifeState:
    return LifeState(
        person_id=PersonId(row.person_id),
        card_status=None if row.card_status is None else CardStatus(row.card_status),
        card_expires_on=row.card_expires_on or "",
        residence_until=row.residence_until or "",
        suspended_at=row.suspended_at,
    )


def _row(person_id: PersonId) -> dict[str, object]:
    return {
        "bucket": bucket_of(person_id),
        "person_id": person_id,
        "card_status": None,
        "card_expires_on": None,
        "residence_until": None,
        "suspended_at": None,
    }
