"""The relay against real endpoints on loopback: at least once, the same jti, one slow service delays no other (R24)."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from federation.fetch import Fetcher
from idp.database import Done
from idp.ids import ClientId
from idp.outbox.model import DeliveryState, OutboxKind, OutboxMessage
from idp.outbox.relay import EACH, LANES, Relay
from idp.transaction import Tx
from idp.worker import JOBS, relay_of
from tests.driver import RelyingParty
from tests.outbox.relying_parties import SLUGGISH_SECONDS, Endpoint, listening
from tests.world import World, open_world

pytestmark = pytest.mark.network

TIMEOUT = 0.6
"""Seconds, where it is the case that nobody answers."""
AMPLE = 30.0
"""Seconds, where an answer comes: only one that never does runs into it."""


@dataclass
class Post:
    """A provider, its relay, and the endpoints it posts to."""

    world: World
    relay: Relay
    fetcher: Fetcher

    async def queue(self, client_id: str, count: int = 1) -> None:
        """Write messages as a sign-out does, 500 rows a transaction."""
        now = self.world.time()
        messages = [
            OutboxMessage(
                message_id=self.world.provider.clock.token(),
                kind=OutboxKind.BACKCHANNEL_LOGOUT,
                client_id=client_id,
                logout_id=f"{client_id}-{n}",
                payload={"sub": "s", "sid": f"{client_id}-{n}", "jti": f"jti-{client_id}-{n}"},
                created_at=now + timedelta(microseconds=n),
                next_attempt_at=now,
            )
            for n in range(count)
        ]
        for start in range(0, count, 500):
            await self.world.write(partial(_add, messages=messages[start : start + 500]))

    async def run_until(self, done: Callable[[], bool], *, seconds: float = 20) -> float:
        """Run the relay as the worker does; return how long it took."""
        began = time.monotonic()
        while not done():
            assert time.monotonic() - began < seconds, "never"
            await self.relay.run()
            await asyncio.sleep(0.02)
        return time.monotonic() - began

    async def run_once(self) -> None:
        """Send what is due now and wait for every outcome."""
        while await self.relay.run():
            await asyncio.gather(*self.relay.under_way)

    async def ledger(self, client_id: str) -> list[OutboxMessage]:
        read = self.world.provider.database.read
        return list(await read(lambda tx: tx.deliveries.of_client(ClientId(client_id), 2000)))


def _add(tx: Tx, *, messages: list[OutboxMessage]) -> Done[None]:
    tx.outbox.add(messages)
    return Done(None)


@asynccontextmanager
async def posting(
    template: Path, folder: Path, *endpoints: Endpoint, patience: float = AMPLE
) -> AsyncIterator[Post]:
    async with (
        listening(*endpoints) as origins,
        open_world(template, folder, loopback_origins=origins) as world,
    ):
        fetcher = Fetcher(allowed_loopback=frozenset(origins), total_timeout=patience)
        provider = world.provider
        relay = Relay(
            database=provider.database,
            keyring=provider.keyring,
            fetcher=fetcher,
            find_client=provider.configuration.client,
            encrypt=provider.client_keys.encrypt,
            issuer=provider.settings.issuer,
            clock=provider.clock,
            give_up_after=provider.settings.life.delivery,
        )
        post = Post(world, relay, fetcher)
        for endpoint in endpoints:
            await world.client(endpoint.client_id, backchannel_logout_uri=endpoint.uri)
        try:
            yield post
        finally:
            await relay.stop()
            await fetcher.aclose()


def test_the_worker_s_relay_is_this_one(template: Path, tmp_path: Path) -> None:
    async def look() -> None:
        async with open_world(template, tmp_path) as world:
            relay = relay_of(world.provider)
            assert relay.fetcher is world.provider.fetcher
            assert relay.issuer == world.issuer

    asyncio.run(look())


async def test_every_attempt_carries_the_same_jti_and_a_signature_of_its_own(
    template: Path, tmp_path: Path
) -> None:
    rp = Endpoint("rp", "broken")
    async with posting(template, tmp_path, rp) as post:
        await post.queue("rp")
        pauses = []
        for attempts in range(1, 5):
            await post.run_once()
            (row,) = await post.ledger("rp")
            assert (row.attempts, row.state, row.status) == (attempts, DeliveryState.WAITING, 500)
            pauses.append((row.next_attempt_at - post.world.time()).total_seconds())
            await post.run_once()
            assert len(rp.heard) == attempts, "not before it is due"
            post.world.time.moment = max(
                row.next_attempt_at, post.world.time() + timedelta(seconds=pauses[-1])
            )
        assert pauses == [1, 2, 4, 8]
        rp.behaviour = "good"
        await post.run_once()
        (row,) = await post.ledger("rp")
        assert (row.state, row.status, row.last_error) == (DeliveryState.DELIVERED, 200, "")
        assert row.delivered_at == row.sent_at == post.world.time()
        assert {claims["jti"] for claims in rp.claims} == {"jti-rp-0"}
        assert len({token for _, token in rp.heard}) == 5
        issued = [int(str(claims["iat"])) for claims in rp.claims]
        assert issued == sorted(set(issued)), "signed anew: two minutes from now, not from then"


@pytest.mark.parametrize(
    ("behaviour", "state", "status"),
    [
        ("good", DeliveryState.DELIVERED, 200),
        ("empty", DeliveryState.DELIVERED, 204),
        ("compressing", DeliveryState.DELIVERED, 200),
        ("refusing", DeliveryState.WAITING, 400),
        ("broken", DeliveryState.WAITING, 500),
        ("busy", DeliveryState.WAITING, 503),
        ("moved", DeliveryState.WAITING, 302),
        ("dropping", DeliveryState.WAITING, None),
        ("hanging", DeliveryState.WAITING, None),
        ("dead", DeliveryState.WAITING, None),
    ],
)
async def test_each_answer_is_noted_and_no_redirect_is_followed(
    template: Path, tmp_path: Path, behaviour: str, state: DeliveryState, status: int | None
) -> None:
    elsewhere = Endpoint("elsewhere", "good")
    rp = Endpoint("rp", behaviour)
    patience = TIMEOUT if behaviour == "hanging" else AMPLE
    async with posting(template, tmp_path, elsewhere, rp, patience=patience) as post:
        rp.elsewhere = elsewhere.uri
        await post.queue("rp")
        await post.run_once()
        (row,) = await post.ledger("rp")
        assert (row.state, row.status, row.attempts) == (state, status, 1)
        assert bool(row.last_error) is (state is DeliveryState.WAITING)
        assert elsewhere.heard == []


async def test_who_hangs_or_is_down_delays_nobody(template: Path, tmp_path: Path) -> None:
    bad = [
        *(
            Endpoint(f"bad-{n}", behaviour)
            for n, behaviour in enumerate(("hanging", "dead", "broken", "dropping"))
        ),
        Endpoint("bad-4", "hanging"),
    ]
    good = [Endpoint(f"good-{n:02}", "good") for n in range(15)]
    async with posting(template, tmp_path, *bad, *good, patience=6) as post:
        for rp in bad:
            await post.queue(rp.client_id, 40)
        await post.run_until(lambda: all(rp.open_now for rp in bad if rp.behaviour == "hanging"))
        for rp in good:
            await post.queue(rp.client_id, 3)
        took = await post.run_until(lambda: all(len(rp.heard) == 3 for rp in good))
        assert took < TIMEOUT + 2, "they did not wait for anybody"
        assert all(rp.most_open <= 1 for rp in bad), "a service in doubt is tried one by one"
        for rp in bad:
            assert len(rp.heard) <= 1, "and rests in between"
            assert {row.state for row in await post.ledger(rp.client_id)} == {DeliveryState.WAITING}


async def test_who_does_not_answer_does_not_fill_all_lanes(template: Path, tmp_path: Path) -> None:
    hanging = [Endpoint(f"hanging-{n:02}", "hanging") for n in range(LANES + 10)]
    good = Endpoint("good", "good")
    async with posting(template, tmp_path, *hanging, good, patience=3) as post:
        for rp in hanging:
            await post.queue(rp.client_id, 1)
        await post.run_until(lambda: sum(rp.open_now for rp in hanging) >= LANES)
        for rp in hanging:
            await post.queue(rp.client_id, 30)
        await post.queue("good", 5)
        took = await post.run_until(lambda: len(good.heard) == 5)
        assert took < 3 + 2, "it waited for the first to give up, and for no second try of theirs"


async def test_who_answers_one_and_lets_the_others_hang_takes_few_connections(
    template: Path, tmp_path: Path
) -> None:
    fickle = [Endpoint(f"fickle-{n}", "fickle") for n in range(6)]
    good = Endpoint("good", "good")
    async with posting(template, tmp_path, *fickle, good, patience=4) as post:
        for rp in fickle:
            await post.queue(rp.client_id, 40)
        await post.run_until(lambda: sum(rp.open_now for rp in fickle) >= 2 * len(fickle))
        await post.queue("good", 5)
        took = await post.run_until(lambda: len(good.heard) == 5)
        assert took < 2, "it waited for no connection of theirs"
        assert sum(rp.most_open for rp in fickle) <= 2 * len(fickle)


async def test_who_answers_slowly_each_time_takes_few_connections(template: Path, tmp_path: Path) -> None:
    """Three such services with twenty connections each had all there are: whoever signed out waited for them."""
    sluggish = [Endpoint(f"sluggish-{n}", "sluggish") for n in range(12)]
    good = Endpoint("good", "good")
    async with posting(template, tmp_path, *sluggish, good) as post:
        for rp in sluggish:
            await post.queue(rp.client_id, 30)
        await post.run_until(lambda: sum(len(rp.heard) for rp in sluggish) >= 8 * len(sluggish))
        await post.queue("good", 5)
        took = await post.run_until(lambda: len(good.heard) == 5)
        assert took < SLUGGISH_SECONDS - 0.3, "it waited for no connection of theirs"
        assert max(rp.most_open for rp in sluggish) <= 4


async def test_who_answers_gets_more_at_once_each_time(template: Path, tmp_path: Path) -> None:
    rp = Endpoint("rp", "good")
    async with posting(template, tmp_path, rp) as post:
        for width in (2, 4, 8, 16, EACH):
            await post.queue("rp", 1)
            await post.run_once()
            assert post.relay.resting.width("rp") == width
        rp.behaviour = "broken"
        await post.queue("rp", 1)
        await post.run_once()
        assert post.relay.resting.width("rp") == 1


async def test_who_comes_back_hears_at_once_of_all_that_was_missed(template: Path, tmp_path: Path) -> None:
    rp = Endpoint("rp", "broken")
    async with posting(template, tmp_path, rp) as post:
        await post.queue("rp", 3 * EACH)
        for _ in range(12):
            await post.run_once()
            post.world.time.move(minutes=1)
        missed = await post.ledger("rp")
        assert max(row.attempts for row in missed) >= 1
        rp.behaviour = "good"
        rp.heard.clear()
        post.world.time.move(minutes=1)
        await post.run_once()
        assert {row.state for row in await post.ledger("rp")} == {DeliveryState.DELIVERED}
        assert sorted(rp.sids) == sorted(f"rp-{n}" for n in range(3 * EACH))


async def test_what_is_refused_is_tried_for_an_hour_and_holds_up_no_other_message(
    template: Path, tmp_path: Path
) -> None:
    rp = Endpoint("rp", "refusing")
    async with posting(template, tmp_path, rp) as post:
        await post.queue("rp", 5)
        await post.run_once()
        assert len(rp.heard) == 5, "a refusal is an answer: the others go too"
        for _ in range(70):
            post.world.time.move(minutes=1)
            await post.run_once()
        rows = await post.ledger("rp")
        assert {row.state for row in rows} == {DeliveryState.DEAD}
        assert {row.status for row in rows} == {400}
        assert all(8 <= row.attempts <= 13 for row in rows), [row.attempts for row in rows]
        dead = await post.world.provider.database.read(lambda tx: tx.deliveries.dead(9))
        assert len(dead) == 5


async def test_a_client_that_takes_no_token_any_more_is_given_up_at_once(
    template: Path, tmp_path: Path
) -> None:
    rp = Endpoint("rp", "good")
    async with posting(template, tmp_path, rp) as post:
        await post.queue("rp", 2)
        await post.world.change_client("rp", backchannel_logout_uri=None)
        await post.run_once()
        rows = await post.ledger("rp")
        assert {row.state for row in rows} == {DeliveryState.DEAD}
        assert rp.heard == []


async def test_what_can_not_be_read_any_more_is_given_up_and_holds_up_nobody(
    template: Path, tmp_path: Path
) -> None:
    hurt, sound = Endpoint("a-hurt", "good"), Endpoint("sound", "good")
    async with posting(template, tmp_path, hurt, sound) as post:
        await post.queue("a-hurt", 3)
        await post.queue("sound", 3)
        spoil = text("UPDATE outbox SET payload = x'0102' WHERE logout_id = 'a-hurt-0'")
        await post.world.write(lambda tx: Done(tx.connection.execute(spoil) and None))
        await post.run_once()
        assert (len(hurt.heard), len(sound.heard)) == (2, 3)
        spoilt = (await post.ledger("a-hurt"))[-1]
        assert (spoilt.state, spoilt.last_error) == (DeliveryState.DEAD, "its content can't be read")
        rp = await post.world.client("a-hurt", backchannel_logout_uri=hurt.uri)
        answer = await rp.back_channel(post.world.http, "/logouts")
        rows = {row["id"]: row for row in answer.json()["logouts"]}
        assert (rows[spoilt.message_id]["state"], rows[spoilt.message_id]["sid"]) == ("dead", None)


async def test_a_disabled_client_hears_of_it_all_the_same(template: Path, tmp_path: Path) -> None:
    rp = Endpoint("rp", "good")
    async with posting(template, tmp_path, rp) as post:
        await post.queue("rp")
        await post.world.change_client("rp", enabled=False)
        await post.run_once()
        assert len(rp.heard) == 1


async def test_what_a_relay_was_sending_when_it_died_is_sent_again(template: Path, tmp_path: Path) -> None:
    rp = Endpoint("rp", "hanging")
    async with posting(template, tmp_path, rp) as post:
        await post.queue("rp", 3)
        await post.relay.run()
        await post.run_until(lambda: bool(rp.heard))
        await post.relay.stop()  # as a process that ends; one that is killed writes no more either
        rp.behaviour = "good"
        await post.run_once()
        assert len(rp.heard) == 1, "its lease still runs"
        post.world.time.move(seconds=31)
        await post.run_once()
        assert {row.state for row in await post.ledger("rp")} == {DeliveryState.DELIVERED}
        assert sorted(set(rp.sids)) == ["rp-0", "rp-1", "rp-2"]
        assert len({claims["jti"] for claims in rp.claims if claims["sid"] == rp.sids[0]}) == 1


async def test_nobody_waits_for_the_moment_of_a_clock_that_ran_ahead(template: Path, tmp_path: Path) -> None:
    told, tried, held = Endpoint("told", "good"), Endpoint("tried", "hanging"), Endpoint("held", "hanging")
    (bring_back,) = [job for job in JOBS if job.name == "bring back"]
    async with posting(template, tmp_path, told, tried, held, patience=TIMEOUT) as post:
        post.world.time.move(hours=5)
        await post.queue("tried")
        await post.run_once()
        await post.queue("held")
        await post.relay.run()
        await post.run_until(lambda: bool(held.heard))
        await post.relay.stop()
        await post.queue("told")
        post.world.time.move(hours=-5)
        tried.behaviour = held.behaviour = "good"
        await post.run_once()
        assert not told.heard
        assert await bring_back.run(post.world.provider) == 3
        await post.run_once()
        for endpoint in (told, tried, held):
            (row,) = await post.ledger(endpoint.client_id)
            assert row.state is DeliveryState.DELIVERED, endpoint.client_id


@pytest.mark.parametrize(
    "alg", ["ES256", "RS256"]
)  # Back-Channel Logout §2.6: as ID tokens; Spring takes RS256 alone
async def test_a_token_is_signed_as_the_client_registered(template: Path, tmp_path: Path, alg: str) -> None:
    rp = Endpoint("rp", "good")
    async with posting(template, tmp_path, rp) as post:
        await post.world.add_keys("RS256")
        await post.world.client("rp", backchannel_logout_uri=rp.uri, id_token_signed_response_alg=alg)
        await post.queue("rp")
        await post.run_once()
        holder = RelyingParty(client_id="rp", redirect_uri="")
        claims = await holder.verify(post.world.http, rp.heard[0][1], algorithms=(alg,))
        assert (claims["iss"], claims["aud"], claims["sid"]) == (post.world.issuer, "rp", "rp-0")
