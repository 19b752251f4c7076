"""Class 3 of the audit: reads by a token, one event per grant, client and day (DESIGN 5.9).

What was recorded is remembered per process for a day; after a restart the first read is recorded once more, which is
harmless: the record may hold a second one, never none.
"""

from datetime import date

from idp.audit.events import AuditEvent

_MOST_REMEMBERED = 200_000


class ReadsRecorded:
    """Remembers which grants' reads of today stand in the record already."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._gids: set[str] = set()

    def is_first(self, gid: str, event: AuditEvent) -> bool:
        """Tell whether this read is the first of the day by this grant; `remember` it once it is recorded."""
        today = event.at.date()
        if today != self._day or len(self._gids) >= _MOST_REMEMBERED:
            self._day, self._gids = today, set()
        return gid not in self._gids

    def remember(self, gid: str) -> None:
        """Note that a read by this grant stands in the record."""
        self._gids.add(gid)
