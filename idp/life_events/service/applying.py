"""Applying one event: once, in any order, and whatever contradicts what is kept goes to a steward.

An event about somebody nobody here knows leaves nothing behind. The event's row, what it changes and what it ends commit
together, or not at all.
"""

import json

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.conflicts.model import ConflictKind
from idp.conflicts.service import open_conflict
from idp.life_events.facts import MalformedFacts
from idp.life_events.model import (
    Contradiction,
    LifeEvent,
    Outcome,
    Unresolved,
    organisation_subject,
    person_subject,
)
from idp.life_events.service.organisations import OF_ORGANISATIONS
from idp.life_events.service.people import OF_PEOPLE
from idp.life_events.service.standing import is_closed
from idp.life_events.service.word import Word
from idp.organisations.model import Organisation, OrganisationScheme
from idp.organisations.service import person_of
from idp.people.model import Person
from idp.transaction import Tx


def apply_event(tx: Tx, event: LifeEvent, *, actor: str, occasion: Occasion) -> Outcome:
    """Apply an event; return what became of it."""
    if tx.life_words.is_noted(event.event_id):
        return Outcome.REPEATED
    found = _organisation_of(tx, event) if event.subject.tax_code else _person_of(tx, event)
    if found is None and (event.type in OF_PEOPLE or event.type in OF_ORGANISATIONS):
        return Outcome.UNKNOWN
    if not tx.life_words.note(event.event_id, event.type, occasion.now):
        return Outcome.REPEATED  # by another process, just now
    subject = _subject(found)
    word = Word(tx=tx, event=event, subject=subject, actor=actor, occasion=occasion)
    try:
        became = _apply(word, found)
    except MalformedFacts:
        became = Contradiction.MALFORMED
    if isinstance(became, Outcome):
        return became
    if became is Contradiction.NOT_DEAD and isinstance(found, Person):
        facts = {"register_event": event.event_id}
        open_conflict(
            tx,
            kind=ConflictKind.DEATH_REVOKED,
            people=(found.person_id,),
            facts=facts,
            occasion=occasion,
        )
    elif became is not Contradiction.NUMBER_TAKEN:  # which stands in the stewards' queue by then
        leave_unresolved(tx, event, became, subject=subject, actor=actor, occasion=occasion)
    return Outcome.UNRESOLVED


def leave_unresolved(
    tx: Tx,
    event: LifeEvent,
    contradiction: Contradiction,
    *,
    subject: str = "",
    actor: str,
    occasion: Occasion,
) -> None:
    """Let an event wait for a steward, once."""
    said = {
        "personal_id": event.subject.personal_id,
        "tax_code": event.subject.tax_code,
        "entered_at": event.entered_at.isoformat(),
        "facts": dict(event.facts),
    }
    unresolved = Unresolved(
        unresolved_id=occasion.clock.random_bytes(8).hex(),
        contradiction=contradiction,
        event_id=event.event_id,
        event_type=event.type,
        subject=subject,
        facts=json.dumps(said, ensure_ascii=False, default=str),
        opened_at=occasion.now,
    )
    if tx.life_unresolved.open(unresolved):
        tx.audit.add(
            occasion.event(
                EventType.LIFE_EVENT_UNRESOLVED,
                actor=actor,
                event_id=event.event_id,
                word=event.type,
                contradiction=contradiction.value,
                unresolved_id=unresolved.unresolved_id,
                subject=subject,
            )
        )


def _apply(word: Word, found: Person | Organisation | None) -> Outcome | Contradiction:
    by_person, by_organisation = OF_PEOPLE.get(word.event.type), OF_ORGANISATIONS.get(word.event.type)
    if isinstance(found, Person) and by_person is not None:
        person = word.tx.people.lock_standing(found.person_id) or found
        return Outcome.UNKNOWN if is_closed(word.tx, person) else by_person(word, person)
    if isinstance(found, Organisation) and by_organisation is not None:
        return by_organisation(word, found)
    return Contradiction.MALFORMED  # a type nobody here knows, or about another kind of subject


def _person_of(tx: Tx, event: LifeEvent) -> Person | None:
    person_id = person_of(tx, event.subject.personal_id) if event.subject.personal_id else None
    return None if person_id is None else tx.people.get(person_id)


def _organisation_of(tx: Tx, event: LifeEvent) -> Organisation | None:
    """Return an organisation by its tax code; of a household business that is its owner's number, of now or before."""
    code = event.subject.tax_code
    for scheme in (OrganisationScheme.TAX_CODE, OrganisationScheme.PERSONAL_ID):
        found = tx.organisations.find(scheme, code)
        if found is not None:
            return found
    return None


def _subject(found: Person | Organisation | None) -> str:
    match found:
        case Person():
            return person_subject(found.person_id)
        case Organisation():
            return organisation_subject(found.organisation_id)
        case None:
            return ""
