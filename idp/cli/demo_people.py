"""A person of the demo city as a record of the provider. Pure."""

from datetime import datetime

from demo.city import Person as CityPerson
from idp.ids import PersonId
from idp.people.model import Address, Person, PersonProfile, PersonStatus

_STATUSES = {"locked": PersonStatus.LOCKED, "deceased": PersonStatus.DECEASED}


def has_record(person: CityPerson) -> bool:
    """Tell whether the city knows this person already: who reached level 02; others come with their first sign-in."""
    return person.account_level == 2


def as_person(person: CityPerson, now: datetime) -> Person:
    """Return the record."""
    birthdate = person.birth_date.isoformat() if person.birth_date else str(person.birth_year)
    return Person(
        person_id=PersonId(str(person.uuid)),
        status=_STATUSES.get(person.account_status, PersonStatus.ACTIVE),
        status_reason=person.lock_reason or "",
        account_level=person.account_level,
        commune_code=person.address.ward_code,
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
            birthdate=birthdate if person.birth_precision == "day" else str(person.birth_year),
            nationality=person.nationality,
            personal_id=person.personal_id,
            phone=person.phone or "",
            phone_verified=person.phone is not None,
            email=person.email or "",
            email_verified=False,
            address=Address(
                ward_code=person.address.ward_code,
                detail=person.address.detail,
                formatted=person.address.as_written,
            ),
        ),
    )
