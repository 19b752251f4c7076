"""The registers file of the mocked national system: the population register and the enterprise register of a city.

DOMAIN §1.4–1.5. Everybody is in it, with an account or without. What each is to the other stands in both records.
"""

from collections import defaultdict
from datetime import date
from typing import Any

from demo.city.model import Card, City, Organisation, Person, RelationKind

_INVERSE: dict[RelationKind, str] = {"parent": "child", "guardian": "ward", "spouse": "spouse"}
_TAX_SCHEMES = ("tax-code", "personal-id")
"""A household business has its owner's number for a tax code (Circular 86/2024)."""
_LOCKED = ("locked", "inactive")
_CITIZEN = "VNM"


def registers(city: City) -> dict[str, list[dict[str, Any]]]:
    """Both registers, ready for JSON."""
    numbers = {person.key: person.personal_id for person in city.people}
    relations = _relations(city, numbers)
    return {
        "people": [_person(person, relations[person.key]) for person in city.people],
        "enterprises": [
            _enterprise(organisation, numbers)
            for organisation in city.organisations
            if organisation.scheme in _TAX_SCHEMES
        ],
    }


def _relations(city: City, numbers: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in city.relations:
        pair = ((one.other, one.kind, one.person), (one.person, _INVERSE[one.kind], one.other))
        for holder, kind, relative in pair:
            found[holder].append({"kind": kind, "personal_id": numbers[relative], "contested": one.contested})
    return found


def _person(person: Person, relations: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "personal_id": person.personal_id,
        "former_ids": [earlier.number for earlier in person.earlier_ids],
        "dead": person.account_status == "deceased" or person.died_on is not None,
        "died_on": _day(person.died_on),
        "locked": person.account_status in _LOCKED,
        "family_name": person.family_name,
        "middle_name": person.middle_name,
        "given_name": person.given_name,
        "name": person.full_name,
        "gender": person.sex,
        "birthdate": _day(person.birth_date) or str(person.birth_year),
        "nationality": person.nationality,
        "account_level": person.account_level,
        "card": person.card and {"status": person.card.status, "expires_on": _day(person.card.expires)},
        "residence": {
            "ward_code": person.address.ward_code,
            "detail": person.address.detail,
            "as_written": person.address.as_written,
            "until": _end_of_residence(person.nationality, person.card),
        },
        "relations": relations,
    }


def _end_of_residence(nationality: str, card: Card | None) -> str | None:
    """The card of a foreigner says until when they live here; a citizen's says nothing of that."""
    return None if nationality == _CITIZEN or card is None else _day(card.expires)


def _enterprise(organisation: Organisation, numbers: dict[str, str]) -> dict[str, Any]:
    return {
        "tax_code": organisation.identifier,
        "name": organisation.name,
        "status": organisation.status.replace("-", "_"),
        "representatives": [
            {"personal_id": numbers[key], "from": organisation.founded.isoformat()}
            for key in organisation.representatives
        ],
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
