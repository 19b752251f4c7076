"""Firms on both engines: appointed by an organisation, naming their people for it (DOMAIN §3.3)."""

from typing import Any

import pytest

from idp.database import Database
from idp.ids import OrganisationId, PersonId
from idp.mandates.model import (
    FirmAppointment,
    Mandate,
    Role,
    Rule,
)
from idp.mandates.service import (
    appoint_firm,
    end_firm,
)
from idp.organisations.model import OrganisationStatus
from idp.people.model import PersonStatus
from tests.mandates.samples import make_extent
from tests.organisations.samples import make_household, make_organisation
from tests.stores.mandate_samples import (
    at,
    ending,
    make_company,
    make_firm_with_client,
    naming,
    new_company,
    of_company,
    outcome_of,
)
from tests.stores.samples import DAY, NOW, do, see

DB = Database[Any]


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


async def test_a_household_business_acts_for_nobody_as_a_firm_its_owner_does(database: DB) -> None:
    client = await make_company(database)
    household = make_household("031184000047")
    await do(database, lambda tx: tx.organisations.add_many((household,)))
    found = await outcome_of(
        database,
        lambda tx: appoint_firm(
            tx,
            client.organisation_id,
            household.organisation_id,
            make_extent(),
            by=client.director.person_id,
            occasion=at(),
        ),
    )
    assert found is Rule.FIRM


async def test_a_firm_names_its_people_for_a_client(database: DB) -> None:
    firm, client, appointment_id = await make_firm_with_client(database)
    accountant, boss = firm.people[0].person_id, firm.director.person_id
    named = await outcome_of(database, naming(appointment_id, accountant, boss))
    assert isinstance(named, Mandate)
    assert (named.through_id, named.principal_id) == (firm.organisation_id, client.organisation_id)
    assert (named.role, named.services, named.valid_to) == (Role.MAKER, ("tax",), NOW + 365 * DAY)
    outsider = client.people[0].person_id
    assert await outcome_of(database, naming(appointment_id, outsider, boss)) is Rule.NOT_OF_THE_FIRM
    not_boss = await outcome_of(database, naming(appointment_id, boss, client.director.person_id))
    assert not_boss is Rule.NOT_ALLOWED, "whom the firm sends is the firm's to say"
    assert await outcome_of(database, naming(appointment_id, accountant, boss)) is Rule.ALREADY


async def test_nobody_locked_is_named_for_a_client(database: DB) -> None:
    firm, _, appointment_id = await make_firm_with_client(database)
    accountant, boss = firm.people[0].person_id, firm.director.person_id
    await do(database, lambda tx: tx.people.set_status(accountant, PersonStatus.LOCKED, "", NOW))
    assert await outcome_of(database, naming(appointment_id, accountant, boss)) is Rule.DELEGATE


@pytest.mark.parametrize("by", ["client", "firm"])
async def test_a_firms_appointment_ends_with_what_its_people_hold(database: DB, by: str) -> None:
    firm, client, appointment_id = await make_firm_with_client(database)
    named = await outcome_of(
        database, naming(appointment_id, firm.people[0].person_id, firm.director.person_id)
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
    named = await outcome_of(database, naming(appointment_id, accountant, firm.director.person_id))
    own = next(
        one for one in await see(database, lambda tx: of_company(tx, firm)) if one.delegate_id == accountant
    )
    await outcome_of(database, ending(own, firm.director.person_id))
    over = await see(database, lambda tx: tx.mandates.get(named.mandate_id))
    assert (over.ended_at, over.end_reason) == (NOW, "no longer of the firm")
