"""Told to stop under load over kept connections, a node goes and no request fails (SECURITY R30, adr/0026)."""

import asyncio
import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.driver import RelyingParty
from tests.faults.kept_alive import Failed, Kept, Tally, basic, request
from tests.server import Installation, Node, free_ports, open_served, serving

pytestmark = pytest.mark.network
_DRAIN = 1.5
_SERVICES = 6


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    installation = Installation(
        folder=tmp_path / "state", port=free_ports(1)[0], settings={"HPID_DRAIN": str(_DRAIN)}
    )
    node = Node(installation)
    installation.prepare("rp-kept")
    with serving(node):
        yield node


async def test_no_request_fails_when_a_node_leaves(node: Node) -> None:
    async with open_served(node.installation, node) as world:
        rp = await world.client("rp-pool")
        await asyncio.sleep(1.1)
        visitor = await world.visitor(rp)
        families = [(await world.tokens(rp, visitor))["refresh_token"] for _ in range(_SERVICES)]
    tally = Tally()
    idle, slow = Kept(node.port), Kept(node.port)
    assert (await idle.ask("GET", "/jwks", {})).status == 200
    load = [asyncio.create_task(_refresh_until_refused(node.port, rp, token, tally)) for token in families]
    await asyncio.sleep(0.5)
    whole = request("POST", "/introspect", {"token": "x" * 20}, authorization=basic(rp))
    await slow.open()
    await slow.send(whole[:-5])

    began = time.monotonic()
    node.process.send_signal(signal.SIGTERM)
    await asyncio.sleep(0.3)
    assert await asyncio.to_thread(node.readiness) == 503
    answer = await idle.ask("GET", "/jwks", {})
    assert (answer.status, answer.headers["connection"]) == (200, "close")
    await asyncio.sleep(_DRAIN)
    await slow.send(whole[-5:])  # it had begun before nobody new was taken
    assert (await slow.answer()).status == 200

    assert await asyncio.to_thread(node.process.wait, 20) == 0
    assert time.monotonic() - began < 20
    await asyncio.gather(*load)
    assert tally.failed == []
    assert set(tally.statuses) == {200}
    assert tally.statuses[200] > 10 * _SERVICES
    assert not node.complaints()


async def _refresh_until_refused(port: int, rp: RelyingParty, refresh_token: str, tally: Tally) -> None:
    """Rotate a family as fast as answers come, until nobody listens any more."""
    kept = Kept(port)
    while True:
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        try:
            answer = await kept.ask("POST", "/token", form, authorization=basic(rp))
        except OSError:
            return  # no connection: nothing was sent
        except Failed as failure:
            tally.failed.append(str(failure))
            return
        tally.statuses[answer.status] += 1
        if answer.status == 200:
            refresh_token = json.loads(answer.body)["refresh_token"]
