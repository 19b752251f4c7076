"""The provider as an operator runs it, with all it deals with, on loopback: nodes, worker, services, national system.

Only processes that were started here are ended, by their pids.
"""

import asyncio
import signal
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.driver import Browser
from tests.federation.national_driver import CLIENT_ID, SECRET
from tests.federation.national_process import Process as National
from tests.outbox.relying_parties import Endpoint, listening
from tests.processes import Process, start
from tests.server import (
    A_NODE_KNOWS_IT,
    PATIENCE,
    Installation,
    Node,
    ServedWorld,
    Wire,
    free_ports,
    open_served,
)
from tests.soak.verdict import Weight
from tests.soak.weights import weigh


class CountedWire(Wire):
    """Carries to one node and counts what comes back, by status."""

    def __init__(self, port: int, statuses: Counter[str]) -> None:
        super().__init__(port)
        self._statuses = statuses

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            response = await super().handle_async_request(request)
        except httpx.TransportError as error:
            self._statuses[type(error).__name__] += 1
            raise
        self._statuses[str(response.status_code)] += 1
        return response


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One node as relying parties and browsers reach it."""

    wire: CountedWire
    http: httpx.AsyncClient
    issuer: str

    def browser(self) -> Browser:
        return Browser(self.wire, self.issuer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """All of it."""

    world: ServedWorld
    """The database, for what operators arrange and for counting rows."""
    doors: tuple[Door, ...]
    hearing: Endpoint
    deaf: Endpoint
    statuses: Counter[str]
    running: Mapping[str, Process]

    def weights(self) -> dict[str, Weight]:
        """Return what each process weighs.

        Raises:
            RuntimeError: one has ended.
        """
        ended = [name for name, process in self.running.items() if process.poll() is not None]
        if ended:
            raise RuntimeError(f"ended: {', '.join(ended)}")
        return {name: weigh(process.pid) for name, process in self.running.items()}


@asynccontextmanager
async def open_site(folder: Path, database_url: str | None, life: Mapping[str, str]) -> AsyncIterator[Site]:
    """Install it and run it: two nodes and a worker, or one node on SQLite."""
    hearing, deaf = Endpoint("hears", "good"), Endpoint("deaf", "dead")
    (folder / "national").mkdir()
    with National(folder / "national") as national:
        async with listening(hearing, deaf) as origins:
            ports = free_ports(1 if database_url is None else 2)
            installation = Installation(
                folder=folder / "state",
                port=ports[0],
                database_url=database_url,
                settings={
                    **life,
                    "PYTHONWARNINGS": "default",
                    "HPID_REGISTRATION": "token",
                    "HPID_LOOPBACK_ORIGINS": ",".join((*origins, national.issuer)),
                    "HPID_NATIONAL_ISSUER": national.issuer,
                    "HPID_NATIONAL_CLIENT_ID": CLIENT_ID,
                    "HPID_NATIONAL_CLIENT_SECRET": SECRET,
                },
                forked=False,
            )
            await asyncio.to_thread(installation.prepare)
            statuses: Counter[str] = Counter()
            doors = tuple(_door(port, installation, statuses) for port in ports)
            with _processes(installation, ports) as running:
                async with open_served(installation) as world:
                    await asyncio.sleep(A_NODE_KNOWS_IT)
                    yield Site(
                        world=world,
                        doors=doors,
                        hearing=hearing,
                        deaf=deaf,
                        statuses=statuses,
                        running=running,
                    )
                for door in doors:
                    await door.http.aclose()


def _door(port: int, installation: Installation, statuses: Counter[str]) -> Door:
    wire = CountedWire(port, statuses)
    http = httpx.AsyncClient(transport=wire, base_url=installation.issuer, timeout=PATIENCE)
    return Door(wire=wire, http=http, issuer=installation.issuer)


@contextmanager
def _processes(installation: Installation, ports: list[int]) -> Iterator[Mapping[str, Process]]:
    """Run the nodes, and on PostgreSQL a worker; none is left behind."""
    nodes = [Node(installation, port) for port in ports]
    worker: Process | None = None
    try:
        for node in nodes:
            node.start()
        if installation.database_url is not None:
            worker = _start_worker(installation)
        for node in nodes:
            node.wait_until_ready()
        running = {f"node {number}": node.process for number, node in enumerate(nodes, 1)}
        yield running | ({} if worker is None else {"worker": worker})
    finally:
        for node in nodes:
            node.kill()
        if worker is not None:
            _end(worker)


def _start_worker(installation: Installation) -> Process:
    with (installation.folder / "worker.log").open("ab") as log:
        return start(
            ("worker",),
            environment=installation.environment(),
            folder=installation.folder,
            stdout=log,
            stderr=log,
            forked=installation.forked,
        )


def _end(process: Process) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(PATIENCE)
