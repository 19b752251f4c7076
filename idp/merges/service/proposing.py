"""The first of two stewards: a merge is proposed, or the proposal taken back."""

from dataclasses import dataclass, field
from datetime import timedelta

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.conflicts.service import is_concerned
from idp.database import Done, Refused
from idp.ids import PersonId
from idp.merges.model import Cause, Merge, MergeRefused, MergeState, Rule
from idp.merges.service.records import broken_by, merge_event, refuse
from idp.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a steward proposes."""

    winner_id: PersonId
    """The record that is to stand; of a merged one, the one that stands for it is meant."""
    loser_id: PersonId
    cause: Cause | None = None
    dead_with_living: bool = False
    conflict_id: str | None = None
    reason: str = field(repr=False)
    letter: str = field(repr=False)


def propose(
    tx: Tx, wanted: Wanted, *, waits: timedelta, actor: str, occasion: Occasion
) -> Done[Merge] | Refused:
    """Propose that one record stand for another; nothing changes until another steward confirms it."""
    merge = Merge(
        merge_id=occasion.clock.token(9),
        winner_id=tx.people.standing_id(wanted.winner_id),
        loser_id=wanted.loser_id,
        state=MergeState.PROPOSED,
        cause=wanted.cause,
        dead_with_living=wanted.dead_with_living,
        conflict_id=wanted.conflict_id,
        reason=wanted.reason.strip(),
        letter=wanted.letter.strip(),
        proposed_by=actor,
        proposed_at=occasion.now,
        expires_at=occasion.now + waits,
    )
    broken = None if merge.reason and merge.letter else Rule.REASON
    broken = broken or broken_by(tx, merge, actor)
    if broken is None and wanted.conflict_id and tx.conflicts.get(wanted.conflict_id) is None:
        broken = Rule.UNKNOWN
    if broken is None and any(
        one.is_open(occasion.now) and one.winner_id == merge.winner_id
        for one in tx.merges.of_record(merge.loser_id)
    ):
        broken = Rule.PROPOSED_ALREADY
    if broken is not None:
        return refuse(tx, "propose", merge, broken, actor=actor, occasion=occasion)
    tx.merges.add(merge)
    event = EventType.MERGE_PROPOSED
    tx.audit.add(merge_event(event, merge, actor, occasion, reason=merge.reason, letter=merge.letter))
    return Done(merge)


def withdraw(tx: Tx, merge_id: str, reason: str, *, actor: str, occasion: Occasion) -> Done[Merge] | Refused:
    """Take a proposal back: whoever made it, or whoever was to confirm it and will not."""
    merge = tx.merges.get(merge_id)
    if merge is None:
        return Refused(MergeRefused(Rule.UNKNOWN))
    broken = None if reason.strip() else Rule.REASON
    if broken is None and is_concerned(tx, actor, (merge.winner_id, merge.loser_id)):
        broken = Rule.CONCERNED
    if broken is None and not tx.merges.withdraw(merge_id, by=actor, reason=reason, now=occasion.now):
        broken = Rule.OVER
    if broken is not None:
        return refuse(tx, "withdraw", merge, broken, actor=actor, occasion=occasion)
    tx.audit.add(merge_event(EventType.MERGE_WITHDRAWN, merge, actor, occasion, reason=reason))
    return Done(merge)
