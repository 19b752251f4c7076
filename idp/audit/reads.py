"""Class 3 of the audit: reads by a token, one event per grant or client and day (DESIGN 5.9).

What was recorded is remembered per process for a day; at another node and after a restart the first read is recorded
once more, which is harmless: the record may hold a second one, never none. Of many that come at once the first is
recorded, and the others wait until it stands.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from idp.audit.events import AuditEvent

_MOST_REMEMBERED = 200_000


class ReadsRecorded:
    """Remembers which reads of today stand in the record already."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._known: set[str] = set()
        self._under_way: dict[str, asyncio.Event] = {}

    async def is_first(self, read_as: str, event: AuditEvent) -> bool:
        """Tell whether it is the first like it today; then it is to be recorded, at once, within `recording`.

        Who comes while another like it is being recorded waits for that; if it comes to nothing, the next is the first.
        """
        while self._is_missing(read_as, event):
            other = self._under_way.get(read_as)
            if other is None:
                self._under_way[read_as] = asyncio.Event()
                return True
            await other.wait()
        return False

    @contextmanager
    def recording(self, read_as: str, event: AuditEvent) -> Iterator[None]:
        """Note that one like it stands in the record, unless what is done within comes to nothing."""
        try:
            yield
            if event.at.date() == self._day:  # else the day ended meanwhile, and the next one wants its own
                self._known.add(read_as)
        finally:
            self._under_way.pop(read_as).set()

    def _is_missing(self, read_as: str, event: AuditEvent) -> bool:
        today = event.at.date()
        if today != self._day or len(self._known) >= _MOST_REMEMBERED:
            self._day, self._known = today, set()
        return read_as not in self._known
