"""What either of two people may have begun or bound while their records were one, and nobody can tell which (adr/0036).

All of it ends at a split: left to the winner, it would open the account of one to the other, or show what was theirs.
What protects goes on for both.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from idp.audit.occasion import Occasion
from idp.data_rights.service import carry_restriction, end_requests_since, take_closing_back
from idp.ids import PersonId
from idp.merges.model import Merge
from idp.people.service import remove
from idp.transaction import Tx

_REASON = "split from another record"


def end_unclaimed(tx: Tx, merge: Merge, *, actor: str, occasion: Occasion) -> tuple[str, ...]:
    """End it, of both records, which stand by themselves by then; return the kinds of factors that were taken."""
    both, since = (merge.winner_id, merge.loser_id), merge.merged_at
    if since is None:
        return ()
    _end_half_way(tx, merge.winner_id, occasion)
    end_requests_since(tx, merge.winner_id, since, reason=_REASON, actor=actor, occasion=occasion)
    _protect_both(tx, merge, since, actor, occasion)
    _remove_addresses(tx, merge.winner_id, since, actor, occasion)
    taken = {kind: [take(tx, record, since, occasion.now) for record in both] for kind, take in _TAKE.items()}
    return tuple(kind for kind, found in taken.items() if any(found))


def _end_half_way(tx: Tx, winner_id: PersonId, occasion: Occasion) -> None:
    """End what waits: passwords proved, papers of desks, a closing asked for, the copy of both, links and codes sent."""
    tx.interactions.end_proofs_of(winner_id, occasion.now)
    tx.desk_cases.end_open(winner_id, occasion.now)
    tx.data_copies.drop(winner_id)
    tx.contacts.drop_codes(winner_id)
    tx.dispute_links.end_all(winner_id)
    tx.devices.forget_others(winner_id)
    take_closing_back(tx, winner_id, reason=_REASON, occasion=occasion)


def _protect_both(tx: Tx, merge: Merge, since: datetime, actor: str, occasion: Occasion) -> None:
    """Let what protects go on for both: the days after a recovery, and that nothing is sent on consent."""
    until, winner = tx.recovery_holds.until(merge.winner_id, occasion.now), tx.people.get(merge.winner_id)
    if until is not None:
        tx.recovery_holds.hold(merge.loser_id, until=until, now=occasion.now)
    restricted_at = None if winner is None else winner.restricted_at
    if restricted_at is not None and restricted_at >= since:
        carry_restriction(tx, merge.loser_id, since=restricted_at, actor=actor, occasion=occasion)


def _remove_addresses(tx: Tx, winner_id: PersonId, since: datetime, actor: str, occasion: Occasion) -> None:
    """Remove the addresses added meanwhile: they would bring one the notices, and services the mail, of the other."""
    for contact in tx.contacts.of_person(winner_id):
        if contact.verified_at >= since:
            remove(tx, winner_id, contact.contact_id, actor=actor, occasion=occasion)


def _take_password(tx: Tx, record: PersonId, since: datetime, _now: datetime) -> bool:
    password = tx.passwords.get(record)
    return password is not None and password.changed_at >= since and tx.passwords.remove(record)


def _take_recovery_codes(tx: Tx, record: PersonId, since: datetime, _now: datetime) -> bool:
    made_at = tx.recovery_codes.state(record).made_at
    return made_at is not None and made_at >= since and tx.recovery_codes.clear(record) > 0


def _take_passkeys(tx: Tx, record: PersonId, since: datetime, now: datetime) -> bool:
    bound = [one for one in tx.passkeys.of_person(record) if one.created_at >= since]
    return bool(sum([tx.passkeys.end(one, now) for one in bound]))


def _take_addresses(tx: Tx, record: PersonId, since: datetime, _now: datetime) -> bool:
    """Let codes to an address that was opened meanwhile open nothing: whose mailbox it is nobody knows."""
    held = tx.contacts.of_person(record)
    opened = [one for one in held if one.signs_in_since is not None and one.signs_in_since >= since]
    return bool(sum([tx.contacts.let_sign_in(record, one.contact_id, None) for one in opened]))


_TAKE: Mapping[str, Callable[[Tx, PersonId, datetime, datetime], bool]] = {
    "password": _take_password,
    "recovery-codes": _take_recovery_codes,
    "passkeys": _take_passkeys,
    "sent-codes": _take_addresses,
}
