"""A feed that does not lead on: what came is applied once, and it is asked again with growing pauses, not at once."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from federation.fetch import Fetcher
from federation.register_reader import RegisterReader
from idp.life_events.jobs import FEED, PAGE, Follower
from tests.federation.fetch_peers import serving
from tests.life_events.test_feed import once, turn
from tests.world import World, open_world

pytestmark = pytest.mark.network


class Feed:
    """A feed of events without end, whose cursors are what `following` says."""

    def __init__(self, *, events: int) -> None:
        self.origin = ""
        self.asked: list[str] = []
        self.following = "c1"
        self._page = [
            {
                "id": f"e{number}",
                "type": "person.renamed",
                "entered_at": "2026-11-01T00:00:00Z",
                "subject": {"personal_id": f"{number:012}"},
                "facts": {},
            }
            for number in range(events)
        ]

    async def answer(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        target = head.split(b" ")[1].decode()
        if "/events?" in target:
            self.asked.append(target.partition("after=")[2].partition("&")[0])
            document: dict[str, Any] = {"events": self._page, "next": self.following}
        elif target == "/token":
            document = {"access_token": "t", "token_type": "Bearer", "expires_in": 300}
        else:
            document = {
                "issuer": self.origin,
                "token_endpoint": f"{self.origin}/token",
                "vn_registers_endpoint": f"{self.origin}/registers",
            }
        body = json.dumps(document).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()


@asynccontextmanager
async def followed(template: Path, folder: Path, feed: Feed) -> AsyncIterator[tuple[World, Follower]]:
    async with open_world(template, folder) as world, serving(feed.answer) as peer:
        feed.origin = peer.origin
        provider, fetcher = world.provider, Fetcher(allowed_loopback=frozenset({peer.origin}))

        async def sign(claims: Any) -> str:
            return await provider.keyring.sign(claims, typ="JWT", alg="ES256")

        world.time.moment = datetime.now(UTC)
        reader = RegisterReader(
            fetcher, issuer=peer.origin, client_id="hpid", sign=sign, new_jti=provider.clock.token
        )
        every = timedelta(seconds=2)
        yield (
            world,
            Follower(
                database=provider.database, reader=reader, clock=provider.clock, every=every, attempt=once
            ),
        )
        await fetcher.aclose()


@pytest.mark.parametrize("events", [1, PAGE])
@pytest.mark.parametrize("following", ["c1", ""])
async def test_a_cursor_that_does_not_lead_on_is_a_failure(
    template: Path, tmp_path: Path, events: int, following: str
) -> None:
    """A full page is followed at once: the worker read the same one as fast as it could, for ever."""
    feed = Feed(events=events)
    async with followed(template, tmp_path, feed) as (world, follower):
        await turn(world, follower)
        assert await world.provider.database.read(lambda tx: tx.life_cursors.get(FEED)) == "c1"
        feed.following = following
        assert await turn(world, follower) == 0
        assert follower.failures == 1
        assert await follower.run() == 0, "not at once"
        assert feed.asked == ["", "c1"]
        kept = await world.provider.database.read(lambda tx: tx.life_cursors.get(FEED))
        assert kept == "c1", "what it leads back to would all be read once more"
        waiting = await world.provider.database.read(lambda tx: tx.life_unresolved.waiting(2 * PAGE))
        assert len(waiting) <= events
        feed.following = "c2"
        await turn(world, follower, seconds=60)
        assert follower.failures == 0
