"""The primary dies under journeys, its replica takes over: two nodes follow by themselves and nothing told is lost (R03).

Both servers stand in the URL. Commits wait for the replica, as they must where none may be lost. Then the old primary
comes back as it was, a node is started that sees both, and no one is at the wrong one.
"""

import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.faults.check import check
from tests.faults.history import History
from tests.faults.load import Load
from tests.proof._replicas import Server, folder_for_servers
from tests.server import A_NODE_KNOWS_IT, Installation, Node, free_ports, open_served, serving

SECONDS = 10.0
_FOLLOWS_SECONDS = 10.0


async def _journeys(
    node: Node, installation: Installation, first: Server, second: Server, folder: Path
) -> list[str]:
    history = History(folder / "history.jsonl")
    async with open_served(installation, node) as world:
        rp = await world.client("rp-failover")
        await asyncio.sleep(A_NODE_KNOWS_IT)
        load = Load(world, rp, history)
        await load.add_citizens(20)
        await load.begin()
        travelling = asyncio.create_task(load.run())
        await asyncio.sleep(SECONDS / 2)
        before = history.length
        await asyncio.to_thread(first.kill)
        await asyncio.gather(travelling, return_exceptions=True)  # 503 is an answer no journey expects
        statuses: Counter[int] = Counter()
        for _ in range(5):
            statuses[await asyncio.to_thread(node.readiness)] += 1
        await asyncio.to_thread(second.promote)
        began = time.monotonic()
        while await asyncio.to_thread(node.readiness) != 200:
            assert time.monotonic() - began < _FOLLOWS_SECONDS, "it never follows"
            await asyncio.sleep(0.05)
        took = time.monotonic() - began
        travelling = asyncio.create_task(load.run())
        await asyncio.sleep(SECONDS / 2)
        load.is_over = True
        await travelling
        print(
            f"{before} acknowledged before, {history.length - before} after; followed in {took:.1f} s; {statuses}"
        )
        return await check(world, history)


def main() -> int:
    """Prove it on two servers of its own."""
    with tempfile.TemporaryDirectory(prefix="hpid-failover-") as name:
        folder = Path(name)
        place = folder_for_servers(folder)
        ports = free_ports(3)
        first = Server(data=place / "first", port=ports[0])
        second = Server(data=place / "second", port=ports[1])
        first.make()
        first.start()
        second.copy(first)
        second.start()
        try:
            first.wait_for_replica()
            return _prove(folder, first, second, ports[2])
        finally:
            second.kill()


def _prove(folder: Path, first: Server, second: Server, port: int) -> int:
    first.ask("CREATE DATABASE hpid")
    places = f"127.0.0.1:{first.port},127.0.0.1:{second.port}"
    installation = Installation(
        folder=folder / "state",
        port=port,
        database_url=f"postgresql://postgres@{places}/hpid",
        settings={"HPID_EMBED_WORKER": "true"},
    )
    installation.prepare()
    node = Node(installation)
    with serving(node):
        problems = asyncio.run(_journeys(node, installation, first, second, folder))
        # the old one comes back as it was, fenced by nobody but for being a standby now
        (first.data / "standby.signal").touch()
        first.start()
        at_second = second.ask("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'hpid'")
        late = Node(installation, free_ports(1)[0])
        with serving(late):
            at_first = first.ask("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'hpid'")
        first.kill()
        faults = [line for line in node.complaints() if line["logger"] == "hpid.fault"]
    print(
        f"problems: {problems}; faults: {len(faults)}; connections at the new one {at_second}, at the old {at_first}"
    )
    return bool(problems or faults or at_second == "0" or at_first != "0")


if __name__ == "__main__":
    sys.exit(main())
