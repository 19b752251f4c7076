"""Class 1 of the audit, nobody proved: counted here, one summary event per (what, client, network, minute) (DESIGN 5.9).

An attacker who floods us with malformed requests can't flood the record.
"""

from collections import Counter
from datetime import datetime

from idp.audit.events import AuditEvent, EventType
from idp.clock import Clock

_MOST_KEYS = 10_000

_Key = tuple[str, str, str, int]


class Summaries:
    """Counts of this process, taken out by the worker once their minute is over."""

    def __init__(self) -> None:
        self._counts: Counter[_Key] = Counter()

    def count(self, what: str, *, client_id: str, prefix: str, now: datetime) -> None:
        """Count one refusal of nobody in particular; beyond 10,000 kinds a minute they share one row."""
        minute = int(now.timestamp()) // 60
        key = (what, client_id, prefix, minute)
        if key not in self._counts and len(self._counts) >= _MOST_KEYS:
            key = ("other", "", "", minute)
        self._counts[key] += 1

    def take(self, clock: Clock, *, all_minutes: bool = False) -> tuple[AuditEvent, ...]:
        """Return the finished minutes as events and forget them."""
        now = clock.now()
        current = int(now.timestamp()) // 60
        finished = [key for key in self._counts if all_minutes or key[3] < current]
        return tuple(
            AuditEvent(
                event_id=clock.event_id(),
                type=EventType.SUMMARY,
                at=now,
                actor="system",
                subject_ref="",
                payload={
                    "what": key[0],
                    "client_id": key[1],
                    "prefix": key[2],
                    "minute": key[3] * 60,
                    "count": self._counts.pop(key),
                },
            )
            for key in finished
        )
