"""The journeys at an even pace, so that the end of the run has the same load as its beginning."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import httpx

from idp.database import DatabaseUnavailable
from tests.soak.journeys import Journeys, Unexpected

_AT_ONCE = 20
"""Journeys of one sort under way; when a sort has more, the next is not begun but counted as held back."""
_SHOWN = 5


@dataclass(kw_only=True)
class Tally:
    """What became of the journeys, by sort."""

    done: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    held_back: Counter[str] = field(default_factory=Counter)
    first_failures: list[str] = field(default_factory=list)

    def fail(self, sort: str, error: Exception) -> None:
        self.failed[sort] += 1
        if len(self.first_failures) < _SHOWN:
            self.first_failures.append(f"{sort}: {type(error).__name__}: {error}")


def paces(journeys: Journeys, share: float) -> Mapping[str, tuple[Callable[[], Awaitable[None]], float]]:
    """Return the sorts of journeys and how many of each begin in a second; `share` 1.0 is some 17 a second."""
    of_second = {
        journeys.machine_by_secret: 4.0,
        journeys.machine_by_key: 3.0,
        journeys.come_back: 2.0,
        journeys.refresh: 3.0,
        journeys.push: 1.0,
        journeys.begin_and_leave: 1.0,
        journeys.leave_for_upstream: 0.6,
        journeys.machine_with_a_wrong_secret: 0.8,
        journeys.sign_in: 0.6,
        journeys.guess: 0.3,
        journeys.register: 0.1,
    }
    return {journey.__name__: (journey, pace * share) for journey, pace in of_second.items()}


async def keep_pace(sort: str, journey: Callable[[], Awaitable[None]], pace: float, tally: Tally) -> None:
    """Begin a journey every 1/pace seconds until cancelled."""
    loop = asyncio.get_running_loop()
    due, under_way = loop.time(), set[asyncio.Task[None]]()
    try:
        while True:
            await asyncio.sleep(max(0.0, due - loop.time()))
            due = max(due + 1 / pace, loop.time() - 1)
            if len(under_way) >= _AT_ONCE:
                tally.held_back[sort] += 1
                continue
            task = asyncio.create_task(_travel(sort, journey, tally))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
    finally:
        await asyncio.gather(*under_way, return_exceptions=True)


async def _travel(sort: str, journey: Callable[[], Awaitable[None]], tally: Tally) -> None:
    try:
        await journey()
    except (Unexpected, AssertionError, KeyError, httpx.HTTPError, DatabaseUnavailable) as error:
        tally.fail(sort, error)
    else:
        tally.done[sort] += 1
