"""Messages to relying parties: written with the change they tell of, sent by the worker (SECURITY R24).

A claim is a lease: a worker that dies leaves its messages to the next one. A client has so many in flight
at a time and no more, so that one that is slow or down holds up nobody else.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    RowMapping,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    null,
    select,
    update,
)

from idp.database import Sealed, UtcTime, metadata
from idp.outbox.model import DeliveryState, OutboxKind, OutboxMessage
from keys.envelope import Vault

_PURPOSE = "outbox"
_LONGEST_ERROR = 500

outbox = Table(
    "outbox",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("logout_id", Text, nullable=False),
    Column("payload", Sealed, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("next_attempt_at", UtcTime, nullable=False),
    Column("leased_until", UtcTime),
    Column("attempts", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("delivered_at", UtcTime),
    Column("last_error", Text, nullable=False),
    Index("ix_outbox_state", "state", "next_attempt_at"),
    Index("ix_outbox_logout_id", "logout_id"),
)

_ADD = insert(outbox)
_is_waiting = outbox.c.state == DeliveryState.WAITING.value
_is_due = outbox.c.next_attempt_at <= bindparam("now", type_=UtcTime)

# A limit stands in a CTE that locks: PostgreSQL may run a subquery again for every row, and then it limits nothing.
_due = (
    select(
        outbox.c.message_id,
        outbox.c.client_id,
        func.row_number()
        .over(partition_by=outbox.c.client_id, order_by=(outbox.c.next_attempt_at, outbox.c.message_id))
        .label("place"),
    )
    .where(_is_waiting, _is_due)
    .subquery("due")
)
_in_flight = (
    select(outbox.c.client_id, func.count().label("messages"))
    .where(_is_waiting, outbox.c.leased_until > bindparam("now", type_=UtcTime))
    .group_by(outbox.c.client_id)
    .subquery("in_flight")
)
_chosen = (
    select(outbox.c.message_id)
    .join(_due, _due.c.message_id == outbox.c.message_id)
    .outerjoin(_in_flight, _in_flight.c.client_id == outbox.c.client_id)
    .where(_is_waiting, _is_due)  # again: another worker may have been faster
    .where(_due.c.place + func.coalesce(_in_flight.c.messages, 0) <= bindparam("per_client", type_=Integer))
    .order_by(outbox.c.next_attempt_at, outbox.c.message_id)
    .limit(bindparam("most"))
    .with_for_update(of=outbox, skip_locked=True)
    .cte("chosen")
)
_CLAIM = (
    update(outbox)
    .where(outbox.c.message_id.in_(select(_chosen.c.message_id)))
    .values(
        next_attempt_at=bindparam("until", type_=UtcTime),
        leased_until=bindparam("until", type_=UtcTime),
        attempts=outbox.c.attempts + 1,
    )
    .returning(*outbox.c)
)
_settle = update(outbox).where(outbox.c.message_id == bindparam("this_message"), _is_waiting)
_DELIVERED = _settle.values(
    state=DeliveryState.DELIVERED.value, delivered_at=bindparam("now"), leased_until=null(), last_error=""
)
_FAILED = _settle.values(
    next_attempt_at=bindparam("next"), leased_until=null(), last_error=bindparam("error")
)
_DEAD = _settle.values(state=DeliveryState.DEAD.value, leased_until=null(), last_error=bindparam("error"))
_OF_LOGOUT = (
    select(outbox)
    .where(outbox.c.logout_id == bindparam("of_logout"))
    .order_by(outbox.c.created_at, outbox.c.message_id)
)
_ALL_DEAD = (
    select(outbox)
    .where(outbox.c.state == DeliveryState.DEAD.value)
    .order_by(outbox.c.next_attempt_at.desc(), outbox.c.message_id)
    .limit(bindparam("most"))
)
_old = (
    select(outbox.c.message_id)
    .where(
        outbox.c.state == DeliveryState.DELIVERED.value,
        outbox.c.next_attempt_at <= bindparam("before"),
        outbox.c.delivered_at <= bindparam("before"),
    )
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("old")
)
_ERASE = (
    delete(outbox).where(outbox.c.message_id.in_(select(_old.c.message_id))).returning(outbox.c.message_id)
)


@dataclass(frozen=True, slots=True)
class OutboxStore:
    """The outbox as one transaction sees it."""

    connection: Connection
    vault: Vault

    def add(self, messages: Iterable[OutboxMessage]) -> None:
        """Store messages to send."""
        rows = [self._row(message) for message in messages]
        if rows:
            self.connection.execute(_ADD, rows)

    def claim_due(
        self, now: datetime, *, limit: int, lease: timedelta, per_client: int = 1
    ) -> tuple[OutboxMessage, ...]:
        """Take messages that are due, the longest waiting first, and count the attempt.

        Settle each by `delivered` or `failed`; one that is not settled is due again when its lease is over.
        """
        given = {"now": now, "until": now + lease, "most": limit, "per_client": per_client}
        rows = self.connection.execute(_CLAIM, given).mappings().all()
        claimed = [self._message(row) for row in rows]
        return tuple(sorted(claimed, key=lambda message: (message.created_at, message.message_id)))

    def delivered(self, message_id: str, now: datetime) -> None:
        """Settle: it has arrived."""
        self.connection.execute(_DELIVERED, {"this_message": message_id, "now": now})

    def failed(self, message_id: str, *, error: str, next_attempt_at: datetime | None) -> None:
        """Settle: try again then, or (None) never: a dead letter."""
        given: dict[str, object] = {"this_message": message_id, "error": error[:_LONGEST_ERROR]}
        if next_attempt_at is None:
            self.connection.execute(_DEAD, given)
        else:
            self.connection.execute(_FAILED, {**given, "next": next_attempt_at})

    def of_logout(self, logout_id: str) -> tuple[OutboxMessage, ...]:
        """Return the messages of one sign-out, for the page that shows their results."""
        rows = self.connection.execute(_OF_LOGOUT, {"of_logout": logout_id}).mappings()
        return tuple(self._message(row) for row in rows)

    def dead(self, limit: int) -> tuple[OutboxMessage, ...]:
        """Return dead letters, the latest first."""
        rows = self.connection.execute(_ALL_DEAD, {"most": limit}).mappings()
        return tuple(self._message(row) for row in rows)

    def erase_delivered(self, before: datetime, limit: int) -> int:
        """Delete messages delivered by then; return how many."""
        return len(self.connection.execute(_ERASE, {"before": before, "most": limit}).all())

    def _row(self, message: OutboxMessage) -> dict[str, object]:
        return {
            "message_id": message.message_id,
            "kind": message.kind.value,
            "client_id": message.client_id,
            "logout_id": message.logout_id,
            "payload": self.vault.seal_text(json.dumps(message.payload, sort_keys=True), purpose=_PURPOSE),
            "created_at": message.created_at,
            "next_attempt_at": message.next_attempt_at,
            "attempts": message.attempts,
            "state": message.state.value,
            "delivered_at": message.delivered_at,
            "last_error": message.last_error,
        }

    def _message(self, row: RowMapping) -> OutboxMessage:
        return OutboxMessage(
            message_id=row["message_id"],
            kind=OutboxKind(row["kind"]),
            client_id=row["client_id"],
            logout_id=row["logout_id"],
            payload=json.loads(self.vault.open_text(row["payload"], purpose=_PURPOSE)),
            created_at=row["created_at"],
            next_attempt_at=row["next_attempt_at"],
            attempts=row["attempts"],
            state=DeliveryState(row["state"]),
            delivered_at=row["delivered_at"],
            last_error=row["last_error"],
        )
