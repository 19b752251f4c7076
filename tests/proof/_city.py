"""A city of half a million on one engine: loaded in time and little memory, then searched (PERFORMANCE P9, P10)."""

import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import Connection, event

from demo.city import Person, stream
from idp.clock import Clock
from idp.database import Database
from idp.people.asked import Asked, read_text
from idp.reports.people_search import Page, read_cursor, search
from idp.transaction import Tx
from keys.envelope import Vault
from keys.master import MasterKey
from tests.proof._seed import seeds

PEOPLE = 500_000
MOST_SECONDS = 300.0
MOST_MEBIBYTES = 200
MOST_MILLISECONDS = 20.0
_TIMES = 60
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What a load took."""

    seconds: float
    cpu_seconds: float
    """Of the command and all it began."""
    server_seconds: float
    """CPU of the database server, if there is one on this machine."""
    mebibytes: float
    """The most that any one process of it held at once."""
    said: str


def load(state: Path, url: str, *, size: int | str = PEOPLE) -> Loaded:
    """Load a city into an empty database; AssertionError if the command fails."""
    environment = {**os.environ, "HPID_STATE": str(state), "HPID_DATABASE_URL": url}
    run = [str(Path(sys.executable).with_name("hpid"))]
    subprocess.run([*run, "init"], env=environment, check=True, stdout=subprocess.DEVNULL)
    before, server_before, began = _children(), _of_server(url), time.monotonic()
    command = [*run, "demo", "load", "--size", str(size)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as loading:
        most = _Watch(loading.pid)
        assert loading.stdout is not None
        said = loading.stdout.read()
    assert loading.returncode == 0, said
    return Loaded(
        seconds=time.monotonic() - began,
        cpu_seconds=_children() - before,
        server_seconds=_of_server(url) - server_before,
        mebibytes=most.stop(),
        said=said.strip(),
    )


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _of_server(url: str) -> float:
    """Return the CPU seconds of the server's processes so far, those too that have ended."""
    if url.startswith("sqlite"):
        return 0.0

    async def ask() -> int:
        connection = await asyncpg.connect(url)
        try:
            return int(await connection.fetchval("SELECT pg_backend_pid()"))
        finally:
            await connection.close()

    try:
        parent = int(_stat(asyncio.run(ask()))[1])
        return sum(_ticks(pid) for pid in (parent, *_begun_by(parent))) / _TICKS
    except OSError:  # it is another machine's
        return 0.0


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _ticks(pid: int) -> int:
    """Return what a process used, and those it waited for (proc(5): utime, stime, cutime, cstime)."""
    return sum(map(int, _stat(pid)[11:15]))


class _Watch(threading.Thread):
    """Keeps the most memory that a process, or one that it began, ever held."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._over = threading.Event()
        self._most = 0
        self.start()

    def run(self) -> None:
        """Look now and then; the kernel itself keeps each one's highest."""
        while not self._over.wait(0.5):
            for pid in (self._pid, *_begun_by(self._pid)):
                self._most = max(self._most, _highest(pid))

    def stop(self) -> float:
        """Return it in MiB."""
        self._over.set()
        self.join()
        return self._most / 1024


def _begun_by(pid: int) -> Iterator[int]:
    try:
        yield from map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    except OSError:
        return


