"""Clients that do not answer rest a while, so that the dead cost next to nothing and the living wait for nobody. Pure.

Kept by each worker for itself: forgotten with it, and learnt again by one attempt.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

_LONGEST_REST = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rest:
    failures: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Resting:
    """Which clients rest, and until when."""

    _rests: dict[str, _Rest] = field(default_factory=dict)

    def failed(self, client_id: str, now: datetime) -> datetime:
        """Note that a client did not answer; return until when it rests: 1 s doubling up to a minute."""
        failures = self._rests[client_id].failures + 1 if client_id in self._rests else 1
        until = now + min(timedelta(seconds=2 ** min(failures - 1, 6)), _LONGEST_REST)
        self._rests[client_id] = _Rest(failures=failures, until=until)
        return until

    def answered(self, client_id: str) -> bool:
        """Note that a client answered; True if it had not before."""
        return self._rests.pop(client_id, None) is not None

    def at(self, now: datetime) -> list[str]:
        """Return the clients that rest now."""
        return [client_id for client_id, rest in self._rests.items() if now < rest.until]
