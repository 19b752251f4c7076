"""Name, sex and birth date put right by the population register: the record changes, nobody is signed out."""

from collections.abc import Mapping
from dataclasses import replace

from idp.audit.events import EventType
from idp.life_events.facts import Correction
from idp.life_events.model import Outcome
from idp.life_events.service.word import Word
from idp.mandates.service import move_majority
from idp.people.model import Attribute, Person, PersonProfile
from idp.people.name_parts import split_name
from idp.people.provenance import merge

_PARTS = ("family_name", "middle_name", "given_name")


def correct(word: Word, person: Person, said: Correction) -> Outcome:
    """Take over what has the last word, attribute by attribute."""
    names = {name: value for name, value in said.names.items() if word.is_last(name)}
    stated: dict[Attribute, Mapping[str, object]] = {}
    if names:
        stated[Attribute.NAME] = corrected_name(person.profile, names)
    if said.gender is not None and word.is_last("gender"):
        stated[Attribute.GENDER] = {"gender": said.gender}
    if said.birthdate is not None and word.is_last("birthdate"):
        stated[Attribute.BIRTHDATE] = {"birthdate": said.birthdate}
    if not stated:
        return Outcome.STALE
    profile = merge(person.profile, stated, word.origin, unknown=word.origin).profile
    if Attribute.NAME in stated:  # one whole name may be cut into other parts
        profile = profile.saying(stated[Attribute.NAME])
    fields = [
        name
        for name in ("full_name", *_PARTS, "gender", "birthdate")
        if getattr(profile, name) != getattr(person.profile, name)
    ]
    if not fields:
        if profile != person.profile:  # the register says what was known: it is surer now
            word.tx.people.update(replace(person, profile=profile))
        return Outcome.UNCHANGED
    year = int(profile.birthdate[:4]) if profile.birthdate else person.birth_year
    after = replace(person, profile=profile, birth_year=year, updated_at=word.occasion.now)
    word.tx.people.update(after)
    word.tx.audit.add(
        word.occasion.event(
            EventType.PERSON_UPDATED, actor=word.actor, person_id=person.person_id, fields=sorted(fields)
        )
    )
    move_majority(
        word.tx,
        person.person_id,
        person.profile.birthdate,
        profile.birthdate,
        actor=word.actor,
        occasion=word.occasion,
    )
    return Outcome.APPLIED


def corrected_name(profile: PersonProfile, names: Mapping[str, str]) -> Mapping[str, object]:
    """Return the whole name and its parts, where some of the four are said and the rest stays."""
    parts = {name: names[name] for name in _PARTS if name in names}
    whole = names.get("name", "")
    if whole and not parts:
        if profile.foreigner_id:  # a foreign name is left whole: its parts would be a guess
            return {"full_name": whole, **dict.fromkeys(_PARTS, "")}
        cut = split_name(whole)
        return {"full_name": whole, **{name: getattr(cut, name) for name in _PARTS}}
    known = {name: parts.get(name, getattr(profile, name)) for name in _PARTS}
    return {"full_name": whole or " ".join(part for part in known.values() if part), **known}
