"""Restricting what happens with somebody's data: what services get on consent stops, what the law orders goes on.

That the rule holds is for `next_step` to see to, at every sign-in (adr/0049); here it begins, with the end of what was
granted before, and here it ends.
"""

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.database import Done
from idp.ids import ClientId, PersonId
from idp.protocol.scopes import LegalBasis
from idp.sessions.service import tell_of_ended
from idp.transaction import Tx


def restrict(tx: Tx, person_id: PersonId, *, occasion: Occasion) -> bool:
    """Let nothing be sent on consent from now on; False if it is so already. The person's row is locked by then."""
    changed = [tx.person_rights.restrict(one, occasion.now) for one in tx.people.records_of(person_id)]
    if not any(changed):
        return False
    clients = sorted(_on_consent(tx, person_id))
    for client_id in clients:
        reason = "restricted by the person"
        ended = tx.grants.revoke_of_person(person_id, occasion.now, reason, client_id=client_id)
        by_others = tx.grants.revoke_of_principal(person_id, occasion.now, reason, client_id=client_id)
        tell_of_ended(tx, (*ended, *by_others), occasion=occasion)
    _record(tx, EventType.PERSON_RESTRICTED, person_id, occasion, clients=len(clients))
    return True


def lift_restriction(tx: Tx, person_id: PersonId, *, occasion: Occasion) -> bool:
    """Let what was agreed to count again at the next sign-in; False if nothing is restricted."""
    changed = [tx.person_rights.lift(one) for one in tx.people.records_of(person_id)]
    if not any(changed):
        return False
    _record(tx, EventType.PERSON_RESTRICTION_LIFTED, person_id, occasion)
    return True


def lift_own(tx: Tx, person_id: PersonId, *, occasion: Occasion) -> Done[bool]:
    """Let consent count again because its person says so."""
    tx.people.lock(person_id)
    return Done(lift_restriction(tx, person_id, occasion=occasion))


def _on_consent(tx: Tx, person_id: PersonId) -> set[ClientId]:
    records = (one for record in tx.people.records_of(person_id) for one in tx.consents.of_person(record))
    return {
        one.client_id
        for one in records
        if one.granted and one.withdrawn_at is None and one.basis is LegalBasis.CONSENT
    }


def _record(tx: Tx, event: EventType, person_id: PersonId, occasion: Occasion, **payload: object) -> None:
    tx.audit.add(occasion.event(event, actor=person_ref(person_id), person_id=person_id, **payload))
