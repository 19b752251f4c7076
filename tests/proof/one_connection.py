"""A pool of one deadlocks no route: two nodes and a worker, each with one connection, under a crowd (SECURITY R05)."""

import asyncio
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from tests.proof._crowd import crowd
from tests.proof._postgresql import postgresql
from tests.server import Installation, Node, free_ports, fresh_postgresql, serving

SECONDS = 30.0
_A_WAIT = 1.9
"""Whoever waits for a connection is told so after two seconds."""


def prove(database_url: str, folder: Path, *, reached: str, **settings: str) -> int:
    """Run the crowd; return 1 if anything failed. `reached` is the database without what stands between."""
    ports = free_ports(2)
    installation = Installation(
        folder=folder / "state",
        port=ports[0],
        database_url=database_url,
        settings={"HPID_EMBED_WORKER": "true", **settings},
    )
    direct = replace(installation, database_url=reached)
    direct.prepare()
    nodes = [Node(installation, port) for port in ports]
    with serving(*nodes):
        came = asyncio.run(crowd(direct, nodes, folder, seconds=SECONDS))
    print(came)
    return bool(came.problems or came.slowest > _A_WAIT)


def main() -> int:
    """Prove it on a PostgreSQL of its own."""
    with tempfile.TemporaryDirectory() as name, postgresql() as server, fresh_postgresql(server) as url:
        return prove(url, Path(name), reached=url, HPID_DATABASE_POOL="1")


if __name__ == "__main__":
    sys.exit(main())
