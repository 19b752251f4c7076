"""People, households, kinship, cards and accounts have the shape of the city (DOMAIN §1.2, §3.3, §5.2)."""

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest

from demo.city import City, Person, generate
from demo.city.cards import expiry
from demo.city.dates import AS_OF, age_of, birth_at_age, birthday

PYRAMID = {
    (0, 5): 0.08,
    (6, 13): 0.14,
    (14, 17): 0.06,
    (18, 24): 0.09,
    (25, 39): 0.22,
    (40, 59): 0.25,
    (60, 79): 0.13,
    (80, 120): 0.03,
}


@pytest.fixture(scope="module")
def city() -> City:
    return generate()


def age(person: Person) -> int:
    return age_of(person.birth_date or date(person.birth_year, 1, 1))


@pytest.fixture(scope="module")
def adults(city: City) -> list[Person]:
    return [person for person in city.people if age(person) >= 18]


@pytest.fixture(scope="module")
def minors(city: City) -> list[Person]:
    return [person for person in city.people if age(person) < 18]


@pytest.mark.parametrize(("band", "share"), list(PYRAMID.items()))
def test_the_age_pyramid_is_that_of_the_city(city: City, band: tuple[int, int], share: float) -> None:
    count = sum(band[0] <= age(person) <= band[1] for person in city.people)

    assert count / len(city.people) == pytest.approx(share, abs=0.025)


def test_sexes_and_household_size_are_those_of_the_city(city: City) -> None:
    assert sum(person.sex == "male" for person in city.people) / len(city.people) == pytest.approx(
        0.494, abs=0.025
    )
    assert len(city.people) / len(city.households) == pytest.approx(3.4, abs=0.25)


def test_every_minor_has_a_parent_or_a_court_guardian(city: City, minors: list[Person]) -> None:
    guarded = {relation.other for relation in city.relations if relation.kind == "guardian"}

    for minor in minors:
        assert minor.parents or minor.key in guarded
    one = sum(len(minor.parents) == 1 for minor in minors) / len(minors)
    assert one == pytest.approx(0.08, abs=0.035)
    assert guarded


def test_parents_are_in_the_same_city_and_old_enough(city: City) -> None:
    people = {person.key: person for person in city.people}

    for child in city.people:
        for key in child.parents:
            assert people[key].birth_year <= child.birth_year - 17


def test_most_children_bear_the_name_of_a_parent(city: City, minors: list[Person]) -> None:
    people = {person.key: person for person in city.people}
    named = [
        minor.family_name in {people[key].family_name for key in minor.parents}
        for minor in minors
        if minor.parents
    ]

    assert all(named)


def test_spouses_are_each_others_spouse_and_as_many_as_in_the_city(city: City, adults: list[Person]) -> None:
    people = {person.key: person for person in city.people}
    married = [person for person in adults if person.spouse]

    assert all(people[person.spouse or ""].spouse == person.key for person in married)
    assert len(married) / len(adults) == pytest.approx(0.58, abs=0.04)
    pairs = [relation for relation in city.relations if relation.kind == "spouse"]
    assert len(pairs) * 2 == len(married)


def test_members_and_households_name_each_other(city: City) -> None:
    homes = {person.key: person.household for person in city.people}
    listed = [(member, household.key) for household in city.households for member in household.members]

    assert dict(listed) == homes
    assert len(listed) == len(homes)


def test_a_parent_has_power_until_18_and_none_that_is_open_in_a_custody_conflict(city: City) -> None:
    people = {person.key: person for person in city.people}
    contested = {relation.other for relation in city.relations if relation.contested}
    powers = [mandate for mandate in city.mandates if mandate.principal_kind == "person"]

    assert contested
    for power in powers:
        child = people[power.principal]
        assert child.birth_date is not None
        assert power.valid_to == birthday(child.birth_date, 18)
        assert power.status == ("blocked" if power.principal in contested else "active")
        assert people[power.delegate].died_on is None
    assert {power.source for power in powers} == {"parent", "court"}


