"""Real provider processes on loopback ports over one database, and the `hpid` command beside them.

An installation is a state folder, a master key and a database; its nodes are `hpid serve` processes that share one
issuer. Records are arranged from this process on the same database; what is under test goes through the nodes' front
door. Signals are sent to the pids that were started here.
"""

import asyncio
import atexit
import json
import os
import shutil
import signal
import socket
import ssl
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import IO, Any

import asyncpg
import httpx
from sqlalchemy import make_url

from idp.app import make_provider
from idp.database import engine_url
from idp.settings import Settings
from keys.master import MasterKey
from migrations.run import upgrade
from tests.driver import Browser, RelyingParty
from tests.processes import ROOT, Process, start
from tests.world import MovableTime, World, make_schema

_WRITTEN_WITHIN = 0.2
"""Seconds until a line of a request is surely written; it may wait a tenth of that (idp/log.py)."""
PATIENCE = 60.0
"""Seconds a node may take to answer: only a node that never will is a failure here."""
A_NODE_KNOWS_IT = 1.1
"""Seconds after which every node knows of a new client."""
_databases = count()


def until_answered(url: str) -> None:
    """Return once a node that is being started answers."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            assert httpx.get(url, trust_env=False).status_code == 200
        except httpx.ConnectError:
            assert time.monotonic() < deadline, "nobody answers"
            time.sleep(0.1)
        else:
            return


def free_ports(number: int) -> list[int]:
    """Return ports that nobody listens on."""
    probes = [socket.socket() for _ in range(number)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.status == 0, self.err
        return json.loads(self.out)

    @property
    def refusal(self) -> str:
        """The one line that a command which can't do it says, with status 1 and no stack trace."""
        lines = self.err.splitlines()
        assert (self.status, self.out, len(lines)) == (1, "", 1), (self.status, self.out, self.err)
        assert lines[0].startswith("hpid: ")
        return lines[0].removeprefix("hpid: ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """One provider as operators install it: what its nodes and commands share."""

    folder: Path
    port: int
    database_url: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    """Further settings by their names in the environment."""
    forked: bool = True
    """Whether its processes may be forks of one that has imported everything (`tests/processes.py`)."""

    @property
    def issuer(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.folder / 'hpid.sqlite3'}"

    def environment(self, **changes: str) -> dict[str, str]:
        """Return the environment of its processes."""
        own = {
            "HPID_ISSUER": self.issuer,
            "HPID_PORT": str(self.port),
            "HPID_STATE": str(self.folder),
            "HPID_DATABASE_URL": self.database,
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "error",
            "COLUMNS": "200",
        }
        return {**os.environ, **_bytecode(), **own, **self.settings, **changes}

    def prepare(self, *client_ids: str) -> list[RelyingParty]:
        """Make what `hpid init` makes, without a process, and register relying parties."""
        self.folder.mkdir(parents=True, exist_ok=True)
        MasterKey.create(self.folder / "keys" / "master.json")
        self._make_schema()
        return asyncio.run(self._fill(client_ids))

    def _make_schema(self) -> None:
        target = engine_url(self.database)
        if target.get_backend_name() == "sqlite" and not Path(str(target.database)).exists():
            make_schema(Path(str(target.database)))
        else:
            upgrade(self.database)

    async def _fill(self, client_ids: Sequence[str]) -> list[RelyingParty]:
        async with open_served(self) as world:
            await world.add_keys()
            return [await world.client(client_id) for client_id in client_ids]

    def hpid(self, *words: str, **changes: str) -> Ran:
        """Run a command to its end."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = start(
                words,
                environment=self.environment(**changes),
                folder=self.folder.parent,
                stdout=out,
                stderr=err,
                forked=self.forked,
            )
            try:
                status = process.wait(PATIENCE)
            finally:
                process.kill()
            return Ran(status=status, out=_read(out), err=_read(err))

    async def run(self, *words: str, **changes: str) -> Ran:
        """Run a command while this process goes on."""
        return await asyncio.to_thread(self.hpid, *words, **changes)


