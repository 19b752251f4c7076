"""`hpid serve` and `hpid worker` as processes: what stops them from starting, how they end, what they log.

SECURITY R27, R30 (a stop is clean), G07 (logs); docs/how-to/operate.md. The worker is started as operators start it, and
tests/conformance/ starts a node so; here nodes are forks, which end and log alike.
"""

import asyncio
import json
import signal
import socket
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import httpx
import pytest

from idp.audit.events import EventType
from idp.audit.record import AuditRecord
from idp.database import Done
from idp.transaction import Tx
from keys.envelope import Vault
from keys.keyring import new_record
from keys.master import MasterKey
from keys.rotation import KeyRecord, RotationPlan
from tests.cli.conftest import Office
from tests.driver import RelyingParty
from tests.processes import HPID
from tests.server import (
    A_NODE_KNOWS_IT,
    PATIENCE,
    Installation,
    Node,
    ServedWorld,
    children_of,
    free_ports,
    open_served,
    serving,
    until_answered,
)

pytestmark = pytest.mark.network
_STOPS_WITHIN = 5.0
_BUSY = 50


@pytest.fixture(scope="module")
def rp_and_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RelyingParty, Node]]:
    """A node that these tests stop and start."""
    folder = tmp_path_factory.mktemp("served") / "state"
    port, of_metrics = free_ports(2)
    settings = {"HPID_METRICS_PORT": str(of_metrics)}
    installation = Installation(folder=folder, port=port, settings=settings)
    (rp,) = installation.prepare("rp-served")
    node = Node(installation)
    with serving(node):
        yield rp, node


@pytest.fixture
def rp(rp_and_node: tuple[RelyingParty, Node]) -> RelyingParty:
    return rp_and_node[0]


@pytest.fixture
def node(rp_and_node: tuple[RelyingParty, Node]) -> Node:
    """The node, running."""
    node = rp_and_node[1]
    if node.process.poll() is not None:
        node.start()
        node.wait_until_ready()
    return node


async def test_a_healthy_run_logs_one_access_line_a_request_and_no_warning(
    node: Node, rp: RelyingParty
) -> None:
    before = len(node.lines())
    async with open_served(node.installation, node) as world:
        visitor = await world.visitor(rp)
        tokens = await world.tokens(rp, visitor)
        await rp.refresh(world.http, tokens["refresh_token"])
        await world.userinfo(tokens["access_token"])
        await rp.redeem(world.http, "no code")
        await world.browser().get(rp.authorize_url())  # leads to the sign-in page
        await world.http.get("/nowhere")
    since = node.lines()[before:]
    access = Counter(
        (line["method"], line["path"], line["status"]) for line in since if line["event"] == "request"
    )
    assert access == {
        ("GET", "/authorize", 303): 2,
        ("POST", "/token", 200): 2,
        ("GET", "/userinfo", 200): 1,
        ("POST", "/token", 400): 1,
        ("GET", "/sign-in", 200): 1,
        ("GET", "/nowhere", 404): 1,
    }
    assert node.complaints() == []
    told = node.log.read_text()
    for secret in (tokens["access_token"], tokens["refresh_token"], visitor.person.profile.email):
        assert secret not in told


def test_a_setting_that_looks_misspelt_is_told_when_it_starts(made: Installation) -> None:
    node = Node(made)
    node.start(HPID_TRUSTED_PROXY="127.0.0.1")
    try:
        node.wait_until_ready()
        (line,) = node.complaints()
    finally:
        node.kill()
    assert (line["event"], line["name"], line["meant"]) == (
        "not a setting, and ignored",
        "HPID_TRUSTED_PROXY",
        "HPID_TRUSTED_PROXIES",
    )


def test_a_busy_port_is_one_line(node: Node) -> None:
    refused = node.installation.hpid("serve")
    assert refused.refusal.startswith(f"port {node.port} of 127.0.0.1 can't be used: ")


