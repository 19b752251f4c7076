"""Who signs in in a browser that is new to them is told, whatever its cookies say (PAGES §3.1.13)."""

from functools import partial

import pytest

from idp.edge.cookie_names import cookie_name
from idp.edge.device import browser_family
from idp.ids import PersonId
from idp.outbox.model import OutboxMessage
from idp.transaction import Tx
from tests.federation.national_process import Process
from tests.national import Traveller
from tests.world import World

pytestmark = pytest.mark.network

CHROME = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36"


def _of_person(tx: Tx, *, person_id: PersonId) -> tuple[OutboxMessage, ...]:
    return tx.deliveries.of_person(person_id, 50)


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


@pytest.mark.parametrize(
    ("user_agent", "family"),
    [
        (CHROME, "Chrome, Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0", "Firefox, Linux"),
        ("curl/8.0 <script>", ""),
        ("", ""),
    ],
)
def test_a_browser_is_named_in_words_of_ours(user_agent: str, family: str) -> None:
    assert browser_family(user_agent) == family
