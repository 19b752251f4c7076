"""Nodes whose clocks are apart, on one database: what is refused stays refused, what is slightly early or late is taken.

One provider here, whose clock is moved forth and back between requests, as a balancer sends them to one node or the
other (SECURITY R19). What a code lives, a minute, is what clocks may be apart at most for people to notice nothing.
"""

from datetime import timedelta
from typing import Any

import pytest

from idp.keeping import ERASERS, erase
from tests.driver import RelyingParty
from tests.world import Visitor, World

AHEAD = timedelta(seconds=120)
OFFLINE = "openid profile offline_access"


async def cleaned_by_a_node_ahead(world: World) -> None:
    """Let a worker whose clock is two minutes ahead erase everything that is over by it."""
    for table in ERASERS:
        while await erase(table, world.provider.database, world.time() + AHEAD, world.provider.settings.life):
            pass


async def is_active(world: World, who: RelyingParty, token: str) -> bool:
    answer = await who.back_channel(world.http, "/introspect", token=token)
    return bool(answer.json()["active"])


async def test_a_revoked_token_of_a_machine_stays_so_when_a_node_ahead_erases(world: World) -> None:
    machine = await world.machine()
    form = {"grant_type": "client_credentials", "resource": "https://metrics.example/"}
    token = (await machine.token(world.http, **form)).json()["access_token"]
    assert await is_active(world, machine, token)
    assert (await machine.back_channel(world.http, "/revoke", token=token)).status_code == 200
    world.time.move(seconds=290)
    await cleaned_by_a_node_ahead(world)
    assert not await is_active(world, machine, token)


async def test_an_interaction_gives_no_second_code_when_a_node_ahead_erases(
    world: World, rp: RelyingParty
) -> None:
    browser = world.browser()
    await world.signed_in(browser, (await world.person()).person_id)
    page = await browser.get(rp.authorize_url())
    kept = [(c.name, str(c.value), c.domain) for c in browser.client.cookies.jar]
    assert "code" in (await browser.press(page, "allow")).answer
    world.time.move(minutes=28, seconds=50)
    await cleaned_by_a_node_ahead(world)
    for name, value, domain in kept:
        browser.client.cookies.set(name, value, domain=domain, path="/")
    again = await browser.get(f"/authorize/resume?i={page.interaction}")
    assert again.left_for is None or "code" not in again.answer


@pytest.mark.parametrize("apart", [-120, -40, 40, 120])
async def test_a_code_counts_once_and_only_while_both_clocks_allow(
    world: World, rp: RelyingParty, alice: Visitor, apart: int
) -> None:
    world.time.move(minutes=5)
    code = await alice.code(rp, scope=OFFLINE)
    world.time.move(seconds=apart)
    first = await rp.redeem(world.http, code)
    assert ("access_token" in first.json()) is (apart < 60)
    world.time.move(seconds=-apart)
    again = await rp.redeem(world.http, code)
    assert again.json()["error"] == "invalid_grant"


@pytest.mark.parametrize("apart", [-120, -40, 40, 120])
async def test_tokens_of_one_node_are_taken_or_refused_at_the_other_and_ended_ones_never_taken(
    world: World, rp: RelyingParty, alice: Visitor, apart: int
) -> None:
    world.time.move(minutes=5)
    tokens = await world.tokens(rp, alice, scope=OFFLINE)
    world.time.move(seconds=apart)
    assert (await world.userinfo(tokens["access_token"])).status_code == 200
    assert await is_active(world, rp, tokens["access_token"])
    assert "code" in (await alice.browser.get(rp.authorize_url(prompt="none"))).answer
    refreshed: dict[str, Any] = (await rp.refresh(world.http, tokens["refresh_token"])).json()
    assert "access_token" in refreshed
    world.time.move(seconds=-apart)
    assert (await world.userinfo(refreshed["access_token"])).status_code == 200
    # the answer was lost, and the retry comes to the other node: the same successor again, or the family's end
    retried = (await rp.refresh(world.http, tokens["refresh_token"])).json()
    if abs(apart) < 60:
        assert retried["refresh_token"] == refreshed["refresh_token"]
    await rp.back_channel(world.http, "/revoke", token=refreshed["refresh_token"])
    for moved in (apart, -apart):
        world.time.move(seconds=moved)
        for token in (tokens, refreshed):
            assert (await world.userinfo(token["access_token"])).status_code == 401
            refused = await rp.refresh(world.http, token["refresh_token"])
            assert refused.json()["error"] == "invalid_grant"


@pytest.mark.parametrize("apart", [-120, 120])
async def test_a_session_is_neither_young_for_ever_nor_over_at_once(
    world: World, rp: RelyingParty, alice: Visitor, apart: int
) -> None:
    world.time.move(minutes=5)
    await alice.code(rp)
    world.time.move(seconds=apart)
    assert "code" in (await alice.browser.get(rp.authorize_url(prompt="none"))).answer
    world.time.move(seconds=-apart)
    world.time.move(seconds=30 * 60 + 121)
    silent = await alice.browser.get(rp.authorize_url(prompt="none"))
    assert silent.answer["error"] == "login_required"


@pytest.mark.parametrize(("ahead", "is_in"), [(290, True), (310, False), (5 * 60 * 60, False)])
async def test_a_session_that_a_node_ahead_began_lives_no_longer_for_it(
    world: World, rp: RelyingParty, alice: Visitor, ahead: int, is_in: bool
) -> None:
    await alice.code(rp)
    world.time.move(seconds=ahead)
    browser = world.browser()
    await world.signed_in(browser, alice.person.person_id)
    world.time.move(seconds=-ahead)
    silent = await browser.get(rp.authorize_url(prompt="none"))
    assert ("code" in silent.answer) is is_in, silent.answer
    assert "code" in (await alice.browser.get(rp.authorize_url(prompt="none"))).answer


@pytest.mark.parametrize("apart", [-240, 320])
async def test_a_token_is_revoked_at_a_node_by_whose_clock_it_is_not_good(world: World, apart: int) -> None:
    world.time.move(minutes=5)
    machine = await world.machine()
    form = {"grant_type": "client_credentials", "resource": "https://metrics.example/"}
    token = (await machine.token(world.http, **form)).json()["access_token"]
    world.time.move(seconds=apart)
    assert not await is_active(world, machine, token)
    assert (await machine.back_channel(world.http, "/revoke", token=token)).status_code == 200
    world.time.move(seconds=-apart)
    assert not await is_active(world, machine, token)
