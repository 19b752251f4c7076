"""What came, newest first; forgotten with the process."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

_MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One mail or SMS."""

    channel: str
    """email or phone."""
    to: str
    subject: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Inbox:
    """The messages of everybody."""

    _messages: deque[Kept] = field(default_factory=lambda: deque(maxlen=_MOST))

    def keep(self, channel: str, to: str, subject: str, text: str) -> None:
        """Take a message."""
        self._messages.appendleft(
            Kept(channel=channel, to=to, subject=subject, text=text, at=datetime.now(UTC))
        )

    def of(self, to: str) -> Iterator[Kept]:
        """Yield the messages to one address, or all."""
        return (one for one in list(self._messages) if not to or one.to == to)

    @property
    def addresses(self) -> list[str]:
        """Return everybody who got something."""
        return sorted({one.to for one in self._messages})
