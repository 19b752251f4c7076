"""The registers' feed over real sockets: what is entered there acts here, once, and nothing is lost while it is down."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from federation.fetch import Fetcher
from federation.register_reader import RegisterReader
from idp.database import Done
from idp.life_events.jobs import FEED, Follower
from idp.life_events.model import Outcome
from idp.people.model import IdentifierScheme, Person, PersonStatus
from idp.transaction import Tx
from tests.federation.national_driver import CLIENTS, HOA, HUONG
from tests.federation.national_process import Process
from tests.national import order_fault
from tests.world import World, open_world

pytestmark = pytest.mark.network


@pytest.fixture
async def world(template: Path, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(template, tmp_path) as world:
        yield world


@pytest.fixture
def national(world: World, tmp_path: Path) -> Iterator[Process]:
    """A national side that knows our keys."""
    clients = [
        one | ({"jwks": world.provider.keyring.public_jwks()} if "jwks" in one else {}) for one in CLIENTS
    ]
    with Process(tmp_path, clients=json.dumps(clients)) as process:
        yield process


@pytest.fixture
async def follower(world: World, national: Process) -> AsyncIterator[Follower]:
    provider = world.provider
    fetcher = Fetcher(allowed_loopback=frozenset({national.issuer}))

    async def sign(claims: Any) -> str:
        return await provider.keyring.sign(claims, typ="JWT", alg="ES256")

    world.time.moment = datetime.now(UTC)
    client_id = next(one["client_id"] for one in CLIENTS if "jwks" in one)
    reader = RegisterReader(
        fetcher, issuer=national.issuer, client_id=client_id, sign=sign, new_jti=provider.clock.token
    )
    yield Follower(
        database=provider.database,
        reader=reader,
        clock=provider.clock,
        every=timedelta(seconds=2),
        attempt=once,
    )
    await fetcher.aclose()


async def once(work: Callable[[], Awaitable[Outcome]]) -> Outcome | None:
    return await work()


async def somebody(world: World, number: str, name: str) -> Person:
    person = await world.person(name)

    def give(tx: Tx) -> Done[None]:
        tx.people.update(replace(person, profile=replace(person.profile, personal_id=number)))
        return Done(None)

    await world.write(give)
    return person


def enter(national: Process, event_type: str, number: str, **facts: object) -> None:
    event = {"type": event_type, "subject": {"personal_id": number}, "facts": facts}
    httpx.post(f"{national.url}/__events", json=event).raise_for_status()


async def turn(world: World, follower: Follower, *, seconds: float = 6) -> int:
    world.time.move(seconds=seconds)
    return await follower.run()


async def status_of(world: World, number: str) -> PersonStatus:
    def read(tx: Tx) -> PersonStatus:
        found = tx.people.find_by_identifier(IdentifierScheme.PERSONAL_ID, number)
        assert found is not None
        return found.status

    return await world.provider.database.read(read)


async def test_what_is_entered_there_acts_here_once_and_nothing_is_lost(
    world: World, national: Process, follower: Follower
) -> None:
    for number, name in ((HUONG, "huong"), (HOA, "hoa")):
        await somebody(world, number, name)
    assert await turn(world, follower) == 0
    enter(national, "person.died", HUONG, died_on="2026-03-01")
    assert await turn(world, follower) == 1
    assert await status_of(world, HUONG) is PersonStatus.DECEASED
    assert await turn(world, follower) == 0

    enter(national, "person.locked", HOA, reference="n1")
    order_fault(national, "http500")
    assert await turn(world, follower) == 0
    assert follower.failures == 1
    assert await follower.run() == 0  # it is not asked again at once
    assert follower.failures == 1
    order_fault(national, "none")
    assert await turn(world, follower) == 1
    assert follower.failures == 0
    assert await status_of(world, HOA) is PersonStatus.LOCKED

    enter(national, "person.unlocked", HOA, reference="n1")
    enter(national, "person.locked", HOA, reference="n2")

    async def failing(_work: Callable[[], Awaitable[Outcome]]) -> Outcome | None:
        return None

    follower.attempt = failing
    assert await turn(world, follower) == 2
    waiting = await world.provider.database.read(lambda tx: tx.life_unresolved.waiting(10))
    assert [one.contradiction.value for one in waiting] == ["not-applied"] * 2

    follower.attempt = once
    cursor = await world.provider.database.read(lambda tx: tx.life_cursors.get(FEED))
    await world.write(lambda tx: Done(tx.life_cursors.move(FEED, cursor, "another-feeds", world.time())))
    assert await turn(world, follower) == 4  # from the beginning: what was applied is so once
    events = await world.events()
    assert events.count("person:died") == 1
    assert await status_of(world, HOA) is PersonStatus.LOCKED


async def test_a_clock_that_ran_ahead_and_was_set_back_keeps_the_feed_from_nobody(
    world: World, national: Process, follower: Follower
) -> None:
    await somebody(world, HUONG, "huong")
    await turn(world, follower)
    await turn(world, follower, seconds=600)
    world.time.move(seconds=-600)
    enter(national, "person.died", HUONG, died_on="2026-03-01")
    assert await follower.run() == 1
    assert await status_of(world, HUONG) is PersonStatus.DECEASED
