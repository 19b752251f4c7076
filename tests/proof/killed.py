"""Show 8 on SQLite: a provider killed -9 at 22 random moments of real journeys, started again on the same state."""

import asyncio
import random
import sys
import tempfile
from pathlib import Path

from tests.faults.killing import CLIENT, kill_again_and_again
from tests.proof._seed import seeds
from tests.server import Installation, Node, free_ports, serving

KILLS = 22


def prove(database_url: str | None) -> int:
    """Kill, restart, check; print what came of it."""
    (seed,) = seeds()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        installation = Installation(
            folder=folder / "state",
            port=free_ports(1)[0],
            database_url=database_url,
            settings={"HPID_EMBED_WORKER": "true"},
        )
        (rp,) = installation.prepare(CLIENT)
        node = Node(installation)
        with serving(node):
            outcome = asyncio.run(
                kill_again_and_again(node, rp, folder, kills=KILLS, chance=random.Random(seed))
            )
        print(outcome)
        complaints = node.complaints()
    if complaints:
        print(complaints)
    return bool(outcome.problems or complaints or outcome.kills < KILLS)


def main() -> int:
    """Prove it on a SQLite file."""
    return prove(None)


if __name__ == "__main__":
    sys.exit(main())
