"""Which services hear that a power ended under which they were used – DESIGN 5.2; Back-Channel Logout 1.0 §2.3."""

from dataclasses import replace
from typing import Any

import pytest

from idp.database import Done
from idp.ids import ClientId
from idp.mandates import service as mandates
from idp.protocol.acting import ContextKind
from idp.sessions.service import end_all_sessions
from idp.transaction import Tx
from tests.driver import RelyingParty
from tests.endpoints.test_contexts import KINDS, SCOPES, Family, choose, claims, family
from tests.endpoints.test_contexts_of_tabs import CHILD, COMPANY, OWN, answer, asked
from tests.world import World

__all__ = ["family"]
TOLD = "openid mandate"


@pytest.fixture
async def hears(world: World, family: Family) -> Family:
    """The family at a service that takes logout tokens."""
    return replace(family, rp=await _service(world, family, subject_contexts=KINDS))


async def _service(world: World, family: Family, **changes: Any) -> RelyingParty:
    rp = await world.client(
        "rp-hears", scopes=SCOPES, backchannel_logout_uri="https://rp-hears.example/logout", **changes
    )
    for person in (family.mother, family.child):
        await world.agree(person.person_id, rp)
    return rp


async def end_company(world: World, family: Family) -> None:
    def end(tx: Tx) -> Done[None]:
        mandates.replace_representatives(tx, family.company, (), actor="test", occasion=world.occasion)
        return Done(None)

    world.time.move(seconds=1)
    await world.write(end)


async def told(world: World, rp: RelyingParty) -> list[str]:
    """The `sid`s of which the service gets a logout token."""
    found = await world.provider.database.read(
        lambda tx: tx.deliveries.of_client(ClientId(rp.client_id), limit=9)
    )
    return [one.payload["sid"] for one in found]


async def redeemed(world: World, rp: RelyingParty, code: str) -> str:
    """Redeem a code; return the `sid` the service is told."""
    response = await rp.redeem(world.http, code)
    assert response.status_code == 200, response.text
    return str(claims(response.json()["id_token"])["sid"])


async def test_a_power_that_was_chosen(world: World, hears: Family) -> None:
    sid = await redeemed(world, hears.rp, (await choose(hears, COMPANY)).answer["code"])
    await end_company(world, hears)
    assert await told(world, hears.rp) == [sid]


async def test_who_was_told_knows_the_session_as_another_one(world: World, hears: Family) -> None:
    """Else a service that remembers which sessions ended would send its person here and back without an end."""
    first = await redeemed(world, hears.rp, (await choose(hears, COMPANY)).answer["code"])
    await end_company(world, hears)
    world.time.move(seconds=1)
    second = await redeemed(world, hears.rp, (await choose(hears, CHILD)).answer["code"])
    assert second != first
    again = await hears.browser.get(hears.rp.authorize_url(prompt="none"))
    assert await redeemed(world, hears.rp, again.answer["code"]) == second, "it stays until it is told again"

    def end(tx: Tx) -> Done[object]:
        return Done(
            end_all_sessions(tx, hears.mother.person_id, reason="test", actor="test", occasion=world.occasion)
        )

    await world.write(end)
    assert sorted(await told(world, hears.rp)) == sorted([first, second])


async def test_a_power_that_a_hint_named(world: World, hears: Family) -> None:
    page = await hears.browser.get(hears.rp.authorize_url(scope=TOLD, org_hint="0200000007"))
    sid = await redeemed(world, hears.rp, page.answer["code"])
    await end_company(world, hears)
    assert await told(world, hears.rp) == [sid]


async def test_the_only_power_there_is(world: World, family: Family) -> None:
    rp = await _service(world, family, subject_contexts=(ContextKind.ORGANISATION,), services=("tax",))
    page = await family.browser.get(rp.authorize_url(scope=TOLD, org_hint="0200000007"))
    sid = await redeemed(world, rp, page.answer["code"])
    await end_company(world, family)
    assert await told(world, rp) == [sid]


async def test_what_another_tab_answered_and_never_brought_there_is_no_leaving(
    world: World, hears: Family
) -> None:
    tab = await asked(world, hears)
    sid = await redeemed(
        world, hears.rp, (await answer(world, hears, await asked(world, hears), COMPANY)).answer["code"]
    )
    await answer(world, hears, tab, OWN)  # its code is never redeemed
    await end_company(world, hears)
    assert await told(world, hears.rp) == [sid]


async def test_who_left_it_for_another_goes_on_undisturbed(world: World, hears: Family) -> None:
    await redeemed(world, hears.rp, (await choose(hears, COMPANY)).answer["code"])
    world.time.move(seconds=1)
    await redeemed(world, hears.rp, (await choose(hears, CHILD, ctx_hint="choose")).answer["code"])
    await end_company(world, hears)
    assert await told(world, hears.rp) == []


async def test_a_sign_out_names_whom_the_service_was_told_of_last(world: World, hears: Family) -> None:
    """A `sub` that is not that of its session's ID token is a logout token it must refuse (§2.6)."""
    await redeemed(world, hears.rp, (await choose(hears, OWN)).answer["code"])
    world.time.move(seconds=1)
    response = await hears.rp.redeem(
        world.http, (await choose(hears, CHILD, ctx_hint="choose")).answer["code"]
    )
    childs = claims(response.json()["id_token"])

    def end(tx: Tx) -> Done[None]:
        person_id = hears.mother.person_id
        end_all_sessions(tx, person_id, reason="test", occasion=world.occasion, actor="test")
        return Done(None)

    await world.write(end)
    (logout,) = await world.provider.database.read(
        lambda tx: tx.deliveries.of_client(ClientId(hears.rp.client_id), limit=9)
    )
    assert (logout.payload["sub"], logout.payload["sid"]) == (childs["sub"], childs["sid"])


async def test_the_page_of_sessions_says_for_whom_a_service_is_used(world: World, hears: Family) -> None:
    """By a hint too; what was answered in a tab and never brought there is nothing that somebody could be told of."""
    tab = await asked(world, hears)
    page = await hears.browser.get(hears.rp.authorize_url(scope=TOLD, org_hint="0200000007"))
    await redeemed(world, hears.rp, page.answer["code"])
    await answer(world, hears, tab, CHILD)
    shown = (await hears.browser.get("/account/sessions")).response.text
    assert COMPANY in shown
    assert CHILD not in shown
