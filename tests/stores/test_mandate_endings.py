"""How mandates end on both engines: by people, by a desk, with what they hang on, by time (DOMAIN §3.3)."""

from typing import Any

from idp.database import Database
from idp.ids import PersonId
from idp.mandates.jobs import BATCH, end_over
from idp.mandates.model import (
    Invitation,
    PrincipalKind,
    Rule,
)
from idp.mandates.service import (
    confirm_removal,
    end_by_desk,
    end_of_organisation,
    end_of_person,
    offered_to,
    replace_representatives,
)
from tests.mandates.samples import make_mandate
from tests.stores.mandate_samples import (
    administrator,
    at,
    ending,
    events_of,
    make_company,
    make_family,
    make_firm_with_client,
    naming,
    of_company,
    offered,
    outcome_of,
    who,
)
from tests.stores.samples import DAY, NOW, do, see

DB = Database[Any]


async def test_the_last_administrator_is_removed_by_two_people(database: DB) -> None:
    company = await make_company(database)
    an, second, _ = (one.person_id for one in company.people)
    last = await administrator(database, company, company.people[0])
    proposed = await outcome_of(database, ending(last, company.director.person_id))
    assert proposed.removal is not None
    assert (await see(database, lambda tx: tx.mandates.get(last.mandate_id))).ended_at is None
    again = await outcome_of(database, ending(last, company.director.person_id))
    assert again.removal == proposed.removal, "asking twice proposes once"

    def confirm(by: PersonId) -> Any:
        return lambda tx: confirm_removal(tx, proposed.removal.removal_id, by=by, occasion=at())

    assert await outcome_of(database, confirm(company.director.person_id)) is Rule.SECOND_PERSON
    assert await outcome_of(database, confirm(second)) is Rule.NOT_ALLOWED
    both = [company.director.person_id, second]
    await do(
        database,
        lambda tx: replace_representatives(
            tx, company.organisation_id, both, actor="register", occasion=at()
        ),
    )
    done = await outcome_of(database, confirm(second))
    assert done.mandate.mandate_id == last.mandate_id
    assert who(await see(database, lambda tx: of_company(tx, company))) == set(both)
    assert await outcome_of(database, confirm(an)) is Rule.OVER


async def test_one_of_two_administrators_is_removed_by_one(database: DB) -> None:
    company = await make_company(database)
    first = await administrator(database, company, company.people[0])
    await administrator(database, company, company.people[1])
    done = await outcome_of(database, ending(first, company.people[1].person_id))
    assert done.removal is None
    assert (await see(database, lambda tx: tx.mandates.get(first.mandate_id))).end_reason == (
        "ended by the principal"
    )


async def test_whoever_was_appointed_lays_it_down(database: DB) -> None:
    company = await make_company(database)
    mine = await administrator(database, company, company.people[0])
    done = await outcome_of(database, ending(mine, company.people[0].person_id))
    assert done.removal is None
    assert await outcome_of(database, ending(mine, company.people[0].person_id)) is Rule.OVER


async def test_with_an_organisation_ends_all_that_hangs_on_it(database: DB) -> None:
    firm, client, appointment_id = await make_firm_with_client(database)
    named = await outcome_of(
        database, naming(appointment_id, firm.people[0].person_id, firm.director.person_id)
    )
    waiting = await offered(database, client, client.people[0])
    assert isinstance(waiting, Invitation)
    both = (client.organisation_id, firm.organisation_id)
    for gone in both:
        await do(
            database,
            lambda tx, o=gone: end_of_organisation(tx, o, "dissolved", actor="register", occasion=at()),
        )
    assert await see(database, lambda tx: of_company(tx, client) + of_company(tx, firm)) == ()
    assert (await see(database, lambda tx: tx.mandates.get(named.mandate_id))).end_reason == "dissolved"
    assert (await see(database, lambda tx: tx.mandate_firms.get(appointment_id))).ended_at == NOW
    assert await see(database, lambda tx: offered_to(tx, client.people[0], now=NOW)) == ()


