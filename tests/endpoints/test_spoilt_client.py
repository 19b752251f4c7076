"""A registration that can't be read, of another release or spoilt: its client is unknown, and no other feels it."""

import asyncio
import logging
from contextlib import suppress

import pytest
from sqlalchemy import text

from idp.audit.events import EventType
from idp.database import Done
from idp.ids import ClientId
from idp.transaction import Tx
from tests.driver import RelyingParty
from tests.world import Visitor, World

SPOILT = {
    "a word of another release": """json_set(facts, '$.profile', 'of-next-year')""",
    "a member is missing": """json_remove(facts, '$.redirect_uris')""",
    "no JSON": "'{'",
    "another kind of JSON": "'[]'",
}


async def _spoil(world: World, rp: RelyingParty, facts: str) -> None:
    def spoil(tx: Tx) -> Done[None]:
        change = text(f"UPDATE clients SET facts = {facts} WHERE client_id = :client_id")  # noqa: S608 - ours
        tx.connection.execute(change, {"client_id": rp.client_id})
        tx.configuration.raise_version()
        return Done(None)

    await world.write(spoil)
    world.provider.configuration._read_at = float("-inf")


@pytest.mark.parametrize("facts", SPOILT.values(), ids=SPOILT.keys())
async def test_all_other_clients_go_on_and_this_one_is_unknown(
    world: World, rp: RelyingParty, alice: Visitor, facts: str, caplog: pytest.LogCaptureFixture
) -> None:
    other = await world.client("rp-other")
    await _spoil(world, other, facts)
    with caplog.at_level(logging.ERROR):
        assert (await world.tokens(rp, alice))["access_token"]
    assert "a registration can't be read" in caplog.text
    assert await world.provider.configuration.client(ClientId("rp-other")) is None
    answer = await other.redeem(world.http, "none")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_whoever_used_it_signs_out_all_the_same(
    world: World, rp: RelyingParty, alice: Visitor, hint: str
) -> None:
    await _spoil(world, rp, SPOILT["a word of another release"])
    page = await alice.browser.press(await alice.browser.get("/end_session"), "sign-out-here")
    assert page.response.status_code == 200
    assert await world.events(EventType.SESSION_ENDED) == [EventType.SESSION_ENDED]


async def test_a_node_goes_on_looking_for_changes_after_whatever_went_wrong(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = world.provider.configuration
    taken = asyncio.Event()

    def broken(*_: object) -> None:
        taken.set()
        raise RuntimeError("whatever went wrong")

    looking = asyncio.create_task(cache.keep_fresh())
    with monkeypatch.context() as patch:
        patch.setattr(cache, "_take", broken)
        await asyncio.wait_for(taken.wait(), 5)
        await asyncio.sleep(0.5)
    assert not looking.done()
    looking.cancel()
    with suppress(asyncio.CancelledError):
        await looking
