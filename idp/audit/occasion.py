"""When and on which request something happens: what every event of one transaction shares."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from idp.audit.agent import device_of
from idp.audit.events import AuditEvent, EventType
from idp.clock import Clock
from idp.ids import PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One moment of one request, command or job; makes its events and its random values."""

    clock: Clock
    now: datetime
    txn: str
    peer: str = field(default="", repr=False)
    """Address a request came from; nobody's for commands and jobs."""
    agent: str = field(default="", repr=False)
    """What the browser says of itself, as it came; only `device` is kept of it."""

    @property
    def network(self) -> bytes | None:
        """Return what may be kept of the address, None if there is none."""
        return network_of(self.peer)

    @property
    def device(self) -> str:
        """Return the browser and its system as far as they are kept, empty if neither is known."""
        return device_of(self.agent)

    @property
    def told_device(self) -> dict[str, str]:
        """Return the browser as an event's payload has it: not at all, if it is not known."""
        return {"device": self.device} if self.device else {}

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

    def sign_in_refused(
        self, person_id: PersonId, *, reason: str, factor: str, **shown: object
    ) -> AuditEvent:
        """Return the event that somebody known was refused: why, by what they tried last, and what else stood out."""
        return self.event(
            EventType.SIGN_IN_REFUSED,
            actor=person_ref(person_id),
            person_id=person_id,
            reason=reason,
            factor=factor,
            **shown,
        )


def person_ref(person_id: PersonId) -> str:
    """Return how the record names a person."""
    return f"person:{person_id}"


def client_ref(client_id: str) -> str:
    """Return how the record names a relying party."""
    return f"client:{client_id}"


KEPT_BYTES = {4: 3, 6: 6}
"""IP version → bytes of an address that are kept: /24 of IPv4, /48 of IPv6, as in logs."""


@lru_cache(maxsize=4096)
def network_of(peer: str) -> bytes | None:
    """Return the version and the first bytes of an address: networks compare as bytes on every engine."""
    try:
        address = ip_address(peer)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return bytes([address.version]) + address.packed[: KEPT_BYTES[address.version]]
