"""Where people were registered, and since when: sealed, one row a time at an address (DESIGN 5.10, DOMAIN 1.7).

The profile has the address of now; its row here is the open one. A row ends where the next begins. What a record had
before this table was made gets its row when it is replaced.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    String,
    Table,
    Text,
    bindparam,
    delete,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from idp.database import Sealed, UtcTime, metadata
from idp.database.of_person import of_person, person_given
from idp.days import start_of
from idp.ids import PersonId, bucket_of
from idp.people.model import Address, Person
from idp.people.rows import address_of, address_text
from keys.envelope import Vault

_PURPOSE = "person.address"

person_addresses = Table(
    "person_addresses",
    metadata,
    Column("bucket", String(2), primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("recorded_at", UtcTime, primary_key=True),
    Column("valid_from", UtcTime, nullable=False),
    Column("valid_to", UtcTime),
    Column("address", Sealed(_PURPOSE), nullable=False),
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
)

_t = person_addresses.c
_of_person = of_person(person_addresses)
_insert = insert(person_addresses)
_ADD = _insert.on_conflict_do_update(
    index_elements=["bucket", "person_id", "recorded_at"],
    set_={
        "valid_from": _insert.excluded.valid_from,
        "valid_to": _insert.excluded.valid_to,
        "address": _insert.excluded.address,
    },
)
_END = update(person_addresses).where(*_of_person, _t.valid_to.is_(None)).values(valid_to=bindparam("until"))
_FORGET = delete(person_addresses).where(*_of_person)
_OF_PERSON = select(person_addresses).where(*_of_person).order_by(_t.recorded_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressTime:
    """One address of a person, from one moment to another or to now."""

    address: Address = field(repr=False)
    valid_from: datetime
    valid_to: datetime | None
    recorded_at: datetime


def add_first(connection: Connection, vault: Vault, people: tuple[Person, ...]) -> None:
    """Store the addresses of new people."""
    rows = [
        address_row(vault, one, one.profile.address, recorded_at=one.created_at)
        for one in people
        if one.profile.address is not None
    ]
    if rows:
        connection.execute(_ADD, rows)


def replace_open(connection: Connection, vault: Vault, before: Person, after: Person) -> None:
    """End the address a person had, and begin the one they have, if any."""
    address = after.profile.address
    since = after.updated_at if address is None else _since(address, after.updated_at)
    given = {**person_given(after.person_id), "until": since}
    ended = connection.execute(_END, given).rowcount
    if not ended and before.profile.address is not None:
        row = address_row(vault, before, before.profile.address, recorded_at=before.updated_at)
        connection.execute(_ADD, [row | {"valid_to": since}])
    if address is not None:
        connection.execute(_ADD, [address_row(vault, after, address, recorded_at=after.updated_at)])


def forget_addresses(connection: Connection, person_id: PersonId) -> None:
    """Erase where a person is and was registered."""
    connection.execute(_FORGET, person_given(person_id))


def addresses_of(connection: Connection, vault: Vault, person_id: PersonId) -> tuple[AddressTime, ...]:
    """Return where a person was registered, in the order it became known."""
    rows = connection.execute(_OF_PERSON, person_given(person_id))
    return tuple(
        AddressTime(
            address=address_of(vault.open_text(row.address, purpose=_PURPOSE)),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            recorded_at=row.recorded_at,
        )
        for row in rows
    )


def address_row(
    vault: Vault, person: Person, address: Address, *, recorded_at: datetime
) -> dict[str, object]:
    """Return the row of an open time at an address, sealed."""
    return {
        "bucket": bucket_of(person.person_id),
        "person_id": person.person_id,
        "recorded_at": recorded_at,
        "valid_from": _since(address, recorded_at),
        "valid_to": None,
        "address": vault.seal_text(address_text(address), purpose=_PURPOSE),
    }


def _since(address: Address, known_at: datetime) -> datetime:
    """Return when an address began: the first moment of the day its source states, else when it became known."""
    if not address.valid_from:
        return known_at
    return min(start_of(date.fromisoformat(address.valid_from)), known_at)
