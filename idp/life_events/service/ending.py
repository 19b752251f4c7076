"""Carrying out a row of the table of ends (ends.py) for a person, in the transaction that changes what they are."""

from dataclasses import dataclass

from idp.audit.occasion import Occasion
from idp.ids import PersonId
from idp.life_events.ends import Ends
from idp.mandates.service import end_of_person
from idp.protocol.acting import ContextKind
from idp.protocol.assurance import Acr
from idp.protocol.facts import GrantFacts
from idp.sessions.service import end_all_sessions, tell_of_ended
from idp.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How much ended, for the record."""

    sessions: int = 0
    grants: int = 0
    """Beside those of the sessions."""


def carry_out(
    tx: Tx,
    ends: Ends,
    person_id: PersonId,
    reason: str,
    *,
    actor: str,
    occasion: Occasion,
    ial: int | None = None,
) -> Ended:
    """End what this row names, of a record and of those it stands for; the person's row is locked by then.

    `ial`: the account level that sessions say from now on, if it fell.
    """
    sessions, grants = 0, 0
    for record in tx.people.records_of(person_id):
        if ends.sessions:
            ended = end_all_sessions(tx, record, reason=reason, occasion=occasion, actor=actor)
            sessions += ended.count
        if ends.sign_ins:
            tx.interactions.end_proofs_of(record, occasion.now)
            tx.desk_cases.end_open(record, occasion.now)
            tx.contacts.drop_codes(record)
        if ends.grants:
            grants += len(tx.grants.revoke_of_person(record, occasion.now, reason))
        if ends.mandates_held and ends.mandates_for:
            end_of_person(tx, record, reason, actor=actor, occasion=occasion)
        if ends.grants_for:
            grants += _told(tx, tx.grants.revoke_of_principal(record, occasion.now, reason), occasion)
        if ends.above is not None:
            sessions += tx.sessions.lower(record, ends.above, ial)
            grants += _told(tx, _above(tx, record, ends.above, reason, occasion), occasion)
    return Ended(sessions=sessions, grants=grants)


def _above(tx: Tx, person_id: PersonId, acr: Acr, reason: str, occasion: Occasion) -> tuple[GrantFacts, ...]:
    """End grants above a level; below level 02 nobody acts for another by mandate, so those go too (DOMAIN §1.2)."""

    def is_above(grant: GrantFacts) -> bool:
        by_mandate = grant.context is not None and grant.context.kind is not ContextKind.OFFICIAL
        return grant.acr.rank > acr.rank or (acr is Acr.LOW and by_mandate)

    return tx.grants.revoke_those(person_id, is_above, occasion.now, reason)


def _told(tx: Tx, ended: tuple[GrantFacts, ...], occasion: Occasion) -> int:
    tell_of_ended(tx, ended, occasion=occasion)
    return len(ended)
