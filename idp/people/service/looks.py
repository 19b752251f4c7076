"""An official's look at one person: on record, in that person's history, and told to them – once a day of each official.

All that show an official something of one person write it by this, in the transaction of the reading.
"""

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.ids import PersonId
from idp.messages.model.notices import Notice
from idp.transaction import Tx

LOOKS = (
    EventType.PEOPLE_SEARCHED,
    EventType.PERSON_LOOKED_AT,
    EventType.DATA_REQUEST_READ,
    EventType.LIFE_EVENT_READ,
)
"""What a look is recorded as."""


def record_look(
    tx: Tx, look: EventType, person_id: PersonId, *, actor: str, occasion: Occasion, **payload: object
) -> None:
    """Record that something of a person was read, and note that they are to hear of it."""
    tx.audit.add(occasion.event(look, actor=actor, person_id=person_id, **payload))
    tell_of_look(tx, person_id, actor=actor, occasion=occasion)


def tell_of_look(tx: Tx, person_id: PersonId, *, actor: str, occasion: Occasion) -> None:
    """Note that a person is to hear of an official's look, at whichever of their records it was."""
    told = tx.people.standing_id(person_id)
    tx.outbox.notify(told, Notice.OFFICIAL_LOOKED, occasion=occasion, once_a_day=True, actor=actor)
