"""The listener for Prometheus: its own port, /metrics alone, whatever the event loop does."""

import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from idp.exposition import PortTaken, exposed
from idp.metrics import INSTRUMENTS, Levels, Metric
from idp.provider import Provider
from idp.settings import Settings
from idp.worker import JOBS
from tests.server import free_ports
from tests.world import World, open_world

pytestmark = pytest.mark.network
EXPIRES = datetime(2027, 1, 2, tzinfo=UTC)
_OF_UPSTREAM = {Metric.UPSTREAM_DOWN, Metric.UPSTREAM_EXCHANGES, Metric.UPSTREAM_WAITING}


@pytest.fixture
async def world(template: Path, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(template, tmp_path) as world:
        yield world


@pytest.fixture
def provider(world: World) -> Provider:
    """The provider with a port for its metrics."""
    (port,) = free_ports(1)
    return replace(world.provider, settings=world.provider.settings.model_copy(update={"metrics_port": port}))


@pytest.fixture
def url(provider: Provider) -> Iterator[str]:
    with exposed(provider, release="1.2.3", certificate_expires=EXPIRES):
        yield f"http://127.0.0.1:{provider.settings.metrics_port}"


def _scrape(url: str) -> httpx.Response:
    return httpx.get(f"{url}/metrics", trust_env=False)


def _samples(url: str) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    response = _scrape(url)
    assert response.status_code == 200
    found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    for family in text_string_to_metric_families(response.text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sorted(sample.labels.items()))] = sample.value
    return found


async def test_it_tells_what_the_process_is_at(world: World, provider: Provider, url: str) -> None:
    (measure,) = [job for job in JOBS if job.name == "measure"]
    await measure.run(provider)
    await world.http.get("/jwks")

    told = _samples(url)

    assert told["hpid_release"] == {(("release", "1.2.3"),): 1}
    assert told["hpid_certificate_expires_timestamp_seconds"] == {(): EXPIRES.timestamp()}
    assert told["hpid_time_seconds"] == {(): world.time().timestamp()}
    assert told["hpid_database_connections_most"][()] > 0
    assert told["hpid_hashing_waiting"] == {(): 0}
    assert told["hpid_outbox_waiting"] == {(): 0}
    assert 0 <= told["hpid_configuration_age_seconds"][()] < 60
    assert told["hpid_request_seconds_count"][("endpoint", "/jwks"), ("status", "2xx")] >= 1
    assert told["process_resident_memory_bytes"][()] > 2**20
    assert told["process_open_fds"][()] > 0


async def test_every_metric_but_those_of_causes_not_met_is_told(provider: Provider, url: str) -> None:
    text = _scrape(url).text
    absent = _OF_UPSTREAM if provider.national is None else set()
    absent |= {one.metric for one in INSTRUMENTS if isinstance(one, Levels) and not one.series()}

    assert [
        metric for metric in Metric if metric not in absent and f"# HELP {metric.value.name}" not in text
    ] == []


async def test_it_answers_nothing_else(url: str) -> None:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        for path in ("/", "/metrics/", "/token", "/health/live", "/..%2fmetrics"):
            assert (await http.get(path)).status_code == 404
        assert (await http.post("/metrics")).status_code == 501
        assert "python" not in (await http.get("/")).headers["server"].lower()


async def test_it_answers_while_the_loop_of_the_process_stands_still(url: str) -> None:
    """The test itself is that loop: nothing of asyncio runs while it waits for the answer."""
    assert "hpid_time_seconds" in _scrape(url).text


async def test_who_connects_and_says_nothing_holds_it_up_for_seconds_only(
    provider: Provider,
) -> None:
    address = ("127.0.0.1", provider.settings.metrics_port or 0)
    with exposed(provider, release="1", patience=0.2), socket.create_connection(address) as silent:
        assert _scrape(f"http://127.0.0.1:{address[1]}").status_code == 200
        assert silent.recv(1) == b""


async def test_however_many_say_nothing_a_scrape_is_answered_at_once(
    provider: Provider, url: str
) -> None:  # five that took turns with it held it up for half a minute
    address = ("127.0.0.1", provider.settings.metrics_port or 0)
    with ExitStack() as stack:
        silent = [stack.enter_context(socket.create_connection(address)) for _ in range(30)]
        before = monotonic()
        assert _scrape(url).status_code == 200
        assert monotonic() - before < 3
        for one in silent[:22]:
            assert one.recv(1) == b"", "the oldest make room"
        assert threading.active_count() < 30


async def test_who_sends_byte_after_byte_holds_up_nobody_for_longer(provider: Provider) -> None:
    address = ("127.0.0.1", provider.settings.metrics_port or 0)
    ended = threading.Event()

    def drip(dripping: socket.socket) -> None:
        with suppress(OSError):
            while not ended.wait(0.05):
                dripping.send(b"x")

    with exposed(provider, release="1", patience=0.3), socket.create_connection(address) as dripping:
        thread = threading.Thread(target=drip, args=(dripping,))
        thread.start()
        try:
            assert _scrape(f"http://127.0.0.1:{address[1]}").status_code == 200
        finally:
            ended.set()
            thread.join()


async def test_a_taken_port_is_one_clear_line(provider: Provider, url: str) -> None:
    with pytest.raises(PortTaken, match="can't be used for metrics"), exposed(provider, release="1"):
        pass


def test_metrics_never_share_the_public_port() -> None:  # SECURITY H07
    with pytest.raises(ValueError, match="HPID_METRICS_PORT must be another port"):
        Settings(port=9101, metrics_port=9101)


async def test_without_a_port_nothing_listens(world: World, provider: Provider) -> None:
    with exposed(world.provider, release="1"), socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", provider.settings.metrics_port or 0)) != 0
