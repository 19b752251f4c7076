"""A whole city from a size and a seed.

`stream` yields the records one by one and keeps little in memory, for loading a large city; `generate`
collects them. The order is part of the result: agencies, then people household by household, then
organisations, powers, officials.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice
from typing import TypeVar

from demo.city import cast
from demo.city.agencies import build_agencies
from demo.city.candidates import Pool
from demo.city.households import draw_households, kinship
from demo.city.mandates import Powers
from demo.city.model import (
    Agency,
    City,
    Household,
    Mandate,
    Official,
    Organisation,
    Person,
    Record,
    Relation,
)
from demo.city.numbers import Numbers
from demo.city.officials import draw_officials
from demo.city.organisations import Register
from demo.city.people import Census
from demo.city.sizes import Sizes, sizes_of

_Kind = TypeVar("_Kind")


def generate(size: str | int = "demo", seed: int = 31) -> City:
    """The city of that size: "demo", "load", "full" or a number of residents. Same arguments, same city."""
    records = list(stream(size, seed))
    return City(
        residents=sizes_of(size).residents,
        seed=seed,
        people=_only(Person, records),
        households=_only(Household, records),
        relations=_only(Relation, records),
        organisations=_only(Organisation, records),
        agencies=_only(Agency, records),
        officials=_only(Official, records),
        mandates=_only(Mandate, records),
    )


def stream(size: str | int = "demo", seed: int = 31) -> Iterator[Record]:
    """The same city, record by record.

    A record comes after those it points at; but a household comes before its people, and within a household
    a parent or spouse may come later.
    """
    sizes = sizes_of(size)
    numbers = Numbers()
    pool = Pool(seed, sizes)
    agencies = list(build_agencies(sizes.agencies, needed_wards=cast.the_cast().wards))
    yield from agencies
    yield from cast.records()
    yield from kinship(numbers, cast.the_cast().people, contested=cast.the_cast().contested)
    yield from _people(sizes, Census(seed, numbers), pool)
    pool.shuffle()
    yield from _organisations(sizes, Register(seed, numbers, pool), Powers(seed, numbers, pool))
    officials = sizes.officials - len(cast.the_cast().officials)
    yield from draw_officials(seed, numbers, pool, agencies, officials)


def digest(city: City) -> str:
    """A fingerprint of all records in their order: equal for equal cities."""
    print_of = hashlib.sha256()
    for records in (
        city.people,
        city.households,
        city.relations,
        city.organisations,
        city.agencies,
        city.officials,
        city.mandates,
    ):
        for record in records:
            print_of.update(repr(record).encode())
    return print_of.hexdigest()


def _people(sizes: Sizes, census: Census, pool: Pool) -> Iterator[Record]:
    played = cast.the_cast().people
    for record in draw_households(
        census,
        residents=sizes.residents - len(played),
        foreigners=sizes.foreigners - sum(person.nationality != "VNM" for person in played),
    ):
        if isinstance(record, Person):
            pool.offer(record)
        yield record


def _organisations(sizes: Sizes, register: Register, powers: Powers) -> Iterator[Record]:
    """Organisations, each followed by its powers; those of the personas count towards the sizes."""
    played = Counter(organisation.kind for organisation in cast.the_cast().organisations)
    for organisation in cast.the_cast().organisations:
        yield from powers.of_representatives(organisation)
    enterprises = list(
        register.enterprises(
            sizes.enterprises - played["enterprise"], accounting_firms=max(0, sizes.accounting_firms - 1)
        )
    )
    for enterprise in enterprises:
        yield enterprise
        yield from powers.of_representatives(enterprise)
        yield from powers.of_staff(enterprise)
    units = register.dependent_units(sizes.dependent_units, enterprises)
    shops = register.household_businesses(sizes.household_businesses - played["household-business"])
    clients = list(islice(shops, cast.the_cast().firm.clients))
    others = register.others(sizes.other_organisations - played["school"])
    for organisation in chain(units, clients, shops, others):
        yield organisation
        yield from powers.of_representatives(organisation)
    yield from _firms(powers, enterprises, clients)


def _firms(powers: Powers, enterprises: list[Organisation], shops: list[Organisation]) -> Iterator[Mandate]:
    """Powers of accounting firms; that of the personas is filled up with shops to its number of clients."""
    firm = cast.the_cast().firm
    accountants = powers.accountants_of(
        [enterprise for enterprise in enterprises if enterprise.accounting_firm]
    )
    accountants[firm.key] = [firm.accountant]
    clients = 0
    for mandate in powers.of_firms(enterprises, accountants):
        clients += mandate.through == firm.key and mandate.status == "active"
        yield mandate
    for shop in shops[: firm.clients - clients]:
        yield powers.of_client(shop, firm=firm.key, accountant=firm.accountant)


def _only(kind: type[_Kind], records: list[Record]) -> tuple[_Kind, ...]:
    return tuple(record for record in records if isinstance(record, kind))
