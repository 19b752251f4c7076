"""What registers say of organisations ends exactly what its row of the table says, on both engines (adr/0035)."""

from datetime import date
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.database import Database
from idp.days import start_of
from idp.ids import ClientId, OrganisationId
from idp.life_events.model import Outcome
from idp.mandates.model import PrincipalKind
from idp.mandates.service import end_of_organisation
from idp.protocol.acting import ContextKind, GrantContext
from tests.life_events.scene import Scene, ended_by, happen, make_scene, told
from tests.mandates.samples import make_mandate
from tests.stores.life_event_samples import FOR_COMPANY, GRANTED_FOR_COMPANY, T, recorded
from tests.stores.mandate_samples import at
from tests.stores.samples import DAY, NOW, do, make_grant, see


@pytest.fixture
async def scene(database: Database[Any]) -> Scene:
    return await make_scene(database)


async def test_a_dissolution_ends_what_is_for_the_organisation_alone(
    database: Database[Any], scene: Scene
) -> None:
    ended = await ended_by(
        database, scene, lambda: happen(database, T.STATUS, tax_code=scene.company_code, status="dissolved")
    )
    assert ended == FOR_COMPANY | GRANTED_FOR_COMPANY
    assert await told(database) == {
        ("first", "sub mother for company"),
        ("first", "sub employee for company"),
    }


async def test_a_suspension_ends_grants_and_leaves_mandates(database: Database[Any], scene: Scene) -> None:
    ended = await ended_by(
        database, scene, lambda: happen(database, T.STATUS, tax_code=scene.company_code, status="suspended")
    )
    assert ended == GRANTED_FOR_COMPANY


async def test_other_representatives_end_the_former_ones_alone(database: Database[Any], scene: Scene) -> None:
    new = [{"personal_id": scene.father.profile.personal_id, "from": "2026-03-01"}]
    ended = await ended_by(
        database,
        scene,
        lambda: happen(database, T.REPRESENTATIVES, tax_code=scene.company_code, representatives=new),
    )
    assert ended == {"mandate of mother for company", "grant of mother for company"}
    outcome = await happen(
        database, T.REPRESENTATIVES, tax_code=scene.company_code, after=DAY, representatives=[]
    )
    assert outcome is Outcome.APPLIED
    assert await recorded(database, EventType.ORGANISATION_VACANT) == 1


async def test_a_representative_begins_on_the_day_the_register_says(
    database: Database[Any], scene: Scene
) -> None:
    new = [{"personal_id": scene.father.profile.personal_id, "from": "2026-04-01"}]
    await happen(database, T.REPRESENTATIVES, tax_code=scene.company_code, representatives=new)

    def begins(tx: Any) -> set[Any]:
        held = tx.mandates.of_principal(PrincipalKind.ORGANISATION, scene.company)
        return {one.valid_from for one in held if one.delegate_id == scene.father.person_id}

    assert await see(database, begins) == {start_of(date(2026, 4, 1))}


async def test_a_firm_with_many_clients_that_is_dissolved_acts_for_none_at_once(
    database: Database[Any], scene: Scene
) -> None:
    firm = OrganisationId("a-firm")
    held = [
        make_mandate(scene.stranger.person_id, principal_id=f"client-{n}", through_id=firm)
        for n in range(130)
    ]

    def store(tx: Any) -> None:
        tx.mandates.add(held)
        for one in held:
            context = GrantContext(
                kind=ContextKind.ORGANISATION, context_id=one.mandate_id, principal_id=one.principal_id
            )
            grant = make_grant(scene.stranger.person_id, ClientId("first"), context=context)
            tx.grants.add(grant, session_id="gone", offline=True, expires_at=NOW + 90 * DAY, now=NOW)

    await do(database, store)
    await do(database, lambda tx: end_of_organisation(tx, firm, "dissolved", actor="test", occasion=at()))
    live = "SELECT count(*) FROM grants WHERE session_id = 'gone' AND revoked_at IS NULL"
    assert await see(database, lambda tx: tx.connection.exec_driver_sql(live).scalar_one()) == 0
