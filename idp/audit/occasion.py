"""When and on which request something happens: what every event of one transaction shares."""

from dataclasses import dataclass
from datetime import datetime

from idp.audit.events import AuditEvent, EventType
from idp.clock import Clock
from idp.ids import PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One moment of one request, command or job; makes its events and its random values."""

    clock: Clock
    now: datetime
    txn: str

    def event(
        self, event_type: EventType, *, actor: str, person_id: PersonId | None = None, **payload: object
    ) -> AuditEvent:
        """Return an event of this occasion."""
        return AuditEvent(
            event_id=self.clock.event_id(),
            type=event_type,
            at=self.now,
            actor=actor,
            subject_ref="" if person_id is None else person_ref(person_id),
            payload=payload,
            txn=self.txn,
        )


def person_ref(person_id: PersonId) -> str:
    """Return how the record names a person."""
    return f"person:{person_id}"


def client_ref(client_id: str) -> str:
    """Return how the record names a relying party."""
    return f"client:{client_id}"
