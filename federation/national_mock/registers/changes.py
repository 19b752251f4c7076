"""What an event makes of the records it touches. Pure."""

from federation.national_mock.registers.events import (
    Corrected,
    EnterpriseEvent,
    OrganisationStatus,
    PersonCard,
    PersonCorrected,
    PersonDeathRevoked,
    PersonDied,
    PersonEvent,
    PersonLevel,
    PersonLocked,
    PersonNumberChanged,
    PersonResidence,
    PersonUnlocked,
    ResidenceChanged,
)
from federation.national_mock.registers.records import (
    INVERSE,
    Card,
    Enterprise,
    Person,
    Relation,
    Residence,
)


def changed_person(person: Person, event: PersonEvent) -> Person:
    """Return the record after the event."""
    return person.model_copy(update=_changes(person, event))


def changed_enterprise(enterprise: Enterprise, event: EnterpriseEvent) -> Enterprise:
    """Return the record after the event."""
    if isinstance(event, OrganisationStatus):
        return enterprise.model_copy(update={"status": event.facts.status})
    return enterprise.model_copy(update={"representatives": event.facts.representatives})


def mirrored(other: Person, *, subject: str, relations: tuple[Relation, ...]) -> Person:
    """Return the other one's record after the relations of `subject` are these: what each is to the other agrees."""
    back = tuple(
        Relation(kind=INVERSE[relation.kind], personal_id=subject, contested=relation.contested)
        for relation in relations
        if relation.personal_id == other.personal_id
    )
    kept = tuple(relation for relation in other.relations if relation.personal_id != subject)
    return other.model_copy(update={"relations": kept + back})


def renumbered(other: Person, *, old: str, new: str) -> Person:
    """Return the record of somebody related to the person whose number changed."""
    relations = tuple(
        relation.model_copy(update={"personal_id": new}) if relation.personal_id == old else relation
        for relation in other.relations
    )
    return other.model_copy(update={"relations": relations})


def renumbered_enterprise(enterprise: Enterprise, *, old: str, new: str) -> Enterprise:
    """Return the record of an enterprise for which the person acts whose number changed."""
    representatives = tuple(
        one.model_copy(update={"personal_id": new}) if one.personal_id == old else one
        for one in enterprise.representatives
    )
    return enterprise.model_copy(update={"representatives": representatives})


def _changes(person: Person, event: PersonEvent) -> dict[str, object]:
    match event:
        case PersonDied():
            return {"dead": True, "died_on": event.facts.died_on}
        case PersonDeathRevoked():
            return {"dead": False, "died_on": None}
        case PersonCorrected():
            return _corrections(person, event.facts)
        case PersonNumberChanged():
            former = (*person.former_ids, person.personal_id)
            return {"personal_id": event.facts.new, "former_ids": former}
        case PersonCard():
            return {"card": Card(status=event.facts.status, expires_on=event.facts.expires_on)}
        case PersonResidence():
            return {"residence": _residence(person.residence, event.facts)}
        case PersonLocked() | PersonUnlocked():
            return {"locked": isinstance(event, PersonLocked)}
        case PersonLevel():
            return {"account_level": event.facts.account_level}
        case _:
            return {"relations": event.facts.relations}


def _corrections(person: Person, facts: Corrected) -> dict[str, object]:
    """Return what is right now; a full name follows its parts when they alone were said."""
    said = facts.model_dump(exclude_unset=True)
    parts = ("family_name", "middle_name", "given_name")
    if "name" not in said and any(part in said for part in parts):
        said["name"] = " ".join(filter(None, (said.get(part, getattr(person, part)) for part in parts)))
    return said


def _residence(residence: Residence, facts: ResidenceChanged) -> Residence:
    said = {name: value for name, value in facts.model_dump().items() if value is not None}
    return residence.model_copy(update=said | {"until": facts.until})
