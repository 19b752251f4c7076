"""Group commit: those who wait while one commit is on its way share the next one (DESIGN 5.7).

Each caller is answered after its own commit. If a shared one fails, each of its items is tried alone, so that
one bad item spoils nothing for the others. A caller that goes away before its turn loses it; once begun, an
item is carried through.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Generic, TypeVar

from idp.clock import Clock
from idp.database.outcome import DatabaseBusy, DatabaseUnavailable

ItemT = TypeVar("ItemT")
T = TypeVar("T")

LONGEST_WAIT = 2.0
"""Seconds a caller waits for its turn before it is told that the database is too busy."""


class Turns(Generic[ItemT, T]):
    """A queue in front of `commit`, which takes at most `most` items at a time."""

    def __init__(
        self,
        commit: Callable[[Sequence[ItemT]], Coroutine[Any, Any, Sequence[T]]],
        *,
        most: int,
        clock: Clock,
    ) -> None:
        self._commit = commit
        self._most = most
        self._clock = clock
        self._waiting: deque[tuple[ItemT, asyncio.Future[T], float]] = deque()
        self._draining: asyncio.Task[None] | None = None
        self._closed = False
        self._outage: DatabaseUnavailable | None = None
        """What the last commit failed with, if it could not be made."""

    async def take(self, item: ItemT) -> T:
        """Wait for a turn and return what the commit made of the item."""
        if self._closed:
            raise DatabaseUnavailable("the database is closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._waiting.append((item, future, self._clock.stopwatch() + LONGEST_WAIT))
        if self._draining is None:
            self._draining = loop.create_task(self._drain())
        return await future

    async def close(self) -> None:
        """Take nothing more and wait until all that was taken is answered."""
        self._closed = True
        if self._draining is not None:
            await asyncio.wait([self._draining])

    async def _drain(self) -> None:
        try:
            while self._waiting:
                group = self._next_group()
                if group:
                    await self._settle(group)
        finally:
            self._draining = None

    def _next_group(self) -> list[tuple[ItemT, asyncio.Future[T]]]:
        group: list[tuple[ItemT, asyncio.Future[T]]] = []
        now = self._clock.stopwatch()
        while self._waiting and len(group) < self._most:
            item, future, deadline = self._waiting.popleft()
            if future.done():  # the caller went away
                continue
            if now > deadline:
                future.set_exception(self._why_not())
                continue
            group.append((item, future))
        return group

    def _why_not(self) -> DatabaseUnavailable:
        """Return what is told to who had no turn in time: that it is full, or that what they wait behind is out."""
        out = self._outage
        if out is None:
            return DatabaseBusy("the database is too busy")
        return type(out)(str(out))  # one of their own: each notes who raised it

    async def _settle(self, group: Sequence[tuple[ItemT, asyncio.Future[T]]]) -> None:
        values: Sequence[T] | BaseException
        items = [item for item, _ in group]
        (values,) = await asyncio.gather(self._commit(items), return_exceptions=True)
        self._outage = values if isinstance(values, DatabaseUnavailable) else None
        if not isinstance(values, BaseException):
            for (_, future), value in zip(group, values, strict=True):
                if not future.done():
                    future.set_result(value)
        elif len(group) > 1 and not isinstance(values, DatabaseUnavailable):
            for one in group:
                await self._settle([one])
        else:
            for _, future in group:
                if not future.done():
                    future.set_exception(values)
