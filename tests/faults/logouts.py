"""Twenty relying parties, five of them dead, slow or broken, and a real provider that tells them of sign-outs (R24).

Used by a test with a small queue and by `scripts/proof logouts` with a full one. Every endpoint is a server of its own on
loopback; the provider is a process, and is killed -9 while its queue is full.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from idp.database import Done
from idp.ids import ClientId, HandleKind, PersonId, Sid, bucket_of
from idp.outbox.model import DeliveryState, OutboxMessage
from idp.protocol.assurance import Acr
from idp.sessions.model import Session, SessionClient
from idp.sessions.service import end_session
from idp.transaction import Tx
from tests.driver import RelyingParty
from tests.outbox.relying_parties import Endpoint, listening
from tests.server import Installation, Node, ServedWorld, free_ports, open_served
from tests.world import Visitor

GOOD, BAD = 15, ("hanging", "hanging", "dead", "broken", "dropping")
ANSWERED_SECONDS, HEARD_SECONDS = 1.0, 2.0
_NODES_KNOW = 1.2
_TURN = 0.01
"""On one SQLite file the provider writes too: an installation has no second process that fills it so."""
_DAY = timedelta(days=1)


@dataclass
class City:
    """The provider and its relying parties."""

    world: ServedWorld
    node: Node
    endpoints: list[Endpoint]
    rps: list[RelyingParty]

    @property
    def good(self) -> list[Endpoint]:
        return [endpoint for endpoint in self.endpoints if endpoint.client_id.startswith("good")]

    @property
    def bad(self) -> list[Endpoint]:
        return [endpoint for endpoint in self.endpoints if endpoint.client_id.startswith("bad")]

    async def sign_in_everywhere(self, username: str) -> Visitor:
        """Somebody who has signed in at every relying party, through the front door."""
        visitor = await self.world.visitor(self.rps[0], username)
        for rp in self.rps:
            await self.world.agree(visitor.person.person_id, rp)
            await self.world.tokens(rp, visitor)
        return visitor

    async def queue(self, name: str, sign_outs: int, endpoints: Iterable[Endpoint]) -> set[str]:
        """End so many sessions that had reached these, as the service does; return the sids they were known by."""
        person = await self.world.person(name)
        reached = [endpoint.client_id for endpoint in endpoints]
        sids: set[str] = set()
        for n in range(sign_outs):
            sid = f"{name}-{n}"
            sids.add(sid)
            end_one = partial(
                _end_one, world=self.world, person_id=person.person_id, sid=sid, reached=reached
            )
            await self.world.provider.database.transact(end_one)
            await asyncio.sleep(_TURN)
        return sids

    async def every_bad_one_was_tried(self) -> None:
        """Return once the ledger has a word of each on why it did not take its token."""
        deadline = time.monotonic() + 30
        for endpoint in self.bad:
            while not any(row.last_error for row in await self.ledger(endpoint.client_id)):
                assert time.monotonic() < deadline, endpoint.client_id
                await asyncio.sleep(0.1)

    async def ledger(self, client_id: str) -> list[OutboxMessage]:
        read = self.world.provider.database.read
        return list(await read(lambda tx: tx.deliveries.of_client(ClientId(client_id), 100_000)))


@asynccontextmanager
async def city(folder: Path, database_url: str | None = None) -> AsyncIterator[City]:
    """Run it; the node is stopped afterwards, and killed if it does not stop."""
    endpoints = [Endpoint(f"good-{n:02}", "good") for n in range(GOOD)]
    endpoints += [Endpoint(f"bad-{n}-{behaviour}", behaviour) for n, behaviour in enumerate(BAD)]
    async with listening(*endpoints) as origins:
        installation = Installation(
            folder=folder / "state",
            port=free_ports(1)[0],
            database_url=database_url,
            settings={"HPID_LOOPBACK_ORIGINS": ",".join(origins), "HPID_EMBED_WORKER": "true"},
        )
        await asyncio.to_thread(installation.prepare)
        node = Node(installation)
        async with open_served(installation, node) as world:
            rps = [
                await world.client(endpoint.client_id, backchannel_logout_uri=endpoint.uri)
                for endpoint in endpoints
            ]
            await _start(node)
            try:
                yield City(world, node, endpoints, rps)
            finally:
                await asyncio.to_thread(node.kill)


def _end_one(tx: Tx, world: ServedWorld, person_id: PersonId, sid: str, reached: list[str]) -> Done[None]:
    clock, now = world.provider.clock, world.time()
    session = Session(
        session_id=clock.token(),
        person_id=person_id,
        created_at=now,
        last_seen_at=now,
        expires_at=now + _DAY,
        auth_time=now,
        acr=Acr.SUBSTANTIAL,
        amr=("pwd", "otp"),
        ial=2,
        idp="national",
    )
    assert tx.sessions.add(session, clock.handle(HandleKind.SESSION, bucket_of(person_id)))
    for client_id in reached:
        tx.sessions.reach(
            SessionClient(
                session_id=session.session_id,
                client_id=ClientId(client_id),
                sid=Sid(sid),
                sub=f"sub at {client_id}",
                reached_at=now,
            )
        )
    end_session(tx, session, reason="arranged", occasion=world.occasion)
    return Done(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut:
    """One sign-out through the front door: its id, and in seconds when it was answered and heard by all who are good."""

    logout_id: str
    answered: float
    heard: float


async def sign_out(city: City, visitor: Visitor) -> SignedOut:
    """Sign out by the page, and watch who hears."""
    before = {endpoint.client_id: len(endpoint.heard) for endpoint in city.good}
    asking = await visitor.browser.get("/end_session")
    began = time.monotonic()
    page = await visitor.browser.press(asking, "sign-out-here")
    answered = time.monotonic() - began
    assert "page-signed-out" in page.ids
    await until(lambda: all(len(one.heard) > before[one.client_id] for one in city.good), seconds=30)
    last = max(endpoint.heard[before[endpoint.client_id]][0] for endpoint in city.good)
    return SignedOut(logout_id=page.response.url.params["r"], answered=answered, heard=last - began)


async def check_ledger(city: City, logout_id: str) -> None:
    """What an operator is shown tells what each endpoint did."""
    ran = await city.node.installation.run("logouts", "show", logout_id, "--json")
    rows = {row["client_id"]: row for row in ran.json}
    assert rows.keys() == {endpoint.client_id for endpoint in city.endpoints}
    for endpoint in city.endpoints:
        row = rows[endpoint.client_id]
        assert row["kind"] == "backchannel_logout"
        assert row["attempts"] >= 1, endpoint.client_id
        assert row["sent_at"]
        if endpoint.behaviour == "good":
            assert (row["state"], row["status"], row["error"]) == ("delivered", 200, None)
            assert row["acknowledged_at"]
            continue
        assert row["state"] == "waiting"
        assert row["acknowledged_at"] is None
        assert row["next_attempt_at"]
        status = 500 if endpoint.behaviour == "broken" else None
        assert row["status"] == status, endpoint.client_id


async def kill_with_a_full_queue(
    city: City, *, sign_outs: int, kills: int, chance: random.Random, patience: float
) -> dict[str, object]:
    """Fill the queue, kill the provider in its midst, again and again; then everybody has heard of every session."""
    expected = await city.queue("crowd", sign_outs, city.endpoints)
    whole = sign_outs * len(city.good)
    began = time.monotonic()
    for kill in range(kills):
        share = chance.uniform(kill / (kills + 1), (kill + 1) / (kills + 1))
        await until(partial(_has_heard, city, expected, share * whole), seconds=patience)
        await asyncio.to_thread(city.node.kill)
        await _start(city.node)
    await until(lambda: all(expected <= one.known for one in city.good), seconds=patience)
    took = time.monotonic() - began
    missing = {one.client_id: len(expected - one.known) for one in city.bad}
    for endpoint in city.bad:
        await endpoint.come_back()
    await until(lambda: all(expected <= one.known for one in city.bad), seconds=patience)
    await _check_nothing_is_lost(city, expected)
    return {
        "sign-outs": sign_outs,
        "kills": kills,
        "seconds until all who are good had heard": round(took, 1),
        "missing at the bad before they came back": missing,
    }


async def _check_nothing_is_lost(city: City, expected: set[str]) -> None:
    for endpoint in city.endpoints:
        client_id = endpoint.client_id
        await _settled(city, client_id)
        rows = [row for row in await city.ledger(client_id) if row.payload["sid"] in expected]
        assert Counter(row.state for row in rows) == {DeliveryState.DELIVERED: len(expected)}, client_id
        jtis: dict[str, set[object]] = {}
        for claims in endpoint.claims:
            jtis.setdefault(str(claims["sid"]), set()).add(claims["jti"])
        assert all(len(jtis[sid]) == 1 for sid in expected), "sent again under the same jti"


async def _settled(city: City, client_id: str) -> None:
    deadline = time.monotonic() + 60
    while any(row.is_waiting for row in await city.ledger(client_id)):
        assert time.monotonic() < deadline, client_id
        await asyncio.sleep(0.5)


def _has_heard(city: City, expected: set[str], number: float) -> bool:
    return sum(len(expected & endpoint.known) for endpoint in city.good) >= number


async def _start(node: Node) -> None:
    node.start()
    await asyncio.to_thread(node.wait_until_ready)
    await asyncio.sleep(_NODES_KNOW)


async def until(done: Callable[[], bool], *, seconds: float) -> None:
    """Return once it is so."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "never"
        await asyncio.sleep(0.05)
