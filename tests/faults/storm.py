"""The whole harness: two nodes on one PostgreSQL, journeys, a nemesis; then all is healed, and the checkers look."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx

from idp.people.model import PersonProfile
from keys.rotation import KeyState, state
from tests.driver import Browser, RelyingParty
from tests.faults.check import check, load
from tests.faults.forwarder import Forwarder, Weather
from tests.faults.history import History
from tests.faults.nemesis import REFUSABLE, Nemesis, Site
from tests.faults.operations import Operations
from tests.faults.outsiders import PATIENCE, Anywhere, Outsider, mark_of
from tests.faults.own_server import OwnServer
from tests.faults.travel import Travel
from tests.faults.verdict import Keys, judge
from tests.server import Installation, Node, ServedWorld, free_ports, fresh_postgresql, open_served

SETTINGS = {
    "HPID_EMBED_WORKER": "true",
    "HPID_LIFE_KEY_PUBLISH": "4",
    "HPID_LIFE_CODE": "900",  # a spent one is compared in the end
    "HPID_LIFE_CODE_RETRY": "60",  # an answer that never came is asked for again for less
}
_CLIENTS = ("rp-one", "rp-two", REFUSABLE)
_HEALED = 30.0
_BASELINE = 60.0
_MORE_FILES, _MORE_THREADS, _MORE_KIB = 24, 8, 80_000

MakeNode = Callable[[Installation, int], Node]


@dataclass(kw_only=True)
class Outcome:
    """What a storm came to."""

    problems: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    """Operations by kind and outcome."""
    slowest_heal: float = 0.0

    def __str__(self) -> str:
        faults = {kind.removeprefix("fault: "): n for kind, n in self.counts.items() if "fault: " in kind}
        done = {kind: n for kind, n in sorted(self.counts.items()) if "fault: " not in kind}
        return (
            f"  faults: {faults}\n  operations: {done}\n  ready {self.slowest_heal:.1f} s after the last fault\n"
            f"  problems: {self.problems or 'none'}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long, how many, and which faults; all unless told."""

    seconds: float = 100.0
    people: int = 200
    travellers: int = 6
    faults: Sequence[str] = ()
    used_in_the_end: int = 40
    """Grants that must still open when all is healed."""


def storm(
    server: OwnServer, folder: Path, seed: int, plan: Plan, make_node: MakeNode = Node
) -> tuple[Outcome, list[Node]]:
    """Run one storm in a folder, and return what it came to and the nodes, ended."""
    with fresh_postgresql(server.url) as url:
        ports = free_ports(4)
        installation = Installation(
            folder=folder / "state", port=ports[0], database_url=url, settings=SETTINGS
        )
        rps = installation.prepare(*_CLIENTS)
        nodes = make_node(installation, ports[0]), make_node(installation, ports[1])
        try:
            ways = Forwarder(url, ports[2]), Forwarder(url, ports[3])
            site = Site(nodes=nodes, ways=ways, server=server)
            outcome = asyncio.run(_with_ways(site, rps, folder, random.Random(seed), plan))
        finally:
            for node in nodes:
                node.kill()
    return outcome, list(nodes)


async def _with_ways(
    site: Site, rps: list[RelyingParty], folder: Path, chance: random.Random, plan: Plan
) -> Outcome:
    for which, way in enumerate(site.ways):
        await way.up()
        site.start(which)
    try:
        return await _storm(site, rps, folder, chance, plan)
    finally:
        for way in site.ways:
            await way.down()


async def _storm(
    site: Site, rps: list[RelyingParty], folder: Path, chance: random.Random, plan: Plan
) -> Outcome:
    history, told = Operations(folder / "operations.jsonl"), History(folder / "told.jsonl")
    for node in site.nodes:
        await asyncio.to_thread(node.wait_until_ready)
    outcome = Outcome()
    async with open_served(site.nodes[0].installation, *site.nodes) as world:
        people = await _people(world, plan.people, chance, history)
        travel = Travel(world, rps, people, history, told, chance)
        seen: set[str] = set()
        watching = [asyncio.create_task(_watch_keys(world, seen))]
        watching.append(asyncio.create_task(_guess(world, rps[0], history, chance)))
        travelling = asyncio.create_task(travel.run(plan.travellers))
        await asyncio.sleep(3)
        before = [_used(node) for node in site.nodes]
        await Nemesis(site, history, chance).run(plan.seconds, plan.faults)
        began = time.monotonic()
        outcome.problems += await _healed(site)
        outcome.slowest_heal = time.monotonic() - began
        travel.is_over = True
        await travelling
        await _use_what_lives(travel, chance, plan.used_in_the_end)
        for task in watching:
            task.cancel()
        outcome.problems += await _baseline(site, before)
        outcome.problems += await _judge(world, history, told, seen)
    outcome.counts = Counter(f"{one.kind} {one.outcome}" for one in history.all)
    history.close()
    return outcome


