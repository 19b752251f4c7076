"""A personal ID number changes: same person, same subs, the old one finds them and goes to nobody – DOMAIN 1.4."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.clock import Clock
from idp.database import Database, Done, Refused
from idp.people.identifiers import IdentifierTaken
from idp.people.model import IdentifierScheme, NumberCause
from idp.people.service import NumberNotChanged, change_personal_id
from tests.stores.samples import HOUR, NOW, do, make_person, see

OLD, NEW = "031090000001", "031190000002"
_later = Clock(lambda: NOW + HOUR)


async def change(database: Database[Any], person_id: Any, new: str) -> Any:
    occasion = Occasion(clock=_later, now=_later.now(), txn="t")
    return await database.transact(
        lambda tx: change_personal_id(
            tx, person_id, new, NumberCause.SEX_DETERMINED, occasion, actor="operator:a", reason="letter 1"
        )
    )


async def found(database: Database[Any], number: str) -> Any:
    return await see(database, lambda tx: tx.people.find_by_identifier(IdentifierScheme.PERSONAL_ID, number))


async def events(database: Database[Any], kind: EventType) -> list[dict[str, object]]:
    def read(tx: Any) -> list[dict[str, object]]:
        while tx.audit.number(500):
            pass
        return [dict(one.event.payload) for one in tx.audit.read(-1, 100, event_type=kind)]

    return await do(database, read)


async def test_the_person_their_subs_and_their_old_number_stay(database: Database[Any]) -> None:
    person = make_person(personal_id=OLD, gender="female")
    await do(database, lambda tx: tx.people.add(person))
    sub = await do(database, lambda tx: tx.subjects.sub_for(person.person_id, "s", "first"))
    outcome = await change(database, person.person_id, "031 190 000 002")
    assert isinstance(outcome, Done)
    assert outcome.value.warnings == ()
    now = await found(database, NEW)
    assert now == await found(database, OLD)
    assert (now.person_id, now.profile.personal_id) == (person.person_id, NEW)
    assert await see(database, lambda tx: tx.subjects.find(person.person_id, "s")) == sub
    held = await see(database, lambda tx: tx.people.identifiers_of(person.person_id))
    assert [(one.value, one.valid_from, one.valid_to, one.cause) for one in held] == [
        (OLD, NOW, NOW + HOUR, "sex-determined"),
        (NEW, NOW + HOUR, None, ""),
    ]
    (event,) = await events(database, EventType.PERSON_NUMBER_CHANGED)
    assert event == {"cause": "sex-determined", "reason": "letter 1", "warnings": []}


async def test_what_disagrees_is_told_and_changed_all_the_same(database: Database[Any]) -> None:
    person = make_person(personal_id=OLD, gender="male")
    await do(database, lambda tx: tx.people.add(person))
    outcome = await change(database, person.person_id, "003185000002")
    assert [one.value for one in outcome.value.warnings] == ["unknown-place", "other-sex", "other-year"]
    assert await found(database, "003185000002") is not None


async def test_an_old_number_is_never_given_to_another(database: Database[Any]) -> None:
    first, second = make_person(personal_id=OLD), make_person()
    await do(database, lambda tx: tx.people.add_many((first, second)))
    await change(database, first.person_id, NEW)
    for number in (OLD, NEW):
        outcome = await change(database, second.person_id, number)
        assert isinstance(outcome, Refused)
        assert number not in str(outcome.error)
        assert (await found(database, number)).person_id == first.person_id
        taken = replace(second, profile=replace(second.profile, personal_id=number))
        with pytest.raises(IdentifierTaken):
            await do(database, lambda tx, one=taken: tx.people.update(one))
    assert len(await events(database, EventType.PERSON_NUMBER_REFUSED)) == 2


@pytest.mark.parametrize("number", ["", "03119000000", OLD, "031 090 000 001", "NN9000000001"])
async def test_what_is_no_number_or_theirs_already_changes_nothing(
    database: Database[Any], number: str
) -> None:
    person = make_person(personal_id=OLD)
    await do(database, lambda tx: tx.people.add(person))
    with pytest.raises(NumberNotChanged):
        (await change(database, person.person_id, number)).unwrap()
    assert await see(database, lambda tx: tx.people.get(person.person_id)) == person
    with pytest.raises(NumberNotChanged):
        (await change(database, make_person().person_id, NEW)).unwrap()


async def test_of_two_who_are_given_one_number_at_once_one_gets_it(database: Database[Any]) -> None:
    people = [make_person() for _ in range(2)]
    await do(database, lambda tx: tx.people.add_many(people))
    given = await asyncio.gather(
        *(change(database, one.person_id, NEW) for one in people), return_exceptions=True
    )
    assert sum(isinstance(one, Done) for one in given) == 1
    assert all(isinstance(one, Done | Refused | IdentifierTaken) for one in given)
    held = [await see(database, lambda tx, p=one: tx.people.identifiers_of(p.person_id)) for one in people]
    assert sorted(map(len, held)) == [0, 1]


async def test_names_are_stored_composed_and_single_spaced(database: Database[Any]) -> None:
    person = make_person("Đoàn  Thi\u0323  Ngọc A\u0301nh", given_name="A\u0301nh")
    await do(database, lambda tx: tx.people.add(person))
    stored = await see(database, lambda tx: tx.people.get(person.person_id))
    assert (stored.profile.full_name, stored.profile.given_name) == ("Đoàn Thị Ngọc Ánh", "Ánh")
    changed = replace(stored, profile=replace(stored.profile, full_name="Hoa\u0300"))
    await do(database, lambda tx: tx.people.update(changed))
    assert (await see(database, lambda tx: tx.people.get(person.person_id))).profile.full_name == "Hoà"
    assert await see(database, lambda tx: tx.people.search_by_name("hoa", 2)) != ()
