"""A node that has not read yet what was registered at another one: nobody is refused for that (DESIGN 5.8).

A node looks every 400 ms, and who comes meanwhile may have got their `client_id` from its neighbour a moment ago.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from idp.clients.service import issue_secret
from idp.database import Done
from idp.ids import ClientId
from idp.limits.model import Limit, address_key
from idp.limits.service import whose
from idp.transaction import Tx
from tests.driver import RelyingParty
from tests.endpoints.test_client_assertions import assert_let_in, assert_refused
from tests.world import World, open_world


@pytest.fixture
async def elsewhere(world: World, template: Path, tmp_path: Path) -> AsyncIterator[World]:
    """Another node on the same database; `world` has just read how things stood before."""
    await world.client("rp-known")
    database_url = world.provider.settings.database_url
    async with open_world(template, tmp_path, database_url, with_keys=False) as other:
        await world.provider.configuration.refresh()
        yield other


async def _ask(rp: RelyingParty, world: World) -> httpx.Response:
    return await rp.redeem(world.http, "no code")


async def test_who_was_just_registered_may_send_people(world: World, elsewhere: World) -> None:  # RFC 7591
    rp = await elsewhere.client("rp-new")
    page = await world.browser().get(rp.authorize_url())
    assert (page.status, page.path) == (200, "/sign-in")


async def test_who_was_just_registered_may_push(world: World, elsewhere: World) -> None:  # RFC 9126 §2
    rp = await elsewhere.client("rp-new")
    assert (await rp.push(world.http)).status_code == 201


async def test_an_address_that_was_just_registered_is_one(
    world: World, elsewhere: World
) -> None:  # RFC 7592 §2.2
    rp = await world.client("rp-moves")
    rp.redirect_uri = "https://rp-moves.example/new"
    await elsewhere.change_client("rp-moves", redirect_uris=(rp.redirect_uri,))
    assert (await rp.push(world.http)).status_code == 201
    await elsewhere.change_client("rp-moves", redirect_uris=(f"{rp.redirect_uri}er",))
    rp.redirect_uri += "er"
    assert (await world.browser().get(rp.authorize_url())).path == "/sign-in"
    rp.redirect_uri += "er"
    assert (await world.browser().get(rp.authorize_url())).case == "untrusted-client"


async def test_a_page_opens_at_the_node_that_has_not_read_of_its_service(
    world: World, elsewhere: World
) -> None:
    rp = await elsewhere.client("rp-new")
    browser = elsewhere.browser()
    page = await browser.get(rp.authorize_url())
    other = world.browser()
    other.client.cookies = browser.client.cookies
    page = await other.get(f"/sign-in?i={page.interaction}")
    assert (page.status, page.case) == (200, "")


async def test_a_secret_that_was_just_issued_is_good(world: World, elsewhere: World) -> None:
    client_id = ClientId("rp-known")

    def rotate(tx: Tx) -> Done[str]:
        issued = issue_secret(
            tx, client_id, vault=elsewhere.provider.vault, actor="test", occasion=elsewhere.occasion
        )
        return Done(issued.text)

    secret = await elsewhere.write(rotate)
    rp = RelyingParty(
        client_id=client_id, redirect_uri="https://rp-known.example/callback", client_secret=secret
    )
    assert_let_in(await _ask(rp, world))


async def test_a_service_that_was_just_enabled_again_is_served(world: World, elsewhere: World) -> None:
    rp = await world.client("rp-back", enabled=False)
    assert (await world.browser().get(rp.authorize_url())).case == "untrusted-client"
    await elsewhere.change_client("rp-back", enabled=True)
    assert (await world.browser().get(rp.authorize_url())).path == "/sign-in"


@pytest.mark.parametrize("client_id", ["rp-known", "rp-nobody"])
async def test_whom_no_node_knows_is_refused_and_counted_once(
    world: World, elsewhere: World, client_id: str
) -> None:  # SECURITY E11
    guessing = RelyingParty(client_id=client_id, redirect_uri="https://a.example/", client_secret="guessed")
    refused = await asyncio.gather(*(_ask(guessing, world) for _ in range(3)))
    for response in refused:
        assert_refused(response)
    counter = Limit.CLIENT_AUTHENTICATION, whose(ClientId(client_id), address_key("127.0.0.1"))
    counted = await elsewhere.write(lambda tx: Done(tx.limits.count(*counter, world.time())))
    assert counted.count == len(refused) + 1
