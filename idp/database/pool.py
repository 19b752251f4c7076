"""So many connections and no more; who finds none free waits in line, and not for ever (SECURITY R05).

A connection that is given back stays out of SQLAlchemy's pool: to check one in and out again cost more than a statement
(adr/0034).
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Generic, TypeVar

from idp.database.outcome import DatabaseBusy
from idp.database.turns import LONGEST_WAIT

ConnectionT = TypeVar("ConnectionT")


@dataclass(slots=True)
class Place(Generic[ConnectionT]):
    """A place that is taken, with the connection that anybody may use once it is left."""

    connection: ConnectionT | None


class Pool(Generic[ConnectionT]):
    """Places for connections. Who has a place has the connection in it, or may put one there."""

    def __init__(self, places: int) -> None:
        self.places = places
        self._free = places
        self._idle: list[ConnectionT] = []
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def in_use(self) -> int:
        """Return how many places are taken."""
        return self.places - self._free

    async def take(self) -> ConnectionT | None:
        """Take a place, and the connection used last if one is idle; raises DatabaseBusy after two seconds."""
        if self._free:
            self._free -= 1
        else:
            await self._wait()
        return self._idle.pop() if self._idle else None

    def idle(self) -> ConnectionT | None:
        """Return one more that is idle, for a place that is taken already."""
        return self._idle.pop() if self._idle else None

    def give_back(self, connection: ConnectionT | None) -> None:
        """Leave the place, with a connection that anybody may use, or with none."""
        if connection is not None:
            self._idle.append(connection)
        while self._waiting:
            first = self._waiting.popleft()
            if not first.done():
                first.set_result(None)
                return
        self._free += 1

    async def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._waiting.append(turn)
        timer = loop.call_later(LONGEST_WAIT, _give_up, turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.give_back(None)  # it came in the very moment
            raise
        finally:
            timer.cancel()


def _give_up(turn: "asyncio.Future[None]") -> None:
    if not turn.done():
        turn.set_exception(DatabaseBusy("PostgreSQL: all connections are in use"))
