"""A circuit breaker: when an upstream keeps failing, stop sending people there until it answers again.

Two kinds of word count: people's own exchanges, and probes that a node sends whether or not anybody signs in. It takes
moments and no clock; its counts are all it holds, and what it heard at a moment that is still to come counts for
nothing: a clock was set back since. Each node has one and learns for itself. What one person sends may be made to fail
there, so of one origin a failure counts once in ten minutes, and nobody shuts the way for all alone.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

_IN_A_ROW = 3
"""So many failures of one kind in a row open it."""
_WINDOW = timedelta(seconds=60)
_LEAST_IN_WINDOW = 10
_MOST_KEPT = 256
_SLOW_SECONDS = 10.0
"""An exchange that took longer counts against the upstream, though it succeeded."""
_PAUSE = timedelta(seconds=30)
"""How long an open circuit stands without a new word, before one person may try."""
_GOOD_PROBES = 2
_MOST_GOOD_PROBES = 4
_SOON = timedelta(minutes=5)
_ONCE_IN = timedelta(minutes=10)
"""A failure of one origin counts once in this time."""


@dataclass(slots=True)
class Circuit:
    """Closed: go. Open: down since `opened_at`; good probes in a row close it, or one person who gets through."""

    failures: int = 0
    """Of people's exchanges, in a row."""
    opened_at: datetime | None = None
    probe_at: datetime | None = None
    """Until when it stays open if nothing more is heard; then one may try."""
    _failed_probes: int = 0
    _good_probes: int = 0
    _wanted_probes: int = _GOOD_PROBES
    _closed_at: datetime | None = None
    _recent: deque[tuple[datetime, bool]] = field(default_factory=lambda: deque(maxlen=_MOST_KEPT))
    """Moments and whether the exchange was good."""
    _heard_of: dict[str, datetime] = field(default_factory=dict, repr=False)
    """Origins whose failure counted, and when; the oldest first."""

    def is_open(self, now: datetime) -> bool:
        """Tell whether people should be told it is down; False again when a try is due."""
        return self.probe_at is not None and now < self.probe_at <= now + _PAUSE

    def may_go(self, now: datetime) -> bool:
        """Tell whether one more may be sent there; when a try is due, the first who asks is the try (half-open)."""
        if self.is_open(now):
            return False
        if self.probe_at is not None:
            self.probe_at = now + _PAUSE
        return True

    def succeeded(self, now: datetime, *, seconds: float = 0.0) -> None:
        """Take note of an exchange that went well: it closes the circuit; slow ones are counted."""
        self.failures = 0
        self._close(now)
        self._count(now, is_good=seconds <= _SLOW_SECONDS)

    def failed(self, now: datetime, *, of: str | None = None) -> None:
        """Take note of an exchange that failed for the upstream's sake; the third in a row opens the circuit.

        `of`: whoever chose what was sent, a network or a person; None where nobody but ourselves did.
        """
        if of is not None and not self._is_news(of, now):
            return
        self.failures += 1
        if self.probe_at is not None or self.failures >= _IN_A_ROW:
            self._open(now)
        self._count(now, is_good=False)

    def probed(self, now: datetime, *, is_good: bool) -> None:
        """Take note of a probe. Those that fail open the circuit as people's do; good ones in a row close it.

        Good ones do not undo the failures of people: an upstream may say well what it does and do it badly.
        """
        if not is_good:
            self._good_probes = 0
            self._failed_probes += 1
            if self.probe_at is not None or self._failed_probes >= _IN_A_ROW:
                self._open(now)
            return
        self._failed_probes = 0
        if self.probe_at is None:
            return
        self._good_probes += 1
        if self._good_probes >= self._wanted_probes:
            self.failures = 0
            self._close(now)
        else:
            self.probe_at = now + _PAUSE

    def _is_news(self, origin: str, now: datetime) -> bool:
        """Tell whether a failure of this origin counts, and remember it if so."""
        heard_at = self._heard_of.get(origin)
        if heard_at is not None and heard_at <= now < heard_at + _ONCE_IN:
            return False
        self._heard_of.pop(origin, None)
        self._heard_of[origin] = now
        if len(self._heard_of) > _MOST_KEPT:
            del self._heard_of[next(iter(self._heard_of))]
        return True

    def _count(self, now: datetime, *, is_good: bool) -> None:
        """Remember one exchange; half of them bad within a minute opens the circuit."""
        self._recent.append((now, is_good))
        while not now - _WINDOW < self._recent[0][0] <= now:
            self._recent.popleft()
        bad = sum(not good for _, good in self._recent)
        if len(self._recent) >= _LEAST_IN_WINDOW and bad * 2 >= len(self._recent):
            self._open(now)

    def _open(self, now: datetime) -> None:
        if self.opened_at is None or self.opened_at > now:
            self.opened_at = now
            again = self._closed_at is not None and now < self._closed_at + _SOON
            self._wanted_probes = min(self._wanted_probes * 2, _MOST_GOOD_PROBES) if again else _GOOD_PROBES
        self._good_probes = 0
        self.probe_at = now + _PAUSE

    def _close(self, now: datetime) -> None:
        if self.opened_at is None:
            return
        self.opened_at = self.probe_at = None
        self._good_probes = self._failed_probes = 0
        self._closed_at = now
        self._recent.clear()
