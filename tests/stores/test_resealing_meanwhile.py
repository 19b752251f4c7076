"""What moves to a new version of the master key while nodes write, twice and in vain (DESIGN 5.10, SECURITY R27)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from idp.clock import Clock
from idp.organisations.identifiers import IdentifierTaken as OrganisationNumberTaken
from idp.organisations.model import OrganisationScheme
from idp.people.model import IdentifierScheme
from idp.resealing.service import reseal
from idp.resealing.store import sealed_columns
from keys.envelope import Unsealable
from tests.organisations.samples import make_organisation
from tests.stores.resealing_samples import (
    LATER,
    NEW,
    NUMBER,
    Eras,
    fill,
    open_eras,
    walk,
)
from tests.stores.samples import (
    HOUR,
    NOW,
    SECOND,
    do,
    make_person,
    see,
)


@pytest.fixture
async def eras(database_url: str, clock: Clock) -> AsyncIterator[Eras]:
    async with open_eras(database_url, clock) as eras:
        yield eras


async def test_what_a_node_writes_meanwhile_is_not_lost(eras: Eras) -> None:
    person = make_person()
    await do(eras.before, lambda tx: tx.people.add(person))
    (row,) = await see(eras.after, lambda tx: tx.resealing.page("people", None, 10))
    changed = replace(person, profile=replace(person.profile, full_name="Trần Văn Mới"), updated_at=LATER)
    await do(eras.before, lambda tx: tx.people.update(changed))
    assert not await do(eras.after, lambda tx: tx.resealing.renew("people", row, asked_before=LATER))
    assert await see(eras.after, lambda tx: tx.people.get(person.person_id)) == changed
    assert await see(eras.after, lambda tx: tx.resealing.left()) == 1
    assert (await walk(eras.after))["people"].renewed == 1
    assert await see(eras.without_old, lambda tx: tx.people.get(person.person_id)) == changed


async def test_walks_beside_each_other_and_beside_nodes_of_both_versions_lose_nothing(eras: Eras) -> None:
    people = [make_person(f"Người {i}", personal_id=f"0310900000{i:02}") for i in range(20)]
    await do(eras.before, lambda tx: [tx.people.add(person) for person in people])
    named = [
        replace(person, profile=replace(person.profile, full_name=f"Tên {i}"), updated_at=LATER)
        for i, person in enumerate(people)
    ]
    await asyncio.gather(
        walk(eras.after),
        walk(eras.after),
        *(
            do((eras.told, eras.after)[i % 2], lambda tx, p=person: tx.people.update(p))
            for i, person in enumerate(named)
        ),
    )
    await walk(eras.after)
    assert await see(eras.after, lambda tx: tx.resealing.left()) == 0
    for person in named:
        number = person.profile.personal_id
        assert number is not None
        found = await see(
            eras.without_old,
            lambda tx, n=number: tx.people.find_by_identifier(IdentifierScheme.PERSONAL_ID, n),
        )
        assert found == person


async def test_who_has_a_number_under_both_versions_has_it_once_afterwards(eras: Eras) -> None:
    person = make_person(personal_id=NUMBER)
    await do(eras.before, lambda tx: tx.people.add(person))
    await do(
        eras.after,
        lambda tx: tx.people.add_identifier(
            person.person_id, IdentifierScheme.PERSONAL_ID, NUMBER, now=NOW + HOUR
        ),
    )
    assert len(await see(eras.after, lambda tx: tx.resealing.page("person_identifiers", None, 9))) == 2
    await walk(eras.after)
    (row,) = await see(eras.after, lambda tx: tx.resealing.page("person_identifiers", None, 9))
    assert (row["valid_from"], row["valid_to"], row["lookup"][0]) == (NOW, None, 2)


async def test_an_organisation_moves_with_its_number_and_keeps_what_came_meanwhile(eras: Eras) -> None:
    one = make_organisation(scheme=OrganisationScheme.PERSONAL_ID, identifier=NUMBER)
    await do(eras.before, lambda tx: tx.organisations.add(one))
    (row,) = await see(eras.after, lambda tx: tx.resealing.page("organisations", None, 9))
    renamed = replace(one, name="Hộ kinh doanh Bến Nghiêng", updated_at=LATER)
    assert await do(eras.before, lambda tx: tx.organisations.update(renamed))
    assert not await do(eras.after, lambda tx: tx.organisations.reseal(row))
    with pytest.raises(OrganisationNumberTaken):  # found under the old version too
        await do(
            eras.after,
            lambda tx: tx.organisations.add(replace(one, organisation_id=eras.clock.organisation_id())),
        )
    assert (await walk(eras.after))["organisations"].renewed == 1
    found = await see(
        eras.without_old, lambda tx: tx.organisations.find(OrganisationScheme.PERSONAL_ID, NUMBER)
    )
    assert found == renamed


async def test_a_number_that_two_organisations_have_under_both_versions_is_left_to_somebody(
    eras: Eras,
) -> None:
    one = make_organisation()
    await do(eras.before, lambda tx: tx.organisations.add(one))
    await do(
        eras.without_old,
        lambda tx: tx.organisations.add(replace(one, organisation_id=eras.clock.organisation_id())),
    )
    walked = (await walk(eras.after))["organisations"]
    assert (walked.rows, walked.renewed, walked.taken) == (2, 0, 1)


async def test_a_row_that_does_not_open_is_counted_and_holds_up_no_other(eras: Eras) -> None:
    await do(eras.before, lambda tx: [tx.people.add(make_person()) for _ in range(3)])
    (row, *_) = await see(eras.after, lambda tx: tx.resealing.page("people", None, 10))
    spoilt = row["profile"][:-1] + bytes([row["profile"][-1] ^ 1])
    people = next(column.table for column, _ in sealed_columns() if column.table.name == "people")
    changing = people.update().where(people.c.person_id == row["person_id"]).values(profile=spoilt)
    await do(eras.after, lambda tx: tx.connection.execute(changing))
    with pytest.raises(Unsealable):
        await do(
            eras.after,
            lambda tx: tx.resealing.renew("people", {**row, "profile": spoilt}, asked_before=LATER),
        )
    walked = (await walk(eras.after))["people"]
    assert (walked.rows, walked.renewed, walked.unreadable) == (3, 2, 1)
    assert await see(eras.after, lambda tx: tx.resealing.left()) == 1


async def test_a_successor_that_may_still_be_asked_for_is_kept(eras: Eras) -> None:
    filled = await fill(eras.before, eras.clock)
    await reseal(eras.after, asked_before=NOW)
    assert await see(eras.after, lambda tx: tx.resealing.left()) == 1
    spent = await see(eras.after, lambda tx: tx.refresh_tokens.find(filled.spent))
    assert spent is not None
    assert spent.successor_sealed is not None
    assert NEW.open_under(filled.spent, spent.successor_sealed, purpose="refresh.successor")
    await reseal(eras.after, asked_before=NOW + SECOND)
    assert await see(eras.after, lambda tx: tx.resealing.left()) == 0
