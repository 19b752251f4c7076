"""An audit event as read back: numbered, opened, and checked against its digest. Pure."""

from dataclasses import dataclass

from idp.audit.canonical import leaf
from idp.audit.events import AuditEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """One leaf of the log."""

    leaf_index: int
    event: AuditEvent
    """Its payload is empty once erased, or if it does not open."""
    payload_digest: bytes
    is_erased: bool = False
    """Payload and salt are gone; the leaf stays."""
    is_intact: bool = True
    """The sealed payload opens, has the digest, and names the same actor and subject as the row."""

    def leaf(self) -> bytes:
        """Return the leaf of the Merkle tree, recomputed from what is stored."""
        return leaf(
            event_type=self.event.type,
            at=self.event.at,
            event_id=self.event.event_id,
            digest=self.payload_digest,
        )
