"""`hpid keys new-master`, `use-master`, `reseal`, `drop-master`: a new master key beside a node (DESIGN 5.10)."""

import asyncio
import time
from datetime import timedelta

import pytest

from idp.audit.events import EventType
from idp.outbox.model import DeliveryState
from idp.worker.loop import Job, repeat
from idp.worker.sending import relay_of
from tests.server import A_NODE_KNOWS_IT, Installation, open_served
from tests.stores.outbox_samples import add, message, of_logout

pytestmark = pytest.mark.network


async def test_from_one_version_to_the_next_and_the_one_between_is_dropped(made: Installation) -> None:
    async def hpid(*words: str) -> str:
        ran = await made.run("keys", *words)
        assert ran.status == 0, ran.err
        return ran.out

    async def under() -> dict[int, tuple[int, bool]]:
        rows = (await made.run("keys", "masters", "--json")).json
        return {row["version"]: (row["values"], row["seals"]) for row in rows}

    async with open_served(made) as world:
        await world.client("rp-sealed")
        person = await world.person()
        await hpid("new-master")
        assert (await under())[2] == (0, False)
        await hpid("use-master", "2")
        assert (await under())[2][1]
        await hpid("reseal")
        values, _ = (await under())[2]
        assert values >= 3  # a profile, a signing key, a key of the record

        await hpid("new-master")
        await hpid("use-master", "3")
        refused = await made.run("keys", "drop-master", "2")
        assert refused.refusal == f"{values} values lie under version 2; run `hpid keys reseal`"
        rows = (await made.run("keys", "reseal", "--json")).json
        assert sum(row["renewed"] for row in rows) == values
        for version, why in (
            ("1", "version 1 stays: what can't be sealed anew lies under it"),
            ("3", "version 3 stays: it is the one in use"),
            ("9", "it has no version 9"),
        ):
            refused = await made.run("keys", "drop-master", version)
            assert refused.refusal.endswith(why)
        await hpid("drop-master", "2")
        assert sorted(await under()) == [1, 3]

    async with open_served(made) as world:  # with the file as it is now
        found = await world.provider.database.read(lambda tx: tx.people.get(person.person_id))
        assert found == person
        events = await world.records(EventType.MASTER_KEY_CHANGED, EventType.MASTER_KEY_RESEALED)
        told = [(event.payload.get("change", "resealed"), event.payload["version"]) for event in events]
        assert told == [
            ("added", 2),
            ("put to use", 2),
            ("resealed", 2),
            ("added", 3),
            ("put to use", 3),
            ("resealed", 3),
            ("dropped", 2),
        ]


async def test_a_node_that_was_not_started_again_stops_answering_when_everything_is_sealed_anew(
    made: Installation,
) -> None:
    """It would find nobody by their user name, say that the password is wrong, and count it."""
    async with open_served(made) as world:
        rp = await world.client("rp-outdated")
        _, citizen = await world.citizen()
        browser = world.browser()
        page = await browser.get(rp.authorize_url())
        assert page.status == 200
        for words in (("new-master",), ("use-master", "2"), ("reseal",)):
            ran = await made.run("keys", *words)
            assert ran.status == 0, ran.err
        await asyncio.sleep(A_NODE_KNOWS_IT)
        response = await world.http.get(rp.authorize_url())
        assert (response.status_code, "retry-after" in response.headers) == (503, True)
        assert await world.readiness() == (503, "the master key file is older than what is sealed")
    async with open_served(made) as world:  # with the new file
        page = await (browser := world.browser()).get(rp.authorize_url())
        page = await citizen.sign_in(browser, page, at=time.time())
        assert "allow" in page.buttons, page.response.text


async def test_a_worker_that_was_not_started_again_gives_nothing_up(made: Installation) -> None:
    """What it can't open is not spoilt: the sign-out waits for a worker with the new file."""
    async with open_served(made) as world:
        fresh = asyncio.create_task(world.provider.configuration.keep_fresh())
        await add(world.provider.database, message("m-1", at=world.time()))
        for words in (("new-master",), ("use-master", "2"), ("reseal",)):
            ran = await made.run("keys", *words)
            assert ran.status == 0, ran.err
        relay = relay_of(world.provider)
        outbox = Job(name="outbox", every=timedelta(seconds=0.2), run=lambda _provider: relay.run())
        working = asyncio.create_task(repeat(outbox, world.provider))
        await asyncio.sleep(1)
        (waiting,) = await of_logout(world.provider.database)
        assert (waiting.state, waiting.attempts) == (DeliveryState.WAITING, 0)
        for task in (working, fresh):
            task.cancel()
        await relay.stop()


def test_where_no_file_can_be_made_the_line_says_so(made: Installation) -> None:
    """As on a read-only disk: neither the draft of the file can be made, nor taken away afterwards."""
    master = made.folder / "keys" / "master.json"
    longest = master.rename(master.with_name("m" * 250))
    refused = made.hpid("keys", "new-master", HPID_MASTER_KEY=str(longest)).refusal
    assert refused == f"master key file {longest}: it can't be written (File name too long)"
