"""A row of the audit log and back: its payload is sealed for nobody by the day, and for a person under their key."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from idp.audit.canonical import payload_digest, payload_text
from idp.audit.events import AuditEvent, EventType
from idp.audit.record import AuditRecord
from idp.audit.store.keys import DataKey, open_key
from idp.ids import EventId
from keys.envelope import Unsealable, Vault

PURPOSE = "audit"


def purpose_of(at: datetime) -> str:
    """Return what payloads about nobody are sealed for: a day has a key of its own, since their version stays."""
    return f"{PURPOSE}.{at.date().isoformat()}"


def row_under(key: DataKey, event: AuditEvent, *, payload: bytes, salt: bytes) -> dict[str, object]:
    """Return the row of an event about a person, and the key it may be added under."""
    row = row_of(event, payload=payload, sealed=key.sealer.seal(payload), salt=salt)
    return {**row, "of_subject": event.subject_ref, "under_key": key.sealed}


def row_of(event: AuditEvent, *, payload: bytes, sealed: bytes, salt: bytes) -> dict[str, object]:
    """Return the row of an event whose payload is sealed already."""
    return {
        "event_id": event.event_id,
        "type": event.type.value,
        "at": event.at,
        "actor": event.actor,
        "subject_ref": event.subject_ref,
        "payload": sealed,
        "salt": salt,
        "payload_digest": payload_digest(salt, payload),
        "txn": event.txn,
    }


def record_of(row: Row[*tuple[Any, ...]], vault: Vault) -> AuditRecord:
    """Return a row as it reads: opened, if it opens still, and held against its digest."""
    payload = _opened(row, vault)
    event = AuditEvent(
        event_id=EventId(row.event_id),
        type=EventType(row.type),
        at=row.at,
        actor=row.actor,
        subject_ref=row.subject_ref,
        payload={} if payload is None else json.loads(payload)["payload"],
        txn=row.txn,
    )
    is_erased = row.salt is None or (row.subject_ref != "" and row.sealed_key is None)
    is_intact = is_erased or (
        payload == payload_text(event) and payload_digest(row.salt, payload) == row.payload_digest
    )
    return AuditRecord(
        leaf_index=row.leaf_index,
        event=event,
        payload_digest=row.payload_digest,
        is_erased=is_erased,
        is_intact=is_intact,
    )


def _opened(row: Row[*tuple[Any, ...]], vault: Vault) -> bytes | None:
    if row.payload is None:
        return None
    try:
        if not row.subject_ref:
            return _open_nobodys(vault, row.payload, row.at)
        if row.sealed_key is None:  # forgotten; the bytes are wiped in a moment
            return None
        return vault.open_under(open_key(vault, row.sealed_key), row.payload, purpose=PURPOSE)
    except Unsealable:
        return None


def _open_nobodys(vault: Vault, sealed: bytes, at: datetime) -> bytes:
    try:
        return vault.open(sealed, purpose=purpose_of(at))
    except Unsealable:
        return vault.open(sealed, purpose=PURPOSE)  # of the time before days had keys
