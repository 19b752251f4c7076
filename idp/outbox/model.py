"""A message that must reach a relying party. Pure.

At least once: the same `jti` at every attempt, signed anew each time, back-off up to 24 h, then a dead letter.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

GIVE_UP_AFTER = timedelta(hours=24)
_LONGEST_PAUSE = timedelta(hours=1)


class OutboxKind(StrEnum):
    """What a message is."""

    BACKCHANNEL_LOGOUT = "backchannel_logout"


class DeliveryState(StrEnum):
    """How far a message has come."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMessage:
    """One message to one client. `payload` holds what the claims are built from, never a signed token."""

    message_id: str
    kind: OutboxKind
    client_id: str
    logout_id: str
    """Ties the messages of one sign-out together, for the page that shows their results."""
    payload: dict[str, str] = field(repr=False)
    created_at: datetime
    next_attempt_at: datetime
    attempts: int = 0
    state: DeliveryState = DeliveryState.WAITING
    delivered_at: datetime | None = None
    last_error: str = ""


def next_pause(attempts: int) -> timedelta:
    """Return how long to wait after so many failed attempts: 1 s doubling up to an hour."""
    return min(timedelta(seconds=2 ** min(attempts - 1, 12)), _LONGEST_PAUSE)