class Node:
    """One `hpid serve` process; it may be started again on the same port and state."""

    def __init__(self, installation: Installation, port: int | None = None) -> None:
        self.installation = installation
        self.port = port or installation.port
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = installation.folder / f"node-{self.port}.log"
        self._process: Process | None = None

    @property
    def process(self) -> Process:
        assert self._process is not None, "not started"
        return self._process

    def start(self, **changes: str) -> None:
        """Start the process; what it prints is added to its log."""
        with self.log.open("ab") as log:
            self._process = start(
                ("serve",),
                environment=self.installation.environment(HPID_PORT=str(self.port), **changes),
                folder=self.installation.folder,
                stdout=log,
                stderr=log,
                forked=self.installation.forked,
            )

    def wait_until_ready(self) -> None:
        """Return once it answers that it can serve."""
        deadline = time.monotonic() + PATIENCE
        while self.readiness() != 200:
            assert self.process.poll() is None, f"ended: {self.log.read_text()[-2000:]}"
            assert time.monotonic() < deadline, f"never ready: {self.log.read_text()[-2000:]}"
            time.sleep(0.1)

    def readiness(self) -> int:
        """Return the status of /health/ready, 0 when nobody answers."""
        try:
            return httpx.get(f"{self.url}/health/ready", verify=_no_tls(), trust_env=False).status_code
        except httpx.TransportError:
            return 0

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """Kill -9, if it still runs."""
        if self._process is not None and self._process.poll() is None:
            self.end(signal.SIGKILL)

    def lines(self) -> list[dict[str, Any]]:
        """Return its log, every line of which must be JSON, once those that wait for others are in it."""
        time.sleep(_WRITTEN_WITHIN)
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]

    def complaints(self) -> list[dict[str, Any]]:
        """Return what it logged at WARNING or above."""
        return [line for line in self.lines() if line["level"] not in {"DEBUG", "INFO"}]


@contextmanager
def serving(*nodes: Node) -> Iterator[None]:
    """Run nodes; none is left behind."""
    try:
        for node in nodes:
            node.start()
        for node in nodes:
            node.wait_until_ready()
        yield
    finally:
        for node in nodes:
            node.kill()


class Wire(httpx.AsyncBaseTransport):
    """Carries what is addressed to the issuer to one node, as a load balancer does."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._inner = httpx.AsyncHTTPTransport(verify=_no_tls(), trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        carried = httpx.Request(
            request.method,
            request.url.copy_with(host="127.0.0.1", port=self._port),
            headers=request.headers,  # Host stays the issuer's
            stream=request.stream,
            extensions=request.extensions,
        )
        return await self._inner.handle_async_request(carried)

    async def aclose(self) -> None:
        await self._inner.aclose()


class RealTime(MovableTime):
    """The present moment."""

    def __call__(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class Peer:
    """One node as relying parties and browsers reach it."""

    node: Node
    wire: Wire
    http: httpx.AsyncClient

    def browser(self) -> Browser:
        return Browser(self.wire, self.node.installation.issuer)

    async def userinfo(self, access_token: str) -> httpx.Response:
        return await self.http.get("/userinfo", headers={"authorization": f"Bearer {access_token}"})


class ServedWorld(World):
    """Arranges on the nodes' database, in real time, and speaks to the nodes; `peers` has one for each."""

    peers: tuple[Peer, ...]

    @property
    def ports(self) -> list[int]:
        return [peer.node.port for peer in self.peers]


@asynccontextmanager
async def open_served(installation: Installation, *nodes: Node) -> AsyncIterator[ServedWorld]:
    """Open an installation's database beside its nodes; browsers and relying parties speak to the first one."""
    settings = Settings(
        issuer=installation.issuer,
        state=installation.folder,
        database_url=installation.database,
        embed_worker=False,
    )
    provider = make_provider(settings)
    await provider.database.open()
    world = ServedWorld(provider, RealTime())
    wires = [Wire(node.port) for node in nodes]
    world.peers = tuple(
        Peer(node, wire, httpx.AsyncClient(transport=wire, base_url=installation.issuer, timeout=PATIENCE))
        for node, wire in zip(nodes, wires, strict=True)
    )
    if world.peers:
        world.transport, world.http = world.peers[0].wire, world.peers[0].http
    try:
        yield world
    finally:
        for wire in wires:
            await wire.aclose()
        await provider.aclose()


@contextmanager
def fresh_postgresql(server: str) -> Iterator[str]:
    """Make an empty database on a server, and drop it afterwards."""
    name = f"hpid_served_{os.getpid()}_{next(_databases)}"
    asyncio.run(_administer(server, f"CREATE DATABASE {name} TEMPLATE template0"))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        asyncio.run(_administer(server, f"DROP DATABASE {name} WITH (FORCE)"))


async def _administer(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8")


@cache
def _bytecode() -> Mapping[str, str]:
    """Keep compiled modules for this run where nothing else may: a process starts in half the time."""
    if not os.environ.get("PYTHONDONTWRITEBYTECODE"):
        return {}
    folder = tempfile.mkdtemp(prefix="hpid-bytecode-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": folder}


def _no_tls() -> ssl.SSLContext:
    """Nothing here is https, and to load the system's certificates takes time."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def children_of(pid: int) -> Sequence[str]:
    """Return the pids of a process's children."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
