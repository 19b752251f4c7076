"""The personas as records of the city: their families, companies, posts and powers.

DOMAIN §5.5. Built from demo/personas.yaml, the same in every city, whatever its size and seed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from demo.city.addresses import address_in, old_address_in
from demo.city.agencies import commune_agency_code
from demo.city.model import (
    Address,
    Card,
    EarlierNumber,
    Household,
    Mandate,
    Official,
    Organisation,
    Person,
    Post,
    Record,
)
from demo.city.names import name_of
from demo.city.personas import document, load


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """An accounting firm whose only accountant is a persona."""

    key: str
    accountant: str
    clients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    people: tuple[Person, ...]
    households: tuple[Household, ...]
    contested: frozenset[str]
    """Children whose parents are in conflict."""
    organisations: tuple[Organisation, ...]
    officials: tuple[Official, ...]
    mandates: tuple[Mandate, ...]
    wards: frozenset[str]
    """Communes whose agencies must exist."""
    firm: Firm


@cache
def the_cast() -> Cast:
    rows = [row for row in document()["personas"] if "person" in row]
    posts = [post for row in rows for post in row.get("official", {}).get("posts", ())]
    devices = [persona.device for persona in load() if persona.device]
    people = tuple(_person(row["slug"], row["person"]) for row in rows)
    organisations = document()["organisations"]
    return Cast(
        people=people,
        households=tuple(_households(people)),
        contested=frozenset(row["slug"] for row in rows if row["person"].get("contested")),
        organisations=tuple(_organisation(row) for row in organisations),
        officials=tuple(
            _official(person, row["official"])
            for person, row in zip(people, rows, strict=True)
            if "official" in row
        ),
        mandates=tuple(_mandate(number, row) for number, row in enumerate(document()["mandates"], start=1)),
        wards=frozenset(post["ward"] for post in posts if "ward" in post)
        | {device.ward_code for device in devices},
        firm=next(
            Firm(key=row["key"], accountant=row["representatives"][0], clients=row["clients"])
            for row in organisations
            if "clients" in row
        ),
    )


def _person(slug: str, row: dict[str, Any]) -> Person:
    name = name_of(row["family_name"], row.get("middle_name", ""), row["given_name"])
    birth = row.get("birth_date")
    return Person(
        key=slug,
        uuid=UUID(row["uuid"]),
        family_name=name.family,
        middle_name=name.middle,
        given_name=name.given,
        full_name=name.full,
        sex=row["sex"],
        birth_date=birth,
        birth_year=birth.year if birth else row["birth_year"],
        birth_precision="day" if birth else "year",
        personal_id=row["personal_id"],
        earlier_ids=tuple(EarlierNumber(**earlier) for earlier in row.get("earlier_ids", ())),
        cmnd9=row.get("cmnd9"),
        nationality=row.get("nationality", "VNM"),
        passport=row.get("passport"),
        card=_card(row["card"]) if "card" in row else None,
        phone=row.get("phone"),
        email=row.get("email"),
        address=_address(row),
        account_level=row.get("account_level", 2),
        account_status=row.get("account_status", "active"),
        lock_reason=row.get("lock_reason"),
        died_on=row.get("died_on"),
        household=row.get("household", f"h-{slug}"),
        parents=tuple(row.get("parents", ())),
        spouse=row.get("spouse"),
    )


def _card(row: dict[str, Any]) -> Card:
    return Card(issued=row["issued"], expires=row.get("expires"), status=row.get("status", "valid"))


def _address(row: dict[str, Any]) -> Address:
    old = row.get("old_address")
    if old is None:
        return address_in(row["ward_code"], row["detail"])
    return old_address_in(
        old["name"], old["district"], row["ward_code"], row["detail"], valid_from=old["valid_from"]
    )


def _households(people: tuple[Person, ...]) -> Iterator[Household]:
    for key in dict.fromkeys(person.household for person in people):
        members = [person for person in people if person.household == key]
        yield Household(
            key=key,
            head=members[0].key,
            members=tuple(person.key for person in members),
            address=members[0].address,
        )


def _organisation(row: dict[str, Any]) -> Organisation:
    return Organisation(
        key=row["key"],
        uuid=UUID(row["uuid"]),
        kind=row["kind"],
        scheme=row["scheme"],
        identifier=row["identifier"],
        name=row["name"],
        short_name=None,
        foreign_name=row.get("foreign_name"),
        legal_form=row["legal_form"],
        status=row.get("status", "active"),
        founded=row["founded"],
        address=address_in(row["ward_code"], row["detail"]),
        parent=None,
        representatives=tuple(row["representatives"]),
        accounting_firm=row.get("accounting_firm", False),
    )


def _official(person: Person, row: dict[str, Any]) -> Official:
    return Official(
        key=f"c-{person.key}",
        employee_number=row["employee_number"],
        person=person.key,
        full_name=person.full_name,
        personal_id=person.personal_id,
        email=row["email"],
        status=row.get("status", "active"),
        posts=tuple(
            Post(
                agency_code=commune_agency_code(post["ward"]) if "ward" in post else post["agency"],
                position=post["position"],
                roles=tuple(post["roles"]),
                valid_from=post["valid_from"],
                valid_to=post.get("valid_to"),
            )
            for post in row["posts"]
        ),
    )


def _mandate(number: int, row: dict[str, Any]) -> Mandate:
    services = tuple(row.get("services", ()))
    return Mandate(
        key=f"m-persona-{number}",
        principal_kind="organisation",
        principal=row["principal"],
        delegate=row["delegate"],
        through=None,
        source="appointed",
        role=row["role"],
        powers="listed" if services else "full",
        services=services,
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        status=row.get("status", "active"),
        revoked_on=None,
    )


def records() -> Iterator[Record]:
    """Everything but what follows from it (kinship, powers from the register)."""
    yield from the_cast().households
    yield from the_cast().people
    yield from the_cast().organisations
    yield from the_cast().officials
    yield from the_cast().mandates
