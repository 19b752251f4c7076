"""What a file came to, in the record."""

from dataclasses import dataclass

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.organisations.entry import Said
from idp.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many entries of a file came to what."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    stale: int = 0
    refused: int = 0
    unknown_representatives: int = 0
    """Whom the register names and the provider does not know."""


def record_import(
    tx: Tx, event: EventType, said: Said, counts: Counts, *, actor: str, occasion: Occasion
) -> None:
    """Record that a file was read to its end; what it changed has events of its own."""
    tx.audit.add(
        occasion.event(
            event,
            actor=actor,
            source=said.source,
            as_of=said.at.isoformat(),
            added=counts.added,
            updated=counts.updated,
            unchanged=counts.unchanged,
            stale=counts.stale,
            refused=counts.refused,
            unknown_representatives=counts.unknown_representatives,
        )
    )
