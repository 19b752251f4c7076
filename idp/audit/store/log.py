"""The audit log: add, number, read, erase (DESIGN 5.9).

Append-only: only `leaf_index` (NULL → number) and payload and salt (→ NULL) ever change. A person's
payloads are sealed under a key of their own; erasing them forgets the key and keeps the leaves. A new version of the
master key seals these keys anew, never a payload (adr/0024).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import (
    BigInteger,
    Connection,
    Insert,
    LargeBinary,
    Text,
    bindparam,
    func,
    insert,
    null,
    select,
    text,
    tuple_,
    update,
)

from idp.audit.canonical import SALT_BYTES, payload_text
from idp.audit.events import AuditEvent, EventType
from idp.audit.record import AuditRecord
from idp.audit.store.keys import (
    ADD_KEY,
    FIND_KEY,
    FORGET_KEY,
    KEY_BYTES,
    DataKey,
    KnownKeys,
    open_key,
    seal_key,
)
from idp.audit.store.likely import Likely
from idp.audit.store.rows import PURPOSE, purpose_of, record_of, row_of, row_under
from idp.audit.store.tables import audit_events, audit_head, audit_keys
from idp.clock import Clock
from keys.envelope import STABLE, Vault

_ADD = insert(audit_events)
_key_lies_there = select(audit_keys.c.subject_ref).where(
    audit_keys.c.subject_ref == bindparam("of_subject", type_=Text),
    audit_keys.c.sealed_key == bindparam("under_key", type_=LargeBinary),
)
_ADD_UNDER_KEY = _ADD.values(subject_ref=_key_lies_there.scalar_subquery())
"""Says whose the event is by their key's row, so that it fails unless that lies there still: what is sealed under a
forgotten key opens for nobody. There is no answer to wait for, so it travels with COMMIT (adr/0034)."""
_BEGIN_TRIAL, _KEEP, _TAKE_BACK = (
    text(f"{word} SAVEPOINT trial".strip()) for word in ("", "RELEASE", "ROLLBACK TO")
)
_LOCK_HEAD = select(audit_head.c.next_index).where(audit_head.c.id == 1).with_for_update()
_waiting = (
    select(
        audit_events.c.event_id,
        (func.row_number().over(order_by=(audit_events.c.at, audit_events.c.event_id)) - 1).label("place"),
    )
    .where(Likely(audit_events.c.leaf_index.is_(None)))
    .order_by(audit_events.c.at, audit_events.c.event_id)
    .limit(bindparam("most"))
    .cte("waiting")
    .prefix_with("MATERIALIZED")  # once, not once per row
)
_NUMBER = (
    update(audit_events)
    .where(audit_events.c.event_id == _waiting.c.event_id)
    .values(leaf_index=bindparam("first", type_=BigInteger) + _waiting.c.place)
    .returning(audit_events.c.event_id)
)
_COUNT_WAITING = select(func.count()).select_from(
    select(audit_events.c.event_id)
    .where(audit_events.c.leaf_index.is_(None))
    .limit(bindparam("most"))
    .subquery("some_waiting")
)
_MOVE_HEAD = (
    update(audit_head)
    .where(audit_head.c.id == 1)
    .values(next_index=audit_head.c.next_index + bindparam("count", type_=BigInteger))
)
_READ = (
    select(*audit_events.c, audit_keys.c.sealed_key)
    .outerjoin(audit_keys, audit_keys.c.subject_ref == audit_events.c.subject_ref)
    .where(audit_events.c.leaf_index > bindparam("after"))
    .order_by(audit_events.c.leaf_index)
    .limit(bindparam("most"))
)
_ABOUT = (
    select(*audit_events.c, audit_keys.c.sealed_key)
    .outerjoin(audit_keys, audit_keys.c.subject_ref == audit_events.c.subject_ref)
    .where(
        audit_events.c.subject_ref == bindparam("of_subject"),
        audit_events.c.type.in_(bindparam("of_types", expanding=True)),
    )
    .order_by(audit_events.c.at.desc(), audit_events.c.event_id.desc())
    .limit(bindparam("most"))
)
_ABOUT_BEFORE = _ABOUT.where(
    tuple_(audit_events.c.at, audit_events.c.event_id)
    < tuple_(
        bindparam("before_at", type_=audit_events.c.at.type),
        bindparam("before_event", type_=audit_events.c.event_id.type),
    )
)
_ONE_ABOUT = (
    select(*audit_events.c, audit_keys.c.sealed_key)
    .outerjoin(audit_keys, audit_keys.c.subject_ref == audit_events.c.subject_ref)
    .where(
        audit_events.c.event_id == bindparam("this_event"),
        audit_events.c.subject_ref == bindparam("of_subject"),
    )
)
_open = (
    select(audit_events.c.event_id)
    .where(audit_events.c.subject_ref == bindparam("of_subject"), audit_events.c.salt.is_not(None))
    .limit(bindparam("most"))
    .with_for_update()
    .cte("open_ones")
)
_ERASE = (
    update(audit_events)
    .where(audit_events.c.event_id.in_(select(_open.c.event_id)))
    .values(payload=null(), salt=null())
    .returning(audit_events.c.event_id)
)


@dataclass(frozen=True, slots=True)
class AuditStore:
    """The audit log as one transaction sees it."""

    connection: Connection
    vault: Vault
    clock: Clock
    known_keys: KnownKeys = field(default_factory=KnownKeys, repr=False)

    def add(self, event: AuditEvent, *, rehearse: bool | None = None) -> None:
        """Record an event; it gets its number soon after the commit. A person's first event makes their key.

        `rehearse` is said where time must not tell somebody from nobody: True does all the work, down to the pages that
        are written, and takes it back; either way nothing is spared by what this process remembers of the person.
        """
        payload, salt = payload_text(event), self.clock.random_bytes(SALT_BYTES)
        if not event.subject_ref:
            sealed = self.vault.seal(payload, purpose=purpose_of(event.at), version=STABLE)
            if not rehearse:
                self.connection.execute(_ADD, row_of(event, payload=payload, sealed=sealed, salt=salt))
            return
        if rehearse is None:
            key = self.known_keys.get(event.subject_ref) or self._find_key(event.subject_ref)
            self.connection.execute(_ADD_UNDER_KEY, row_under(key, event, payload=payload, salt=salt))
            return
        given = row_under(self._find_key(event.subject_ref), event, payload=payload, salt=salt)
        self.connection.execute(_BEGIN_TRIAL)
        self.connection.execute(_ADD_UNDER_KEY, given)
        self.connection.execute(_TAKE_BACK if rehearse else _KEEP)

    def _find_key(self, subject_ref: str) -> DataKey:
        """Return the person's key; their first event makes it."""
        subject = {"of_subject": subject_ref}
        sealed = self.connection.execute(FIND_KEY, subject).scalar_one_or_none()
        if sealed is None:
            fresh = seal_key(self.vault, self.clock.random_bytes(KEY_BYTES))
            self.connection.execute(ADD_KEY, {"subject_ref": subject_ref, "sealed_key": fresh})
            sealed = self.connection.execute(FIND_KEY, subject).scalar_one()  # another may have been first
        opened = open_key(self.vault, sealed)
        sealer = self.vault.sealer_under(opened, purpose=PURPOSE, version=STABLE)
        key = DataKey(sealer=sealer, sealed=sealed)
        self.known_keys.put(subject_ref, key)
        return key

    def number(self, limit: int) -> int:
        """Give the next numbers to the oldest events without one; return how many got one."""
        first = self.connection.execute(_LOCK_HEAD).scalar_one()
        count = len(self.connection.execute(_NUMBER, {"first": first, "most": limit}).all())
        if count:
            self.connection.execute(_MOVE_HEAD, {"count": count})
        return count

    def unnumbered(self, most: int) -> int:
        """Return how many events have no number yet, counted up to so many."""
        return self.connection.execute(_COUNT_WAITING, {"most": most}).scalar_one()

    def read(
        self, after: int, limit: int, *, event_type: EventType | None = None, subject_ref: str | None = None
    ) -> list[AuditRecord]:
        """Return numbered events after a leaf index (-1: from the start), opened and checked."""
        statement, given = _READ, {"after": after, "most": limit}
        if event_type is not None:
            statement = statement.where(audit_events.c.type == event_type.value)
        if subject_ref is not None:
            statement = statement.where(audit_events.c.subject_ref == subject_ref)
        return [record_of(row, self.vault) for row in self.connection.execute(statement, given).all()]

    def about(
        self, subject_ref: str, types: Sequence[EventType], before: AuditEvent | None, limit: int
    ) -> list[AuditEvent]:
        """Return a person's events of these types, the latest first, numbered or not; those before one if it is given."""
        given: dict[str, object] = {
            "of_subject": subject_ref,
            "of_types": [one.value for one in types],
            "most": limit,
        }
        if before is None:
            rows = self.connection.execute(_ABOUT, given).all()
        else:
            place = {"before_at": before.at, "before_event": before.event_id}
            rows = self.connection.execute(_ABOUT_BEFORE, {**given, **place}).all()
        return [record_of(row, self.vault).event for row in rows]

    def one_about(self, subject_ref: str, unverified_event_id: str) -> AuditEvent | None:
        """Return an event if it is about this person."""
        given = {"of_subject": subject_ref, "this_event": unverified_event_id}
        row = self.connection.execute(_ONE_ABOUT, given).one_or_none()
        return None if row is None else record_of(row, self.vault).event

    def erase(self, subject_ref: str, limit: int) -> int:
        """Forget a person's key, which closes all their payloads; wipe up to `limit`, return how many."""
        self.known_keys.drop(subject_ref)
        self.connection.execute(FORGET_KEY, {"of_subject": subject_ref})
        return len(self.connection.execute(_ERASE, {"of_subject": subject_ref, "most": limit}).all())


def appended(
    event: AuditEvent, *, vault: Vault, clock: Clock
) -> tuple[Insert, Callable[[], Mapping[str, object]]]:
    """Return what `Database.append` takes to record an event about nobody that hangs on no other change."""
    if event.subject_ref:
        raise ValueError("an event about a person is recorded by AuditStore.add")

    def make() -> Mapping[str, object]:
        payload, salt = payload_text(event), clock.random_bytes(SALT_BYTES)
        sealed = vault.seal(payload, purpose=purpose_of(event.at), version=STABLE)
        return row_of(event, payload=payload, sealed=sealed, salt=salt)

    return _ADD, make
