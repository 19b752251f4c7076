"""For whom a person may act, and that what was given for it ends with it (DESIGN 5.2, 5.5 bound A)."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from idp.database import Database
from idp.days import last_day
from idp.ids import ClientId, HandleKind, MandateId, OrganisationId
from idp.mandates.model import Mandate, MandateRefused, Role, Rule
from idp.mandates.service import (
    appoint_firm,
    choices_of,
    contest,
    end_by_desk,
    end_of_organisation,
    held,
    name_delegate,
    replace_parents,
    replace_representatives,
)
from idp.organisations.model import Organisation, OrganisationScheme, OrganisationStatus
from idp.people.model import Person, PersonStatus
from idp.protocol.acting import ContextKind, GrantContext
from idp.protocol.context import Choice, Obstacle
from tests.mandates.samples import make_extent, make_mandate
from tests.organisations.samples import make_household, make_organisation
from tests.stores.mandate_samples import at, make_citizen, outcome_of
from tests.stores.samples import (
    DAY,
    NOW,
    do,
    make_client,
    make_grant,
    make_handle,
    make_session,
    see,
)

DB = Database[Any]
Nodes = tuple[Database[Any], Database[Any]]


async def representative_of(database: DB, organisation: Organisation, **changes: Any) -> Person:
    me = make_citizen(**changes)

    def store(tx: Any) -> None:
        tx.people.add(me)
        tx.organisations.add(organisation)
        organisation_id = OrganisationId(organisation.organisation_id)
        replace_representatives(tx, organisation_id, [me.person_id], actor="register", occasion=at(NOW - DAY))

    await do(database, store)
    return me


async def choices(database: DB, me: Person, now: Any = NOW) -> tuple[Choice, ...]:
    found: tuple[Choice, ...] = await see(database, lambda tx: choices_of(tx, me, now=now))
    return found


async def test_an_organisation_is_a_choice_with_what_tokens_say_of_it(database: DB) -> None:
    company = make_organisation()
    me = await representative_of(database, company)
    (choice,) = await choices(database, me)
    assert (choice.kind, choice.name, choice.obstacle) == (ContextKind.ORGANISATION, company.name, None)
    assert choice.principal_id == company.organisation_id
    assert choice.organisation is not None
    assert choice.organisation.identifier == company.identifier
    assert choice.mandate is not None
    assert (choice.mandate.role, choice.mandate.source) == ("representative", "register")
    assert choice.mandate.mandate_id == choice.choice_id
    assert await do(database, lambda tx: held(tx, me.person_id, choice.choice_id, now=NOW)) == choice
    stranger = make_citizen()
    await do(database, lambda tx: tx.people.add(stranger))
    assert await do(database, lambda tx: held(tx, stranger.person_id, choice.choice_id, now=NOW)) is None
    assert await do(database, lambda tx: held(tx, me.person_id, "another", now=NOW)) is None


async def test_a_household_business_keeps_its_owners_number_to_itself(database: DB) -> None:
    me = await representative_of(database, make_household("031190777777"))
    (choice,) = await choices(database, me)
    assert choice.organisation is not None
    assert choice.organisation.scheme == OrganisationScheme.PERSONAL_ID.value
    assert choice.organisation.identifier == ""


@pytest.mark.parametrize(
    ("changes", "of_organisation", "level", "obstacle"),
    [
        ({"ended_at": NOW - DAY}, OrganisationStatus.ACTIVE, 2, Obstacle.ENDED),
        ({"valid_to": NOW}, OrganisationStatus.ACTIVE, 2, Obstacle.ENDED),
        ({"valid_from": NOW + DAY}, OrganisationStatus.ACTIVE, 2, Obstacle.NOT_YET),
        ({}, OrganisationStatus.DISSOLVED, 2, Obstacle.DISSOLVED),
        ({}, OrganisationStatus.SUSPENDED, 2, None),
        ({}, OrganisationStatus.DISSOLVING, 2, None),
        ({}, OrganisationStatus.ACTIVE, 1, Obstacle.LEVEL),
        ({}, OrganisationStatus.ACTIVE, 2, None),
    ],
)
async def test_what_can_not_be_used_says_why(
    database: DB, changes: Any, of_organisation: OrganisationStatus, level: int, obstacle: Obstacle | None
) -> None:
    me, company = make_citizen(account_level=level), make_organisation(status=of_organisation)
    mandate = make_mandate(me.person_id, principal_id=company.organisation_id, **changes)

    def store(tx: Any) -> None:
        tx.people.add(me)
        tx.organisations.add(company)
        tx.mandates.add([mandate])

    await do(database, store)
    (choice,) = await choices(database, me)
    assert choice.obstacle is obstacle
    usable = await do(database, lambda tx: held(tx, me.person_id, mandate.mandate_id, now=NOW))
    assert (usable is not None) is (obstacle is None)


async def test_who_is_locked_uses_nothing_until_unlocked(database: DB) -> None:
    me = await representative_of(database, make_organisation())
    (choice,) = await choices(database, me)

    async def use() -> Choice | None:
        found: Choice | None = await do(
            database, lambda tx: held(tx, me.person_id, choice.choice_id, now=NOW)
        )
        return found

    await do(database, lambda tx: tx.people.set_status(me.person_id, PersonStatus.LOCKED, "", NOW))
    assert await use() is None
    await do(database, lambda tx: tx.people.set_status(me.person_id, PersonStatus.ACTIVE, "", NOW))
    assert await use() == choice


async def test_what_ended_long_ago_or_goes_on_otherwise_is_not_shown(database: DB) -> None:
    company = make_organisation()
    me = await representative_of(database, company)
    old = make_mandate(me.person_id, principal_id=company.organisation_id, ended_at=NOW - DAY)
    other = make_organisation()
    long_ago = make_mandate(me.person_id, principal_id=other.organisation_id, ended_at=NOW - 91 * DAY)

    def store(tx: Any) -> None:
        tx.organisations.add(other)
        tx.mandates.add([old, long_ago])

    await do(database, store)
    assert [one.obstacle for one in await choices(database, me)] == [None]


@pytest.mark.parametrize("earlier_first", [True, False])
async def test_of_powers_that_ended_the_last_says_when(database: DB, earlier_first: bool) -> None:
    company, me = make_organisation(), make_citizen()
    over = [
        make_mandate(me.person_id, principal_id=company.organisation_id, mandate_id=name, ended_at=NOW - ago)
        for name, ago in (("m1", 5 * DAY), ("m2", 2 * DAY) if earlier_first else ("m0", 2 * DAY))
    ]

    def store(tx: Any) -> None:
        tx.people.add(me)
        tx.organisations.add(company)
        tx.mandates.add(over)

    await do(database, store)
    (choice,) = await choices(database, me)
    assert (choice.obstacle, choice.obstacle_day) == (Obstacle.ENDED, last_day(NOW - 2 * DAY))


async def test_a_child_is_a_choice_until_its_birthday_and_not_while_parents_quarrel(database: DB) -> None:
    child, mother = make_citizen(), make_citizen()
    child = replace(child, profile=replace(child.profile, birthdate="2014-03-03"))

    def store(tx: Any) -> None:
        tx.people.add_many((child, mother))
        replace_parents(tx, child.person_id, [mother.person_id], actor="register", occasion=at())

    await do(database, store)
    (choice,) = await choices(database, mother)
    assert (choice.kind, choice.age, choice.obstacle) == (ContextKind.WARD, 11, None)
    assert choice.name == child.profile.full_name
    await do(database, lambda tx: contest(tx, child.person_id, "7", actor="operator:desk", occasion=at()))
    assert [one.obstacle for one in await choices(database, mother)] == [Obstacle.CONTESTED]
    assert await do(database, lambda tx: held(tx, mother.person_id, choice.choice_id, now=NOW)) is None
    await do(database, lambda tx: tx.people.set_status(child.person_id, PersonStatus.DECEASED, "", NOW))
    assert [one.obstacle for one in await choices(database, mother)] == [Obstacle.PRINCIPAL_GONE]


async def accountant_of(database: DB) -> tuple[Person, Mandate, Organisation, Organisation]:
    """Somebody a firm has named for a client."""
    client, firm = make_organisation("Công ty Cổ phần Khách"), make_organisation("Công ty TNHH Kế toán")
    director, boss = await representative_of(database, client), await representative_of(database, firm)
    me = make_citizen()
    of_firm = make_mandate(me.person_id, principal_id=firm.organisation_id, role=Role.VIEWER)

    def store(tx: Any) -> None:
        tx.people.add(me)
        tx.mandates.add([of_firm])

    await do(database, store)
    client_id, firm_id = OrganisationId(client.organisation_id), OrganisationId(firm.organisation_id)
    appointed = await outcome_of(
        database,
        lambda tx: appoint_firm(tx, client_id, firm_id, make_extent(), by=director.person_id, occasion=at()),
    )
    named = await outcome_of(
        database,
        lambda tx: name_delegate(
            tx, appointed.appointment_id, me.person_id, by=boss.person_id, occasion=at()
        ),
    )
    return me, named, firm, client


async def test_an_accountant_acts_for_a_client_while_the_firm_and_their_place_in_it_last(
    database: DB,
) -> None:
    me, named, firm, client = await accountant_of(database)

    async def use() -> Choice | None:
        found: Choice | None = await do(
            database, lambda tx: held(tx, me.person_id, named.mandate_id, now=NOW)
        )
        return found

    choice = await use()
    assert choice is not None
    assert (choice.name, choice.mandate and choice.mandate.services) == (client.name, ("tax",))
    firm_id = OrganisationId(firm.organisation_id)

    def become(tx: Any, status: OrganisationStatus) -> None:
        tx.organisations.set_status(firm_id, status, "", source="register", source_at=NOW, now=NOW)

    await do(database, lambda tx: become(tx, OrganisationStatus.DISSOLVED))
    assert await use() is None
    await do(database, lambda tx: become(tx, OrganisationStatus.ACTIVE))
    assert await use() == choice
    await do(
        database,
        lambda tx: end_of_organisation(tx, firm_id, "dissolved", actor="register", occasion=at()),
    )
    assert await use() is None


async def given_for(database: DB, me: Person, choice: Choice) -> str:
    """Store a grant that was given in this context; return its mark."""
    client, session = make_client("portal"), make_session(me.person_id)
    context = GrantContext(
        kind=choice.kind,
        context_id=choice.choice_id,
        principal_id=choice.principal_id,
        organisation=choice.organisation,
        mandate=choice.mandate,
    )
    grant = make_grant(me.person_id, ClientId("portal"), context=context)

    def store(tx: Any) -> None:
        tx.clients.put(client, NOW)
        assert tx.sessions.add(session, make_handle(HandleKind.SESSION, me.person_id))
        tx.grants.add(grant, session_id=session.session_id, offline=False, expires_at=NOW + 90 * DAY, now=NOW)

    await do(database, store)
    return grant.gid


async def is_live(database: DB, gid: str) -> bool:
    found = await see(database, lambda tx: tx.grants.find_by_gid(gid, NOW))
    assert found is not None
    return bool(found[1])


async def test_with_a_mandate_ends_what_was_given_for_it(database: DB) -> None:
    me = await representative_of(database, make_organisation())
    (choice,) = await choices(database, me)
    gid = await given_for(database, me, choice)
    assert await is_live(database, gid)
    await do(
        database,
        lambda tx: end_by_desk(
            tx, MandateId(choice.choice_id), "letter 3", actor="operator:desk", occasion=at()
        ),
    )
    assert not await is_live(database, gid)


async def test_a_conflict_ends_what_was_given_for_the_child(database: DB) -> None:
    child, mother = make_citizen(), make_citizen()
    child = replace(child, profile=replace(child.profile, birthdate="2014-03-03"))

    def store(tx: Any) -> None:
        tx.people.add_many((child, mother))
        replace_parents(tx, child.person_id, [mother.person_id], actor="register", occasion=at())

    await do(database, store)
    (choice,) = await choices(database, mother)
    gid = await given_for(database, mother, choice)
    await do(database, lambda tx: contest(tx, child.person_id, "7", actor="operator:desk", occasion=at()))
    assert not await is_live(database, gid)


async def test_a_use_comes_wholly_before_an_ending_or_not_at_all(nodes: Nodes) -> None:
    """Whatever is given by a use that came first is ended by the ending that came after."""
    for _ in range(6):
        me = await representative_of(nodes[0], make_organisation())
        (choice,) = await choices(nodes[0], me)
        await given_for(nodes[0], me, choice)

        def use(tx: Any, me: Person = me, choice: Choice = choice) -> str | None:
            found = held(tx, me.person_id, choice.choice_id, now=NOW)
            if found is None:
                return None
            (session,) = tx.sessions.of_person(me.person_id)
            context = GrantContext(
                kind=found.kind, context_id=found.choice_id, principal_id=found.principal_id
            )
            grant = make_grant(me.person_id, ClientId("portal"), context=context)
            expires_at = NOW + DAY
            tx.grants.add(grant, session_id=session.session_id, offline=False, expires_at=expires_at, now=NOW)
            return str(grant.gid)

        def end(tx: Any, choice: Choice = choice) -> None:
            end_by_desk(tx, MandateId(choice.choice_id), "letter 3", actor="operator:desk", occasion=at())

        *given, _ = await asyncio.gather(
            do(nodes[0], use), do(nodes[1], use), do(nodes[0], use), do(nodes[1], end)
        )
        for gid in given:
            assert gid is None or not await is_live(nodes[0], gid)


def test_a_refusal_names_its_rule() -> None:
    assert str(MandateRefused(Rule.SELF)) == "self"
