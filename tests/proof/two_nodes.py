"""docs/how-to/two-nodes.md performed on this machine, and what it promises: signing in, a dead node, a rolling restart.

Everything goes through HAProxy with the product's own configuration; PostgreSQL knows two roles, as deploy/ makes them.
"""

import asyncio
import json
import os
import shutil
import ssl
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx

from idp.app import make_provider
from idp.clock import Clock
from idp.env_file import read_env_file
from idp.settings import Settings
from tests.driver import RelyingParty
from tests.processes import HPID, ROOT
from tests.proof._debian import program
from tests.proof._postgresql import own_postgresql
from tests.proof._proxies import HOST, Proxy, check_proxy, nginx
from tests.proof._walk import Shell, sections, with_ports
from tests.server import A_NODE_KNOWS_IT, PATIENCE, RealTime, free_ports
from tests.world import World

PAGE = ROOT / "docs" / "how-to" / "two-nodes.md"
PORTS = (8001, 8002, 18001, 18002, 19001, 8080, 8443)
SERVICE = "rp-walk"
MACHINE = "machine-walk"
WAREHOUSE = "https://warehouse.example/"
_LEAST_ANSWERS = 50
_FORBIDDEN = (
    "CREATE TABLE mine (id integer)",
    "ALTER TABLE people ADD COLUMN mine integer",
    "DROP TABLE people",
    "TRUNCATE audit_events",
    "DELETE FROM audit_events",
    "DELETE FROM audit_head",
    "UPDATE alembic_version SET version_num = '0001'",
    "ALTER TABLE audit_events DISABLE TRIGGER ALL",
)


