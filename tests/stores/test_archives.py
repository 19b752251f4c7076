"""What a dissolution leaves on both engines: its archive, to whoever represented it last, to be read (adr/0041)."""

from dataclasses import replace
from typing import Any

import pytest

from idp.database import Database
from idp.days import start_of
from idp.ids import OrganisationId
from idp.life_events.model import Ground
from idp.life_events.service import open_ground
from idp.mandates.jobs import end_over
from idp.mandates.model import Mandate, PrincipalKind, Role, Source
from idp.mandates.rules import works_for
from idp.mandates.service import choices_of, end_of_person, held, replace_representatives
from idp.organisations.model import Organisation, OrganisationStatus
from idp.organisations.service import change_status
from idp.people.model import Person
from idp.protocol.acting import ContextKind
from idp.protocol.context import Obstacle
from tests.mandates.samples import make_mandate
from tests.organisations.samples import make_organisation
from tests.stores.mandate_samples import at, make_citizen
from tests.stores.samples import DAY, NOW, do, see

DB = Database[Any]
YEAR_2036 = start_of(NOW.date().replace(year=NOW.year + 10)) + DAY


async def represented(database: DB, *people: Person) -> Organisation:
    company = make_organisation()

    def store(tx: Any) -> None:
        tx.people.add_many(people)
        tx.organisations.add(company)
        replace_representatives(
            tx,
            OrganisationId(company.organisation_id),
            [one.person_id for one in people],
            actor="register",
            occasion=at(NOW - DAY),
        )

    await do(database, store)
    return company


async def become(database: DB, company: Organisation, status: OrganisationStatus, moment: Any = NOW) -> None:
    def change(tx: Any) -> bool:
        return change_status(
            tx, company.organisation_id, status, "decision 5", actor="register", occasion=at(moment)
        )

    assert await do(database, change)


async def live(database: DB, company: Organisation, moment: Any = NOW) -> dict[Any, Mandate]:
    all_of_it = await see(
        database, lambda tx: tx.mandates.of_principal(PrincipalKind.ORGANISATION, company.organisation_id)
    )
    return {one.delegate_id: one for one in all_of_it if one.is_live(moment)}


async def dissolved(database: DB) -> tuple[Person, Organisation, Mandate]:
    me = make_citizen()
    company = await represented(database, me)
    await become(database, company, OrganisationStatus.DISSOLVED)
    return me, company, (await live(database, company))[me.person_id]


async def test_each_last_representative_is_left_the_archive_and_nobody_else(database: DB) -> None:
    me, other, clerk, coming = (make_citizen() for _ in range(4))
    company = await represented(database, me, other)
    more = [
        make_mandate(
            clerk.person_id,
            principal_id=company.organisation_id,
            source=Source.APPOINTED,
            role=Role.ADMINISTRATOR,
        ),
        make_mandate(
            coming.person_id,
            principal_id=company.organisation_id,
            source=Source.REGISTER,
            role=Role.REPRESENTATIVE,
            valid_from=NOW + DAY,
        ),
    ]

    def store(tx: Any) -> None:
        tx.people.add_many([clerk, coming])
        tx.mandates.add(more)

    await do(database, store)
    await become(database, company, OrganisationStatus.DISSOLVED)
    left = await live(database, company)
    assert left.keys() == {me.person_id, other.person_id}
    for one in left.values():
        assert (one.role, one.source, one.services) == (Role.ARCHIVE, Source.REGISTER, ())
        assert (one.valid_from, one.valid_to) == (NOW, YEAR_2036)
        assert not works_for(one, NOW)


async def test_the_archive_is_a_choice_of_its_own_beside_what_has_ended(database: DB) -> None:
    me, company, mandate = await dissolved(database)
    found = await see(database, lambda tx: choices_of(tx, me, now=NOW))
    said = {(one.kind, one.obstacle) for one in found}
    assert said == {(ContextKind.ORGANISATION, Obstacle.DISSOLVED), (ContextKind.ARCHIVE, None)}
    choice = await do(database, lambda tx: held(tx, me.person_id, mandate.mandate_id, now=NOW))
    assert choice is not None
    assert choice in found
    assert choice.organisation is not None
    assert choice.mandate is not None
    assert (choice.kind, choice.organisation.status) == (ContextKind.ARCHIVE, "dissolved")
    assert (choice.mandate.role, choice.ends_at) == ("archive", YEAR_2036)
    assert choice.principal_id == company.organisation_id


async def test_the_archive_ends_after_ten_years(database: DB) -> None:
    me, company, mandate = await dissolved(database)
    assert await do(database, lambda tx: held(tx, me.person_id, mandate.mandate_id, now=YEAR_2036 - DAY))
    assert await do(database, lambda tx: held(tx, me.person_id, mandate.mandate_id, now=YEAR_2036)) is None
    assert await end_over(database, at(YEAR_2036)) == 1
    assert await live(database, company, YEAR_2036) == {}


async def test_the_archive_ends_with_its_reader(database: DB) -> None:
    me, company, _ = await dissolved(database)
    await do(database, lambda tx: end_of_person(tx, me.person_id, "death", actor="x", occasion=at()))
    assert await live(database, company) == {}


@pytest.mark.parametrize("is_locked", [True, False])
async def test_who_is_locked_or_of_level_01_reads_no_archive(database: DB, is_locked: bool) -> None:
    me, _, mandate = await dissolved(database)

    def change(tx: Any) -> None:
        if is_locked:
            assert open_ground(tx, me.person_id, Ground.CITY, "x", actor="test", occasion=at())
        else:
            tx.people.update(replace(me, account_level=1))

    await do(database, change)
    assert await do(database, lambda tx: held(tx, me.person_id, mandate.mandate_id, now=NOW)) is None


async def test_a_dissolution_that_is_taken_back_closes_the_archive(database: DB) -> None:
    me, company, mandate = await dissolved(database)
    await become(database, company, OrganisationStatus.ACTIVE, NOW + DAY)
    ended = await see(database, lambda tx: tx.mandates.get(mandate.mandate_id))
    assert (ended.ended_at, ended.end_reason) == (NOW + DAY, "no longer dissolved")
    assert await do(database, lambda tx: held(tx, me.person_id, mandate.mandate_id, now=NOW)) is None


async def test_no_archive_is_read_of_what_is_not_dissolved(database: DB) -> None:
    me, company = make_citizen(), make_organisation()
    stray = make_mandate(
        me.person_id, principal_id=company.organisation_id, source=Source.REGISTER, role=Role.ARCHIVE
    )

    def store(tx: Any) -> None:
        tx.people.add(me)
        tx.organisations.add(company)
        tx.mandates.add([stray])

    await do(database, store)
    assert await see(database, lambda tx: choices_of(tx, me, now=NOW)) == ()
    assert await do(database, lambda tx: held(tx, me.person_id, stray.mandate_id, now=NOW)) is None


async def test_a_suspension_leaves_powers_as_they_are_and_no_archive(database: DB) -> None:
    me = make_citizen()
    company = await represented(database, me)
    await become(database, company, OrganisationStatus.SUSPENDED)
    assert [one.role for one in (await live(database, company)).values()] == [Role.REPRESENTATIVE]


async def test_units_leave_theirs_to_whoever_led_them(database: DB) -> None:
    head, chief = make_citizen(), make_citizen()
    company = await represented(database, head)
    unit = await represented(database, chief)
    this = replace(unit, parent_id=company.organisation_id)
    await do(database, lambda tx: tx.organisations.update(this))
    await become(database, company, OrganisationStatus.DISSOLVED)
    assert (await live(database, unit))[chief.person_id].role is Role.ARCHIVE
