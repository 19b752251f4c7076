"""Kills every command and job that changes keys, at each of its steps in turn, and looks after each kill (SECURITY R11).

Used by a test with one command and by `scripts/proof keys_killed` with all of them.
"""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.faults.key_watch import LIFE, Watch
from tests.faults.victim import run_killed
from tests.server import Installation, free_ports, open_served

MINUTE = 1.0
DAY = 24 * 60 * MINUTE
PUBLISH = LIFE.key_publish.total_seconds() / 60
KEEP = LIFE.session_low.total_seconds() / 60
AGE = LIFE.signing_key.total_seconds() / 60
_DONE, _REFUSED = 0, 1
_NEVER = 1_000_000
_SCHEMA_IS_READ = 8
"""Steps that every command begins with, and that are swept once: it asks whether the schema is its own."""


@dataclass(kw_only=True)
class Sweep:
    """One installation, its watch, and what was found wrong."""

    watch: Watch
    kills: int = 0
    problems: list[str] = field(default_factory=list)

    async def look(self, minutes: float) -> None:
        """Look once, at this moment."""
        self.problems += [f"after {minutes:.0f} minutes: {one}" for one in await self.watch.look(minutes)]

    async def kill_at_each_step(self, minutes: float, *words: str, first: int = 1) -> int:
        """Run it again and again, killed a step later each time, until it ends by itself; return how it ended."""
        environment = self.watch.installation.environment()
        for step in count(first):
            status = await asyncio.to_thread(run_killed, step, minutes, words, environment)
            await self.look(minutes)
            if status != -signal.SIGKILL or self.problems:
                return status
            self.kills += 1
        raise AssertionError


@asynccontextmanager
async def swept(folder: Path, database_url: str | None = None) -> AsyncIterator[Sweep]:
    """Make an installation with a key and a person."""
    installation = Installation(folder=folder / "state", port=free_ports(1)[0], database_url=database_url)
    await asyncio.to_thread(installation.prepare, "rp-keys")
    async with open_served(installation) as world:
        person = await world.person()
    yield Sweep(watch=Watch(installation=installation, person_id=person.person_id))


async def rotate_and_erase(sweep: Sweep) -> None:
    """A rotation by hand, one by age, one in an emergency; and what is erased when its time has come."""
    await sweep.look(0)
    assert (
        await sweep.kill_at_each_step(0, "keys", "rotate") != _DONE
    )  # killed after its commit: announced already
    for minutes in (PUBLISH / 2, PUBLISH + 1, PUBLISH + KEEP):
        await sweep.look(minutes)
    now = PUBLISH + KEEP
    assert await sweep.kill_at_each_step(now, "job", "erase keys", first=_NEVER) == _DONE  # not yet
    now += 10 * MINUTE
    assert await sweep.kill_at_each_step(now, "job", "erase keys") == _DONE
    now = PUBLISH + AGE + MINUTE
    await sweep.look(now)
    assert await sweep.kill_at_each_step(now, "job", "rotate keys") == _DONE
    await sweep.look(now + PUBLISH + MINUTE)
    now += PUBLISH + 2 * MINUTE
    assert (
        await sweep.kill_at_each_step(now, "keys", "rotate", "--emergency", "--yes", first=_SCHEMA_IS_READ)
        == _DONE
    )
    await sweep.look(now + MINUTE)


async def change_the_master_key(sweep: Sweep) -> None:
    """From one version to the next; at each step the file opens all there is."""
    for words in (("new-master",), ("use-master", "2"), ("reseal",)):
        assert await sweep.kill_at_each_step(0, "keys", *words, first=_SCHEMA_IS_READ) == _DONE
