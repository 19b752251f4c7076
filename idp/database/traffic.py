"""What goes through the database from this process: how long each call took, how many are under way, how many failed."""

from dataclasses import dataclass
from types import TracebackType

from idp import metrics
from idp.clock import Clock
from idp.database.outcome import DatabaseUnavailable


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
