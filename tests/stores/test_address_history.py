"""Where people were registered: each change ends a row and begins one, sealed."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, text

from idp.database import Database
from idp.people.addresses import place
from idp.people.model import Person
from idp.people.store.addresses import person_addresses
from tests.stores.samples import HOUR, NOW, do, make_person, see

FIRST, SECOND = place(code="11383", detail="số 16 Tô Hiệu"), place(code="10888", detail="thôn Đông")


def moved(person: Person, address: Any, hours: int) -> Person:
    return replace(person, profile=replace(person.profile, address=address), updated_at=NOW + hours * HOUR)


async def history(database: Database[Any], person: Person) -> list[tuple[Any, datetime, datetime | None]]:
    held = await see(database, lambda tx: tx.people.addresses_of(person.person_id))
    return [(one.address, one.valid_from, one.valid_to) for one in held]


async def test_a_move_ends_one_address_and_begins_another(database: Database[Any]) -> None:
    person = make_person(address=FIRST)
    await do(database, lambda tx: tx.people.add(person))
    assert await history(database, person) == [(FIRST, NOW, None)]
    await do(database, lambda tx: tx.people.update(moved(person, SECOND, 1)))
    assert await history(database, person) == [(FIRST, NOW, NOW + HOUR), (SECOND, NOW + HOUR, None)]
    await do(database, lambda tx: tx.people.update(moved(person, None, 2)))
    assert (await history(database, person))[1] == (SECOND, NOW + HOUR, NOW + 2 * HOUR)
    await do(database, lambda tx: tx.people.update(moved(person, FIRST, 3)))
    assert (await history(database, person))[2] == (FIRST, NOW + 3 * HOUR, None)


async def test_what_changes_elsewhere_leaves_no_row(database: Database[Any]) -> None:
    person = make_person(address=FIRST)
    await do(database, lambda tx: tx.people.add(person))
    await do(database, lambda tx: tx.people.update(replace(person, account_level=1)))
    assert await history(database, person) == [(FIRST, NOW, None)]


async def test_a_day_that_the_source_states_is_the_beginning(database: Database[Any]) -> None:
    since = replace(FIRST, valid_from="2025-07-01")
    ahead = replace(SECOND, valid_from="2030-01-01")
    person = make_person(address=since)
    await do(database, lambda tx: tx.people.add(person))
    day = datetime(2025, 6, 30, 17, tzinfo=UTC)
    assert await history(database, person) == [(since, day, None)]
    await do(database, lambda tx: tx.people.update(moved(person, ahead, 1)))
    assert await history(database, person) == [(since, day, NOW + HOUR), (ahead, NOW + HOUR, None)]


async def test_an_address_of_before_the_table_gets_its_row_when_it_ends(database: Database[Any]) -> None:
    person = make_person(address=FIRST)

    def without_row(tx: Any) -> None:
        tx.people.add(person)
        tx.connection.execute(delete(person_addresses))

    await do(database, without_row)
    await do(database, lambda tx: tx.people.update(moved(person, SECOND, 1)))
    assert await history(database, person) == [(FIRST, NOW, NOW + HOUR), (SECOND, NOW + HOUR, None)]


async def test_no_address_is_in_clear(database: Database[Any]) -> None:
    await do(database, lambda tx: tx.people.add(make_person(address=FIRST)))
    stored = await see(
        database, lambda tx: repr(tx.connection.execute(text("SELECT * FROM person_addresses")).all())
    )
    assert "Hiệu" not in stored
    assert "11383" not in stored
