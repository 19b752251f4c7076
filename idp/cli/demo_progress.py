"""How far a long load is, in one line: done of total, rate, time left. Pure but for where it is shown."""

from collections.abc import Callable
from dataclasses import dataclass, field

_MINUTE = 60


def progress_line(*, done: int, total: int, fresh: int, seconds: float) -> str:
    """Return the line; `fresh` of those done took these seconds, the others were there already."""
    share = f"{done:,} of {total:,} records ({100 * done // max(total, 1)} %)"
    if not fresh or seconds <= 0:
        return share
    rate = fresh / seconds
    return f"{share}, {rate:,.0f} a second, {_span((total - done) / rate)} left"


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), _MINUTE)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


@dataclass(kw_only=True)
class Progress:
    """Tells, no oftener than every few seconds, how far it is."""

    total: int
    say: Callable[[str], None]
    stopwatch: Callable[[], float]
    every: float = 5.0
    _there: int = 0
    _began: float = field(init=False)
    _told: float = field(init=False)

    def __post_init__(self) -> None:
        """Begin."""
        self._began = self._told = self.stopwatch()

    def reach(self, done: int, *, was_there: bool) -> None:
        """So many are in now."""
        now = self.stopwatch()
        if was_there:
            self._there, self._began = done, now
        if now - self._told >= self.every:
            self._told = now
            fresh = done - self._there
            line = progress_line(done=done, total=self.total, fresh=fresh, seconds=now - self._began)
            self.say(line)
