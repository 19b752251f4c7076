"""Who signs in in a browser that is new to them is told, whatever its cookies say (PAGES §3.1.13)."""

from functools import partial

import pytest

from idp.edge.cookie_names import cookie_name
from idp.ids import PersonId
from idp.outbox.model import OutboxMessage
from idp.transaction import Tx
from tests.endpoints.public_computer import TICK, assert_ends_with_ten_minutes
from tests.federation.national_process import Process
from tests.national import Traveller
from tests.told import messages_of
from tests.world import World

pytestmark = pytest.mark.network

CHROME = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36"


def _of_person(tx: Tx, *, person_id: PersonId) -> tuple[OutboxMessage, ...]:
    return messages_of(tx, person_id)


async def told(world: World) -> list[OutboxMessage]:
    """Return what anybody is to hear of new devices."""
    people = await world.records()
    ids = {
        PersonId(one.subject_ref.removeprefix("person:"))
        for one in people
        if one.subject_ref.startswith("person:")
    }
    found: list[OutboxMessage] = []
    for person_id in sorted(ids):
        load = partial(_of_person, person_id=person_id)
        found += await world.provider.database.read(load)
    return [one for one in found if one.payload.get("notice") == "new_device"]


async def test_each_browser_is_new_once_and_a_forged_cookie_makes_none_known(
    world: World, national: Process, huong: Traveller
) -> None:
    rp = await world.client()
    huong.browser.client.headers["user-agent"] = CHROME
    await huong.sign_in(rp)
    (first,) = await told(world)
    assert first.payload == {"notice": "new_device", "client_id": rp.client_id, "browser": "Chrome, Android"}
    await huong.sign_in(rp, prompt="login")
    assert len(await told(world)) == 1
    for forged in ("known", first.person_id or ""):
        other = Traveller(world, national, world.browser())
        name = cookie_name(world.provider.settings, "device")
        other.browser.client.cookies.set(name, forged, domain="localhost.local", path="/")
        await other.sign_in(rp)
    assert len(await told(world)) == 3


async def test_at_the_national_system_too_the_tick_of_a_public_computer_holds(
    world: World, national: Process, huong: Traveller
) -> None:
    """It is made before the person leaves, and counts when they are back."""
    rp = await world.client()
    page = await huong.browser.get(rp.authorize_url())
    page = await huong.browser.get(f"/sign-in/national?i={page.interaction}")
    page = await huong.browser.press(page, "submit", TICK)
    assert page.left_for is not None
    page = await huong.return_with(await huong.sign_in_there(page.left_for))
    page = await huong.browser.press(page, "allow")
    assert "code" in page.answer
    await assert_ends_with_ten_minutes(world, rp, huong.browser)
