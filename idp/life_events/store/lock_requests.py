"""Written requests to lock or unlock an account, decided once; what the letter says is sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    Index,
    Row,
    String,
    Table,
    Text,
    bindparam,
    func,
    insert,
    select,
    update,
)

from idp.database import Sealed, UtcTime, metadata
from idp.database.of_person import of_person, person_given
from idp.ids import PersonId, bucket_of
from idp.life_events.model import Decision, LockRequest, Wish
from keys.envelope import Vault

_AUTHORITY = "lock-request.authority"
_LETTER = "lock-request.letter"
_REASON = "lock-request.reason"

lock_requests = Table(
    "lock_requests",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("bucket", String(2), nullable=False),
    Column("person_id", Text, nullable=False),
    Column("wish", Text, nullable=False),
    Column("authority", Sealed(_AUTHORITY), nullable=False),
    Column("letter", Sealed(_LETTER), nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("entered_at", UtcTime, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("decision", Text),
    Column("decided_at", UtcTime),
    Column("decided_by", Text, nullable=False),
    Column("reason", Sealed(_REASON)),
    ForeignKeyConstraint(["bucket", "person_id"], ["people.bucket", "people.person_id"]),
    Index("ix_lock_requests_decided_at", "decided_at", "due_at"),
    Index("ix_lock_requests_person", "bucket", "person_id"),
)

_t = lock_requests.c
_this = _t.request_id == bindparam("of_request")
_ADD = insert(lock_requests)
_GET = select(lock_requests).where(_this)
_OPEN = (
    select(lock_requests)
    .where(_t.decided_at.is_(None))
    .order_by(_t.due_at, _t.request_id)
    .limit(bindparam("most"))
)
_OF_PERSON = select(lock_requests).where(*of_person(lock_requests)).order_by(_t.entered_at, _t.request_id)
_OVERDUE = (
    select(func.count())
    .select_from(lock_requests)
    .where(_t.decided_at.is_(None), _t.due_at <= bindparam("now"))
)
_DECIDE = (
    update(lock_requests)
    .where(_this, _t.decided_at.is_(None), _t.entered_by != bindparam("by"))
    .values(
        decision=bindparam("new_decision"),
        decided_at=bindparam("now"),
        decided_by=bindparam("by"),
        reason=bindparam("new_reason"),
    )
    .returning(*lock_requests.columns)
)


@dataclass(frozen=True, slots=True)
class LockRequestStore:
    """The written requests of one transaction."""

    connection: Connection
    vault: Vault

    def add(self, new: LockRequest) -> None:
        """Store a new request."""
        row = {
            "request_id": new.request_id,
            "bucket": bucket_of(new.person_id),
            "person_id": new.person_id,
            "wish": new.wish.value,
            "authority": self.vault.seal_text(new.authority, purpose=_AUTHORITY),
            "letter": self.vault.seal_text(new.letter, purpose=_LETTER),
            "received_at": new.received_at,
            "entered_at": new.entered_at,
            "entered_by": new.entered_by,
            "due_at": new.due_at,
            "decision": None,
            "decided_at": None,
            "decided_by": "",
            "reason": None,
        }
        self.connection.execute(_ADD, row)

    def get(self, request_id: str) -> LockRequest | None:
        """Return a request, a decided one too."""
        row = self.connection.execute(_GET, {"of_request": request_id}).one_or_none()
        return None if row is None else self._one(row)

    def undecided(self, most: int) -> tuple[LockRequest, ...]:
        """Return what nobody has decided, what is due first first."""
        return self._all(self.connection.execute(_OPEN, {"most": most}).all())

    def of_person(self, person_id: PersonId) -> tuple[LockRequest, ...]:
        """Return what was asked about a person, decided or not."""
        given = person_given(person_id)
        return self._all(self.connection.execute(_OF_PERSON, given).all())

    def overdue(self, now: datetime) -> int:
        """Return how many should have been decided by now."""
        return self.connection.execute(_OVERDUE, {"now": now}).scalar_one()

    def decide(
        self, request_id: str, decision: Decision, reason: str, *, by: str, now: datetime
    ) -> LockRequest | None:
        """Decide a request, once, and never by who entered it; return it if this call did it."""
        given = {
            "of_request": request_id,
            "new_decision": decision.value,
            "new_reason": self.vault.seal_text(reason, purpose=_REASON) if reason else None,
            "by": by,
            "now": now,
        }
        row = self.connection.execute(_DECIDE, given).one_or_none()
        return None if row is None else self._one(row)

    def _all(self, rows: Sequence[Row[Any]]) -> tuple[LockRequest, ...]:
        return tuple(self._one(row) for row in rows)

    def _one(self, row: Row[Any]) -> LockRequest:
        return LockRequest(
            request_id=row.request_id,
            person_id=PersonId(row.person_id),
            wish=Wish(row.wish),
            authority=self.vault.open_text(row.authority, purpose=_AUTHORITY),
            letter=self.vault.open_text(row.letter, purpose=_LETTER),
            received_at=row.received_at,
            entered_at=row.entered_at,
            entered_by=row.entered_by,
            due_at=row.due_at,
            decision=None if row.decision is None else Decision(row.decision),
            decided_at=row.decided_at,
            decided_by=row.decided_by,
            reason="" if row.reason is None else self.vault.open_text(row.reason, purpose=_REASON),
        )
