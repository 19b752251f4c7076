"""Another process keeps the SQLite file: refused in time, not ready, healed, and ended when told (SECURITY R06)."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.server import Installation, Node, free_ports, open_served, serving

pytestmark = pytest.mark.network
_REFUSES_WITHIN = 10.0
"""The file is waited for 5 seconds; what follows is the machine's."""
_ENDS_WITHIN = 20.0


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    installation = Installation(folder=tmp_path / "state", port=free_ports(1)[0])
    installation.prepare("rp-locked")
    node = Node(installation)
    with serving(node):
        yield node


async def test_a_file_that_another_process_keeps_is_not_waited_for_in_silence(node: Node) -> None:
    path = node.installation.folder / "hpid.sqlite3"
    async with open_served(node.installation, node) as world:
        rp = await world.client("rp-waits")
        await asyncio.sleep(1.1)
        visitor = await world.visitor(rp)
        token = (await world.tokens(rp, visitor))["refresh_token"]
        other = (await world.tokens(rp, visitor))["refresh_token"]
        with closing(sqlite3.connect(path, isolation_level=None)) as neighbour:
            neighbour.execute("BEGIN IMMEDIATE")
            began = time.monotonic()
            refused = await rp.refresh(world.http, token)
            assert time.monotonic() - began < _REFUSES_WITHIN
            assert (refused.status_code, refused.json()["error"]) == (503, "temporarily_unavailable")
            assert int(refused.headers["retry-after"]) > 0
            for _ in range(2):
                assert (await world.http.get("/health/ready")).status_code == 503
                await asyncio.sleep(1.1)  # so long a finding stands
            neighbour.execute("ROLLBACK")
            assert (await rp.refresh(world.http, token)).status_code == 200
            await asyncio.to_thread(node.wait_until_ready)

            neighbour.execute("BEGIN IMMEDIATE")
            waiting = asyncio.create_task(rp.refresh(world.http, other))
            await asyncio.sleep(0.5)
            began = time.monotonic()
            assert await asyncio.to_thread(node.end) == 0
            assert time.monotonic() - began < _ENDS_WITHIN
            assert (await waiting).status_code == 503
    assert {line["level"] for line in node.complaints()} == {"WARNING"}  # no fault of ours
