"""What can happen to a person or an enterprise: the types of event and the facts each one carries."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from federation.national_mock.registers.records import (
    AccountLevel,
    BirthDate,
    CardStatus,
    Day,
    EnterpriseStatus,
    Gender,
    Part,
    PersonalId,
    Relation,
    Representative,
    TaxCode,
    Text,
)

Reference = Annotated[str, Field(min_length=1, max_length=200)]
"""The letter or decision behind it."""
NumberCause = Literal["sex-determined", "birth-year-corrected", "data-corrected", "given-twice"]


class OfPerson(Part):
    personal_id: PersonalId


class OfEnterprise(Part):
    tax_code: TaxCode


class NoFacts(Part):
    """The type says it all."""


class Died(Part):
    died_on: Day


class Corrected(Part):
    """Only what is said changes."""

    family_name: Text | None = None
    middle_name: Text | None = None
    given_name: Text | None = None
    name: Text | None = Field(default=None, min_length=1)
    gender: Gender | None = None
    birthdate: BirthDate | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set or any(getattr(self, name) is None for name in self.model_fields_set):
            raise ValueError("a correction says what is right")
        return self


class NumberChanged(Part):
    new: PersonalId
    cause: NumberCause


class CardChanged(Part):
    status: CardStatus
    expires_on: Day | None


class ResidenceChanged(Part):
    until: Day | None
    ward_code: str | None = None
    detail: Text | None = None
    as_written: Text | None = None


class LockChanged(Part):
    reference: Reference


class LevelChanged(Part):
    account_level: AccountLevel


class RelationsChanged(Part):
    """All of the person's relations from now on."""

    relations: tuple[Relation, ...]


class StatusChanged(Part):
    status: EnterpriseStatus


class RepresentativesChanged(Part):
    """All who act for the enterprise from now on."""

    representatives: tuple[Representative, ...]


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PersonDied(_Event):
    type: Literal["person.died"]
    subject: OfPerson
    facts: Died


class PersonDeathRevoked(_Event):
    """It was entered in error."""

    type: Literal["person.death_revoked"]
    subject: OfPerson
    facts: NoFacts


class PersonCorrected(_Event):
    type: Literal["person.corrected"]
    subject: OfPerson
    facts: Corrected


class PersonNumberChanged(_Event):
    """The subject is the old number."""

    type: Literal["person.number_changed"]
    subject: OfPerson
    facts: NumberChanged


class PersonCard(_Event):
    type: Literal["person.card"]
    subject: OfPerson
    facts: CardChanged


class PersonResidence(_Event):
    type: Literal["person.residence"]
    subject: OfPerson
    facts: ResidenceChanged


class PersonLocked(_Event):
    type: Literal["person.locked"]
    subject: OfPerson
    facts: LockChanged


class PersonUnlocked(_Event):
    type: Literal["person.unlocked"]
    subject: OfPerson
    facts: LockChanged


class PersonLevel(_Event):
    type: Literal["person.level"]
    subject: OfPerson
    facts: LevelChanged


class RelationChanged(_Event):
    type: Literal["relation.changed"]
    subject: OfPerson
    facts: RelationsChanged


class OrganisationStatus(_Event):
    type: Literal["organisation.status"]
    subject: OfEnterprise
    facts: StatusChanged


class OrganisationRepresentatives(_Event):
    type: Literal["organisation.representatives"]
    subject: OfEnterprise
    facts: RepresentativesChanged


PersonEvent = (
    PersonDied
    | PersonDeathRevoked
    | PersonCorrected
    | PersonNumberChanged
    | PersonCard
    | PersonResidence
    | PersonLocked
    | PersonUnlocked
    | PersonLevel
    | RelationChanged
)
EnterpriseEvent = OrganisationStatus | OrganisationRepresentatives
Event = PersonEvent | EnterpriseEvent
_READER: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])
TYPES: tuple[str, ...] = (
    "person.died",
    "person.death_revoked",
    "person.corrected",
    "person.number_changed",
    "person.card",
    "person.residence",
    "person.locked",
    "person.unlocked",
    "person.level",
    "relation.changed",
    "organisation.status",
    "organisation.representatives",
)


def read_event(document: object) -> Event:
    """Return the event a document says; ValueError (pydantic's) for anything else."""
    return _READER.validate_python(document)


def told(event: Event) -> dict[str, object]:
    """Return type, subject and facts as they stand in the feed: only what was said."""
    return event.model_dump(mode="json", by_alias=True, exclude_unset=True)
