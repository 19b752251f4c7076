"""Clients that do not answer rest a while, so that the dead cost next to nothing and the living wait for nobody. Pure.

Who answers promptly gets more at once each time, who takes long a few, who does not answer begins anew with one: whoever
holds connections for long holds few.

Kept by each worker for itself: forgotten with it, and learnt again by one attempt.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

_WIDEST = 20
_WIDEST_OF_THE_SLOW = 4
_PROMPTLY = timedelta(seconds=2)
_LONGEST_REST = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rest:
    failures: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Resting:
    """Which clients rest, and until when; and how many messages at once each of the others has shown to take."""

    _rests: dict[str, _Rest] = field(default_factory=dict)
    _widths: dict[str, int] = field(default_factory=dict)

    def failed(self, client_id: str, now: datetime) -> datetime:
        """Note that a client did not answer; return until when it rests: 1 s doubling up to a minute."""
        failures = self._rests[client_id].failures + 1 if client_id in self._rests else 1
        until = now + min(timedelta(seconds=2 ** min(failures - 1, 6)), _LONGEST_REST)
        self._rests[client_id] = _Rest(failures=failures, until=until)
        self._widths.pop(client_id, None)
        return until

    def answered(self, client_id: str, took: timedelta) -> bool:
        """Note that a client answered all it was sent together, the last after so long; True if it had not before."""
        widest = _WIDEST if took <= _PROMPTLY else _WIDEST_OF_THE_SLOW
        self._widths[client_id] = min(2 * self.width(client_id), widest)
        return self._rests.pop(client_id, None) is not None

    def width(self, client_id: str) -> int:
        """Return how many messages a client may be sent at once."""
        return self._widths.get(client_id, 1)

    def at(self, now: datetime) -> list[str]:
        """Return the clients that rest now; none does for longer than it may, though a clock was set back."""
        return [
            client_id for client_id, rest in self._rests.items() if now < rest.until <= now + _LONGEST_REST
        ]
