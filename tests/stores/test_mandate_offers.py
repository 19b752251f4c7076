"""Offers of mandates on both engines: to whom, for how long, taken or not (DOMAIN §3.3; adr/0029)."""

from dataclasses import replace
from typing import Any

from idp.database import Database
from idp.mandates.model import (
    Invitation,
    Mandate,
    Role,
    Rule,
    Source,
)
from idp.mandates.service import (
    accept,
    decline,
    offered_to,
    replace_representatives,
    take_back,
)
from idp.people.model import PersonStatus
from tests.stores.mandate_samples import (
    at,
    events_of,
    make_citizen,
    make_company,
    of_company,
    offered,
    outcome_of,
)
from tests.stores.samples import DAY, NOW, do, see

DB = Database[Any]


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
    locked = replace(an, status=PersonStatus.LOCKED)
    for stranger in (another_name, another_number, low, locked):
        assert await see(database, lambda tx, p=stranger: offered_to(tx, p, now=NOW)) == ()
    assert await see(database, lambda tx: offered_to(tx, spelt_otherwise, now=NOW)) == (invitation,)
    assert await see(database, lambda tx: offered_to(tx, an, now=NOW + 14 * DAY)) == (), "it waits no longer"
    other = company.people[1].person_id
    refused = await outcome_of(
        database, lambda tx: accept(tx, invitation.invitation_id, by=other, occasion=at())
    )
    assert refused is Rule.OVER


async def test_an_offer_to_no_number_is_to_nobody_who_has_none(database: DB) -> None:
    company = await make_company(database)
    an = company.people[0]
    unnumbered = replace(an, profile=replace(an.profile, personal_id=""))
    assert isinstance(await offered(database, company, unnumbered), Invitation)
    assert await see(database, lambda tx: offered_to(tx, unnumbered, now=NOW)) == ()


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


async def test_an_offer_made_before_a_recovery_waits_as_long_as_who_made_it(database: DB) -> None:
    """What is held back after a recovery is not had by what was begun before it (adr/0048)."""
    company = await make_company(database)
    an, _, _ = company.people
    invitation = await offered(database, company, an)
    assert isinstance(invitation, Invitation)
    director, until = company.director.person_id, NOW + DAY

    def take(tx: Any, moment: Any = NOW) -> Any:
        return accept(tx, invitation.invitation_id, by=an.person_id, occasion=at(moment))

    await do(database, lambda tx: tx.recovery_holds.hold(director, until=until, now=NOW))
    assert await outcome_of(database, take) is Rule.NOT_ALLOWED
    assert isinstance(await outcome_of(database, lambda tx: take(tx, until)), Mandate)


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
