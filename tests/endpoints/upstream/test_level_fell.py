"""A sign-in that says a lower account level ends what the higher one gave, as the register's word does – adr/0035."""

from dataclasses import replace

import pytest

from idp.audit.events import EventType
from idp.database import Done
from idp.ids import PersonId
from idp.mandates import service as mandates
from idp.organisations.model import OrganisationScheme
from idp.protocol.acting import ContextKind
from idp.transaction import Tx
from tests.driver import Browser, RelyingParty
from tests.endpoints.test_contexts import SCOPES, _organisation
from tests.federation.national_driver import HOA
from tests.national import Traveller
from tests.world import World

pytestmark = pytest.mark.network
TAX_CODE = "0200000007"


async def was_of_level_02(world: World, person_id: PersonId) -> None:
    """Let the account be as if the national one had been of level 02, its person the head of a company."""
    company = _organisation(world, TAX_CODE, "Công ty TNHH Cảng Xanh", OrganisationScheme.TAX_CODE)

    def arrange(tx: Tx) -> Done[None]:
        person = tx.people.get(person_id)
        assert person is not None
        assert person.account_level == 1
        tx.people.update(replace(person, account_level=2))
        tx.organisations.add(company)
        mandates.replace_representatives(
            tx, company.organisation_id, (person_id,), actor="test", occasion=world.occasion
        )
        return Done(None)

    await world.write(arrange)


async def token(world: World, browser: Browser, rp: RelyingParty, **hints: str) -> str:
    page = await browser.get(rp.authorize_url(scope="openid profile mandate", **hints))
    return str((await rp.redeem(world.http, page.answer["code"])).json()["access_token"])


async def test_what_was_granted_for_a_company_and_above_low_ends_and_other_sessions_fall(
    world: World, huong: Traveller
) -> None:
    kinds = (ContextKind.PERSON, ContextKind.ORGANISATION)
    rp = await world.client("rp-levels", subject_contexts=kinds, scopes=SCOPES)
    await huong.sign_in(rp, HOA)
    (started,) = await world.records(EventType.SESSION_STARTED)
    person_id = PersonId(started.subject_ref.removeprefix("person:"))
    await was_of_level_02(world, person_id)
    await world.agree(person_id, rp)
    elsewhere = world.browser()
    await world.signed_in(elsewhere, person_id)
    for_company = await token(world, elsewhere, rp, org_hint=TAX_CODE)
    own = await token(world, elsewhere, rp, ctx_hint="person")
    assert [(await world.userinfo(one)).status_code for one in (for_company, own)] == [200, 200]
    await Traveller(world, huong.national, world.browser()).sign_in(rp, HOA)
    assert [(await world.userinfo(one)).status_code for one in (for_company, own)] == [401, 401]
    silent = await elsewhere.get(rp.authorize_url(prompt="none", acr_values="urn:haiphong:acr:substantial"))
    assert silent.answer["error"] != "", silent.answer
