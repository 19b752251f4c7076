"""Numbers are structurally valid, belong to nobody, and are given once (DOMAIN §1.6, §5.2)."""

import re
from collections import Counter
from random import Random

import pytest
from stdnum.vn import mst

from demo.city import City, Person, generate
from demo.city.numbers import PHONE_BLOCK, Numbers, century_digit, uuid_of


@pytest.fixture(scope="module")
def city() -> City:
    return generate()


@pytest.fixture(scope="module")
def citizens(city: City) -> list[Person]:
    return [person for person in city.people if person.nationality == "VNM"]


def structure_agrees(person: Person) -> bool:
    century, year = int(person.personal_id[3]), int(person.personal_id[4:6])
    return (century, year) == (century_digit(person.sex, person.birth_year), person.birth_year % 100)


@pytest.mark.parametrize(
    ("sex", "year", "digit"),
    [("male", 1999, 0), ("female", 1999, 1), ("male", 2000, 2), ("female", 2026, 3), ("male", 2100, 4)],
)
def test_century_and_sex_make_the_fourth_digit(sex: str, year: int, digit: int) -> None:
    assert century_digit("female" if sex == "female" else "male", year) == digit


def test_every_personal_id_number_is_in_the_reserved_block(citizens: list[Person]) -> None:
    for person in citizens:
        for number in (person.personal_id, *(earlier.number for earlier in person.earlier_ids)):
            assert re.fullmatch(r"\d{6}9\d{5}", number)


def test_no_personal_id_number_is_given_twice_nor_again_after_it_was_cancelled(city: City) -> None:
    numbers = [person.personal_id for person in city.people]
    numbers += [earlier.number for person in city.people for earlier in person.earlier_ids]

    assert len(set(numbers)) == len(numbers)


def test_numbers_agree_with_sex_and_birth_year_but_for_a_deliberate_few(citizens: list[Person]) -> None:
    wrong = sum(not structure_agrees(person) for person in citizens)

    assert 0.001 <= wrong / len(citizens) <= 0.006


def test_numbers_name_the_two_old_provinces_and_a_few_others(citizens: list[Person]) -> None:
    places = Counter(person.personal_id[:3] for person in citizens)

    assert 0.41 <= places["030"] / len(citizens) <= 0.51
    assert 0.39 <= places["031"] / len(citizens) <= 0.49
    assert any(int(place) >= 100 for place in places)


def test_births_since_the_merger_register_under_031(citizens: list[Person]) -> None:
    babies = [person for person in citizens if person.birth_date and str(person.birth_date) >= "2025-07-01"]

    assert babies
    assert {person.personal_id[:3] for person in babies} == {"031"}


def test_a_foreigner_has_twelve_opaque_characters_and_a_passport(city: City) -> None:
    for person in city.people:
        if person.nationality != "VNM":
            assert re.fullmatch(r"NN9\d{9}", person.personal_id)
            assert person.passport


def test_some_cancelled_numbers_and_many_old_nine_digit_numbers_exist(citizens: list[Person]) -> None:
    grown = [person for person in citizens if person.birth_year <= 1991]
    old = [person.cmnd9 for person in grown if person.cmnd9]

    assert any(person.earlier_ids for person in citizens)
    assert 0.20 <= len(old) / len(grown) <= 0.30
    assert all(re.fullmatch(r"(031|030|14\d)9\d{5}", number) for number in old)
    assert not any(person.cmnd9 for person in citizens if person.birth_year > 1991)


def test_every_tax_code_has_a_valid_check_digit_and_a_serial_of_the_reserved_block(city: City) -> None:
    codes = [
        organisation.identifier for organisation in city.organisations if organisation.scheme == "tax-code"
    ]

    assert len(set(codes)) == len(codes)
    for code in codes:
        assert mst.is_valid(code)
        assert re.fullmatch(r"\d{2}9\d{7}(-\d{3})?", code)


def test_a_serial_whose_check_digit_would_be_ten_is_skipped() -> None:
    numbers = Numbers()

    assert all(mst.is_valid(numbers.tax_code("02")) for _ in range(2_000))


def test_every_phone_is_in_the_fake_block_and_some_are_shared(city: City) -> None:
    phones = Counter(person.phone for person in city.people if person.phone)

    assert all(re.fullmatch(re.escape(PHONE_BLOCK) + r"\d{7}", phone) for phone in phones)
    assert 0.02 <= sum(count > 1 for count in phones.values()) / len(phones) <= 0.07


def test_every_mail_address_is_in_a_domain_that_cannot_exist(city: City) -> None:
    addresses = [person.email for person in city.people if person.email]
    addresses += [official.email for official in city.officials]

    assert len(set(addresses)) == len(addresses)
    assert all(re.fullmatch(r"[a-z0-9.]+@[a-z]+\.example", address) for address in addresses)


def test_every_uuid_is_of_version_4_and_unique(city: City) -> None:
    uuids = [person.uuid for person in city.people] + [
        organisation.uuid for organisation in city.organisations
    ]

    assert {uuid.version for uuid in uuids} == {4}
    assert len(set(uuids)) == len(uuids)
    assert uuid_of(1, "p-000001") != uuid_of(2, "p-000001")


def test_a_block_visits_each_number_once_and_then_refuses() -> None:
    numbers = Numbers()
    given = {numbers.personal_id(place="031", century=0, birth_year=1990) for _ in range(90_000)}

    assert len(given) == 90_000
    with pytest.raises(ValueError, match="used up"):
        numbers.personal_id(place="031", century=0, birth_year=1990)


def test_a_city_that_used_up_its_nine_digit_numbers_takes_those_of_its_neighbours() -> None:
    numbers, rng = Numbers(), Random(1)

    given = Counter(numbers.cmnd9(rng)[:3] for _ in range(365_000))

    assert [given[place] for place in ("031", "030", "141", "142")] == [90_000] * 4
    assert given["145"] == 5_000
