"""A sign-in that says another birth date moves the end of parents' mandates, as the register does – DOMAIN §3.3."""

from dataclasses import replace

import pytest

from idp.audit.events import EventType
from idp.database import Done
from idp.ids import PersonId
from idp.mandates import service as mandates
from idp.protocol.acting import ContextKind
from idp.transaction import Tx
from tests.endpoints.test_contexts import SCOPES
from tests.national import Traveller
from tests.world import World

pytestmark = pytest.mark.network


async def child_of(world: World, mother: PersonId, person_id: PersonId) -> None:
    """Let the record say that this is a child, and its mother act for it until 2028."""

    def arrange(tx: Tx) -> Done[None]:
        person = tx.people.get(person_id)
        assert person is not None
        profile = replace(person.profile, birthdate="2010-01-05")
        tx.people.update(replace(person, profile=profile, birth_year=2010))
        mandates.replace_parents(tx, person_id, (mother,), actor="test", occasion=world.occasion)
        return Done(None)

    await world.write(arrange)


async def test_who_turns_out_to_be_of_age_is_acted_for_no_more(world: World, huong: Traveller) -> None:
    kinds = (ContextKind.PERSON, ContextKind.WARD)
    rp = await world.client("rp-school", subject_contexts=kinds, scopes=SCOPES)
    await huong.sign_in(rp)
    (started,) = await world.records(EventType.SESSION_STARTED)
    person_id = PersonId(started.subject_ref.removeprefix("person:"))
    mother = await world.person("mother")
    await child_of(world, mother.person_id, person_id)
    for one in (person_id, mother.person_id):
        await world.agree(one, rp)
    browser = world.browser()
    await world.signed_in(browser, mother.person_id)
    page = await browser.get(rp.authorize_url(scope="openid profile mandate", ctx_hint="ward"))
    token = (await rp.redeem(world.http, page.answer["code"])).json()["access_token"]
    assert (await world.userinfo(token)).status_code == 200
    await Traveller(world, huong.national, world.browser()).sign_in(rp)
    assert (await world.userinfo(token)).status_code == 401
    (held,) = await world.provider.database.read(lambda tx: tx.mandates.of_delegate(mother.person_id))
    assert held.is_over(world.time())