def test_some_birth_dates_are_a_year_only_and_never_of_the_young(city: City) -> None:
    year_only = [person for person in city.people if person.birth_precision == "year"]

    assert 0.01 <= len(year_only) / len(city.people) <= 0.03
    assert all(person.birth_date is None and person.birth_year < 1975 for person in year_only)
    assert all(person.birth_date for person in city.people if person.birth_precision == "day")


def test_the_first_of_january_is_heaped_for_those_born_before_1965() -> None:
    def share(years: int) -> float:
        rng = Random(1)
        days = [birth_at_age(rng, years) for _ in range(30_000)]
        assert {age_of(day) for day in days} == {years}
        return sum((day.month, day.day) == (1, 1) for day in days) / len(days)

    assert share(75) > 3 * share(40)


@pytest.mark.parametrize(
    ("born", "issued", "expires"),
    [
        (date(2012, 6, 1), date(2026, 6, 10), date(2037, 6, 1)),
        (date(2001, 3, 5), date(2024, 4, 1), date(2041, 3, 5)),  # 23 years: lasts past 25
        (date(1990, 1, 1), date(2022, 1, 1), date(2030, 1, 1)),
        (date(1984, 2, 29), date(2024, 3, 1), date(2044, 2, 29)),
        (date(1964, 5, 5), date(2022, 6, 1), None),  # past 58: the last card
        (date(1950, 5, 5), date(2021, 5, 5), None),
    ],
)
def test_a_card_lasts_to_the_next_of_14_25_40_60_but_one_got_two_years_before_lasts_longer(
    born: date, issued: date, expires: date | None
) -> None:
    assert expiry(born, issued) == expires


def test_cards_agree_with_their_status(city: City) -> None:
    for person in city.people:
        if person.card is None:
            continue
        over = person.card.expires is not None and person.card.expires <= AS_OF
        assert over == (person.card.status == "expired")
        assert person.card.issued <= AS_OF
        if person.nationality == "VNM" and person.birth_date:
            assert person.card.expires == expiry(person.birth_date, person.card.issued)


def test_card_states_have_their_shares(adults: list[Person]) -> None:
    states = Counter(person.card.status for person in adults if person.card)
    total = states.total()

    assert states["valid"] / total == pytest.approx(0.95, abs=0.015)
    assert states["expired"] / total == pytest.approx(0.03, abs=0.012)
    assert states["lost"] / total == pytest.approx(0.015, abs=0.008)
    assert 0.001 <= states["revoked"] / total <= 0.01


def test_accounts_have_their_shares_and_follow_the_rules_of_levels(city: City) -> None:
    grown = [person for person in city.people if age(person) >= 15 and person.nationality == "VNM"]
    holders = [person for person in grown if person.account_level]

    assert len(holders) / len(grown) == pytest.approx(0.825, abs=0.03)
    active = [person for person in holders if person.account_status == "active"]
    assert sum(person.account_level == 2 for person in active) / len(holders) == pytest.approx(0.85, abs=0.04)
    for person in city.people:
        assert (person.account_level == 0) == (person.account_status == "none")
        assert person.account_level == 0 or person.card
        assert person.account_level < 2 or age(person) >= 6  # DOMAIN §1.2
        assert person.account_status != "active" or person.died_on is None


def test_every_state_an_account_can_be_in_occurs(city: City) -> None:
    assert {person.account_status for person in city.people} == {
        "none",
        "active",
        "locked",
        "inactive",
        "deceased",
        "expired",
    }


def test_adults_have_phone_and_mail_as_in_the_city(adults: list[Person]) -> None:
    total = len(adults)

    assert sum(person.phone is not None for person in adults) / total == pytest.approx(0.96, abs=0.015)
    assert sum(person.email is not None for person in adults) / total == pytest.approx(0.45, abs=0.04)
    neither = sum(person.phone is None and person.email is None for person in adults)
    assert neither / total == pytest.approx(0.03, abs=0.015)


def test_the_dead_of_a_year_are_still_on_record(city: City) -> None:
    dead = [person for person in city.people if person.died_on]

    assert 0.002 <= len(dead) / len(city.people) <= 0.012
    assert all(AS_OF - timedelta(days=366) <= (person.died_on or AS_OF) <= AS_OF for person in dead)
