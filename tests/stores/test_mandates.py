"""Mandates on both engines: what registers say, what is offered and taken, how it ends (DOMAIN §3.1, §3.3)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from idp.database import Database
from idp.ids import OrganisationId, PersonId
from idp.mandates.days import start_of
from idp.mandates.jobs import BATCH, end_over
from idp.mandates.model import (
    FirmAppointment,
    Invitation,
    Mandate,
    MandateRefused,
    PrincipalKind,
    Role,
    Rule,
    Source,
    ward,
)
from idp.mandates.service import (
    accept,
    appoint_firm,
    appoint_guardian,
    clear,
    confirm_removal,
    contest,
    decline,
    end_by_desk,
    end_by_person,
    end_firm,
    end_of_organisation,
    end_of_person,
    name_delegate,
    offered_to,
    replace_parents,
    replace_representatives,
    take_back,
)
from idp.organisations.model import OrganisationStatus
from idp.people.model import PersonStatus
from tests.mandates.samples import make_appointment, make_extent, make_mandate
from tests.organisations.samples import make_organisation
from tests.stores.mandate_samples import (
    WEEK,
    Company,
    administrator,
    appointed,
    at,
    events_of,
    make_citizen,
    make_company,
    new_company,
    of_company,
    offered,
    outcome_of,
    who,
)
from tests.stores.samples import DAY, NOW, do, see

DB = Database[Any]


async def test_a_mandate_comes_back_as_it_was_given(database: DB) -> None:
    company = await make_company(database)
    me = company.people[0].person_id
    given = make_mandate(
        me, services=("land", "tax"), through_id="firm", appointment_id="a", reference="12/2026/QĐ-TA"
    )
    await do(database, lambda tx: tx.mandates.add([given]))
    assert await see(database, lambda tx: tx.mandates.get(given.mandate_id)) == given
    assert await see(database, lambda tx: tx.mandates.of_delegate(me)) == (given,)
    assert await see(database, lambda tx: tx.mandates.of_principal(given.principal_kind, "company")) == (
        given,
    )
    assert await do(database, lambda tx: tx.mandates.lock(given.mandate_id)) == given
    assert await see(database, lambda tx: tx.mandates.get("another")) is None


async def test_the_register_replaces_representatives_as_a_whole(database: DB) -> None:
    company = await make_company(database)
    first, second, third = (one.person_id for one in company.people)

    def say(*ids: PersonId) -> Any:
        return lambda tx: replace_representatives(
            tx, company.organisation_id, ids, actor="register", occasion=at()
        )

    assert who(await do(database, say(first, second))) == {first, second}
    kept = await see(database, lambda tx: of_company(tx, company))
    assert who(kept) == {first, second}
    assert {one.role for one in kept} == {Role.REPRESENTATIVE}
    assert all(one.powers.value == "full" and one.valid_to is None for one in kept)
    again = await do(database, say(second, third, second))
    stays = next(one for one in kept if one.delegate_id == second)
    assert who(again) == {second, third}
    assert stays in again, "whom the register names again keeps their mandate"
    assert who(await see(database, lambda tx: of_company(tx, company))) == {second, third}
    assert await do(database, say()) == ()
    assert await see(database, lambda tx: of_company(tx, company)) == ()


async def test_nobody_dead_or_locked_becomes_a_representative_and_who_is_locked_later_stays(
    database: DB,
) -> None:
    company = await make_company(database)
    locked, dead, later = company.people

    def say(tx: Any) -> Any:
        ids = [one.person_id for one in company.people]
        return replace_representatives(tx, company.organisation_id, ids, actor="register", occasion=at())

    def change(tx: Any) -> None:
        tx.people.set_status(locked.person_id, PersonStatus.LOCKED, "", NOW)
        tx.people.set_status(dead.person_id, PersonStatus.DECEASED, "", NOW)

    await do(database, change)
    assert who(await do(database, say)) == {later.person_id}
    await do(database, lambda tx: tx.people.set_status(later.person_id, PersonStatus.LOCKED, "", NOW))
    assert who(await do(database, say)) == {later.person_id}
    await do(database, lambda tx: tx.people.set_status(later.person_id, PersonStatus.DECEASED, "", NOW))
    assert await do(database, say) == ()


async def test_an_offer_begins_when_whoever_has_number_and_name_takes_it(database: DB) -> None:
    company = await make_company(database)
    an, other, _ = company.people
    invitation = await offered(database, company, an, role=Role.ADMINISTRATOR, services=("tax", "land"))
    assert isinstance(invitation, Invitation)
    assert await see(database, lambda tx: offered_to(tx, an, now=NOW)) == (invitation,)
    assert await see(database, lambda tx: offered_to(tx, other, now=NOW)) == ()
    assert len(await see(database, lambda tx: of_company(tx, company))) == 1
    taken = await outcome_of(
        database, lambda tx: accept(tx, invitation.invitation_id, by=an.person_id, occasion=at())
    )
    assert isinstance(taken, Mandate)
    assert (taken.role, taken.services, taken.source) == (
        Role.ADMINISTRATOR,
        ("land", "tax"),
        Source.APPOINTED,
    )
    assert taken.appointed_by == f"person:{company.director.person_id}"
    again = await outcome_of(
        database, lambda tx: accept(tx, invitation.invitation_id, by=an.person_id, occasion=at())
    )
    assert again is Rule.OVER
    assert await see(database, lambda tx: offered_to(tx, an, now=NOW)) == ()


async def test_number_and_name_must_both_be_theirs_and_level_02(database: DB) -> None:
    company = await make_company(database)
    an = company.people[0]
    invitation = await offered(database, company, an)
    assert isinstance(invitation, Invitation)
    another_name = replace(an, profile=replace(an.profile, full_name="Trần Văn Nam"))
    another_number = replace(an, profile=replace(an.profile, personal_id="031190999999"))
    spelt_otherwise = replace(
        an, profile=replace(an.profile, full_name=an.profile.full_name.replace("Hoà", "HÒA"))
    )
    low = replace(an, account_level=1)
    for stranger in (another_name, another_number, low):
        assert await see(database, lambda tx, p=stranger: offered_to(tx, p, now=NOW)) == ()
    assert await see(database, lambda tx: offered_to(tx, spelt_otherwise, now=NOW)) == (invitation,)
    assert await see(database, lambda tx: offered_to(tx, an, now=NOW + 14 * DAY)) == (), "it waits no longer"
    other = company.people[1].person_id
    refused = await outcome_of(
        database, lambda tx: accept(tx, invitation.invitation_id, by=other, occasion=at())
    )
    assert refused is Rule.OVER


async def test_an_offer_to_nobody_looks_like_an_offer_to_somebody(database: DB) -> None:
    company = await make_company(database)
    nobody = make_citizen()
    somebody = await offered(database, company, company.people[0])
    phantom = await offered(database, company, nobody)
    assert isinstance(somebody, Invitation)
    assert isinstance(phantom, Invitation)
    same = (
        "principal_id",
        "role",
        "services",
        "valid_from",
        "valid_to",
        "shown",
        "expires_at",
        "close_reason",
    )
    assert all(getattr(somebody, name) == getattr(phantom, name) for name in same)
    assert len(await see(database, lambda tx: events_of(tx, "mandate:offered"))) == 2


async def test_nobody_offers_themselves_anything(database: DB) -> None:
    company = await make_company(database)
    assert await offered(database, company, company.director) is Rule.SELF
    assert len(await see(database, lambda tx: events_of(tx, "mandate:refused"))) == 1


async def test_an_offer_is_dead_when_its_giver_holds_less(database: DB) -> None:
    company = await make_company(database)
    an, minh, _ = company.people
    invitation = await offered(database, company, an)
    assert isinstance(invitation, Invitation)
    await do(
        database,
        lambda tx: replace_representatives(
            tx, company.organisation_id, [minh.person_id], actor="register", occasion=at()
        ),
    )
    refused = await outcome_of(
        database, lambda tx: accept(tx, invitation.invitation_id, by=an.person_id, occasion=at())
    )
    assert refused is Rule.NOT_ALLOWED


async def test_an_offer_of_somebody_who_was_locked_is_not_taken(database: DB) -> None:
    """Whoever took over an account offers powers to themselves; once it is locked, nobody may take them."""
    company = await make_company(database)
    an, _, _ = company.people
    invitation = await offered(database, company, an)
    assert isinstance(invitation, Invitation)
    director = company.director.person_id

    def take(tx: Any) -> Any:
        return accept(tx, invitation.invitation_id, by=an.person_id, occasion=at())

    await do(database, lambda tx: tx.people.set_status(director, PersonStatus.LOCKED, "letter 9", NOW))
    assert await outcome_of(database, take) is Rule.NOT_ALLOWED
    await do(database, lambda tx: tx.people.set_status(director, PersonStatus.ACTIVE, "", NOW))
    assert isinstance(await outcome_of(database, take), Mandate)


async def test_an_offer_is_declined_or_taken_back(database: DB) -> None:
    company = await make_company(database)
    an, minh, _ = company.people
    one, two = await offered(database, company, an), await offered(database, company, an)
    assert isinstance(one, Invitation)
    assert isinstance(two, Invitation)
    no = await outcome_of(
        database, lambda tx: decline(tx, one.invitation_id, by=minh.person_id, occasion=at())
    )
    assert no is Rule.OVER, "it was not offered to this person"
    await outcome_of(database, lambda tx: decline(tx, one.invitation_id, by=an.person_id, occasion=at()))
    theirs = await outcome_of(
        database, lambda tx: take_back(tx, two.invitation_id, by=minh.person_id, occasion=at())
    )
    assert theirs is Rule.NOT_ALLOWED
    await outcome_of(
        database,
        lambda tx: take_back(tx, two.invitation_id, by=company.director.person_id, occasion=at()),
    )
    for closed in (one, two):
        taken = await outcome_of(
            database, lambda tx, c=closed: accept(tx, c.invitation_id, by=an.person_id, occasion=at())
        )
        assert taken is Rule.OVER


async def test_so_many_offers_wait_and_no_more(database: DB) -> None:
    company = await make_company(database)
    for _ in range(50):
        assert isinstance(await offered(database, company, make_citizen()), Invitation)
    assert await offered(database, company, make_citizen()) is Rule.TOO_MANY


def _end(mandate: Mandate, by: PersonId) -> Any:
    return lambda tx: end_by_person(tx, mandate.mandate_id, by=by, waits_until=NOW + WEEK, occasion=at())


async def test_the_last_administrator_is_removed_by_two_people(database: DB) -> None:
    company = await make_company(database)
    an, second, _ = (one.person_id for one in company.people)
    last = await administrator(database, company, company.people[0])
    proposed = await outcome_of(database, _end(last, company.director.person_id))
    assert proposed.removal is not None
    assert (await see(database, lambda tx: tx.mandates.get(last.mandate_id))).ended_at is None
    again = await outcome_of(database, _end(last, company.director.person_id))
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
    done = await outcome_of(database, _end(first, company.people[1].person_id))
    assert done.removal is None
    assert (await see(database, lambda tx: tx.mandates.get(first.mandate_id))).end_reason == (
        "ended by the principal"
    )


async def test_whoever_was_appointed_lays_it_down(database: DB) -> None:
    company = await make_company(database)
    mine = await administrator(database, company, company.people[0])
    done = await outcome_of(database, _end(mine, company.people[0].person_id))
    assert done.removal is None
    assert await outcome_of(database, _end(mine, company.people[0].person_id)) is Rule.OVER


async def make_firm_with_client(database: DB) -> tuple[Company, Company, str]:
    """A firm with its director and one of its people, and a client that appointed it."""
    firm, client = await make_company(database), await make_company(database)
    await appointed(database, firm, firm.people[0], role=Role.VIEWER)
    appointment = make_appointment(principal_id=client.organisation_id, firm_id=firm.organisation_id)
    await do(database, lambda tx: tx.mandate_firms.add(appointment))
    return firm, client, appointment.appointment_id


async def test_a_firm_is_appointed_for_areas_until_a_day(database: DB) -> None:
    client = await make_company(database)
    firm = make_organisation()
    gone = make_organisation(status=OrganisationStatus.DISSOLVED)
    await do(database, lambda tx: tx.organisations.add_many((firm, gone)))

    def appoint(firm_id: OrganisationId, by: PersonId = client.director.person_id, **extent: Any) -> Any:
        return lambda tx: appoint_firm(
            tx, client.organisation_id, firm_id, make_extent(**extent), by=by, occasion=at()
        )

    done = await outcome_of(database, appoint(firm.organisation_id, services=("tax", "labour")))
    assert isinstance(done, FirmAppointment)
    assert (done.services, done.valid_to) == (("labour", "tax"), NOW + 90 * DAY)
    found = await see(database, lambda tx: tx.mandate_firms.of_principal(client.organisation_id, NOW))
    assert found == (done,)
    assert await outcome_of(database, appoint(firm.organisation_id, services=("tax",))) is Rule.ALREADY
    assert isinstance(
        await outcome_of(database, appoint(firm.organisation_id, services=("land",))), FirmAppointment
    )
    for nobody in (gone.organisation_id, client.organisation_id, new_company()):
        assert await outcome_of(database, appoint(nobody)) is Rule.FIRM
    administrator_of_none = appoint(firm.organisation_id, role=Role.ADMINISTRATOR)
    assert await outcome_of(database, administrator_of_none) is Rule.NOT_APPOINTABLE
    stranger = appoint(firm.organisation_id, client.people[0].person_id, services=("customs",))
    assert await outcome_of(database, stranger) is Rule.NOT_ALLOWED


def _name(appointment_id: str, delegate: PersonId, by: PersonId) -> Any:
    return lambda tx: name_delegate(tx, appointment_id, delegate, by=by, occasion=at())


async def test_a_firm_names_its_people_for_a_client(database: DB) -> None:
    firm, client, appointment_id = await make_firm_with_client(database)
    accountant, boss = firm.people[0].person_id, firm.director.person_id
    named = await outcome_of(database, _name(appointment_id, accountant, boss))
    assert isinstance(named, Mandate)
    assert (named.through_id, named.principal_id) == (firm.organisation_id, client.organisation_id)
    assert (named.role, named.services, named.valid_to) == (Role.MAKER, ("tax",), NOW + 365 * DAY)
    outsider = client.people[0].person_id
    assert await outcome_of(database, _name(appointment_id, outsider, boss)) is Rule.NOT_OF_THE_FIRM
    not_boss = await outcome_of(database, _name(appointment_id, boss, client.director.person_id))
    assert not_boss is Rule.NOT_ALLOWED, "whom the firm sends is the firm's to say"
    assert await outcome_of(database, _name(appointment_id, accountant, boss)) is Rule.ALREADY


async def test_nobody_locked_is_named_for_a_client(database: DB) -> None:
    firm, _, appointment_id = await make_firm_with_client(database)
    accountant, boss = firm.people[0].person_id, firm.director.person_id
    await do(database, lambda tx: tx.people.set_status(accountant, PersonStatus.LOCKED, "", NOW))
    assert await outcome_of(database, _name(appointment_id, accountant, boss)) is Rule.DELEGATE


@pytest.mark.parametrize("by", ["client", "firm"])
async def test_a_firms_appointment_ends_with_what_its_people_hold(database: DB, by: str) -> None:
    firm, client, appointment_id = await make_firm_with_client(database)
    named = await outcome_of(
        database, _name(appointment_id, firm.people[0].person_id, firm.director.person_id)
    )
    stranger = await outcome_of(
        database, lambda tx: end_firm(tx, appointment_id, by=firm.people[0].person_id, occasion=at())
    )
    assert stranger is Rule.THROUGH_A_FIRM
    ender = {"client": client, "firm": firm}[by].director.person_id
    await outcome_of(database, lambda tx: end_firm(tx, appointment_id, by=ender, occasion=at()))
    over = await see(database, lambda tx: tx.mandates.get(named.mandate_id))
    assert over.ended_at == NOW
    again = await outcome_of(database, lambda tx: end_firm(tx, appointment_id, by=ender, occasion=at()))
    assert again is Rule.OVER


async def test_who_leaves_a_firm_acts_for_none_of_its_clients(database: DB) -> None:
    firm, _, appointment_id = await make_firm_with_client(database)
    accountant = firm.people[0].person_id
    named = await outcome_of(database, _name(appointment_id, accountant, firm.director.person_id))
    own = next(
        one for one in await see(database, lambda tx: of_company(tx, firm)) if one.delegate_id == accountant
    )
    await outcome_of(database, _end(own, firm.director.person_id))
    over = await see(database, lambda tx: tx.mandates.get(named.mandate_id))
    assert (over.ended_at, over.end_reason) == (NOW, "no longer of the firm")


async def test_with_an_organisation_ends_all_that_hangs_on_it(database: DB) -> None:
    firm, client, appointment_id = await make_firm_with_client(database)
    named = await outcome_of(
        database, _name(appointment_id, firm.people[0].person_id, firm.director.person_id)
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


async def make_family(database: DB, born: str = "2016-03-02") -> tuple[PersonId, PersonId, PersonId]:
    child, mother, father = make_citizen(), make_citizen(), make_citizen()
    child = replace(child, profile=replace(child.profile, birthdate=born))

    def store(tx: Any) -> None:
        tx.people.add_many((child, mother, father))
        replace_parents(
            tx, child.person_id, [mother.person_id, father.person_id], actor="register", occasion=at()
        )

    await do(database, store)
    return child.person_id, mother.person_id, father.person_id


async def test_both_parents_act_until_the_eighteenth_birthday(database: DB) -> None:
    child, mother, father = await make_family(database, "2008-03-05")
    held = await see(database, lambda tx: tx.mandates.of_principal(PrincipalKind.PERSON, child))
    assert who(held) == {mother, father}
    birthday = start_of((NOW + 3 * DAY).date())
    assert {one.valid_to for one in held} == {birthday}
    assert not any(one.is_live(birthday) for one in held)
    assert await end_over(database, at(birthday - timedelta(seconds=1))) == 0
    assert await end_over(database, at(birthday)) == 2
    over = await see(database, lambda tx: tx.mandates.of_principal(PrincipalKind.PERSON, child))
    assert {(one.ended_at, one.end_reason) for one in over} == {(birthday, "term over")}


@pytest.mark.parametrize("born", ["2008-03-02", "1990-01-01", "2008", ""])
async def test_nobody_acts_for_who_is_of_age_or_of_unknown_age(database: DB, born: str) -> None:
    child, _, _ = await make_family(database, born)
    assert await see(database, lambda tx: tx.mandates.of_principal(PrincipalKind.PERSON, child)) == ()


async def test_a_conflict_about_custody_blocks_both_until_a_desk_decides(database: DB) -> None:
    child, mother, father = await make_family(database)
    rests = await do(
        database, lambda tx: contest(tx, child, "letter 7", actor="operator:desk", occasion=at())
    )
    assert who(rests) == {mother, father}
    assert all(one.contested for one in rests)
    again = await do(
        database, lambda tx: contest(tx, child, "letter 7", actor="operator:desk", occasion=at())
    )
    assert again == ()
    new = make_citizen()

    def say(tx: Any) -> Any:
        tx.people.add(new)
        return replace_parents(tx, child, [mother, new.person_id], actor="register", occasion=at())

    assert all(one.contested for one in await do(database, say)), "the register settles no conflict"
    freed = await do(
        database, lambda tx: clear(tx, child, "decision 9", actor="operator:desk", occasion=at())
    )
    assert who(freed) == {mother, new.person_id}
    assert not any(one.contested for one in freed)
    assert len(await see(database, lambda tx: events_of(tx, "mandate:contested"))) == 1
    assert len(await see(database, lambda tx: events_of(tx, "mandate:cleared"))) == 1


async def test_a_court_appoints_a_guardian(database: DB) -> None:
    child, mother, _ = await make_family(database)
    guardian = make_citizen()
    await do(database, lambda tx: tx.people.add(guardian))

    def appoint(**given: Any) -> Any:
        values: dict[str, Any] = {
            "reference": "12/2026/QĐ-TA",
            "actor": "operator:desk",
            "occasion": at(),
        } | given
        return lambda tx: appoint_guardian(tx, child, guardian.person_id, **values)

    with pytest.raises(MandateRefused, match="term"):
        await do(database, appoint(valid_to=NOW))
    with pytest.raises(MandateRefused):
        await do(database, appoint(reference=""))
    mandate = await do(database, appoint(valid_to=NOW + 40 * 365 * DAY))
    assert (mandate.source, mandate.role, mandate.reference) == (Source.COURT, Role.GUARDIAN, "12/2026/QĐ-TA")
    assert mandate.valid_to == start_of((NOW + 0 * DAY).date().replace(year=2034)), "of age comes first"
    with pytest.raises(MandateRefused, match="already"):
        await do(database, appoint())
    with pytest.raises(MandateRefused, match="self"):
        await do(
            database,
            lambda tx: appoint_guardian(tx, mother, mother, reference="1", actor="x", occasion=at()),
        )
    await do(database, lambda tx: contest(tx, child, "7", actor="operator:desk", occasion=at()))
    assert not (await see(database, lambda tx: tx.mandates.get(mandate.mandate_id))).contested


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
    named = await outcome_of(database, _name(appointment_id, accountant, firm.director.person_id))
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


async def test_no_number_and_no_name_lies_in_a_row(database: DB) -> None:
    company = await make_company(database)
    an = company.people[0]
    await offered(database, company, an)

    def rows(tx: Any) -> str:
        from sqlalchemy import text

        found = tx.connection.execute(text("SELECT * FROM mandate_invitations")).all()
        return repr([tuple(row) for row in found])

    kept = await see(database, rows)
    assert an.profile.personal_id not in kept
    assert "Hoà" not in kept


def test_whom_a_mandate_is_for_is_named_alike_everywhere() -> None:
    assert ward(PersonId("5b")).ref == "person:5b"
    assert make_mandate(PersonId("5b"), principal_id=new_company()).principal.ref.startswith("organisation:")
