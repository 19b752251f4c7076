"""People open what they locked themselves: by a fresh national sign-in at the level high (PAGES §3.1.18)."""

from datetime import datetime

from idp.audit.occasion import Occasion, person_ref
from idp.cases.model import CaseKind
from idp.cases.service import settle_case
from idp.ids import PersonId
from idp.life_events.model import Ground
from idp.life_events.service.standing import grounds_of, lift_ground
from idp.messages.model.notices import Act, Notice
from idp.protocol.assurance import Acr
from idp.transaction import Tx

_REASON = "its holder signed in at the national system at the level high"


def unlock_own(tx: Tx, person_id: PersonId, proved: Acr, *, begun_at: datetime, occasion: Occasion) -> bool:
    """Open the account to whoever has just proved to be its holder; False: nothing has changed.

    Only what the holder locked, and only if nothing else holds: police, a court, the register, an operator or a
    residence that is over keep it locked, and the holder's own word stands beside theirs. While the card is not good,
    nobody proves the level high (DOMAIN §3.3): a desk looks at the papers. And only what was locked before that sign-in
    began, here: whoever was on the way already is perhaps whom the lock is for.
    """
    tx.people.lock(person_id)
    person = tx.people.canonical(person_id)
    if person is None or proved is not Acr.HIGH or grounds_of(tx, person) != {Ground.HOLDER}:
        return False
    if any(
        one.since > begun_at
        for record in tx.people.records_of(person.person_id)
        for one in tx.life_grounds.of_person(record)
    ):
        return False
    if tx.life_states.get(person.person_id).suspended_at is not None:
        return False
    actor = person_ref(person.person_id)
    if not lift_ground(tx, person.person_id, Ground.HOLDER, _REASON, actor=actor, occasion=occasion):
        return False
    settle_case(tx, person.person_id, CaseKind.LOCKED, _REASON, actor=actor, occasion=occasion)
    act = Act.UNLOCKED.value
    tx.outbox.notify(person.person_id, Notice.HIGH_RISK_ACT, occasion=occasion, act=act)
    return True
