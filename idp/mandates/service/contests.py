"""A conflict about custody: both parents' mandates rest until a desk has decided (DOMAIN §3.3)."""

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.conflicts.model import ConflictKind
from idp.conflicts.service import open_conflict, resolve_same
from idp.ids import PersonId
from idp.mandates.model import Mandate, ward
from idp.sessions.service import tell_of_ended
from idp.transaction import Tx


def contest(
    tx: Tx, child_id: PersonId, reason: str, *, actor: str, occasion: Occasion
) -> tuple[Mandate, ...]:
    """Let no parent act for a child; return whose mandates rest by this call. What they got for it ends.

    A steward finds it in the queue until it is cleared.
    """
    changed = _set(tx, child_id, reason, contested=True, actor=actor, occasion=occasion)
    if changed:
        open_conflict(
            tx,
            kind=ConflictKind.CUSTODY,
            people=(tx.people.standing_id(child_id),),
            facts={},
            occasion=occasion,
        )
    return changed


def clear(tx: Tx, child_id: PersonId, reason: str, *, actor: str, occasion: Occasion) -> tuple[Mandate, ...]:
    """Let parents act again; whose mandate the desk's decision ends is ended by itself."""
    changed = _set(tx, child_id, reason, contested=False, actor=actor, occasion=occasion)
    if changed:
        resolve_same(
            tx,
            kind=ConflictKind.CUSTODY,
            people=(tx.people.standing_id(child_id),),
            facts={},
            reason=reason,
            actor=actor,
            occasion=occasion,
        )
    return changed


def _set(
    tx: Tx, child_id: PersonId, reason: str, *, contested: bool, actor: str, occasion: Occasion
) -> tuple[Mandate, ...]:
    child_id = tx.people.standing_id(child_id)
    tx.mandates.lock_principal(ward(child_id))
    changed = tx.mandates.set_contested(ward(child_id), contested=contested)
    if changed and contested:
        for one in changed:
            ended = tx.grants.revoke_of_context(one.mandate_id, occasion.now, f"custody contested: {reason}")
            tell_of_ended(tx, ended, occasion=occasion)
    if changed:
        event = EventType.MANDATE_CONTESTED if contested else EventType.MANDATE_CLEARED
        mandate_ids = [one.mandate_id for one in changed]
        tx.audit.add(
            occasion.event(event, actor=actor, person_id=child_id, mandate_ids=mandate_ids, reason=reason)
        )
    return changed
