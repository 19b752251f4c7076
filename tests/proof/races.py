"""Show 4 with the real lifetimes: two nodes, twenty races for a code and twenty for a generation, on both databases.

A code raced for is replayed after more than ten seconds, a generation presented again after more than sixty.
"""

import asyncio
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.proof._postgresql import postgresql
from tests.races.conftest import Pair, two_nodes
from tests.races.spent_once import (
    LIVES_ON,
    check_that_tokens_work,
    present_again,
    race_for_a_code,
    race_for_a_generation,
    replay_a_code,
    wait_until,
)
from tests.server import fresh_postgresql, open_served

ROUNDS = 20
_CODE_RETRY_IS_OVER = 15.0
_REFRESH_RETRY_IS_OVER = 61.0


async def _race(pair: Pair) -> None:
    rp = pair.rps["rp-races"]
    async with open_served(pair.installation, *pair.nodes) as world:
        visitor = await world.visitor(rp)
        families = [await race_for_a_generation(world, rp, visitor) for _ in range(ROUNDS)]
        used, unused = families[: ROUNDS // 2], families[ROUNDS // 2 :]
        for spent, won in used:  # a successor is used: from then on the old one ends all
            await check_that_tokens_work(world, rp, won)
            await present_again(world, rp, spent, won)
        codes = []
        for _ in range(ROUNDS):
            codes.append(await race_for_a_code(world, rp, visitor))
            await wait_until(codes[-1].at + LIVES_ON)
            await check_that_tokens_work(world, rp, codes[-1])
        await wait_until(codes[-1].at + _CODE_RETRY_IS_OVER)
        for won in codes:
            await replay_a_code(world, rp, won)
        await wait_until(unused[-1][1].at + _REFRESH_RETRY_IS_OVER)
        for spent, won in unused:
            await present_again(world, rp, spent, won)


def _prove(name: str, folder: Path, database_url: str | None) -> None:
    began = time.monotonic()
    with two_nodes(folder, database_url, {}) as pair:
        asyncio.run(_race(pair))
        complaints = [line for node in pair.nodes for line in node.complaints()]
    assert not complaints, complaints
    print(f"{name}: {ROUNDS} codes and {ROUNDS} generations raced for in {time.monotonic() - began:.0f} s")


def main() -> int:
    """Race on SQLite, then on PostgreSQL; a violated promise is an AssertionError."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        _prove("SQLite", folder / "sqlite", None)
        url = stack.enter_context(fresh_postgresql(stack.enter_context(postgresql())))
        _prove("PostgreSQL", folder / "postgresql", url)
    return 0


if __name__ == "__main__":
    sys.exit(main())
