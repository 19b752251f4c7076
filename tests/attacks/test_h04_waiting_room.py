"""H04, R21: a few requests of somebody who never goes on must not keep the whole city from the national system.

The first in line are called when places become free. Whoever brings back what they made up stands before all who have
still to go; called, they need only be silent.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.driver import RelyingParty
from tests.endpoints.upstream.waiting import SlowUpstream, Walker, with_waiting_room
from tests.world import World, open_world

PLACES = 3


@pytest.fixture
def upstream() -> SlowUpstream:
    return SlowUpstream()


@pytest.fixture
async def world(template: Path, tmp_path: Path, upstream: SlowUpstream) -> AsyncIterator[World]:
    async with open_world(template, tmp_path) as world:
        yield with_waiting_room(world, upstream, places=PLACES, most_waiting=100)


@pytest.fixture
async def rp(world: World) -> RelyingParty:
    return await world.client()


async def blocked(world: World, rp: RelyingParty, upstream: SlowUpstream) -> None:
    """Take all places at once, stand in line with as many more, and never ask again."""
    strangers = [Walker(world, rp) for _ in range(2 * PLACES)]
    doors = [await one.leave() for one in strangers]
    upstream.opened.clear()
    ways = [one.answer(door.left_for or "") for one, door in zip(strangers, doors, strict=True)]
    inside = []
    for one, way in zip(strangers[:PLACES], ways[:PLACES], strict=True):
        upstream.asked.clear()
        inside.append(asyncio.create_task(one.browser.get(way)))
        async with asyncio.timeout(10):
            await upstream.asked.wait()
    for one, way in zip(strangers[PLACES:], ways[PLACES:], strict=True):
        assert "page-waiting" in (await one.browser.get(way)).ids
    upstream.opened.set()
    await asyncio.gather(*inside)
    assert world.provider.waiting_room.busy == 0
    world.time.move(seconds=1)


async def test_h04_who_is_called_and_silent_keeps_nobody_from_going(
    world: World, rp: RelyingParty, upstream: SlowUpstream
) -> None:
    await blocked(world, rp, upstream)
    citizen = Walker(world, rp)
    page = await citizen.leave()
    for _ in range(2):
        if page.left_for is None:
            world.time.move(seconds=5)
            page = await citizen.waiting()
    assert page.left_for is not None, "all places are free, and have been for ten seconds"


async def test_h04_nor_anybody_who_comes_back_with_a_code_that_dies(
    world: World, rp: RelyingParty, upstream: SlowUpstream
) -> None:
    citizen = Walker(world, rp)
    door = await citizen.leave()
    await blocked(world, rp, upstream)
    page = await citizen.browser.get(citizen.answer(door.left_for or ""))
    for _ in range(2):
        if "page-waiting" in page.ids:
            world.time.move(seconds=5)
            page = await citizen.waiting()
    assert "page-consent" in page.ids
