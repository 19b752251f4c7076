"""R11: every command and job that changes keys, killed -9 at each of its steps in turn; on SQLite."""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from tests.faults.keys_killed import Sweep, change_the_master_key, rotate_and_erase, swept

_LEAST_KILLS = 75


Urls = Callable[[], AbstractContextManager[str | None]]
Scenario = Callable[[Sweep], Awaitable[None]]


async def _sweep(scenario: Scenario, database_url: str | None) -> Sweep:
    with tempfile.TemporaryDirectory() as name:
        async with swept(Path(name), database_url) as sweep:
            await scenario(sweep)
            return sweep


def prove(databases: Urls, *scenarios: Scenario) -> int:
    """Kill, look, go on, each scenario on a database of its own; print what came of it."""
    wrong = False
    for scenario in scenarios:
        with databases() as url:
            sweep = asyncio.run(_sweep(scenario, url))
        print(f"{scenario.__name__}: {sweep.kills} kills, {sweep.watch.looks} looks, {sweep.problems}")
        wrong = wrong or bool(sweep.problems) or sweep.kills < _LEAST_KILLS
    return wrong


def main() -> int:
    """Prove it on SQLite files."""
    return prove(lambda: nullcontext(None), rotate_and_erase, change_the_master_key)


if __name__ == "__main__":
    sys.exit(main())
