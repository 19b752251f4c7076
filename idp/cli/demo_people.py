"""A person of the demo city as a record of the provider. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from functools import lru_cache
from types import MappingProxyType

from demo.city import Address as CityAddress
from demo.city import Person as CityPerson
from idp.ids import PersonId
from idp.people.model import (
    Address,
    Attribute,
    IdentifierScheme,
    NumberCause,
    Origin,
    Person,
    PersonProfile,
    PersonStatus,
    Source,
)

_STATUSES = {"locked": PersonStatus.LOCKED, "deceased": PersonStatus.DECEASED}
_CAUSES = {
    "sex re-determined": NumberCause.SEX_DETERMINED,
    "birth year corrected": NumberCause.BIRTH_YEAR_CORRECTED,
    "number given twice": NumberCause.GIVEN_TWICE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundBy:
    """One more identifier of a person; `valid_to` and `cause` of a number that was replaced."""

    scheme: IdentifierScheme
    value: str = field(repr=False)
    valid_to: datetime | None = None
    cause: str = ""


def has_record(person: CityPerson) -> bool:
    """Tell whether the city knows this person already: who reached level 02; others come with their first sign-in."""
    return person.account_level == 2


def is_only_a_ward(person: CityPerson, wards: Collection[str]) -> bool:
    """Tell whether the city knows this person through a parent or guardian alone: without an account of their own."""
    return person.account_level == 0 and person.key in wards


def as_person(person: CityPerson, now: datetime) -> Person:
    """Return the record."""
    address = as_address(person.address)
    is_citizen = person.nationality == "VNM"
    return Person(
        person_id=PersonId(str(person.uuid)),
        status=status_of(person),
        status_reason=person.lock_reason or "",
        account_level=person.account_level,
        commune_code=address.ward_code,
        birth_year=person.birth_year,
        synthetic=True,
        created_at=now,
        updated_at=now,
        profile=PersonProfile(
            full_name=person.full_name,
            family_name=person.family_name,
            middle_name=person.middle_name,
            given_name=person.given_name,
            gender=person.sex,
            birthdate=birthdate_of(person),
            nationality=person.nationality,
            personal_id=person.personal_id if is_citizen else "",
            foreigner_id="" if is_citizen else person.personal_id,
            phone=person.phone or "",
            phone_verified=person.phone is not None,
            email=person.email or "",
            email_verified=False,
            address=address,
            origins=stated(person.account_level, now),
        ),
    )


def status_of(person: CityPerson) -> PersonStatus:
    """Return what the record says of the person."""
    return (
        PersonStatus.DECEASED if person.died_on else _STATUSES.get(person.account_status, PersonStatus.ACTIVE)
    )


def birthdate_of(person: CityPerson) -> str:
    """Return the day of birth, or the year where no more is known."""
    is_known = person.birth_date is not None and person.birth_precision == "day"
    return person.birth_date.isoformat() if person.birth_date and is_known else str(person.birth_year)


@lru_cache
def stated(level: int, at: datetime) -> Mapping[Attribute, Origin]:
    """Return who stated what of everybody of a level: there are only three of these."""
    return MappingProxyType(dict.fromkeys(Attribute, Origin(source=Source.REGISTER, level=level, at=at)))


def as_address(written: CityAddress) -> Address:
    """Return the address as its source wrote it; where the old commune was split, none of the new ones."""
    is_split = len(written.candidates) > 1
    return Address(
        ward_code="" if is_split else written.ward_code,
        candidates=written.candidates if is_split else (),
        detail=written.detail,
        formatted=written.as_written,
        as_written=written.as_written,
        valid_from=written.valid_from.isoformat(),
    )


def also_found_by(person: CityPerson) -> tuple[FoundBy, ...]:
    """Return earlier numbers, the number of an old identity card and of a passport."""
    earlier = (
        FoundBy(
            scheme=IdentifierScheme.PERSONAL_ID,
            value=one.number,
            valid_to=datetime.combine(one.cancelled_on, time(), UTC),
            cause=_CAUSES[one.cause].value,
        )
        for one in person.earlier_ids
    )
    numbers = ((IdentifierScheme.CMND9, person.cmnd9), (IdentifierScheme.PASSPORT, person.passport))
    return (*earlier, *(FoundBy(scheme=scheme, value=value) for scheme, value in numbers if value))
