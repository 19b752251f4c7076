"""The accounts file of the mocked national identity system.

DOMAIN §1.2 and §1.5. Only personas can sign in there, so only they are in the file. `sub` is opaque and is
not the number; an enterprise is known by its tax code, another organisation by its own code; whether the
assertion names the person who acts is open (DOMAIN §6.6), so both kinds exist.
"""

from typing import Any

from demo.city import personas
from demo.city.model import Address, City, Organisation, Person
from demo.city.numbers import opaque_of
from demo.city.personas import NationalSignIn, Persona

_PERSON_STATUS = {
    "active": "active",
    "locked": "locked",
    "inactive": "locked",
    "deceased": "deceased",
    "expired": "expired_card",
}
_ORGANISATION_STATUS = {"dissolved": "dissolved", "dissolving": "active", "active": "active"}


def accounts(city: City) -> list[dict[str, Any]]:
    """One row per persona with a national sign-in, ready for JSON."""
    people = {person.key: person for person in city.people}
    organisations = {organisation.key: organisation for organisation in city.organisations}
    rows = []
    for persona in personas.load():
        if persona.national is None:
            continue
        if persona.organisation is None:
            row = _citizen(people[persona.slug])
        else:
            organisation = organisations[persona.organisation]
            row = _organisation(organisation, people[organisation.representatives[0]])
        rows.append(_common(persona, persona.national) | row)
    return rows


def _common(persona: Persona, sign_in: NationalSignIn) -> dict[str, Any]:
    return {
        "sub": opaque_of("national sub", persona.slug),
        "tech_id": opaque_of("national TechID", persona.slug),
        "number": sign_in.number,
        "password": sign_in.password,
        "account_type": sign_in.account_type,
        "names_acting_person": sign_in.names_acting_person,
        "persona_note_vi": f"{persona.purpose_vi}. {persona.shows_vi}",
        "persona_note_en": f"{persona.purpose_en}. {persona.shows_en}",
    }


def _citizen(person: Person) -> dict[str, Any]:
    return {
        "account_level": person.account_level,
        "status": _PERSON_STATUS[person.account_status],
        "full_name": person.full_name,
        "birth_date": person.birth_date.isoformat() if person.birth_date else str(person.birth_year),
        "sex": person.sex,
        "nationality": person.nationality,
        "phone": person.phone,
        "email": person.email,
        "address": _address(person.address),
        "enterprise": None,
        "representative": None,
    }


def _organisation(organisation: Organisation, representative: Person) -> dict[str, Any]:
    tax_code = organisation.identifier if organisation.scheme == "tax-code" else None
    return {
        "account_level": 2,  # organisations have no levels; a level 02 person always stands behind one (§1.2)
        "status": _ORGANISATION_STATUS[organisation.status],
        "full_name": organisation.name,
        "birth_date": None,
        "sex": None,
        "nationality": None,
        "phone": None,
        "email": None,
        "address": _address(organisation.address),
        "enterprise": {"tax_code": tax_code, "code": organisation.identifier, "name": organisation.name},
        "representative": {"number": representative.personal_id, "full_name": representative.full_name},
    }


def _address(address: Address) -> dict[str, str]:
    return {"ward_code": address.ward_code, "detail": address.detail}
