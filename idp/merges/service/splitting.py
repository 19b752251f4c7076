"""A merge taken back, whenever it turns out wrong: each record has again exactly what it had (adr/0036).

One steward does it, since a wrong merge shows one person's affairs to another. What was made meanwhile goes to whom the
steward says. All sessions and grants of the winner end: nobody can tell which of the two people began them. Nor can
anybody of what was bound meanwhile, or waits: it ends too (unclaimed.py).
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.conflicts.service import is_concerned
from idp.database import Done, Refused
from idp.mandates.service import move_majority
from idp.merges.model import Before, Merge, MergeRefused, MergeState, Rule
from idp.merges.restoring import restored, without_sign_ins
from idp.merges.rules import check_split
from idp.merges.service.making import give, made_meanwhile
from idp.merges.service.records import lock_records, merge_event, refuse
from idp.merges.service.unclaimed import end_unclaimed
from idp.people.model import Person, PersonProfile, PersonStatus
from idp.sessions.service import end_all_sessions, tell_of_ended
from idp.transaction import Tx

_REASON = "split from another record"
_LOCKED = "split from a record that may not sign in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A merge that was taken back, and what ended by it."""

    merge: Merge
    sessions: int
    grants: int
    is_locked: bool
    """The loser may not sign in: the winner might not, and whose that is must be looked at."""


def split(
    tx: Tx,
    merge_id: str,
    *,
    winners: Collection[str] = (),
    losers: Collection[str] = (),
    reason: str,
    letter: str,
    actor: str,
    occasion: Occasion,
) -> Done[Split] | Refused:
    """Let both records stand by themselves; `winners` and `losers` name what was made meanwhile, all of it."""
    found = tx.merges.get(merge_id)
    if found is None:
        return Refused(MergeRefused(Rule.UNKNOWN))
    lock_records(tx, found)
    merge = tx.merges.get(merge_id) or found
    no = partial(refuse, tx, "split", merge, actor=actor, occasion=occasion)
    if not reason.strip() or not letter.strip():
        return no(Rule.REASON)
    if is_concerned(tx, actor, (merge.winner_id, merge.loser_id)):
        return no(Rule.CONCERNED)
    made = made_meanwhile(tx, merge)
    broken, unnamed = check_split(merge, made, winners=winners, losers=losers)
    if broken is Rule.NOT_NAMED:  # nothing was tried yet: the steward is shown what to say
        return Refused(MergeRefused(broken, unnamed))
    if broken is not None:
        return no(broken)
    if not tx.merges.split(merge_id, by=actor, reason=f"{letter}: {reason}", now=occasion.now):
        return no(Rule.OVER)
    together = tx.people.get(merge.winner_id)
    tx.people.split(merge.loser_id, off=merge.winner_id)
    for one in made:
        give(tx, one, merge.loser_id if one.name in losers else merge.winner_id)
    is_locked = _restore(tx, merge, occasion)
    _settle_ages(tx, merge, together, actor, occasion)
    sessions, grants = _end(tx, merge, actor, occasion)
    taken = end_unclaimed(tx, merge, actor=actor, occasion=occasion)
    tx.audit.add(
        merge_event(
            EventType.PERSON_SPLIT,
            merge,
            actor,
            occasion,
            reason=reason,
            letter=letter,
            to_winner=sorted(winners),
            to_loser=sorted(losers),
            sessions=sessions,
            grants=grants,
            **({"factors": list(taken)} if taken else {}),
        )
    )
    return Done(Split(merge=merge, sessions=sessions, grants=grants, is_locked=is_locked))


def _restore(tx: Tx, merge: Merge, occasion: Occasion) -> bool:
    """Take back what sign-ins wrote to the winner; let the loser not sign in where the winner may not."""
    winner, loser = tx.people.get(merge.winner_id), tx.people.get(merge.loser_id)
    if winner is None or loser is None or merge.before is None or merge.merged_at is None:
        raise LookupError("a merge without its records")
    then = tx.people.profile_of(merge.before.profile)
    back = restored(winner, then, level=merge.before.account_level, since=merge.merged_at)
    for later in tx.merges.of_record(merge.winner_id):
        _clean(tx, later, then, merge.before.account_level, since=merge.merged_at)
    if back != winner:
        tx.people.update(replace(back, updated_at=occasion.now), cause=_REASON)
    if winner.status is not PersonStatus.ACTIVE and loser.status is PersonStatus.ACTIVE:
        return tx.people.set_status(merge.loser_id, PersonStatus.LOCKED, _LOCKED, occasion.now)
    return loser.status is not PersonStatus.ACTIVE


def _settle_ages(tx: Tx, merge: Merge, together: Person | None, actor: str, occasion: Occasion) -> None:
    """Let mandates for a child end by the birth date of the record they are now of, not by that of both together."""
    for record_id in (merge.winner_id, merge.loser_id):
        alone = tx.people.get(record_id)
        if together is not None and alone is not None:
            was, birthdate = together.profile.birthdate, alone.profile.birthdate
            move_majority(tx, record_id, was, birthdate, actor=actor, occasion=occasion)


def _clean(tx: Tx, later: Merge, then: PersonProfile, level: int, *, since: datetime) -> None:
    """Take back from what a later merge keeps of the winner what it saw of the loser: its split would bring it back."""
    before = later.before
    if (
        later.state is not MergeState.MERGED
        or before is None
        or later.merged_at is None
        or later.merged_at < since
    ):
        return
    kept = without_sign_ins(tx.people.profile_of(before.profile), then, since=since)
    cleaned = Before(profile=tx.people.text_of(kept), account_level=min(before.account_level, level))
    tx.merges.keep_before(later.merge_id, cleaned)


def _end(tx: Tx, merge: Merge, actor: str, occasion: Occasion) -> tuple[int, int]:
    ended = end_all_sessions(tx, merge.winner_id, reason=_REASON, occasion=occasion, actor=actor)
    revoked = tx.grants.revoke_of_person(merge.winner_id, occasion.now, _REASON)
    for_it = tx.grants.revoke_of_principal(merge.winner_id, occasion.now, _REASON)
    tell_of_ended(tx, for_it, occasion=occasion)
    return ended.count, len({grant.grant_id for grant in (*revoked, *for_it)})