class Through(httpx.AsyncBaseTransport):
    """Carries what is addressed to the issuer to HAProxy on this machine, whose certificate it checks."""

    def __init__(self, certificate: Path) -> None:
        self._inner = httpx.AsyncHTTPTransport(
            verify=ssl.create_default_context(cafile=str(certificate)), trust_env=False
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert request.url.host == HOST
        carried = httpx.Request(
            request.method,
            request.url.copy_with(host="127.0.0.1"),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": HOST},
        )
        return await self._inner.handle_async_request(carried)

    async def aclose(self) -> None:
        await self._inner.aclose()


class Load(threading.Thread):
    """Asks for keys and for tokens, again and again, and notes what did not come back as it should."""

    def __init__(self, issuer: str, certificate: Path, machine: RelyingParty) -> None:
        super().__init__(name="load")
        self._issuer = issuer
        self._certificate = certificate
        self._machine = machine
        self._ended = threading.Event()
        self.answers: Counter[str] = Counter()
        self.failures: list[str] = []

    def run(self) -> None:
        asyncio.run(self._go_on())

    def end(self) -> None:
        self._ended.set()
        self.join(PATIENCE)

    async def _go_on(self) -> None:
        transport = Through(self._certificate)
        async with httpx.AsyncClient(transport=transport, base_url=self._issuer, timeout=PATIENCE) as http:
            await asyncio.gather(self._read(http), self._read(http), self._ask(http), self._ask(http))

    async def _read(self, http: httpx.AsyncClient) -> None:
        while not self._ended.is_set():
            await self._note("GET /jwks", http.get("/jwks"))
            await self._note("GET /", http.get("/"))
            await asyncio.sleep(0.1)  # within what one address may ask of pages

    async def _ask(self, http: httpx.AsyncClient) -> None:
        while not self._ended.is_set():
            form = {"grant_type": "client_credentials", "resource": WAREHOUSE}
            await self._note("POST /token", self._machine.token(http, **form))
            await asyncio.sleep(0.05)

    async def _note(self, what: str, asked: Awaitable[httpx.Response]) -> None:
        try:
            response = await asked
        except httpx.TransportError as error:
            self.failures.append(f"{what}: {error!r}")
            return
        self.answers[what] += 1
        if response.status_code != 200:
            self.failures.append(f"{what}: {response.status_code} {response.text[:200]}")


def _perform(folder: Path, server: str, ports: Mapping[int, int], *, programs: Iterable[Path]) -> int:
    page = sections(with_ports(PAGE.read_text(encoding="utf-8"), ports))
    issuer = f"https://{HOST}:{ports[8443]}"
    repository = _repository(folder / "repository", ports)
    walk = folder / "walk"
    walk.mkdir()
    with Shell(walk, _environment(walk, server, repository, programs)) as shell:
        for heading, blocks in page.items():
            began = time.monotonic()
            if heading == "A change of release":
                with _loaded(walk, issuer) as load:
                    shell.perform(blocks)
                assert load.failures == [], load.failures
                assert min(load.answers.values()) >= _LEAST_ANSWERS, load.answers
                _check_proxies(walk, ports)
                print(f"  {load.answers.total()} requests meanwhile, none failed: {dict(load.answers)}")
            else:
                shell.perform(blocks)
            if heading == "Settings":
                asyncio.run(_check_roles(walk))
            if heading == "A service":
                asyncio.run(_sign_in(walk, issuer))
            print(f"{heading}: {time.monotonic() - began:.0f} s", flush=True)
    return 0


def _repository(folder: Path, ports: Mapping[int, int]) -> Path:
    """Copy what the page takes from the checkout, with the ports of this run in it."""
    shutil.copytree(ROOT / "deploy", folder / "deploy")
    proxy = folder / "deploy" / "haproxy" / "haproxy.cfg"
    proxy.write_text(with_ports(proxy.read_text(encoding="utf-8"), ports), encoding="utf-8")
    return folder


def _environment(folder: Path, server: str, repository: Path, programs: Iterable[Path]) -> dict[str, str]:
    place = parse_qs(urlsplit(server).query)["host"][0]
    user = urlsplit(server).username or "postgres"
    return {
        "PATH": os.pathsep.join((*map(str, programs), os.environ["PATH"])),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "COLUMNS": "200",
        "REPO": str(repository),
        "PYTHONPATH": str(ROOT),
        "PGHOST": place,
        "PGPORT": "5432",
        "PGUSER": user,
    }


def _check_proxies(folder: Path, ports: Mapping[int, int]) -> None:
    """Try both proxies of deploy/: the one of the page, and nginx before the same nodes."""
    certificate = folder / "tls" / "chain.pem"
    nodes = (folder / "node1.log", folder / "node2.log")
    logs = (folder / "haproxy.log",)
    check_proxy(
        Proxy(https=ports[8443], plain=ports[8080], certificate=certificate, logs=logs, node_logs=nodes)
    )
    of_nodes = {f"127.0.0.1:{port}": f"127.0.0.1:{ports[port]}" for port in (8001, 8002)}
    https, plain = free_ports(2)
    program_of = program("nginx", package="nginx-light")
    with nginx(program_of, folder / "nginx", of_nodes, https=https, plain=plain) as logs_of_nginx:
        check_proxy(
            Proxy(https=https, plain=plain, certificate=certificate, logs=logs_of_nginx, node_logs=nodes)
        )
    print("  HAProxy and nginx keep out and write down what they should")


async def _check_roles(folder: Path) -> None:
    """See that a node's role can't do what only the owner may, nor unsay what was recorded."""
    url = read_env_file(folder / "state" / "hpid.env")["HPID_DATABASE_URL"]
    node = await asyncpg.connect(url)
    try:
        assert await node.fetchval("SELECT count(*) FROM audit_events") > 0
        for statement in _FORBIDDEN:
            try:
                await node.execute(statement)
            except asyncpg.InsufficientPrivilegeError:
                continue
            raise AssertionError(f"hpid_node may: {statement}")
    finally:
        await node.close()


@asynccontextmanager
async def _world(folder: Path, issuer: str) -> AsyncIterator[World]:
    """Open the installation beside its nodes, to arrange people and clients; visitors go through the proxy."""
    said = read_env_file(folder / "state" / "hpid.env")
    settings = Settings(
        issuer=issuer, master_key=Path(said["HPID_MASTER_KEY"]), database_url=said["HPID_DATABASE_URL"]
    )
    provider = make_provider(settings, Clock(RealTime()))
    world = World(provider, RealTime())
    world.transport = Through(folder / "tls" / "chain.pem")
    world.http = httpx.AsyncClient(transport=world.transport, base_url=issuer, timeout=PATIENCE)
    try:
        yield world
    finally:
        await world.http.aclose()
        await provider.aclose()


async def _sign_in(folder: Path, issuer: str) -> None:
    """Sign a citizen in at the service of the page, through the proxy, as its own configuration lets them."""
    made = json.loads((folder / "client.json").read_text(encoding="utf-8"))
    rp = RelyingParty(
        client_id=SERVICE,
        redirect_uri="https://rp-walk.example/callback",
        client_secret=made["client_secret"],
    )
    async with _world(folder, issuer) as world:
        person, citizen = await world.citizen()
        browser = world.browser()
        page = await browser.get(rp.authorize_url())
        assert "page-sign-in" in page.ids, page.response.text
        page = await citizen.sign_in(browser, page, at=time.time())
        page = await browser.press(page, "allow")
        response = await rp.redeem(world.http, page.answer["code"])
        assert response.status_code == 200, response.text
        claims = await rp.verify(world.http, response.json()["id_token"])
        assert claims["iss"] == issuer
        told = await world.userinfo(response.json()["access_token"])
        assert told.json()["name"] == person.profile.full_name


@contextmanager
def _loaded(folder: Path, issuer: str) -> Iterator[Load]:
    """Keep both nodes busy through the proxy while the block runs."""
    load = Load(issuer, folder / "tls" / "chain.pem", asyncio.run(_machine(folder, issuer)))
    load.start()
    try:
        yield load
    finally:
        load.end()


async def _machine(folder: Path, issuer: str) -> RelyingParty:
    async with _world(folder, issuer) as world:
        machine = await world.machine(MACHINE)
    await asyncio.sleep(A_NODE_KNOWS_IT)
    return machine


def main() -> int:
    """Perform the page, section by section."""
    haproxy, curl = program("haproxy", package="haproxy"), program("curl", package="curl")
    with own_postgresql() as (server, of_server), tempfile.TemporaryDirectory() as name:
        ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        programs = [Path(one).parent for one in (HPID[0], haproxy, curl)]
        return _perform(Path(name), server, ports, programs=[of_server, *programs])


if __name__ == "__main__":
    sys.exit(main())
