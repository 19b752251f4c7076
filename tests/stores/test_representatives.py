"""Who represents an organisation as its register says; and that nobody is left to, or that it is no more."""

from dataclasses import replace
from typing import Any

from idp.audit.occasion import Occasion
from idp.clock import Clock
from idp.database import Database
from idp.mandates.model import PrincipalKind, Role
from idp.organisations.entry import RegisterEntry, Said
from idp.organisations.model import OrganisationKind, OrganisationScheme, OrganisationStatus
from idp.organisations.service import (
    Outcome,
    Registered,
    is_representative_vacant,
    register,
    representatives_of,
)
from idp.people.model import PersonStatus
from tests.organisations.samples import tax_code
from tests.stores.samples import DAY, NOW, do, make_person, see

FIRST, SECOND, NOBODY = "031090000001", "031090000002", "031090000003"
ENTRY = RegisterEntry(
    kind=OrganisationKind.ENTERPRISE,
    scheme=OrganisationScheme.TAX_CODE,
    identifier=tax_code(),
    name="Công ty TNHH Hải Long",
    representatives=(FIRST, NOBODY),
)


async def say(database: Database[Any], clock: Clock, one: RegisterEntry, days: int = 0) -> Registered:
    happening = Occasion(clock=clock, now=NOW + days * DAY, txn="t")
    said = Said(source="register", at=happening.now)
    return await do(database, lambda tx: register(tx, one, said, actor="operator:an", occasion=happening))


async def represented_by(database: Database[Any], done: Registered, days: int = 0) -> set[str]:
    this, now = done.organisation.organisation_id, NOW + days * DAY
    vacant = await see(database, lambda tx: is_representative_vacant(tx, this, now=now))
    people = await see(database, lambda tx: representatives_of(tx, this, now=now))
    assert vacant is not bool(people)
    return set(people)


async def test_whom_the_register_names_represents_it_and_who_is_not_known_is_counted(
    database: Database[Any], clock: Clock
) -> None:
    first, second = make_person(personal_id=FIRST), make_person(personal_id=SECOND)
    await do(database, lambda tx: tx.people.add_many((first, second)))
    done = await say(database, clock, ENTRY)
    assert (done.outcome, done.unknown_representatives) == (Outcome.ADDED, 1)
    assert await represented_by(database, done) == {first.person_id}
    again = await say(database, clock, replace(ENTRY, representatives=None))
    assert again.outcome is Outcome.UNCHANGED
    assert await represented_by(database, done) == {first.person_id}
    await say(database, clock, replace(ENTRY, representatives=(SECOND,)), days=1)
    assert await represented_by(database, done, days=1) == {second.person_id}
    await say(database, clock, ENTRY)  # of earlier
    assert await represented_by(database, done, days=1) == {second.person_id}
    await say(database, clock, replace(ENTRY, representatives=()), days=2)
    assert await represented_by(database, done, days=2) == set()


async def test_an_organisation_whose_last_representative_is_locked_has_none(
    database: Database[Any], clock: Clock
) -> None:
    first = make_person(personal_id=FIRST)
    await do(database, lambda tx: tx.people.add(first))
    done = await say(database, clock, ENTRY)
    for status, expected in (
        (PersonStatus.LOCKED, set()),
        (PersonStatus.ACTIVE, {first.person_id}),
        (PersonStatus.DECEASED, set()),
    ):
        await do(database, lambda tx, s=status: tx.people.set_status(first.person_id, s, "because", NOW))
        assert await represented_by(database, done) == expected


async def test_a_foreigner_represents_by_the_number_foreigners_have(
    database: Database[Any], clock: Clock
) -> None:
    number = "NN1234567890"
    foreigner = make_person("Kim Min-jun", foreigner_id=number, nationality="KOR")
    await do(database, lambda tx: tx.people.add(foreigner))
    done = await say(database, clock, replace(ENTRY, representatives=(number,)))
    assert done.unknown_representatives == 0
    assert await represented_by(database, done) == {foreigner.person_id}


async def test_a_household_business_is_its_owner_s(database: Database[Any], clock: Clock) -> None:
    owner = make_person(personal_id=FIRST)
    await do(database, lambda tx: tx.people.add(owner))
    household = replace(
        ENTRY,
        kind=OrganisationKind.HOUSEHOLD_BUSINESS,
        scheme=OrganisationScheme.PERSONAL_ID,
        identifier=FIRST,
        representatives=(FIRST,),
    )
    done = await say(database, clock, household)
    assert await represented_by(database, done) == {owner.person_id}


async def test_a_household_business_stays_itself_when_its_owner_gets_another_number(
    database: Database[Any], clock: Clock
) -> None:
    owner, other = make_person(personal_id=FIRST), make_person(personal_id=NOBODY)
    await do(database, lambda tx: tx.people.add_many((owner, other)))
    household = replace(
        ENTRY,
        kind=OrganisationKind.HOUSEHOLD_BUSINESS,
        scheme=OrganisationScheme.PERSONAL_ID,
        identifier=FIRST,
        representatives=(FIRST,),
    )
    first = await say(database, clock, household)
    renumbered = replace(owner, profile=replace(owner.profile, personal_id=SECOND), updated_at=NOW + DAY)
    await do(database, lambda tx: tx.people.update(renumbered))
    under_second = replace(household, identifier=SECOND, representatives=(SECOND,))
    assert (await say(database, clock, under_second, days=-1)).outcome is Outcome.STALE
    again = await say(database, clock, under_second, days=1)
    this = first.organisation.organisation_id
    assert (again.outcome, again.organisation.organisation_id) == (Outcome.UPDATED, this)
    assert (again.organisation.identifier, await represented_by(database, again, days=1)) == (
        SECOND,
        {owner.person_id},
    )
    old = await see(database, lambda tx: tx.organisations.find(OrganisationScheme.PERSONAL_ID, FIRST))
    assert old is None
    another = replace(household, identifier=NOBODY, representatives=(NOBODY,))
    assert (await say(database, clock, another, days=1)).outcome is Outcome.ADDED


async def test_whoever_represented_it_does_so_no_more_once_it_is_dissolved(
    database: Database[Any], clock: Clock
) -> None:
    first = make_person(personal_id=FIRST)
    await do(database, lambda tx: tx.people.add(first))
    done = await say(database, clock, ENTRY)
    gone = await say(database, clock, replace(ENTRY, status=OrganisationStatus.DISSOLVED), days=1)
    assert (gone.outcome, gone.unknown_representatives) == (Outcome.UPDATED, 0)
    assert await represented_by(database, done, days=1) == set()
    held = await see(
        database,
        lambda tx: tx.mandates.of_principal(PrincipalKind.ORGANISATION, done.organisation.organisation_id),
    )
    assert {(one.role, one.ended_at) for one in held} == {
        (Role.REPRESENTATIVE, NOW + DAY),
        (Role.ARCHIVE, None),
    }
    back = await say(database, clock, ENTRY, days=2)
    assert back.organisation.status is OrganisationStatus.ACTIVE
    assert await represented_by(database, done, days=2) == {first.person_id}
