"""Events about people: each a function from the word to what became of it. The person's row is locked by then."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from idp.audit.events import EventType
from idp.database import Done
from idp.days import day_of
from idp.life_events import facts
from idp.life_events.model import Contradiction, Ground, LifeEventType, Outcome
from idp.life_events.service.correcting import correct
from idp.life_events.service.levels import settle_level
from idp.life_events.service.papers import settle_card, settle_residence
from idp.life_events.service.relations import take_relations
from idp.life_events.service.standing import grounds_of, lift_ground, open_ground
from idp.life_events.service.word import Word
from idp.people.addresses import place
from idp.people.model import Attribute, IdentifierScheme, Person
from idp.people.provenance import merge
from idp.people.service import change_personal_id

Applied = Outcome | Contradiction


def died(word: Word, person: Person) -> Applied:
    """A death: everything ends."""
    day = facts.died_on(word.event.facts, today=day_of(word.occasion.now))
    if not word.is_last("death"):
        return Outcome.STALE
    reason = f"{word.reason}, died on {day}" if day else word.reason
    return _applied(
        open_ground(word.tx, person.person_id, Ground.DEAD, reason, actor=word.actor, occasion=word.occasion)
    )


def death_revoked(word: Word, person: Person) -> Applied:
    """A death entered in error: the account opens, what ended stays so."""
    if not word.is_last("death"):
        return Outcome.STALE
    if Ground.DEAD not in grounds_of(word.tx, person):
        return Contradiction.NOT_DEAD
    return _applied(_lift(word, person, Ground.DEAD, word.reason))


def locked(word: Word, person: Person) -> Applied:
    """The national account is locked."""
    reason = _with_reference(word)
    if not word.is_last("national-lock"):
        return Outcome.STALE
    return _applied(
        open_ground(
            word.tx, person.person_id, Ground.NATIONAL, reason, actor=word.actor, occasion=word.occasion
        )
    )


def unlocked(word: Word, person: Person) -> Applied:
    """It is unlocked; what else locks it here goes on."""
    reason = _with_reference(word)
    if not word.is_last("national-lock"):
        return Outcome.STALE
    return _applied(_lift(word, person, Ground.NATIONAL, reason))


def card(word: Word, person: Person) -> Applied:
    """An identity card is good, or not any more."""
    status, expires_on = facts.card(word.event.facts)
    if not word.is_last("card"):
        return Outcome.STALE
    before = word.tx.life_states.get(person.person_id)
    word.tx.life_states.set_card(person.person_id, status, expires_on)
    changed = settle_card(word.tx, person.person_id, actor=word.actor, occasion=word.occasion)
    same = (before.card_status, before.card_expires_on) == (status, expires_on)
    return _applied(changed or not same)


def residence(word: Word, person: Person) -> Applied:
    """A foreigner's residence ends on another day, or never; and is somewhere, if that is said."""
    said = facts.residence(word.event.facts)
    if said.until and person.profile.personal_id:
        return Contradiction.NOT_A_FOREIGNER
    changed = False
    if word.is_last("residence"):
        before = word.tx.life_states.get(person.person_id).residence_until
        word.tx.life_states.set_residence(person.person_id, said.until)
        changed = settle_residence(
            word.tx, person.person_id, word.reason, actor=word.actor, occasion=word.occasion
        )
        if before != said.until:
            _record(word, person, EventType.PERSON_RESIDENCE_CHANGED, until=said.until or None)
            changed = True
    if (said.ward_code or said.detail or said.as_written) and word.is_last("address"):
        address = place(code=said.ward_code, detail=said.detail, as_written=said.as_written)
        stated = {Attribute.ADDRESS: {"address": address}}
        merged = merge(person.profile, stated, word.origin, unknown=word.origin).profile
        if merged.address != person.profile.address:
            commune = merged.address.ward_code if merged.address else person.commune_code
            moved = replace(person, profile=merged, commune_code=commune, updated_at=word.occasion.now)
            word.tx.people.update(moved)
            _record(word, person, EventType.PERSON_UPDATED, fields=["address"])
            changed = True
    return _applied(changed)


def level(word: Word, person: Person) -> Applied:
    """The national account has another level."""
    new = facts.level(word.event.facts)
    if not word.is_last("level"):
        return Outcome.STALE
    if new == person.account_level:
        return Outcome.UNCHANGED
    word.tx.people.update(replace(person, account_level=new, updated_at=word.occasion.now))
    ended = settle_level(
        word.tx,
        person.person_id,
        was=person.account_level,
        level=new,
        actor=word.actor,
        occasion=word.occasion,
    )
    _record(
        word,
        person,
        EventType.PERSON_LEVEL_CHANGED,
        was=person.account_level,
        level=new,
        sessions=ended.sessions,
        grants=ended.grants,
    )
    return Outcome.APPLIED


def number_changed(word: Word, person: Person) -> Applied:
    """Another personal ID number: the same record, the same `sub` everywhere."""
    new, cause = facts.number_change(word.event.facts)
    if not word.is_last("number"):
        return Outcome.STALE
    if new == person.profile.personal_id:
        return Outcome.UNCHANGED
    done = change_personal_id(
        word.tx, person.person_id, new, cause, word.occasion, actor=word.actor, reason=word.reason
    )
    if isinstance(done, Done):
        return Outcome.APPLIED
    holder = word.tx.people.find_by_identifier(IdentifierScheme.PERSONAL_ID, new)
    return Contradiction.MALFORMED if holder is None else Contradiction.NUMBER_TAKEN


def corrected(word: Word, person: Person) -> Applied:
    """Name, sex or birth date was put right."""
    return correct(word, person, facts.correction(word.event.facts, today=day_of(word.occasion.now)))


def related(word: Word, person: Person) -> Applied:
    """All relations of a person: parents and guardians of a child act for it."""
    said = facts.relations(word.event.facts)
    return take_relations(word, person, said) if word.is_last("relations") else Outcome.STALE


OF_PEOPLE: Mapping[str, Callable[[Word, Person], Applied]] = {
    LifeEventType.DIED: died,
    LifeEventType.DEATH_REVOKED: death_revoked,
    LifeEventType.CORRECTED: corrected,
    LifeEventType.NUMBER_CHANGED: number_changed,
    LifeEventType.CARD: card,
    LifeEventType.RESIDENCE: residence,
    LifeEventType.LOCKED: locked,
    LifeEventType.UNLOCKED: unlocked,
    LifeEventType.LEVEL: level,
    LifeEventType.RELATIONS: related,
}


def _applied(changed: bool) -> Outcome:  # noqa: FBT001 - the outcome of what was called
    return Outcome.APPLIED if changed else Outcome.UNCHANGED


def _lift(word: Word, person: Person, ground: Ground, reason: str) -> bool:
    return lift_ground(word.tx, person.person_id, ground, reason, actor=word.actor, occasion=word.occasion)


def _with_reference(word: Word) -> str:
    reference = facts.reference(word.event.facts)
    return f"{word.reason}, {reference}" if reference else word.reason


def _record(word: Word, person: Person, event: EventType, **payload: object) -> None:
    word.tx.audit.add(word.occasion.event(event, actor=word.actor, person_id=person.person_id, **payload))
