"""Somebody reaches 14, 16 or 18: recorded once, and with 18 nobody acts for them as a parent any more."""

from datetime import date

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.days import start_of
from idp.ids import PersonId
from idp.life_events.model import person_subject
from idp.mandates.service import end_of_minority
from idp.people.ages import OF_AGE
from idp.people.model import PersonStatus
from idp.transaction import Tx

_ACTOR = "system"


def came_of_age(tx: Tx, person_id: PersonId, age: int, day: date, *, occasion: Occasion) -> bool:
    """Record that somebody reached an age; False if that is recorded already, or they are dead."""
    person = tx.people.get(person_id)
    if person is None or person.status is PersonStatus.DECEASED or person.canonical_id is not None:
        return False
    mark = f"age {age} of {person.profile.birthdate}"
    if not tx.life_words.speak(person_subject(person_id), f"age-{age}", start_of(day), mark):
        return False
    ended = end_of_minority(tx, person_id, actor=_ACTOR, occasion=occasion) if age == OF_AGE else 0
    tx.audit.add(
        occasion.event(
            EventType.PERSON_CAME_OF_AGE, actor=_ACTOR, person_id=person_id, age=age, mandates=ended
        )
    )
    return True
