"""The bytes that are hashed: canonical JSON, payload digest, Merkle leaf (DESIGN 5.9; RFC 6962 §2.1). Pure.

Leaf = SHA-256(0x00 ‖ canonical(type, at, event_id) ‖ SHA-256(salt ‖ payload)). The payload's plaintext
repeats actor and subject_ref, so that the columns beside it can't be changed unseen. Once payload and salt
are erased, the stored inner digest still gives the same leaf and says nothing about what was in it.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

from idp.audit.events import AuditEvent, EventType
from idp.ids import EventId
from keys.compact_json import compact_encoder

SALT_BYTES = 32
_encode = compact_encoder(sort_keys=True)
_LEAF = b"\x00"  # RFC 6962 §2.1: a leaf can't be passed off as an inner node


def canonical(document: Mapping[str, object]) -> bytes:
    """Return the document as JSON with sorted keys and no spaces, in UTF-8."""
    return _encode(document).encode()


def payload_text(event: AuditEvent) -> bytes:
    """Return the plaintext that is hashed and then sealed."""
    return canonical({"actor": event.actor, "payload": event.payload, "subject_ref": event.subject_ref})


def payload_digest(salt: bytes, payload: bytes) -> bytes:
    """Return the inner digest, which is stored."""
    return hashlib.sha256(salt + payload).digest()


def leaf(*, event_type: EventType, at: datetime, event_id: EventId, digest: bytes) -> bytes:
    """Return the leaf of one event."""
    moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    head = canonical({"at": moment, "event_id": event_id, "type": event_type.value})
    return hashlib.sha256(_LEAF + head + digest).digest()
