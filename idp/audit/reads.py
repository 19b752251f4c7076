"""Class 3 of the audit: reads by a token, one event per grant or client and day (DESIGN 5.9).

What was recorded is remembered per process for a day; after a restart the first read is recorded once more, which is
harmless: the record may hold a second one, never none.
"""

from datetime import date

from idp.audit.events import AuditEvent

_MOST_REMEMBERED = 200_000


class ReadsRecorded:
    """Remembers which reads of today stand in the record already."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._known: set[str] = set()

    def is_first(self, read_as: str, event: AuditEvent) -> bool:
        """Tell whether it is the first like it today; `remember` it once it is recorded."""
        today = event.at.date()
        if today != self._day or len(self._known) >= _MOST_REMEMBERED:
            self._day, self._known = today, set()
        return read_as not in self._known

    def remember(self, read_as: str) -> None:
        """Note that one like it stands in the record."""
        self._known.add(read_as)