def test_a_database_whose_disk_takes_nothing_is_one_line(made: Installation) -> None:
    """As a restore leaves it: to begin its write-ahead log is the first thing to be written."""
    file = made.folder / "hpid.sqlite3"
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)
    ran = subprocess.run(
        ["prlimit", "--fsize=0", *HPID, "serve"],
        env=made.environment(PYTHONDONTWRITEBYTECODE="1"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
        timeout=PATIENCE,
    )
    assert ran.stderr.decode().splitlines()[-1] == "hpid: SQLite: disk I/O error"
    assert (ran.returncode, b"Traceback" in ran.stderr) == (1, False)


def test_metrics_have_a_port_of_their_own_in_every_process(node: Node) -> None:  # SECURITY H07
    port = node.installation.settings["HPID_METRICS_PORT"]
    told = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False)
    assert told.status_code == 200
    assert 'hpid_request_seconds_count{endpoint="/health/ready",status="2xx"}' in told.text
    assert "hpid_job_last_done_timestamp_seconds{" in told.text
    assert httpx.get(f"{node.url}/metrics", trust_env=False).status_code == 404
    second = node.installation.hpid("worker")
    assert second.refusal.startswith(f"port {port} of 127.0.0.1 can't be used for metrics: ")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_told_to_stop_it_ends_cleanly_with_a_connection_open(node: Node, number: signal.Signals) -> None:
    with socket.create_connection(("127.0.0.1", node.port)) as idle:
        idle.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert idle.recv(65536).startswith(b"HTTP/1.1 200")
        children = children_of(node.process.pid)
        began = time.monotonic()
        assert node.end(number) == 0
        assert time.monotonic() - began < _STOPS_WITHIN
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
    assert node.readiness() == 0
    assert node.complaints() == []


async def test_sigterm_in_the_midst_of_requests_leaves_none_without_its_answer(
    node: Node, rp: RelyingParty
) -> None:
    before = len(node.lines())
    statuses: Counter[int] = Counter()
    busy = asyncio.Event()

    async def go_on_refreshing(http: httpx.AsyncClient, refresh_token: str) -> None:
        while True:
            try:
                response = await rp.refresh(http, refresh_token)
            except httpx.TransportError:
                return  # the connection was closed: see below whether anything had been done
            statuses[response.status_code] += 1
            refresh_token = response.json()["refresh_token"]
            if statuses.total() >= _BUSY:
                busy.set()

    async with open_served(node.installation, node) as world:
        visitor = await world.visitor(rp)
        held = [(await world.tokens(rp, visitor))["refresh_token"] for _ in range(8)]
        going_on = [asyncio.create_task(go_on_refreshing(world.http, token)) for token in held]
        await busy.wait()
        assert await asyncio.to_thread(node.end, signal.SIGTERM) == 0
        await asyncio.gather(*going_on)
    done = Counter(line["status"] for line in node.lines()[before:] if line.get("path") == "/token")
    assert done == statuses + Counter({200: len(held)})
    assert node.complaints() == []


def test_killed_it_leaves_no_orphan_and_its_port_is_free_at_once(node: Node) -> None:
    children = children_of(node.process.pid)
    node.end(signal.SIGKILL)
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
    node.start()
    node.wait_until_ready()


