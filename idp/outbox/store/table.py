"""The table of messages to relying parties; payloads are sealed."""

import json

from sqlalchemy import Column, Index, Integer, RowMapping, Table, Text, text

from idp.database import Sealed, UtcTime, metadata
from idp.outbox.model import SENT_BY_THE_RELAY, DeliveryState, OutboxKind, OutboxMessage
from keys.envelope import Unsealable, Vault

_PURPOSE = "outbox"
SENT_KINDS = tuple(kind.value for kind in SENT_BY_THE_RELAY)
KNOWN_KINDS = tuple(kind.value for kind in OutboxKind if kind is not OutboxKind.UNKNOWN)

outbox = Table(
    "outbox",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("logout_id", Text, nullable=False),
    Column("person_id", Text),
    Column("payload", Sealed(_PURPOSE), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("next_attempt_at", UtcTime, nullable=False),
    Column("leased_until", UtcTime),
    Column("attempts", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("sent_at", UtcTime),
    Column("delivered_at", UtcTime),
    Column("status", Integer),
    Column("last_error", Text, nullable=False),
    Index("ix_outbox_state", "state", "next_attempt_at"),
    Index("ix_outbox_lane", "state", "client_id", "next_attempt_at", "message_id"),
    Index("ix_outbox_client_id", "client_id", "created_at", "message_id"),
    Index("ix_outbox_person_id", "person_id", "created_at"),
    Index("ix_outbox_logout_id", "logout_id"),
    Index(
        "ix_outbox_leased",
        "client_id",
        "leased_until",
        sqlite_where=text("leased_until IS NOT NULL"),
        postgresql_where=text("leased_until IS NOT NULL"),
    ),
)


def row_of(message: OutboxMessage, vault: Vault) -> dict[str, object]:
    """Return the row of a new message."""
    return {
        "message_id": message.message_id,
        "kind": message.kind.value,
        "client_id": message.client_id,
        "logout_id": message.logout_id,
        "person_id": message.person_id,
        "payload": vault.seal_text(json.dumps(message.payload, sort_keys=True), purpose=_PURPOSE),
        "created_at": message.created_at,
        "next_attempt_at": message.next_attempt_at,
        "attempts": message.attempts,
        "state": message.state.value,
        "sent_at": message.sent_at,
        "delivered_at": message.delivered_at,
        "status": message.status,
        "last_error": message.last_error,
    }


def empty_payload(vault: Vault) -> bytes:
    """Return the sealed payload of a message of which nothing is kept."""
    return vault.seal_text("{}", purpose=_PURPOSE)


def message_of(row: RowMapping, vault: Vault) -> OutboxMessage:
    """Return the message of a row; its payload is empty if it does not open."""
    return OutboxMessage(
        message_id=row["message_id"],
        kind=OutboxKind(row["kind"]) if row["kind"] in KNOWN_KINDS else OutboxKind.UNKNOWN,
        client_id=row["client_id"],
        logout_id=row["logout_id"],
        person_id=row["person_id"],
        payload=_open(row["payload"], vault),
        created_at=row["created_at"],
        next_attempt_at=row["next_attempt_at"],
        attempts=row["attempts"],
        state=DeliveryState(row["state"]),
        sent_at=row["sent_at"],
        delivered_at=row["delivered_at"],
        status=row["status"],
        last_error=row["last_error"],
    )


def _open(sealed: bytes, vault: Vault) -> dict[str, str]:
    """Return what a row holds; nothing, if it does not open: one row that is spoilt must not hold up all others."""
    try:
        payload: dict[str, str] = json.loads(vault.open_text(sealed, purpose=_PURPOSE))
    except Unsealable:
        return {}
    return payload