def _highest(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


@dataclass(frozen=True, kw_only=True)
class Searched:
    """One kind of search."""

    kind: str
    median: float
    """Milliseconds."""
    found: float
    """People per search, on average."""
    plans: tuple[str, ...]


async def search_all(state: Path, url: str) -> list[Searched]:
    """Search by each kind, so many times with other values; read the plans."""
    vault = Vault(MasterKey.load(state / "keys" / "master.json"))
    database: Database[Tx] = Database(url, Tx.unit(vault, Clock()), clock=Clock())
    await database.open()
    try:
        return [await _searched(database, kind, asked) for kind, asked in _kinds().items()]
    finally:
        await database.close()


def _kinds() -> dict[str, list[Asked]]:
    """Return what to look for: of people from all over the city, as they would be typed."""
    some = _some_people()

    def of(ask: Callable[[Person], Asked | None]) -> list[Asked]:
        return [asked for one in some if (asked := ask(one)) is not None][:_TIMES]

    return {
        "number": of(lambda one: read_text(one.personal_id)),
        "former number": of(lambda one: read_text(one.earlier_ids[0].number) if one.earlier_ids else None),
        "old card": of(lambda one: read_text(one.cmnd9) if one.cmnd9 else None),
        "phone": of(lambda one: read_text(one.phone) if one.phone else None),
        "whole name": of(lambda one: read_text(one.full_name)),
        "family name": of(lambda one: read_text(one.family_name) if len(one.family_name) > 1 else None),
        "family name, year": of(lambda one: read_text(one.family_name, birth_year=one.birth_year)),
        "family name, commune": of(
            lambda one: read_text(one.family_name, commune_code=one.address.ward_code)
        ),
        "family name, year, commune": of(
            lambda one: read_text(
                one.family_name, birth_year=one.birth_year, commune_code=one.address.ward_code
            )
        ),
    }


def _some_people() -> list[Person]:
    """Return people of the beginning of the city with all there is to ask for."""
    (seed,) = seeds()
    kept: list[Person] = []
    with_former = 0
    for record in stream(PEOPLE):
        if isinstance(record, Person) and record.family_name and record.nationality == "VNM":
            kept.append(record)
            with_former += bool(record.earlier_ids)
            if len(kept) > 4 * _TIMES and with_former >= 10:
                break
    start = seed % max(1, len(kept) - 2 * _TIMES)
    return [*(one for one in kept if one.earlier_ids), *kept[start:]]


async def _searched(database: Database[Tx], kind: str, asked: Sequence[Asked]) -> Searched:
    seconds, found, plans = [], 0, set()
    for one in asked:

        def look(tx: Tx, one: Asked = one) -> tuple[float, Page]:
            began = time.perf_counter()
            page = search(tx.connection, tx.people.vault, one)
            if page.after:  # a page further on costs no more
                place = read_cursor(tx.people.vault, one, page.after)
                search(tx.connection, tx.people.vault, one, place)
                return (time.perf_counter() - began) / 2, page
            return time.perf_counter() - began, page

        took, page = await database.read(look)
        seconds.append(took)
        found += len(page.people)
    for one in asked[:3]:
        plans |= set(await database.read(partial(_plans, asked=one)))
    return Searched(
        kind=kind,
        median=1000 * statistics.median(seconds),
        found=found / len(asked),
        plans=tuple(sorted(plans)),
    )


def _plans(tx: Tx, *, asked: Asked) -> list[str]:
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, given: Any, _context: Any, _many: bool) -> None:
        seen.append((statement, given))

    event.listen(tx.connection, "before_cursor_execute", note)
    search(tx.connection, tx.people.vault, asked)
    event.remove(tx.connection, "before_cursor_execute", note)
    return [step for statement, given in seen for step in _plan(tx.connection, statement, given)]


def _plan(connection: Connection, statement: str, given: Any) -> Iterator[str]:
    if connection.dialect.name == "sqlite":
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given):
            if row.detail.startswith(("SCAN", "SEARCH")):
                yield row.detail
        return
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", given).scalar_one()
    nodes = [(json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]]
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", ())
        if "Scan" in node["Node Type"] and node["Node Type"] != "Subquery Scan":
            yield f"{node['Node Type']} {node.get('Index Name') or node.get('Relation Name')}"


def complaints(loaded: Loaded, searched: Sequence[Searched]) -> list[str]:
    """Return what is not as promised."""
    told = []
    if loaded.seconds > MOST_SECONDS:
        told.append(f"the load took {loaded.seconds:.0f} s, not {MOST_SECONDS:.0f}")
    if loaded.mebibytes > MOST_MEBIBYTES:
        told.append(f"a process of the load held {loaded.mebibytes:.0f} MiB, not {MOST_MEBIBYTES}")
    for one in searched:
        if one.median > MOST_MILLISECONDS:
            told.append(f"{one.kind}: {one.median:.1f} ms, not {MOST_MILLISECONDS:.0f}")
        walks = [plan for plan in one.plans if "Seq Scan" in plan or plan.startswith("SCAN p")]
        told += [f"{one.kind}: {walk}" for walk in walks]
        if not one.found:
            told.append(f"{one.kind}: nobody found")
    return told


def prove(state: Path, url: str) -> int:
    """Load, search, say all figures; 1 if something is not as promised."""
    loaded = load(state, url)
    print(
        f"loaded in {loaded.seconds:.0f} s, {loaded.cpu_seconds:.0f} s of CPU and {loaded.server_seconds:.0f} s of the"
        f" server's, {loaded.mebibytes:.0f} MiB at most in a process: {loaded.said}"
    )
    searched = asyncio.run(search_all(state, url))
    for one in searched:
        print(f"{one.kind}: {one.median:.1f} ms, {one.found:.1f} found; {'; '.join(one.plans)}")
    told = complaints(loaded, searched)
    for line in told:
        print(line)
    return 1 if told else 0


def folder() -> tempfile.TemporaryDirectory[str]:
    """Return where an item keeps its state."""
    return tempfile.TemporaryDirectory(prefix="hpid-proof-city-")