async def test_with_a_person_ends_what_they_held_and_what_was_held_for_them(database: DB) -> None:
    child, mother, father = await make_family(database)
    company = await make_company(database)
    await do(
        database,
        lambda tx: replace_representatives(
            tx, company.organisation_id, [mother], actor="register", occasion=at()
        ),
    )
    await do(database, lambda tx: end_of_person(tx, mother, "died", actor="register", occasion=at()))
    assert await see(database, lambda tx: of_company(tx, company)) == ()
    left = await see(
        database, lambda tx: tx.mandates.of_principal(PrincipalKind.PERSON, child, since=NOW + DAY)
    )
    assert who(left) == {father}
    await do(database, lambda tx: end_of_person(tx, child, "died", actor="register", occasion=at()))
    assert await see(database, lambda tx: tx.mandates.of_delegate(father, since=NOW + DAY)) == ()


async def test_a_desk_ends_anything(database: DB) -> None:
    company = await make_company(database)
    (director,) = await see(database, lambda tx: of_company(tx, company))

    def end(tx: Any) -> Any:
        return end_by_desk(tx, director.mandate_id, "court order 3", actor="operator:desk", occasion=at())

    assert (await do(database, end)) is not None
    assert (await do(database, end)) is None


async def test_however_many_hang_on_one_thing_they_end_in_batches(database: DB) -> None:
    company = await make_company(database, people=1)
    many = [
        make_mandate(company.people[0].person_id, principal_id=company.organisation_id)
        for _ in range(2 * BATCH)
    ]
    await do(database, lambda tx: tx.mandates.add(many))
    await do(
        database,
        lambda tx: end_of_organisation(
            tx, company.organisation_id, "dissolved", actor="register", occasion=at()
        ),
    )
    held = await see(
        database, lambda tx: tx.mandates.of_principal(PrincipalKind.ORGANISATION, company.organisation_id)
    )
    assert not any(one.is_live(NOW) for one in held), "not one can be used from now on"
    assert sum(one.ended_at is None for one in held) == BATCH + 1
    while await end_over(database, at()):
        pass
    held = await see(
        database, lambda tx: tx.mandates.of_principal(PrincipalKind.ORGANISATION, company.organisation_id)
    )
    assert {(one.ended_at, one.end_reason) for one in held} == {(NOW, "dissolved")}
    assert len(await see(database, lambda tx: events_of(tx, "mandate:ended"))) == 2 * BATCH + 1


async def test_a_term_is_over_by_itself_with_what_hangs_on_it(database: DB) -> None:
    firm, client, appointment_id = await make_firm_with_client(database)
    accountant = firm.people[0].person_id
    named = await outcome_of(database, naming(appointment_id, accountant, firm.director.person_id))
    own = next(
        one for one in await see(database, lambda tx: of_company(tx, firm)) if one.delegate_id == accountant
    )
    assert own.valid_to is not None
    await end_over(database, at(own.valid_to))
    over = await see(database, lambda tx: tx.mandates.get(named.mandate_id))
    assert over.end_reason == "no longer of the firm"
    await end_over(database, at(NOW + 365 * DAY))
    ended = await see(database, lambda tx: tx.mandate_firms.get(appointment_id))
    assert (ended.ended_at, ended.end_reason) == (NOW + 365 * DAY, "term over")
    assert who(await see(database, lambda tx: of_company(tx, client))) == {client.director.person_id}


async def test_what_has_ended_is_erased_in_batches(database: DB) -> None:
    firm, _, appointment_id = await make_firm_with_client(database)
    await do(
        database,
        lambda tx: end_of_organisation(tx, firm.organisation_id, "dissolved", actor="x", occasion=at()),
    )
    assert await do(database, lambda tx: tx.mandates.erase_ended(NOW - DAY, 10)) == 0
    assert await do(database, lambda tx: tx.mandates.erase_ended(NOW, 1)) == 1
    assert await do(database, lambda tx: tx.mandates.erase_ended(NOW, 10)) == 1
    assert await do(database, lambda tx: tx.mandate_firms.erase_ended(NOW, 10)) == 1
    assert await see(database, lambda tx: tx.mandate_firms.get(appointment_id)) is None
    assert await do(database, lambda tx: tx.mandate_invitations.erase_expired(NOW + 14 * DAY, 10)) == 1
    assert await do(database, lambda tx: tx.mandate_removals.erase_expired(NOW, 10)) == 0
