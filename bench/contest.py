"""Who takes part: ours and the peer on either kind of state, two nodes of ours, and the bare limits."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import processes
from bench.ours import start_ours
from bench.peer import start_peer
from bench.processes import Server
from bench.target import Target
from tests.proof._postgresql import postgresql
from tests.server import free_ports, fresh_postgresql

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """One server, and what a flow must know of it; a bare limit has no more than its port."""

    server: Server
    target: Target | None = None


@contextmanager
def contest(folder: Path, people: int, *, both: bool) -> Iterator[Mapping[str, Contestant]]:
    """Start everybody, one after the other, and end them all; `both` starts two nodes of ours as well."""
    on, rest = processes.cores()
    os.sched_setaffinity(0, rest)
    contestants: dict[str, Contestant] = {}
    with ExitStack() as stack:
        server = stack.enter_context(postgresql())

        def database() -> str:
            return stack.enter_context(fresh_postgresql(server))

        try:
            for name, url, nodes in _OURS if both else _OURS[:2]:
                started, target = start_ours(
                    name, folder, free_ports(nodes), database() if url else None, people, on=on
                )
                contestants[name] = Contestant(server=started, target=target)
            for name, url in (("peer", False), ("peer_postgresql", True)):
                started, target = start_peer(
                    name, folder, free_ports(1)[0], database() if url else None, people, on=on
                )
                contestants[name] = Contestant(server=started, target=target)
            for name, url in (("limit_sqlite", False), ("limit_postgresql", True)):
                place = database() if url else str(folder / "limit.sqlite3")
                contestants[name] = Contestant(server=_limit(name, folder, place, on))
            yield contestants
        finally:
            for contestant in contestants.values():
                contestant.server.end()


_OURS = (("ours_sqlite", False, 1), ("ours_postgresql", True, 1), ("ours_two_nodes", True, 2))


def _limit(name: str, folder: Path, place: str, on: set[int]) -> Server:
    log, port = folder / f"{name}.log", free_ports(1)[0]
    words = [sys.executable, "-m", "bench.limits", str(port), place]
    server = Server(name=name, port=port)
    server.processes.append(processes.start(words, os.environ, ROOT, log, on))
    processes.wait_for_answer(server, "/static", log)
    return server
