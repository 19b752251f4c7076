"""Households with their people, kinship and the powers that come of it.

DOMAIN §3.3: a parent acts for a minor by birth certificate, a guardian by court order, both until the 18th
birthday; where parents are in conflict the power is blocked until a desk has decided.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date

from demo.city.addresses import draw_address
from demo.city.communes import communes
from demo.city.contacts import draw_phones
from demo.city.dates import AS_OF, birthday, day_between
from demo.city.model import Household, Mandate, Person, Record, Relation
from demo.city.names import Name
from demo.city.numbers import Numbers
from demo.city.people import Census, Kin
from demo.city.templates import Draft, draw_household, lone_adult


def draw_households(census: Census, *, residents: int, foreigners: int) -> Iterator[Record]:
    """Exactly `residents` people, foreigners among them, household by household with kinship and powers."""
    for _ in range(foreigners):
        yield from _foreign_household(census)
    remaining = residents - foreigners
    while remaining:
        drafts = draw_household(census.rng)
        if len(drafts) > remaining:
            drafts = lone_adult(census.rng)
        remaining -= len(drafts)
        yield from _settle(census, drafts)


def kinship(numbers: Numbers, people: Sequence[Person], *, contested: Collection[str]) -> Iterator[Record]:
    """Relations and parental powers among `people`; parents of the `contested` children are in conflict."""
    dead = {person.key for person in people if person.died_on}
    for person in people:
        if person.spouse and person.key < person.spouse:
            yield Relation(kind="spouse", person=person.key, other=person.spouse, contested=False)
        quarrel = person.key in contested
        for parent in person.parents:
            yield Relation(kind="parent", person=parent, other=person.key, contested=quarrel)
            if is_minor(person) and not dead & {person.key, parent}:
                yield _power_over(numbers, person, parent, contested=quarrel)


def is_minor(person: Person) -> bool:
    return person.birth_date is not None and birthday(person.birth_date, 18) > AS_OF


def _settle(census: Census, drafts: list[Draft]) -> Iterator[Record]:
    homes = [
        (f"h-{census.numbers.serial('household'):06d}", draw_address(census.rng))
        for _ in {draft.home for draft in drafts}
    ]
    phones = draw_phones(census.rng, census.numbers, [draft.age for draft in drafts])
    keys = [census.key() for _ in drafts]
    names = _draw_names(census, drafts)
    people = []
    for draft, key, name, phone in zip(drafts, keys, names, phones, strict=True):
        household, address = homes[draft.home]
        parents = tuple(keys[parent] for parent in draft.parents)
        spouse = None if draft.spouse is None else keys[draft.spouse]
        people.append(
            census.citizen(
                kin=Kin(key=key, household=household, parents=parents, spouse=spouse),
                name=name,
                sex=draft.sex,
                age=draft.age,
                address=address,
                home=communes()[address.ward_code].former_province,
                phone=phone,
            )
        )
    yield from households_of(people)
    yield from people
    contested = {key for key, draft in zip(keys, drafts, strict=True) if draft.contested}
    yield from kinship(census.numbers, people, contested=contested)
    for person, draft in zip(people, drafts, strict=True):
        if draft.guardian is not None:
            yield from _guardianship(census, person, people[draft.guardian])


def households_of(people: Sequence[Person]) -> Iterator[Household]:
    """The households these people make up; the first member is the head."""
    members: dict[str, list[Person]] = {}
    for person in people:
        members.setdefault(person.household, []).append(person)
    for key, those in members.items():
        yield Household(
            key=key,
            head=those[0].key,
            members=tuple(person.key for person in those),
            address=those[0].address,
        )


def _foreign_household(census: Census) -> Iterator[Record]:
    household = f"h-{census.numbers.serial('household'):06d}"
    person = census.foreigner(
        kin=Kin(key=census.key(), household=household), address=draw_address(census.rng)
    )
    yield from households_of([person])
    yield person


def _draw_names(census: Census, drafts: list[Draft]) -> list[Name]:
    """Names in an order that lets a child inherit the family name of whom it is named after."""
    names: dict[int, Name] = {}
    return [_draw_name(census, drafts, names, place) for place in range(len(drafts))]


def _draw_name(census: Census, drafts: list[Draft], names: dict[int, Name], place: int) -> Name:
    if place not in names:
        draft = drafts[place]
        after = draft.named_after
        family = None if after is None else _draw_name(census, drafts, names, after).family
        names[place] = census.name(sex=draft.sex, age=draft.age, family=family, head=place == 0)
    return names[place]


def _power_over(numbers: Numbers, child: Person, parent: str, *, contested: bool) -> Mandate:
    born = child.birth_date or date(child.birth_year, 1, 1)
    return Mandate(
        key=f"m-{numbers.serial('mandate'):06d}",
        principal_kind="person",
        principal=child.key,
        delegate=parent,
        through=None,
        source="parent",
        role="approver",
        powers="full",
        services=(),
        valid_from=born,
        valid_to=birthday(born, 18),
        status="blocked" if contested else "active",
        revoked_on=None,
    )


def _guardianship(census: Census, ward: Person, guardian: Person) -> Iterator[Record]:
    yield Relation(kind="guardian", person=guardian.key, other=ward.key, contested=False)
    if guardian.died_on is None and ward.died_on is None:
        power = _power_over(census.numbers, ward, guardian.key, contested=False)
        ordered = day_between(census.rng, power.valid_from, AS_OF)
        yield replace(power, source="court", valid_from=ordered)
