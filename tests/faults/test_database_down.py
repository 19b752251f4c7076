"""PostgreSQL is down when a node starts, comes, goes and comes back: nobody restarts the node (SECURITY R03, R04)."""

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from keys.master import MasterKey
from tests.driver import RelyingParty
from tests.faults.forwarder import Forwarder
from tests.processes import HPID
from tests.server import Installation, Node, free_ports, fresh_postgresql, open_served

pytestmark = pytest.mark.network
_HEALS_WITHIN = 30.0
_REFUSES_WITHIN = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """An installation whose nodes reach their database by a way that can be cut."""

    reached: Installation
    """The same without the way, for arranging."""
    node: Node
    way: Forwarder
    rp: RelyingParty


@pytest.fixture
def cut(postgresql_server: str, tmp_path: Path) -> Iterator[Cut]:
    ports = free_ports(2)
    with fresh_postgresql(postgresql_server) as url:
        reached = Installation(folder=tmp_path / "state", port=ports[0], database_url=url)
        (rp,) = reached.prepare("rp-cut")
        way = Forwarder(url, ports[1])
        node = Node(replace(reached, database_url=way.url))
        yield Cut(reached=reached, node=node, way=way, rp=rp)
        node.kill()


@pytest.fixture
async def way(cut: Cut) -> AsyncIterator[Forwarder]:
    yield cut.way
    await cut.way.down()


async def test_a_node_started_without_its_database_heals_by_itself(cut: Cut, way: Forwarder) -> None:
    cut.node.start()
    await _until(cut.node, 503)
    refused = await cut.node.installation.run("keys", "list")
    assert "Connect call failed" in refused.refusal

    await way.up()
    await _until(cut.node, 200)
    async with open_served(cut.reached, cut.node) as world:
        visitor = await world.visitor(cut.rp)
        tokens = await world.tokens(cut.rp, visitor)

        await way.down()
        began = time.monotonic()
        response = await cut.rp.refresh(world.http, tokens["refresh_token"])
        assert time.monotonic() - began < _REFUSES_WITHIN
        assert (response.status_code, response.json()["error"]) == (503, "temporarily_unavailable")
        assert int(response.headers["retry-after"]) > 0
        assert (await world.http.get("/jwks")).status_code == 200  # keys and discovery need no database
        assert (await world.http.get("/.well-known/openid-configuration")).status_code == 200
        assert (await world.http.get("/health/live")).status_code == 200
        await _until(cut.node, 503)

        await way.up()
        await _until(cut.node, 200)
        assert (await cut.rp.refresh(world.http, tokens["refresh_token"])).status_code == 200
    assert {line["level"] for line in cut.node.complaints()} == {"WARNING"}  # no fault of ours
    assert await asyncio.to_thread(cut.node.end) == 0


async def test_a_node_whose_master_key_does_not_fit_what_comes_says_so_once(cut: Cut, way: Forwarder) -> None:
    master = cut.reached.folder / "keys" / "master.json"
    await asyncio.to_thread(master.unlink)
    MasterKey.create(master)
    cut.node.start()
    await _until(cut.node, 503)
    await way.up()
    deadline = time.monotonic() + _HEALS_WITHIN
    while not any(
        "does not open under this master key" in line.get("reason", "") for line in cut.node.complaints()
    ):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
    await asyncio.sleep(2)  # it goes on looking five times
    assert cut.node.readiness() == 503
    about_keys = [line for line in cut.node.complaints() if line["logger"] == "hpid.configuration"]
    assert [line["event"].partition(":")[0] for line in about_keys] == [
        "configuration can't be read",
        "configuration can't be taken",
    ]
    assert not any("trace" in line for line in about_keys)


async def test_a_worker_started_without_its_database_waits_for_it(cut: Cut, way: Forwarder) -> None:
    """Whatever starts it again does so a few times only, and would then leave it down for good."""
    metrics = free_ports(1)[0]
    with _waiting_worker(cut.node.installation, HPID_METRICS_PORT=str(metrics)) as (worker, log):
        assert not await _job_was_done(metrics)
        await way.up()
        deadline = time.monotonic() + _HEALS_WITHIN
        while not await _job_was_done(metrics):
            assert worker.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            await asyncio.sleep(0.1)
        await way.down()
        worker.terminate()
        assert await asyncio.to_thread(worker.wait, _HEALS_WITHIN) == 0
    assert "Traceback" not in log.read_text()


async def test_a_worker_that_waits_for_its_database_ends_when_told(cut: Cut) -> None:
    with _waiting_worker(cut.node.installation) as (worker, _):
        worker.terminate()
        assert await asyncio.to_thread(worker.wait, _REFUSES_WITHIN) == 0


@contextmanager
def _waiting_worker(
    installation: Installation, **changes: str
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Start a worker as operators do, and see it say that it waits; yield its log too."""
    log = installation.folder / "worker.log"
    with log.open("wb") as said:
        environment = installation.environment(**changes)
        worker = subprocess.Popen((*HPID, "worker"), env=environment, stdout=said, stderr=said)
    try:
        deadline = time.monotonic() + _HEALS_WITHIN
        while "no job runs until the database answers" not in log.read_text():
            assert worker.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield worker, log
    finally:
        worker.kill()
        worker.wait()


async def _job_was_done(port: int) -> bool:
    async with httpx.AsyncClient(trust_env=False) as monitoring:
        told = (await monitoring.get(f"http://127.0.0.1:{port}/metrics")).text
    return "hpid_job_last_done_timestamp_seconds{" in told


async def _until(node: Node, status: int) -> None:
    deadline = time.monotonic() + _HEALS_WITHIN
    while (seen := await asyncio.to_thread(node.readiness)) != status:
        assert time.monotonic() < deadline, f"{seen}, never {status}"
        await asyncio.sleep(0.1)