async def _people(
    world: ServedWorld, number: int, chance: random.Random, history: Operations
) -> list[Outsider]:
    found = []
    for index in range(number):
        mark = mark_of(index)
        profile = PersonProfile(full_name=f"Nguyễn Thị {mark}", email=f"{mark}@example.vn")
        person = await world.person(mark, profile=profile)
        way = Anywhere(world.peers, chance, history, mark)
        browser = Browser(way, world.issuer)
        browser.client.timeout = httpx.Timeout(PATIENCE)
        http = httpx.AsyncClient(transport=way, base_url=world.issuer, timeout=PATIENCE)
        await world.signed_in(browser, person.person_id)
        found.append(Outsider(person=person, mark=mark, browser=browser, http=http))
    return found


async def _watch_keys(world: ServedWorld, seen: set[str]) -> None:
    while True:
        for peer in world.peers:
            with suppress(httpx.TransportError):
                response = await peer.http.get("/jwks", timeout=2)
                if response.status_code == 200:
                    seen.update(key["kid"] for key in response.json()["keys"])
        await asyncio.sleep(0.3)


async def _guess(world: ServedWorld, rp: RelyingParty, history: Operations, chance: random.Random) -> None:
    """Somebody who tries secrets."""
    stranger = replace(rp, client_secret="wrong" * 8)
    while True:
        peer = chance.choice(world.peers)
        one = history.invoke("guess", rp=rp.client_id)
        try:
            response = await stranger.token(peer.http, grant_type="refresh_token", refresh_token="x")
            is_open = response.status_code in {200, 400}  # let in, whatever came of it
            history.end(one, "ok" if is_open else "fail", status=response.status_code)
        except httpx.TransportError:
            history.end(one, "unknown")
        await asyncio.sleep(0.1)


async def _healed(site: Site) -> list[str]:
    for way in site.ways:
        way.speak()
        way.weather = Weather()
    deadline = time.monotonic() + _HEALED
    while any([await asyncio.to_thread(node.readiness) != 200 for node in site.nodes]):
        if time.monotonic() > deadline:
            return [f"I9: not ready {_HEALED:.0f} s after the last fault"]
        await asyncio.sleep(0.2)
    return []


async def _use_what_lives(travel: Travel, chance: random.Random, most: int) -> None:
    alive = [
        held
        for held in travel.held
        if not held.has_ended
        and (held.is_offline or not held.outsider.is_signed_out)
        and held.rp.client_id != REFUSABLE
    ]
    for held in chance.sample(alive, min(most, len(alive))):
        await travel.use(held)
        await travel.refresh(held)


def _used(node: Node) -> tuple[int, int, int]:
    """Return open files, threads and KiB of memory."""
    process = Path(f"/proc/{node.process.pid}")
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    return (
        len(list((process / "fd").iterdir())),
        int(status["Threads"]),
        int(status["VmRSS"].split()[0]),
    )


async def _baseline(site: Site, before: list[tuple[int, int, int]]) -> list[str]:
    most = (_MORE_FILES, _MORE_THREADS, _MORE_KIB)
    deadline = time.monotonic() + _BASELINE
    while True:
        now = [_used(node) for node in site.nodes]
        over = [
            f"I10: node {which} has {after}, had {then} (files, threads, KiB)"
            for which, (then, after) in enumerate(zip(before, now, strict=True))
            if any(b > a + more for a, b, more in zip(then, after, most, strict=True))
        ]
        if not over or time.monotonic() > deadline:
            return over
        await asyncio.sleep(1)


async def _judge(world: ServedWorld, history: Operations, told: History, seen: set[str]) -> list[str]:
    problems = await check(world, told)
    stored = await world.provider.database.read(load)
    records = await world.provider.database.read(lambda tx: tx.signing_keys.all())
    now = world.provider.clock.now()
    published = [(await peer.http.get("/jwks")).json() for peer in world.peers]
    keys = Keys(
        published=published,
        seen=frozenset(seen | {key["kid"] for one in published for key in one["keys"]}),
        revoked=frozenset(record.kid for record in records if state(record, now) is KeyState.REVOKED),
    )
    return problems + judge(history, stored, keys)
