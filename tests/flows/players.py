"""Plays sequences, each in its own copy of the city, and says of one that breaks something which step broke what."""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.federation.national_driver import National
from tests.flows.cities import City, Databases, Files
from tests.flows.player import Step, WrongStep
from tests.flows.scene import make_template, open_scene
from tests.flows.walks import Walks


class Players:
    """Plays sequences, and counts what came of them: on files of a folder, or on a PostgreSQL."""

    def __init__(self, folder: Path, server: str = "") -> None:
        self._folder = folder
        self._city: City = Databases(server) if server else Files(folder)
        self._loop = asyncio.new_event_loop()
        self._national: National = self._loop.run_until_complete(make_template(folder, self._city))
        self.done: Counter[str] = Counter()
        self.sequences = self.steps = self.requests = 0

    def play(self, steps: Sequence[Step]) -> None:
        """Play a sequence; WrongStep with what broke, and after which step."""
        self._loop.run_until_complete(self._play(steps))

    async def _play(self, steps: Sequence[Step]) -> None:
        with tempfile.TemporaryDirectory(dir=self._folder) as own:
            folder = Path(own)
            async with (
                self._city.copy(folder) as url,
                open_scene(folder, self._national, self._folder, url) as scene,
            ):
                player = Walks(scene)
                await player.play(steps)
        self.done += player.watch.done
        self.sequences += 1
        self.steps += len(steps)
        self.requests += player.watch.requests

    def close(self) -> None:
        """Let go of the city, and end the loop they were played in."""
        self._loop.run_until_complete(self._city.close())
        self._loop.close()


def shorten(players: Players, found: WrongStep, *, seconds: float) -> WrongStep:
    """Return the shortest sequence that still breaks something, as far as it is found in so many seconds.

    Half of the steps are left out, then a quarter, to one alone, as long as something breaks without them.
    """
    until, size = time.monotonic() + seconds, len(found.steps) // 2
    while size:
        at = 0
        while at < len(found.steps) - 1:
            if time.monotonic() > until:
                return found
            shorter = _break(players, [*found.steps[:at], *found.steps[at + size :]])
            if shorter is None or len(shorter.steps) >= len(found.steps):
                at += size
            else:
                found = shorter
        size //= 2
    return found


def _break(players: Players, steps: Sequence[Step]) -> WrongStep | None:
    try:
        players.play(steps)
    except WrongStep as found:
        return found
    return None
