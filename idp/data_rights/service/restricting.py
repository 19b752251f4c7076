"""Restricting what happens with somebody's data: what services get on consent stops, what the law orders goes on.

That the rule holds is for `next_step` to see to, at every sign-in (adr/0049); here it begins, with the end of what was
granted before, and here it ends.
"""

from datetime import datetime

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.consents.model import ConsentRecord, rests_on_consent
from idp.database import Done
from idp.ids import ClientId, PersonId
from idp.sessions.service import facts_of, tell_of_ended
from idp.transaction import Tx


def restrict(tx: Tx, person_id: PersonId, *, occasion: Occasion) -> bool:
    """Let nothing be sent on consent from now on; False if it is so already. The person's row is locked by then."""
    return _restrict(tx, person_id, since=occasion.now, actor=person_ref(person_id), occasion=occasion)


def carry_restriction(
    tx: Tx, person_id: PersonId, *, since: datetime, actor: str, occasion: Occasion
) -> bool:
    """Restrict whoever stands for a restricted record from now on; False if they are restricted already.

    What services were granted on consent by the record that stands ends too: one person asked that nothing be sent.
    """
    return _restrict(tx, person_id, since=since, actor=actor, occasion=occasion)


def _restrict(tx: Tx, person_id: PersonId, *, since: datetime, actor: str, occasion: Occasion) -> bool:
    changed = [tx.person_rights.restrict(one, since) for one in tx.people.records_of(person_id)]
    if not any(changed):
        return False
    clients = sorted(_on_consent(tx, person_id))
    for client_id in clients:
        reason = "restricted by the person"
        ended = tx.grants.revoke_of_person(person_id, occasion.now, reason, client_id=client_id)
        by_others = tx.grants.revoke_of_principal(person_id, occasion.now, reason, client_id=client_id)
        tell_of_ended(tx, (*ended, *by_others), occasion=occasion)
    event = occasion.event(
        EventType.PERSON_RESTRICTED, actor=actor, person_id=person_id, clients=len(clients)
    )
    tx.audit.add(event)
    return True


def lift_restriction(tx: Tx, person_id: PersonId, *, occasion: Occasion) -> bool:
    """Let what was agreed to count again at the next sign-in; False if nothing is restricted."""
    changed = [tx.person_rights.lift(one) for one in tx.people.records_of(person_id)]
    if not any(changed):
        return False
    event = EventType.PERSON_RESTRICTION_LIFTED
    tx.audit.add(occasion.event(event, actor=person_ref(person_id), person_id=person_id))
    return True


def lift_own(tx: Tx, person_id: PersonId, *, occasion: Occasion) -> Done[bool]:
    """Let consent count again because its person says so."""
    tx.people.lock(person_id)
    return Done(lift_restriction(tx, person_id, occasion=occasion))


def _on_consent(tx: Tx, person_id: PersonId) -> set[ClientId]:
    """Return the services that get something on consent, as things were when it was told or agreed to, or are now."""
    records = (one for record in tx.people.records_of(person_id) for one in tx.consents.of_person(record))
    of_client: dict[ClientId, list[ConsentRecord]] = {}
    for one in records:
        of_client.setdefault(one.client_id, []).append(one)
    return {
        client_id
        for client_id, found in of_client.items()
        for client in [facts_of(tx, client_id)]
        if any(rests_on_consent(one, client) for one in found)
    }
