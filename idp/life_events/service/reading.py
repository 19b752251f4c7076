"""Taking over what the population register says of one person, by the use cases that its feed uses too."""

import logging

from idp.audit.occasion import Occasion
from idp.ids import PersonId
from idp.life_events.facts import Facts, MalformedFacts
from idp.life_events.model import LifeEvent, Outcome, Subject, person_subject
from idp.life_events.reading import CLOCKS_APART, words_of
from idp.life_events.service.people import OF_PEOPLE
from idp.life_events.service.standing import is_closed
from idp.life_events.service.word import Word
from idp.log import fields
from idp.transaction import Tx

_log = logging.getLogger("hpid.registers")


def take_reading(
    tx: Tx, person_id: PersonId, said: Facts | None, *, actor: str, occasion: Occasion
) -> Outcome:
    """Apply what was read of a person just now, and note that it was; None: the register has nobody by their number.

    A part that can't be what it should be is passed over and logged; the parts before and after it count.
    """
    person = tx.people.lock_standing(person_id)
    if person is None or is_closed(tx, person):  # perhaps while the register was asked
        return Outcome.UNKNOWN
    tx.life_readings.done(person_id, occasion.now)
    if said is None:
        return Outcome.UNKNOWN
    became = Outcome.UNCHANGED
    for kind, facts in words_of(said, person, tx.life_states.get(person.person_id)):
        event = LifeEvent(
            event_id=f"reading-{occasion.clock.random_bytes(8).hex()}",
            type=kind,
            entered_at=occasion.now - CLOCKS_APART,
            subject=Subject(),
            facts=facts,
        )
        subject = person_subject(person.person_id)
        word = Word(tx=tx, event=event, subject=subject, actor=actor, occasion=occasion)
        try:
            came = OF_PEOPLE[kind](word, tx.people.get(person.person_id) or person)
        except MalformedFacts as error:
            _log.warning("a register's record is malformed", extra=fields(word=kind.value, reason=str(error)))
            continue
        became = Outcome.APPLIED if came is Outcome.APPLIED else became
    return became
