"""Copies of what is held of a person: one a person at a time, sealed, gone a day after it was made (PAGES §3.1.20)."""

from dataclasses import dataclass
from datetime import datetime
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
    bindparam,
    delete,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from idp.clock import CLOCKS_APART
from idp.data_rights.model import Copy
from idp.database import Sealed, UtcTime, metadata
from idp.database.erasing import delete_oldest, erase
from idp.database.of_person import of_person, person_given
from idp.ids import PersonId, bucket_of
from keys.envelope import Vault

_DOCUMENT = "data-copy.document"

data_copies = Table(
    "data_copies",
    metadata,
    Column("bucket", String(2), primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("copy_id", Text, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("claimed_until", UtcTime, nullable=False),
    Column("made_at", UtcTime),
    Column("expires_at", UtcTime, nullable=False),
    Column("document", Sealed(_DOCUMENT)),
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    Index("ix_data_copies_made_at", "made_at", "claimed_until"),
    Index("ix_data_copies_expires_at", "expires_at"),
)

_t = data_copies.c
_known = [column for column in data_copies.c if column.name != "document"]
_insert = insert(data_copies)
_ASK = _insert.on_conflict_do_update(
    index_elements=["bucket", "person_id"],
    set_={
        **{name: _insert.excluded[name] for name in ("copy_id", "asked_at", "claimed_until", "expires_at")},
        "made_at": None,
        "document": None,
    },
    where=_t.expires_at <= _insert.excluded.asked_at,
).returning(*_known)
_GET = select(*_known).where(*of_person(data_copies), _t.expires_at > bindparam("now", type_=UtcTime))
_DOCUMENT_OF = select(_t.document).where(
    *of_person(data_copies),
    _t.made_at.is_not(None),
    _t.expires_at > bindparam("now", type_=UtcTime),
)
_waiting = (
    select(_t.bucket, _t.person_id)
    .where(
        _t.made_at.is_(None),
        or_(
            _t.claimed_until <= bindparam("now", type_=UtcTime),
            _t.claimed_until > bindparam("latest", type_=UtcTime),  # of a clock that ran ahead
        ),
    )
    .order_by(_t.claimed_until)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("waiting_copies")
)
_CLAIM = (
    update(data_copies)
    .where(tuple_(_t.bucket, _t.person_id).in_(select(_waiting.c.bucket, _waiting.c.person_id)))
    .values(claimed_until=bindparam("until"))
    .returning(*_known)
)
_this_copy = (*of_person(data_copies), _t.copy_id == bindparam("this_copy"), _t.made_at.is_(None))
_MAKE = (
    update(data_copies)
    .where(*_this_copy)
    .values(made_at=bindparam("now"), expires_at=bindparam("until"), document=bindparam("sealed"))
    .returning(_t.copy_id)
)
_DROP = delete(data_copies).where(*of_person(data_copies))
_ERASE = delete_oldest((_t.bucket, _t.person_id), _t.expires_at)


@dataclass(frozen=True, slots=True)
class DataCopyStore:
    """The copies of one transaction."""

    connection: Connection
    vault: Vault

    def ask(self, person_id: PersonId, copy_id: str, *, now: datetime, expires_at: datetime) -> Copy | None:
        """Note that a copy is to be made; None: there is one already, being made or not yet over."""
        row = {
            "bucket": bucket_of(person_id),
            "person_id": person_id,
            "copy_id": copy_id,
            "asked_at": now,
            "claimed_until": now,
            "made_at": None,
            "expires_at": expires_at,
            "document": None,
        }
        return _copy(self.connection.execute(_ASK, row).one_or_none())

    def get(self, person_id: PersonId, now: datetime) -> Copy | None:
        """Return the copy of a person, one that is over not."""
        return _copy(self.connection.execute(_GET, {**person_given(person_id), "now": now}).one_or_none())

    def document(self, person_id: PersonId, now: datetime) -> bytes | None:
        """Return what is in it; None: it is not made yet, or over."""
        given = {**person_given(person_id), "now": now}
        sealed = self.connection.execute(_DOCUMENT_OF, given).scalar_one_or_none()
        return None if sealed is None else self.vault.open(sealed, purpose=_DOCUMENT)

    def claim(self, now: datetime, *, until: datetime, most: int) -> tuple[Copy, ...]:
        """Take copies that are to be made; who takes one and does not make it leaves it to others after `until`."""
        given = {"now": now, "until": until, "latest": until + CLOCKS_APART, "most": most}
        rows = self.connection.execute(_CLAIM, given).all()
        return tuple(one for row in rows if (one := _copy(row)) is not None)

    def make(self, copy: Copy, document: bytes, *, now: datetime, expires_at: datetime) -> bool:
        """Store what a copy holds, once; False if it is not waited for any more."""
        given = {
            **person_given(copy.person_id),
            "this_copy": copy.copy_id,
            "now": now,
            "until": expires_at,
            "sealed": self.vault.seal(document, purpose=_DOCUMENT),
        }
        return self.connection.execute(_MAKE, given).one_or_none() is not None

    def drop(self, person_id: PersonId) -> None:
        """Erase a person's copy, whatever has become of it."""
        self.connection.execute(_DROP, person_given(person_id))

    def erase_expired(self, before: datetime, limit: int) -> int:
        """Erase what is over; return how many."""
        return erase(self.connection, _ERASE, before, limit)


def _copy(row: Row[Any] | None) -> Copy | None:
    if row is None:
        return None
    return Copy(
        person_id=PersonId(row.person_id),
        copy_id=row.copy_id,
        asked_at=row.asked_at,
        made_at=row.made_at,
        expires_at=row.expires_at,
    )
