"""The two records of a merge, locked and checked: what proposing, confirming and splitting share."""

from idp.audit.events import AuditEvent, EventType
from idp.audit.occasion import Occasion, person_ref
from idp.conflicts.service import is_concerned
from idp.database import Refused
from idp.ids import PersonId
from idp.mandates.model import PrincipalKind, ward
from idp.merges.model import Merge, MergeRefused, Rule
from idp.merges.rules import check_records
from idp.transaction import Tx


def lock_records(tx: Tx, merge: Merge) -> None:
    """Let nobody sign in to either, merge or split either, or change for whom they act, before this transaction ends.

    In the order of their ids, so that two merges that cross wait for each other and don't block each other.
    """
    both = sorted((merge.winner_id, merge.loser_id))
    for person_id in both:
        tx.people.lock(person_id)
    for person_id in both:
        tx.mandates.lock_principal(ward(person_id))


def broken_by(tx: Tx, merge: Merge, steward: str) -> Rule | None:
    """Return the rule that merging these two now, by this steward, would break."""
    broken = check_records(
        tx.people.get(merge.winner_id),
        tx.people.get(merge.loser_id),
        of_winner=len(tx.people.merged_into(merge.winner_id)),
        of_loser=len(tx.people.merged_into(merge.loser_id)),
        cause=merge.cause,
        dead_with_living=merge.dead_with_living,
    )
    if broken is not None:
        return broken
    if _act_for_each_other(tx, merge):
        return Rule.ACT_FOR_EACH_OTHER
    return Rule.CONCERNED if is_concerned(tx, steward, (merge.winner_id, merge.loser_id)) else None


def refuse(tx: Tx, act: str, merge: Merge, rule: Rule, *, actor: str, occasion: Occasion) -> Refused:
    """Record that a steward asked for what a rule forbids, and refuse it; of records that are not there, nothing is."""
    if rule is Rule.UNKNOWN:
        return Refused(MergeRefused(rule))
    tx.audit.add(merge_event(EventType.MERGE_REFUSED, merge, actor, occasion, act=act, rule=rule.value))
    return Refused(MergeRefused(rule))


def merge_event(
    event: EventType, merge: Merge, actor: str, occasion: Occasion, **payload: object
) -> AuditEvent:
    """Return an event about a merge: of the record that is, or was to be, stood for."""
    return occasion.event(
        event,
        actor=actor,
        person_id=merge.loser_id,
        merge_id=merge.merge_id,
        winner=person_ref(merge.winner_id),
        **payload,
    )


def _act_for_each_other(tx: Tx, merge: Merge) -> bool:
    both: set[PersonId] = {merge.winner_id, merge.loser_id}
    return any(
        one.ended_at is None and one.principal_kind is PrincipalKind.PERSON and one.principal_id in both
        for person_id in both
        for one in tx.mandates.of_delegate(person_id)
    )
