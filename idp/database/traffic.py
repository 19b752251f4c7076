"""What goes through the database from this process: how long each call took, how many are under way, how many failed."""

import logging
from dataclasses import dataclass
from types import TracebackType

from idp import metrics
from idp.clock import Clock
from idp.database.outcome import DatabaseReadOnly, DatabaseUnavailable
from idp.log import fields

_TELL_AGAIN_SECONDS = 10.0
_log = logging.getLogger("hpid.database")


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Connections in use, the most there may be, and callers without one: they wait, or share another's commit."""

    in_use: int
    most: int
    waiting: int


class Traffic:
    """The calls of one process."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.under_way = 0
        self._told_at = float("-inf")

    def tell(self, error: DatabaseReadOnly) -> None:
        """Log why nothing is written, now and then: a disk may be full for new rows, and readiness meets none."""
        now = self.clock.stopwatch()
        if now - self._told_at >= _TELL_AGAIN_SECONDS:
            self._told_at = now
            _log.warning("the database takes no writes", extra=fields(reason=str(error)))

    def watch(self, kind: str) -> "_Watched":
        """Return what a call stands in the `with` of; no frame of the stack, unlike a wrapper."""
        return _Watched(self, kind)


class _Watched:
    __slots__ = ("_began", "_kind", "_traffic")

    def __init__(self, traffic: Traffic, kind: str) -> None:
        self._traffic = traffic
        self._kind = kind
        self._began = 0.0

    def __enter__(self) -> None:
        self._traffic.under_way += 1
        self._began = self._traffic.clock.stopwatch()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._traffic.under_way -= 1
        metrics.DATABASE_SECONDS.add(self._traffic.clock.stopwatch() - self._began, self._kind)
        if isinstance(error, DatabaseUnavailable):
            metrics.DATABASE_UNAVAILABLE.add()
        if isinstance(error, DatabaseReadOnly):
            self._traffic.tell(error)
