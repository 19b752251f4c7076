"""The `sub` of a person in a sector: one for ever, and told apart by sector (OpenID Connect Core §8.1)."""

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from idp.database import Database
from idp.people.model import Person
from tests.stores.merge_samples import merged
from tests.stores.samples import do, make_person, see


async def people(database: Database[Any], count: int = 2) -> list[Person]:
    everyone = [make_person() for _ in range(count)]
    await do(database, lambda tx: tx.people.add_many(everyone))
    return everyone


async def test_the_first_sub_stays_whatever_is_proposed_later(database: Database[Any]) -> None:
    (person,) = await people(database, 1)
    person_id = person.person_id
    assert await do(database, lambda tx: tx.subjects.sub_for(person_id, "portal", "first")) == "first"
    assert await do(database, lambda tx: tx.subjects.sub_for(person_id, "portal", "second")) == "first"
    assert await do(database, lambda tx: tx.subjects.sub_for(person_id, "warehouse", "third")) == "third"


async def test_a_sub_leads_back_to_its_person_in_its_sector_only(database: Database[Any]) -> None:
    (person,) = await people(database, 1)
    await do(database, lambda tx: tx.subjects.sub_for(person.person_id, "portal", "the-sub"))
    assert await see(database, lambda tx: tx.subjects.person_of("portal", "the-sub")) == person.person_id
    assert await see(database, lambda tx: tx.subjects.person_of("warehouse", "the-sub")) is None
    assert await see(database, lambda tx: tx.subjects.person_of("portal", "another")) is None


async def test_two_people_never_share_a_sub(database: Database[Any]) -> None:
    first, second = await people(database)
    await do(database, lambda tx: tx.subjects.sub_for(first.person_id, "portal", "the-sub"))
    with pytest.raises(IntegrityError):
        await do(database, lambda tx: tx.subjects.sub_for(second.person_id, "portal", "the-sub"))


async def test_a_sector_that_knew_only_the_merged_record_keeps_its_sub(database: Database[Any]) -> None:
    loser, winner = await people(database)  # DESIGN 5.1

    def meet(tx: Any) -> None:
        tx.subjects.sub_for(loser.person_id, "portal", "of-the-loser")
        tx.subjects.sub_for(loser.person_id, "warehouse", "of-the-loser-too")
        tx.subjects.sub_for(winner.person_id, "warehouse", "of-the-winner")

    await do(database, meet)
    await merged(database, winner.person_id, loser.person_id)
    assert await see(database, lambda tx: tx.subjects.find(winner.person_id, "portal")) == "of-the-loser"
    assert (
        await do(database, lambda tx: tx.subjects.sub_for(winner.person_id, "portal", "new"))
        == "of-the-loser"
    )
    assert (
        await do(database, lambda tx: tx.subjects.sub_for(winner.person_id, "warehouse", "n"))
        == "of-the-winner"
    )
    assert await do(database, lambda tx: tx.subjects.sub_for(winner.person_id, "learning", "new")) == "new"
    assert await see(database, lambda tx: tx.subjects.person_of("portal", "of-the-loser")) == loser.person_id


async def test_a_known_sub_is_told_without_writing(database: Database[Any]) -> None:
    (person,) = await people(database, 1)
    await do(database, lambda tx: tx.subjects.sub_for(person.person_id, "portal", "the-sub"))
    # A read-only snapshot would refuse a write.
    assert await see(database, lambda tx: tx.subjects.sub_for(person.person_id, "portal", "x")) == "the-sub"
    assert await see(database, lambda tx: tx.subjects.find(person.person_id, "portal")) == "the-sub"
    assert await see(database, lambda tx: tx.subjects.find(person.person_id, "warehouse")) is None
