"""Somebody is found by their own name alone, and finding nobody reads as much as finding somebody (SECURITY E16)."""

from dataclasses import replace
from typing import Any

from idp.database import Database
from idp.people.model import IdentifierScheme, Person
from idp.people.store.holders import find_named
from idp.people.store.identifiers import Holding, hold
from tests.stores.merge_samples import make_pair, merged, split_up
from tests.stores.resealing_samples import NEW, OLD, TOLD
from tests.stores.samples import MINUTE, NOW, do, make_person, see

DB = Database[Any]
USERNAME, PHONE = IdentifierScheme.USERNAME, IdentifierScheme.PHONE


class Reading:
    """Hands statements on to a connection and counts the rows that come back."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.rows: list[int] = []

    def execute(self, *given: Any) -> Any:
        rows = self._connection.execute(*given).all()
        self.rows.append(len(rows))
        return rows


async def known(database: DB, number: int) -> dict[str, Person]:
    """Put in so many people, and return them by what they call themselves."""
    people = {f"name-{place}": make_person() for place in range(number)}
    await do(database, lambda tx: tx.people.add_many(people.values()))
    for name, person in people.items():

        def named(tx: Any, name: str = name, person: Person = person) -> None:
            tx.people.add_identifier(person.person_id, USERNAME, name, now=NOW)

        await do(database, named)
    return people


async def test_each_is_found_by_their_own_name_and_nobody_by_a_name_beside_it(database: DB) -> None:
    people = await known(database, 12)
    for name, person in people.items():
        found = await see(database, lambda tx, name=name: tx.people.find_named(USERNAME, name))
        assert (found.person_id, found.record_id) == (person.person_id, person.person_id)
    for place in range(60):
        found = await see(
            database, lambda tx, place=place: tx.people.find_named(USERNAME, f"stranger-{place}")
        )
        assert found is None
    assert await see(database, lambda tx: tx.people.find_named(IdentifierScheme.EMAIL, "name-1")) is None


async def test_as_many_rows_are_read_for_somebody_as_for_nobody(database: DB) -> None:
    names = list(await known(database, 12))

    def read(tx: Any) -> list[list[int]]:
        vault = tx.people.vault
        counts = []
        for name in sorted(names, key=lambda name: bytes(vault.lookup(name, purpose="identifier.username"))):
            reading = Reading(tx.connection)
            assert find_named(reading, vault, USERNAME, name) is not None  # type: ignore[arg-type]
            counts.append(reading.rows)
        return counts

    *but_the_last, last = await see(database, read)
    assert but_the_last == [[2]] * 11
    assert last == [1], "nobody comes after it in so small a town"

    def read_for_nobody(tx: Any) -> set[int]:
        seen = set()
        for place in range(40):
            reading = Reading(tx.connection)
            assert find_named(reading, tx.people.vault, USERNAME, f"stranger-{place}") is None  # type: ignore[arg-type]
            seen |= set(reading.rows)
        return seen

    assert 2 in await see(database, read_for_nobody)


async def test_a_name_given_up_finds_nobody_nor_whoever_comes_next(database: DB) -> None:
    people = await known(database, 3)
    person = people["name-1"]
    await do(
        database, lambda tx: tx.people.end_identifier(person.person_id, USERNAME, "name-1", now=NOW + MINUTE)
    )
    assert await see(database, lambda tx: tx.people.find_named(USERNAME, "name-1")) is None
    assert (await see(database, lambda tx: tx.people.find_named(USERNAME, "name-2"))) is not None


async def test_a_phone_of_two_people_is_nobodys_and_of_two_records_of_one_person_theirs(database: DB) -> None:
    phone = "+84912345678"
    pair = await make_pair(database)
    for one in (pair.winner, pair.loser):
        with_phone = replace(one, profile=replace(one.profile, phone=phone))
        await do(database, lambda tx, w=with_phone: tx.people.update(w))
    assert await see(database, lambda tx: tx.people.find_named(PHONE, phone)) is None
    merge = await merged(database, pair.winner_id, pair.loser_id)
    found = await see(database, lambda tx: tx.people.find_named(PHONE, phone))
    assert (found.person_id, found.record_id) == (pair.winner_id, pair.winner_id)
    await split_up(database, merge)
    assert await see(database, lambda tx: tx.people.find_named(PHONE, phone)) is None


async def test_a_name_is_found_under_every_version_of_the_master_key_and_once_where_it_stands_under_two(
    database: DB,
) -> None:
    person = make_person()
    await do(database, lambda tx: tx.people.add(person))
    holding = Holding(person_id=person.person_id, scheme=PHONE, value="+84912345678", valid_from=NOW)
    for vault in (OLD, NEW):
        await do(database, lambda tx, vault=vault: hold(tx.connection, vault, [holding]))
        found = await see(database, lambda tx: find_named(tx.connection, TOLD, PHONE, "0912345678"))
        assert found is not None
        assert found.person_id == person.person_id
    assert await see(database, lambda tx: find_named(tx.connection, TOLD, PHONE, "0912345679")) is None
