"""Letting codes to an address open the account, and taking that back: enrolment of a weak factor (SP 800-63B-4 §3.1.3).

Handed to `transact`. Whoever does so has signed in within ten minutes; every address there is is told (row 30).
"""

from idp.audit.events import EventType
from idp.audit.occasion import Occasion, person_ref
from idp.database import Done
from idp.ids import PersonId
from idp.messages.model import Channel
from idp.messages.model.notices import Factor, Notice
from idp.people.service.own_contacts import find_contact
from idp.transaction import Tx

_FACTORS = {Channel.EMAIL: Factor.EMAIL_CODE, Channel.PHONE: Factor.PHONE_CODE}


def let_open(tx: Tx, person_id: PersonId, contact_id: str, *, opens: bool, occasion: Occasion) -> Done[bool]:
    """Let an address open the account, or no more; False if it is not the person's, or it is so already."""
    tx.people.lock(person_id)
    found = find_contact(tx, person_id, contact_id)
    if found is None:
        return Done(value=False)
    record, contact = found
    if not tx.contacts.let_sign_in(record, contact_id, occasion.now if opens else None):
        return Done(value=False)
    event = EventType.CONTACT_OPENS if opens else EventType.CONTACT_OPENS_NO_MORE
    tx.audit.add(
        occasion.event(event, actor=person_ref(person_id), person_id=person_id, channel=contact.channel.value)
    )
    notice = Notice.NEW_FACTOR if opens else Notice.FACTOR_REMOVED
    tx.outbox.notify(person_id, notice, occasion=occasion, factor=_FACTORS[contact.channel].value)
    return Done(value=True)