def _flip_a_byte(master: Path) -> None:
    content = bytearray(master.read_bytes())
    content[len(content) // 2] ^= 1
    master.write_bytes(content)


def _cut_in_half(master: Path) -> None:
    master.write_bytes(master.read_bytes()[: master.stat().st_size // 2])


@pytest.mark.parametrize(
    "damage", [_flip_a_byte, _cut_in_half, lambda master: master.chmod(0o644), Path.unlink]
)
def test_a_damaged_master_key_is_refused_and_never_made_anew(
    made: Installation, damage: Callable[[Path], object]
) -> None:  # SECURITY R27
    master = made.folder / "keys" / "master.json"
    secret = master.read_text()
    damage(master)
    damaged = master.read_bytes() if master.exists() else None
    refusal = made.hpid("serve").refusal
    assert refusal.startswith(f"master key file {master}: ")
    assert not any(part in refusal for part in secret.split('"') if len(part) > 20)
    for command in ("worker", "init"):  # the latter finds what another key sealed and makes none
        assert str(master) in made.hpid(command).refusal
    assert (master.read_bytes() if master.exists() else None) == damaged


@pytest.mark.parametrize("damage", [_flip_a_byte, Path.unlink])
async def test_a_node_that_runs_goes_on_when_its_key_file_is_damaged(
    office: Office, world: ServedWorld, damage: Callable[[Path], object]
) -> None:  # SECURITY R27
    master = office.installation.folder / "keys" / "master.json"
    whole = master.read_bytes()
    visitor = await world.visitor(office.rp)
    damage(master)
    try:
        await asyncio.sleep(A_NODE_KNOWS_IT)
        tokens = await world.tokens(office.rp, visitor)
        assert (await office.rp.verify(world.http, tokens["id_token"]))["iss"] == world.issuer
    finally:
        master.touch(mode=0o600)
        master.write_bytes(whole)


def test_the_master_key_of_another_installation_is_refused(made: Installation, tmp_path: Path) -> None:
    other = Installation(folder=tmp_path / "other", port=made.port)
    other.prepare()
    (other.folder / "keys" / "master.json").replace(made.folder / "keys" / "master.json")
    assert made.hpid("serve").refusal.endswith(
        "it does not open under this master key; name the file it was sealed under"
    )


async def test_a_node_keeps_its_keys_when_a_new_one_does_not_open(
    made: Installation, tmp_path: Path
) -> None:  # SECURITY R27
    MasterKey.create(tmp_path / "other.json")
    node = Node(made)
    node.start()
    try:
        async with open_served(made, node) as world:
            rp = await world.client("rp-keys")
            visitor = await world.visitor(rp)
            await asyncio.to_thread(node.wait_until_ready)
            foreign = new_record(Vault(MasterKey.load(tmp_path / "other.json")), "ES256", world.time())
            await world.write(partial(_put_key, foreign))
            await asyncio.sleep(1.0)
            tokens = await world.tokens(rp, visitor)
            assert (await rp.verify(world.http, tokens["id_token"]))["iss"] == world.issuer
        assert [line["event"] for line in node.complaints()] == ["the keys of before go on"]
        refused = await made.run("keys", "rotate")
        assert (
            refused.refusal
            == f"signing key {foreign.kid}: it does not open under this master key; name the file it was sealed under"
        )
    finally:
        node.kill()


def _put_key(record: KeyRecord, tx: Tx) -> Done[None]:
    tx.signing_keys.apply(RotationPlan(new=record, retiring=()))
    tx.configuration.raise_version()
    return Done(None)


def test_a_worker_beside_the_nodes_numbers_the_record_and_ends_when_told(made: Installation) -> None:
    log = made.folder / "worker.log"
    with log.open("wb") as output:
        worker = subprocess.Popen((*HPID, "worker"), env=made.environment(), stdout=output, stderr=output)
    try:
        asyncio.run(_until_numbered(made))
        worker.terminate()
        assert worker.wait(_STOPS_WITHIN) == 0
    finally:
        worker.kill()
    (line,) = map(json.loads, log.read_text().splitlines())
    assert (line["logger"], line["event"], line["database"]) == ("hpid.worker", "started", "sqlite")


@pytest.mark.parametrize("job", ["serve", "worker"])
def test_a_log_on_a_full_disk_stops_nothing_and_is_told_once(made: Installation, job: str) -> None:
    """What waits for the disk is in the interpreter's buffer, as where nobody asked for none."""
    surroundings = made.environment(PYTHONUNBUFFERED="")
    told = made.folder / "told.txt"
    with Path("/dev/full").open("wb") as full, told.open("wb") as errors:
        process = subprocess.Popen((*HPID, job), env=surroundings, stdout=full, stderr=errors)
    try:
        if job == "worker":
            asyncio.run(_until_numbered(made))
        else:
            for _ in range(2):
                until_answered(f"{made.issuer}/health/ready")
                time.sleep(0.1)  # its line is due by now
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()
    line = "hpid: the log can't be written, and lines are lost: No space left on device"
    assert told.read_text().splitlines() == [line]


def test_begun_to_outlive_its_terminal_it_does(made: Installation) -> None:
    with Path("/dev/null").open("rb") as nothing, (made.folder / "worker.log").open("wb") as output:
        words = ("nohup", *HPID, "worker")
        worker = subprocess.Popen(words, env=made.environment(), stdin=nothing, stdout=output, stderr=output)
    try:
        asyncio.run(_until_numbered(made))
        worker.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            worker.wait(0.5)
        worker.terminate()
        assert worker.wait(_STOPS_WITHIN) == 0
    finally:
        worker.kill()


async def _until_numbered(installation: Installation) -> None:
    deadline = time.monotonic() + PATIENCE
    async with open_served(installation) as world:
        await world.client("rp-worker")
        while not await world.provider.database.read(_numbered):
            assert time.monotonic() < deadline, "nobody numbers the record"
            await asyncio.sleep(0.1)


def _numbered(tx: Tx) -> list[AuditRecord]:
    return tx.audit.read(-1, 10, event_type=EventType.CLIENT_REGISTERED)
