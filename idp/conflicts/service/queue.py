"""Opening and closing conflicts. Nobody looks at one about themselves, or about somebody they act for."""

from collections.abc import Mapping, Sequence

from idp.audit.events import AuditEvent, EventType
from idp.audit.occasion import Occasion
from idp.conflicts.model import Conflict, ConflictKind, ConflictRefused, ConflictState, Doubt
from idp.conflicts.service.stewards import is_concerned
from idp.database import Done, Refused
from idp.ids import PersonId
from idp.transaction import Tx


def open_conflict(
    tx: Tx,
    *,
    kind: ConflictKind,
    people: Sequence[PersonId],
    facts: Mapping[str, str],
    occasion: Occasion,
) -> str:
    """Put a conflict into the stewards' queue and return its id, as `leave_to_steward` does."""
    return leave_to_steward(tx, Doubt(kind=kind, people=tuple(people), facts=facts), occasion)


def leave_to_steward(tx: Tx, doubt: Doubt, occasion: Occasion) -> str:
    """Put a conflict into the stewards' queue and return its id; the same one again is counted, and not recorded again.

    The same: of this kind, about these records, with these facts.
    """
    people = tuple(dict.fromkeys(doubt.people))
    conflict = Conflict(
        conflict_id=occasion.clock.token(9),
        kind=doubt.kind,
        people=people,
        facts=dict(doubt.facts),
        state=ConflictState.OPEN,
        opened_at=occasion.now,
        last_at=occasion.now,
        count=1,
    )
    conflict_id, count = tx.conflicts.open(conflict)
    if count == 1:
        tx.audit.add(
            occasion.event(
                EventType.CONFLICT_OPENED,
                actor="system",
                person_id=next(iter(people), None),
                conflict_id=conflict_id,
                kind=doubt.kind.value,
            )
        )
    return conflict_id


def assign(tx: Tx, conflict_id: str, to: str, *, actor: str, occasion: Occasion) -> Done[Conflict] | Refused:
    """Note who looks at a conflict."""
    found = _workable(tx, conflict_id, to)
    if isinstance(found, Refused):
        return found
    if not tx.conflicts.assign(conflict_id, to):
        return Refused(ConflictRefused("it is closed"))
    tx.audit.add(_event(EventType.CONFLICT_ASSIGNED, found, actor, occasion, assignee=to))
    return Done(found)


def resolve(
    tx: Tx, conflict_id: str, reason: str, *, actor: str, occasion: Occasion
) -> Done[Conflict] | Refused:
    """Say that a conflict's cause is gone, and how."""
    return _close(tx, conflict_id, ConflictState.RESOLVED, reason, actor=actor, occasion=occasion)


def dismiss(
    tx: Tx, conflict_id: str, reason: str, *, actor: str, occasion: Occasion
) -> Done[Conflict] | Refused:
    """Say that a conflict needs nothing done; should it come again, it is only counted."""
    return _close(tx, conflict_id, ConflictState.DISMISSED, reason, actor=actor, occasion=occasion)


def resolve_same(
    tx: Tx,
    *,
    kind: ConflictKind,
    people: Sequence[PersonId],
    facts: Mapping[str, str],
    reason: str,
    actor: str,
    occasion: Occasion,
) -> None:
    """Resolve this conflict where another command settled it, if it is open."""
    conflict_id = tx.conflicts.find_open(kind, people, facts)
    if conflict_id is not None:
        resolve(tx, conflict_id, reason, actor=actor, occasion=occasion)


def _close(
    tx: Tx, conflict_id: str, state: ConflictState, reason: str, *, actor: str, occasion: Occasion
) -> Done[Conflict] | Refused:
    if not reason.strip():
        return Refused(ConflictRefused("a reason is needed"))
    found = _workable(tx, conflict_id, actor)
    if isinstance(found, Refused):
        return found
    if not tx.conflicts.close(conflict_id, state, by=actor, reason=reason, now=occasion.now):
        return Refused(ConflictRefused("it is closed"))
    is_resolved = state is ConflictState.RESOLVED
    event = EventType.CONFLICT_RESOLVED if is_resolved else EventType.CONFLICT_DISMISSED
    tx.audit.add(_event(event, found, actor, occasion, reason=reason))
    return Done(found)


def _workable(tx: Tx, conflict_id: str, steward: str) -> Conflict | Refused:
    found = tx.conflicts.get(conflict_id)
    if found is None:
        return Refused(ConflictRefused("no such conflict"))
    if is_concerned(tx, steward, found.people):
        return Refused(ConflictRefused("nobody works on a conflict about themselves or those they act for"))
    return found


def _event(
    event: EventType, about: Conflict, actor: str, occasion: Occasion, **payload: object
) -> AuditEvent:
    return occasion.event(
        event,
        actor=actor,
        person_id=next(iter(about.people), None),
        conflict_id=about.conflict_id,
        kind=about.kind.value,
        **payload,
    )
