"""A small city: its people, who is whose parent, who represents what; the same for every sequence."""

from dataclasses import dataclass, replace
from typing import Any

from idp.audit.occasion import Occasion
from idp.clock import Clock
from idp.ids import OrganisationId
from idp.mandates import service as mandates
from idp.people.model import Person
from tests.organisations.samples import make_organisation
from tests.stores.mandate_samples import make_citizen
from tests.stores.samples import NOW, make_client

ADULTS, CHILDREN, COMPANIES = 5, 2, 3
CLIENTS = ("first", "second")


@dataclass
class City:
    """Who there is; the same for every sequence, which is rolled back."""

    adults: tuple[Person, ...]
    children: tuple[Person, ...]
    foreigner: Person
    companies: tuple[OrganisationId, ...]
    codes: tuple[str, ...]

    @property
    def people(self) -> tuple[Person, ...]:
        return (*self.adults, *self.children, self.foreigner)


def make_city() -> City:
    """Return people and organisations; `settle` stores them."""
    children = tuple(_born(f"20{10 + 4 * n}-06-0{n + 1}") for n in range(CHILDREN))
    foreigner = make_citizen()
    number = f"F{foreigner.profile.personal_id[1:]}"
    profile = replace(foreigner.profile, personal_id="", foreigner_id=number, nationality="KOR")
    codes = ("0200000007", "0201234569", "0800123459")
    return City(
        adults=tuple(make_citizen() for _ in range(ADULTS)),
        children=children,
        foreigner=replace(foreigner, profile=profile),
        companies=(),
        codes=codes,
    )


def _born(day: str) -> Person:
    person = make_citizen(birth_year=int(day[:4]))
    return replace(person, profile=replace(person.profile, birthdate=day))


def settle(tx: Any, city: City) -> None:
    """Store the city: each company with a director, each child with two parents."""
    occasion = Occasion(clock=Clock(lambda: NOW), now=NOW, txn="city")
    tx.people.add_many(city.people)
    for client_id in CLIENTS:
        address = f"https://{client_id}.example/bcl"
        tx.clients.put(make_client(client_id, sector=client_id, backchannel_logout_uri=address), NOW)
    companies = [make_organisation(identifier=code) for code in city.codes]
    city.companies = tuple(one.organisation_id for one in companies)
    for place, company in enumerate(companies):
        tx.organisations.add(company)
        director = city.adults[place].person_id
        mandates.replace_representatives(
            tx, company.organisation_id, [director], actor="register:test", occasion=occasion
        )
    for place, child in enumerate(city.children):
        parents = [city.adults[place].person_id, city.adults[place + 1].person_id]
        mandates.replace_parents(tx, child.person_id, parents, actor="register:test", occasion=occasion)
