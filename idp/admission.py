"""Which requests this process takes on: fewer kinds of them the more are under way, and its leave told before it goes.

Counted is what has been read whole and is being worked on, waits for the database and for hashing included, so that
the count is the queue (SECURITY R30). Who is refused is told so at once, and costs next to nothing.
"""

import asyncio
import logging
from collections.abc import Callable
from enum import IntEnum

from idp import metrics
from idp.clock import Clock
from idp.log import fields

_log = logging.getLogger("hpid.admission")
_LOOK_SECONDS = 0.025
_LATE_SECONDS, _QUEUED_SECONDS = 0.5, 0.15
_LATE_LOOKS = 3
"""One late look is a pause of the machine; so many in a row are a queue that grows. A service's request takes some
seven turns, each behind that queue: where it is this thread's own work, new sign-ins give way well before a second."""
_NOTICED_SECONDS, _NOTICED_LOOKS = 0.04, 5
_IN_LINE_SECONDS, _IN_LINE_LOOKS = 0.015, 2
"""How late looks in a row may be before others notice, a page taking several such turns; and while a line waits."""
_BUSY = 0.4
"""Share of a core. A look that is late while this thread did less was kept waiting by other programs."""
_TOLD_SECONDS = 0.5
_EVERYBODY = 1 << 30


class Kind(IntEnum):
    """What a request is for; of those that share one count, the lower is taken for longer."""

    ALWAYS = 0
    """Health, discovery, keys, files: prepared bytes, never refused."""
    FIRST = 1
    """Services with tokens, and signing out: what people who are in depend on."""
    UNDER_WAY = 2
    """People with a session or in the midst of a sign-in."""
    NEW = 3
    """Everybody else: new sign-ins."""
    UPSTREAM = 4
    """People on their way to the national system: they can wait, so they give way first (adr/0037)."""
    ADMINISTRATION = 5
    """Registration and administrators: few, and counted apart, so that neither side is in the other's way."""
    RECORDS = 6
    """HR systems: programs that send much, counted apart too; fewer than there are connections to a database."""


_COUNT_OF = (0, 0, 0, 0, 0, 1, 2)
"""By kind: which of the counts."""


class Busy(Exception):
    """There is no room for a request of this kind."""


class Admission:
    """The count of one process; every question is a look at two numbers."""

    __slots__ = ("_counts", "_in_line", "_late", "_limits", "_most", "_noticed", "_shed", "is_leaving")

    def __init__(self, most: int) -> None:
        self._most: tuple[int, ...] = (
            _EVERYBODY,
            most,
            most * 3 // 4,
            most // 2,
            most // 4,
            max(most // 16, 2),
            max(most // 64, 2),
        )
        self._limits: tuple[int, ...] = self._most
        self._counts = [0, 0, 0]
        """Shared, and of those that are counted apart."""
        self._late = self._noticed = self._in_line = 0
        self._shed = 0
        self.is_leaving = False
        """The process is going to end: not ready, and no connection is kept."""

    @property
    def under_way(self) -> int:
        """How many requests are being worked on."""
        return sum(self._counts)

    def admits(self, kind: Kind) -> bool:
        """Tell whether one more of this kind is taken on now."""
        return self._counts[_COUNT_OF[kind]] < self._limits[kind]

    def enter(self, kind: Kind) -> None:
        """Take the place that a request has while it is worked on, or raise Busy; whoever took one leaves it."""
        if not self.admits(kind):
            raise Busy
        self.count(kind, 1)

    def leave(self, kind: Kind) -> None:
        """Give the place back."""
        self.count(kind, -1)

    def count(self, kind: Kind, step: int) -> None:
        """Count one more, or one less."""
        self._counts[_COUNT_OF[kind]] += step

    def refused(self, kind: Kind) -> int:
        """Count a refusal; return the seconds to come again in, spread so that not all come at once."""
        self._shed += 1
        metrics.REQUESTS_SHED.add(kind.name.lower())
        return 10 + self._shed % 21 if kind is Kind.UPSTREAM else 2 + self._shed % 4

    async def watch(self, clock: Clock, waiting: Callable[[], int]) -> None:
        """Look for ever how late this process is with what is ready; `waiting` says how many wait for an upstream."""
        told, told_at = 0, 0.0
        now, worked = clock.stopwatch(), clock.worked()
        while True:
            before, worked_before = now, worked
            await asyncio.sleep(_LOOK_SECONDS)
            now, worked = clock.stopwatch(), clock.worked()
            busy = (worked - worked_before) / (now - before)
            self.look(now - before - _LOOK_SECONDS, busy=busy, waiting=waiting())
            if self._shed != told and now - told_at > _TOLD_SECONDS:
                _log.warning(
                    "too much at once", extra=fields(refused=self._shed - told, under_way=self.under_way)
                )
                told, told_at = self._shed, now

    def look(self, late: float, *, busy: float = 1.0, waiting: int = 0) -> None:
        """Take note how many seconds too late the last look was, and which share of the time this thread worked.

        While it stays late, nobody new is taken on. Those on their way to an upstream give way as soon as others would
        notice, and where a line waits for it still sooner: it can grow longer than this process can serve.
        """
        is_late = late > _LATE_SECONDS or (late > _QUEUED_SECONDS and busy > _BUSY)
        self._late = self._late + 1 if is_late else 0
        self._noticed = self._noticed + 1 if late > _NOTICED_SECONDS and busy > _BUSY else 0
        self._in_line = self._in_line + 1 if late > _IN_LINE_SECONDS and busy > _BUSY and waiting else 0
        limits = list(self._most)
        if self._late >= _LATE_LOOKS:
            limits[Kind.NEW] = 0
        if self._noticed >= _NOTICED_LOOKS or self._in_line >= _IN_LINE_LOOKS:
            limits[Kind.UPSTREAM] = 0
        self._limits = tuple(limits)
