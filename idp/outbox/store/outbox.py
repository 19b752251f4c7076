"""Messages to send: written with the change they tell of, taken by workers lane by lane (SECURITY R24).

A lane is one client. A claim is a lease on a lane: a worker that dies leaves its messages to the next one, and a
client that is slow or down holds up nobody else. However long the queue is, a claim looks at the head of each lane.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    Connection,
    Integer,
    String,
    Update,
    bindparam,
    exists,
    func,
    insert,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_unless_there

from idp.audit.occasion import Occasion
from idp.database import UtcTime
from idp.ids import PersonId
from idp.messages.model.notices import Notice, notice_message
from idp.outbox.model import NO_CLIENT, TO_PEOPLE, Attempt, DeliveryState, OutboxKind, OutboxMessage
from idp.outbox.store.table import SENT_KINDS, empty_payload, message_of, outbox, row_of
from keys.envelope import Vault

_LONGEST_ERROR = 500
_now = bindparam("now", type_=UtcTime)

_ADD = insert(outbox)
_ADD_ONCE = insert_unless_there(outbox).on_conflict_do_nothing(index_elements=["message_id"])
_ADD_NEW = _ADD_ONCE.returning(outbox.c.message_id)
_is_waiting = outbox.c.state == DeliveryState.WAITING.value
_is_known = outbox.c.kind.in_(SENT_KINDS)
"""Of a kind this release knows how to send; beside it there may be workers of a newer one."""
_is_due = outbox.c.next_attempt_at <= _now
_is_free = or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= _now)

# The clients that wait, one index probe each, by stepping from one to the next.
_first = (
    select(func.min(outbox.c.client_id).label("client_id")).where(_is_waiting).cte("lanes", recursive=True)
)
_beyond = outbox.alias("beyond")
_lanes = _first.union_all(
    select(
        select(func.min(_beyond.c.client_id))
        .where(_beyond.c.state == DeliveryState.WAITING.value, _beyond.c.client_id > _first.c.client_id)
        .scalar_subquery()
    ).where(_first.c.client_id.is_not(None))
)
_oldest = (
    select(func.min(outbox.c.next_attempt_at))
    .where(_is_waiting, _is_known, outbox.c.client_id == _lanes.c.client_id)
    .scalar_subquery()
)
_is_under_way = exists().where(outbox.c.client_id == _lanes.c.client_id, outbox.c.leased_until > _now)
_heads = (
    select(_lanes.c.client_id, _oldest.label("due_at"))
    .where(
        _lanes.c.client_id.is_not(None),
        _lanes.c.client_id.not_in(bindparam("resting", type_=String, expanding=True)),
        ~_is_under_way,
    )
    .subquery("heads")
)
_DUE_LANES = (
    select(_heads.c.client_id)
    .where(_heads.c.due_at <= _now)
    .order_by(_heads.c.due_at, _heads.c.client_id)
    .limit(bindparam("most", type_=Integer))
)

# A limit stands in a CTE that locks: PostgreSQL may run a subquery again for every row, and then it limits nothing.
# It waits for another worker's lock instead of skipping it: what that one took is then no longer due.
_chosen = (
    select(outbox.c.message_id)
    .where(_is_waiting, _is_known, outbox.c.client_id == bindparam("of_client"), _is_due)
    .order_by(outbox.c.next_attempt_at, outbox.c.message_id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update()
    .cte("chosen")
)
_CLAIM = (
    update(outbox)
    .where(outbox.c.message_id.in_(select(_chosen.c.message_id)))
    .values(
        next_attempt_at=bindparam("until", type_=UtcTime),
        leased_until=bindparam("until", type_=UtcTime),
        attempts=outbox.c.attempts + 1,
        sent_at=_now,
    )
    .returning(*outbox.c)
)
_chosen_of_kind = (
    select(outbox.c.message_id)
    .where(_is_waiting, outbox.c.client_id == NO_CLIENT, outbox.c.kind == bindparam("of_kind"), _is_due)
    .order_by(outbox.c.next_attempt_at, outbox.c.message_id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
    .cte("chosen")
)
_CLAIM_KIND = (
    update(outbox)
    .where(outbox.c.message_id.in_(select(_chosen_of_kind.c.message_id)))
    .values(
        next_attempt_at=bindparam("until", type_=UtcTime),
        leased_until=bindparam("until", type_=UtcTime),
        attempts=outbox.c.attempts + 1,
        sent_at=_now,
    )
    .returning(*outbox.c)
)
_settle = update(outbox).where(outbox.c.message_id == bindparam("this_message"), _is_waiting)
_UNSUPPORTED = _settle.values(state=DeliveryState.UNSUPPORTED.value, leased_until=null())
_WIPE = (
    update(outbox)
    .where(
        outbox.c.message_id == bindparam("this_message"),
        or_(*(outbox.c.kind == kind.value for kind in TO_PEOPLE)),  # IN can't be run for many rows
        ~_is_waiting,
    )
    .values(payload=bindparam("nothing"))
)
_DELIVERED = _settle.values(
    state=DeliveryState.DELIVERED.value,
    delivered_at=bindparam("now"),
    leased_until=null(),
    status=bindparam("answered"),
    last_error="",
)
_FAILED = _settle.values(
    next_attempt_at=bindparam("next"),
    leased_until=null(),
    status=bindparam("answered"),
    last_error=bindparam("error"),
)
_DEAD = _settle.values(
    state=DeliveryState.DEAD.value,
    leased_until=null(),
    status=bindparam("answered"),
    last_error=bindparam("error"),
)
_RELEASE = _settle.values(
    next_attempt_at=bindparam("next"), leased_until=null(), attempts=outbox.c.attempts - 1
)
_asleep = (
    select(outbox.c.message_id)
    .where(
        _is_waiting,
        outbox.c.client_id == bindparam("of_client"),
        outbox.c.next_attempt_at > _now,
        _is_free,
    )
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
    .cte("asleep")
)
_HURRY = (
    update(outbox)
    .where(outbox.c.message_id.in_(select(_asleep.c.message_id)))
    .values(next_attempt_at=_now)
    .returning(outbox.c.message_id)
)
_too_old = (
    select(outbox.c.message_id)
    .where(_is_waiting, outbox.c.created_at <= bindparam("before", type_=UtcTime), _is_free)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
    .cte("too_old")
)
_BURY = (
    update(outbox)
    .where(outbox.c.message_id.in_(select(_too_old.c.message_id)))
    .values(state=DeliveryState.DEAD.value, leased_until=null())
    .returning(outbox.c.message_id)
)
_far_ahead = (
    select(outbox.c.message_id)
    .where(_is_waiting, outbox.c.next_attempt_at > bindparam("latest", type_=UtcTime))
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
    .cte("far_ahead")
)
_BRING_BACK = (
    update(outbox)
    .where(outbox.c.message_id.in_(select(_far_ahead.c.message_id)))
    .values(next_attempt_at=_now, leased_until=null())
    .returning(outbox.c.message_id)
)


@dataclass(frozen=True, slots=True)
class OutboxStore:
    """The outbox as one transaction sees it."""

    connection: Connection
    vault: Vault

    def add(self, messages: Iterable[OutboxMessage]) -> None:
        """Store messages."""
        rows = [row_of(message, self.vault) for message in messages]
        if rows:
            self.connection.execute(_ADD, rows)

    def add_new(self, message: OutboxMessage) -> bool:
        """Store a message; False if its id is there already."""
        return self.connection.execute(_ADD_NEW, row_of(message, self.vault)).one_or_none() is not None

    def add_once(self, messages: Iterable[OutboxMessage]) -> None:
        """Store messages; one whose id is there already stays as it is."""
        rows = [row_of(message, self.vault) for message in messages]
        if rows:
            self.connection.execute(_ADD_ONCE, rows)

    def notify(
        self,
        person_id: PersonId,
        notice: Notice,
        *,
        occasion: Occasion,
        once_a_day: bool = False,
        **facts: str,
    ) -> None:
        """Note that a person is to hear of this by mail and SMS, with facts that its kind may carry (`FACTS`).

        Say `once_a_day` where the same may happen many times a day and once is enough.
        """
        self.add_once((notice_message(person_id, notice, facts, occasion, once_a_day=once_a_day),))

    def claim(
        self,
        now: datetime,
        *,
        lanes: int,
        each: int,
        most: int,
        lease: timedelta,
        resting: Collection[str] = (),
    ) -> tuple[tuple[OutboxMessage, ...], ...]:
        """Take up to `each` due messages of up to `lanes` clients, who waits longest first, and count the attempt.

        It stops at `most`, so that no transaction is long. A client of which messages are out, or that is resting, is
        passed over. Settle each message or release it; one that is not is due again when its lease is over.
        """
        given = {"now": now, "most": lanes, "resting": list(resting)}
        taken: list[tuple[OutboxMessage, ...]] = []
        for client_id in self.connection.execute(_DUE_LANES, given).scalars().all():
            room = most - sum(map(len, taken))
            if room <= 0:
                break
            taken.append(self._take(client_id, now, min(each, room), lease))
        return tuple(lane for lane in taken if lane)

    def claim_kind(
        self, kind: OutboxKind, now: datetime, *, most: int, lease: timedelta
    ) -> tuple[OutboxMessage, ...]:
        """Take up to `most` due messages of a kind that goes to no client, who waits longest first; count the attempt."""
        given = {"of_kind": kind.value, "now": now, "until": now + lease, "most": most}
        rows = self.connection.execute(_CLAIM_KIND, given).mappings().all()
        return tuple(message_of(row, self.vault) for row in rows)

    def settle_unsupported(self, message_id: str) -> None:
        """Write that there is no way to tell this person."""
        self.connection.execute(_UNSUPPORTED, {"this_message": message_id})

    def wipe(self, message_ids: Iterable[str]) -> None:
        """Forget address and text of settled messages to people: the ledger keeps that they were sent, not what."""
        nothing = empty_payload(self.vault)
        rows = [{"this_message": message_id, "nothing": nothing} for message_id in message_ids]
        if rows:
            self.connection.execute(_WIPE, rows)

    def settle(self, message_id: str, attempt: Attempt, *, now: datetime, next_at: datetime | None) -> None:
        """Write what an attempt came to: acknowledged, to be tried again then, or (None) a dead letter."""
        self.settle_all(((message_id, attempt, next_at),), now=now)

    def settle_all(self, results: Iterable[tuple[str, Attempt, datetime | None]], *, now: datetime) -> None:
        """Write what many attempts came to, in a statement for each kind of end."""
        ends: dict[Update, list[dict[str, object]]] = {}
        for message_id, attempt, next_at in results:
            row: dict[str, object] = {"this_message": message_id, "answered": attempt.status}
            error = {"error": attempt.reason[:_LONGEST_ERROR]}
            if attempt.is_acknowledged:
                ends.setdefault(_DELIVERED, []).append({**row, "now": now})
            elif next_at is None:
                ends.setdefault(_DEAD, []).append({**row, **error})
            else:
                ends.setdefault(_FAILED, []).append({**row, **error, "next": next_at})
        for statement, rows in ends.items():
            self.connection.execute(statement, rows)

    def release(self, message_ids: Iterable[str], next_at: datetime) -> None:
        """Give back what was taken and never sent."""
        rows = [{"this_message": message_id, "next": next_at} for message_id in message_ids]
        if rows:
            self.connection.execute(_RELEASE, rows)

    def hurry(self, client_id: str, now: datetime, limit: int) -> int:
        """Make due at once what waits for a client that is back; return how many."""
        given = {"of_client": client_id, "now": now, "most": limit}
        return len(self.connection.execute(_HURRY, given).all())

    def bury(self, before: datetime, now: datetime, limit: int) -> int:
        """Give up what has waited since before then; return how many became dead letters."""
        return len(self.connection.execute(_BURY, {"before": before, "now": now, "most": limit}).all())

    def bring_back(self, latest: datetime, now: datetime, limit: int) -> int:
        """Make due at once what no clock but one that ran ahead can have put off until later; return how many."""
        return len(self.connection.execute(_BRING_BACK, {"latest": latest, "now": now, "most": limit}).all())

    def _take(self, client_id: str, now: datetime, each: int, lease: timedelta) -> tuple[OutboxMessage, ...]:
        given = {"of_client": client_id, "now": now, "until": now + lease, "most": each}
        rows = self.connection.execute(_CLAIM, given).mappings().all()
        messages = [message_of(row, self.vault) for row in rows]
        return tuple(sorted(messages, key=lambda message: (message.created_at, message.message_id)))
