"""The only source of time and randomness outside keys/. Tests own both by passing their own source of time."""

import os
import secrets
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from idp.ids import EventId, HandleKind, OfficialId, OrganisationId, PersonId, PostId, format_handle
from keys import base64url

CLOCKS_APART = timedelta(minutes=5)
"""Nodes whose clocks are no more than this apart refuse what the others refused (SECURITY R19): rows that refuse stay
so much longer. What lies further ahead than it can is of a clock that ran ahead, and nobody waits for it."""
_62_BITS = (1 << 62) - 1


_system_time = partial(datetime.now, UTC)


class Clock:
    """Time and randomness, handed to whoever needs them."""

    stopwatch = staticmethod(time.monotonic)
    """Return seconds of a clock that only goes forward, for durations."""
    wall_seconds = staticmethod(time.time)
    """Return the machine's own time as seconds since 1970, which nobody moves: for log lines."""
    random_bytes = staticmethod(os.urandom)
    """Return so many bytes of the system's secure randomness."""

    def __init__(self, source: Callable[[], datetime] = _system_time) -> None:
        self._source = source
        self._last_event = (0, 0)

    def now(self) -> datetime:
        """Return the present moment, aware, UTC."""
        return self._source()

    def worked(self) -> float:
        """Return the seconds of CPU that this thread has used; only the difference of two means something."""
        return time.thread_time()

    def token(self, count: int = 16) -> str:
        """Return a base64url text of `count` random bytes."""
        return base64url.encode(os.urandom(count))

    def handle(self, kind: HandleKind, bucket: str) -> str:
        """Return a fresh opaque handle."""
        return format_handle(kind, bucket, os.urandom(32))

    def person_id(self) -> PersonId:
        """Return a random id for a new person."""
        return PersonId(str(uuid.uuid4()))

    def organisation_id(self) -> OrganisationId:
        """Return a random id for a new organisation."""
        return OrganisationId(str(uuid.uuid4()))

    def official_id(self) -> OfficialId:
        """Return a random id for a new employment record: hex, so that operators can type it."""
        return OfficialId(secrets.token_hex(16))

    def post_id(self) -> PostId:
        """Return a random id for a new post."""
        return PostId(secrets.token_hex(9))

    def event_id(self) -> EventId:
        """Return an id that sorts by time, and by order within a millisecond of this process (RFC 9562 §5.7, §6.2)."""
        milliseconds = int(self.now().timestamp() * 1000) & ((1 << 48) - 1)
        last, count = self._last_event
        random = int.from_bytes(os.urandom(9))
        count = count + 1 if milliseconds == last and count < 0xFFF else random >> 64
        self._last_event = (milliseconds, count)
        bits = (milliseconds << 80) | (7 << 76) | (count << 64) | (2 << 62) | (random & _62_BITS)
        text = f"{bits:032x}"
        return EventId(f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}")
