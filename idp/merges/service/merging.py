"""The second of two stewards: from this moment on one record stands for the other (DESIGN 5.1, adr/0036).

Nothing is rewritten. What was live under the loser ends – sessions, with their sign-outs, and every grant – since a token
goes on with the `sub` it was made with, and a sector that knew both is told the winner's from now on.
"""

from dataclasses import dataclass

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.conflicts.service import own_record, resolve
from idp.data_rights.service import carry_restriction
from idp.database import Done, Refused
from idp.mandates.service import move_majority
from idp.merges.model import Before, Merge, MergeRefused, Rule
from idp.merges.rules import check_open, check_stewards
from idp.merges.service.records import broken_by, lock_records, merge_event, refuse
from idp.people.model import Person
from idp.sessions.service import end_all_sessions, tell_of_ended
from idp.transaction import Tx

_REASON = "merged into another record"


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A merge that was carried out, and what ended by it."""

    merge: Merge
    sessions: int
    grants: int


def confirm(tx: Tx, merge_id: str, *, actor: str, occasion: Occasion) -> Done[Merged] | Refused:
    """Carry out what another steward proposed; everything is checked anew, with both records locked."""
    merge = tx.merges.get(merge_id)
    if merge is None:
        return Refused(MergeRefused(Rule.UNKNOWN))
    lock_records(tx, merge)
    broken = (
        check_open(tx.merges.get(merge_id), occasion.now)
        or check_stewards(
            proposed_by=merge.proposed_by,
            confirmed_by=actor,
            own_records=(own_record(tx, merge.proposed_by), own_record(tx, actor)),
        )
        or broken_by(tx, merge, actor)
    )
    if broken is not None:
        return refuse(tx, "confirm", merge, broken, actor=actor, occasion=occasion)
    loser = tx.people.get(merge.loser_id)
    if loser is None or not _stand_for(tx, merge, actor=actor, occasion=occasion):
        return refuse(tx, "confirm", merge, Rule.OVER, actor=actor, occasion=occasion)
    ended = end_all_sessions(tx, merge.loser_id, reason=_REASON, occasion=occasion, actor=actor)
    revoked = tx.grants.revoke_of_person(merge.loser_id, occasion.now, _REASON)
    for_it = tx.grants.revoke_of_principal(merge.loser_id, occasion.now, _REASON)
    tell_of_ended(tx, for_it, occasion=occasion)
    _settle_age(tx, merge, loser, actor, occasion)
    if loser.restricted_at is not None:
        carry_restriction(tx, merge.winner_id, since=loser.restricted_at, actor=actor, occasion=occasion)
    grants = len({grant.grant_id for grant in (*revoked, *for_it)})
    tx.audit.add(
        merge_event(
            EventType.PERSON_MERGED,
            merge,
            actor,
            occasion,
            proposed_by=merge.proposed_by,
            reason=merge.reason,
            letter=merge.letter,
            sessions=ended.count,
            grants=grants,
        )
    )
    if merge.conflict_id is not None:
        resolve(tx, merge.conflict_id, f"merged: {merge.merge_id}", actor=actor, occasion=occasion)
    return Done(Merged(merge=merge, sessions=ended.count, grants=grants))


def _settle_age(tx: Tx, merge: Merge, loser: Person, actor: str, occasion: Occasion) -> None:
    """Let mandates for the loser, a child by its own birth date, end by that of the record it is acted for now."""
    winner = tx.people.get(merge.winner_id)
    if winner is not None:
        was, birthdate = loser.profile.birthdate, winner.profile.birthdate
        move_majority(tx, merge.winner_id, was, birthdate, actor=actor, occasion=occasion)


def _stand_for(tx: Tx, merge: Merge, *, actor: str, occasion: Occasion) -> bool:
    winner = tx.people.get(merge.winner_id)
    if winner is None:
        return False
    before = Before(profile=tx.people.text_of(winner.profile), account_level=winner.account_level)
    return tx.merges.confirm(merge.merge_id, before, by=actor, now=occasion.now) and tx.people.merge(
        merge.loser_id, into=merge.winner_id
    )
