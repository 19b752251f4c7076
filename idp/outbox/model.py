"""A message that must reach a relying party, or a person, and what became of it. Pure.

At least once: the same `jti` at every attempt, signed anew each time, back-off up to 24 h, then a dead letter. One
row per service a session reached, so that its row tells the outcome too where nothing was ours to send.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

REFUSED_GIVE_UP_AFTER = timedelta(hours=1)
"""A service that answers and refuses has had time to read our keys anew by then."""
LONGEST_PAUSE = timedelta(hours=1)
_ACKNOWLEDGED = frozenset({200, 204})
_COME_AGAIN = frozenset({408, 425, 429})


class OutboxKind(StrEnum):
    """How a service hears of it."""

    BACKCHANNEL_LOGOUT = "backchannel_logout"
    """We post a logout token to it (Back-Channel Logout 1.0)."""
    FRONTCHANNEL_LOGOUT = "frontchannel_logout"
    """The person's browser loads its page (Front-Channel Logout 1.0)."""
    NO_LOGOUT = "no_logout"
    """Not at all: it registered nothing, or only the front channel and the browser was another one."""
    NOTICE = "notice"
    """A person is to hear of something; a worker makes a message for each address. Its `client_id` is NO_CLIENT."""
    MAIL = "mail"
    """One mail to one address, from a notice or with a code; to no client either."""
    SMS = "sms"
    """One SMS to one number, likewise."""
    UNKNOWN = "unknown"
    """In a way that a newer release brought: its workers send it, this one leaves it to them."""


SENT_BY_THE_RELAY = frozenset({OutboxKind.BACKCHANNEL_LOGOUT})
"""What is posted to a relying party; everything else has another way, or none."""
TO_PEOPLE = (OutboxKind.MAIL, OutboxKind.SMS)
"""What goes to an address of a person: its payload is wiped once it is settled."""
NO_CLIENT = ""
"""The `client_id` of a message that goes to no client: no client has it."""


class DeliveryState(StrEnum):
    """How far a message has come."""

    WAITING = "waiting"
    """To be sent, or sent again."""
    DELIVERED = "delivered"
    """Acknowledged by the service."""
    DEAD = "dead"
    """Given up."""
    BROWSER = "browser"
    """Left to the person's browser; nobody can tell whether it arrived."""
    UNSUPPORTED = "unsupported"
    """There is no way to tell this service, or this person yet."""


SETTLED = tuple(state for state in DeliveryState if state is not DeliveryState.WAITING)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMessage:
    """One message to one client. `payload` holds what the claims are built from, never a signed token."""

    message_id: str
    kind: OutboxKind
    client_id: str
    logout_id: str
    """Ties the messages of one sign-out together, for the page that shows their results."""
    person_id: str | None = None
    """Whose sign-out it is, for operators, never sent; of a notice, to whom it goes."""
    payload: dict[str, str] = field(repr=False)
    """Empty: what was written can't be read any more."""
    created_at: datetime
    next_attempt_at: datetime
    attempts: int = 0
    state: DeliveryState = DeliveryState.WAITING
    sent_at: datetime | None = None
    """When the last attempt began."""
    delivered_at: datetime | None = None
    status: int | None = None
    """What the service answered last (HTTP); None: nothing."""
    last_error: str = ""

    @property
    def is_waiting(self) -> bool:
        """It is still to be sent, or sent again."""
        return self.state is DeliveryState.WAITING


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How much waits, how much was given up, and when what waits was due first."""

    waiting: int
    dead: int
    due_first: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What one attempt came to: the service's HTTP status, or why there was none."""

    status: int | None = None
    error: str = ""
    is_final: bool = False
    """No other attempt would end otherwise."""
    is_sent: bool = False
    """A mail server or SMS gateway has taken it, which has no status of HTTP to show for it."""
    took: timedelta = timedelta()
    """How long the service took to answer."""

    @property
    def is_acknowledged(self) -> bool:
        """The service has ended its sessions (Back-Channel Logout §2.8), or the message is on its way."""
        return self.is_sent or self.status in _ACKNOWLEDGED

    @property
    def is_refused(self) -> bool:
        """The service answered, and this message is what it does not take; a redirect is never followed."""
        return self.status is not None and 300 <= self.status < 500 and self.status not in _COME_AGAIN

    @property
    def is_answered(self) -> bool:
        """The service is there, whatever it thinks of this message."""
        return self.is_acknowledged or self.is_refused or self.is_final

    @property
    def reason(self) -> str:
        """What an operator reads; empty if all is well."""
        return "" if self.is_acknowledged else self.error or f"status {self.status}"


def next_pause(attempts: int) -> timedelta:
    """Return how long to wait after so many failed attempts: 1 s doubling up to an hour."""
    return min(timedelta(seconds=2 ** min(attempts - 1, 12)), LONGEST_PAUSE)


def next_attempt_at(
    message: OutboxMessage, attempt: Attempt, now: datetime, *, give_up_after: timedelta
) -> datetime | None:
    """Return when a message that did not arrive is due again; None: never, it is a dead letter."""
    patience = min(REFUSED_GIVE_UP_AFTER, give_up_after) if attempt.is_refused else give_up_after
    again = now + next_pause(message.attempts)
    return None if attempt.is_final or again > message.created_at + patience else again
