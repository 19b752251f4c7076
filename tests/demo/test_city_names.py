"""Names are as people of the city bear them, and the difficult ones are always there (DOMAIN §5.2)."""

import dataclasses
import unicodedata
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from demo.city import City, generate
from demo.city.edge_names import EDGE_NAMES, FOREIGN_EDGE_NAMES
from demo.city.names import draw_name, latin, mail_word, name_of


@pytest.fixture(scope="module")
def city() -> City:
    return generate()


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from texts(item)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from texts(getattr(value, field.name))


def test_every_text_of_the_city_is_nfc(city: City) -> None:
    assert all(unicodedata.is_normalized("NFC", text) for text in texts(city))


def test_a_name_is_family_middle_given_in_that_order(city: City) -> None:
    for person in city.people:
        parts = (person.family_name, person.middle_name, person.given_name)
        assert person.full_name == " ".join(part for part in parts if part)
        assert person.given_name
        assert not set(person.full_name.split()) & {"Ông", "Bà", "Cô", "Anh."}


@pytest.mark.parametrize("residents", [1_000, 5_000])
def test_the_difficult_names_are_in_every_city(residents: int) -> None:
    born = {(person.sex, person.full_name) for person in generate(residents).people}

    for sex, names in EDGE_NAMES.items():
        assert {(sex, name.full) for name in names} <= born
    assert {(sex, name.full) for _, sex, name in FOREIGN_EDGE_NAMES} <= born


def test_the_difficult_names_hold_every_vietnamese_letter_with_every_tone() -> None:
    marks = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    needed = {unicodedata.normalize("NFC", letter + mark) for letter in "ăâêôơư" for mark in marks} | {"đ"}
    written = {letter for names in EDGE_NAMES.values() for name in names for letter in name.full.lower()}

    assert needed <= written


def test_both_places_of_the_tone_mark_occur_as_different_people(city: City) -> None:
    born = Counter(person.full_name for person in city.people)

    for one, other in (
        ("Lê Thị Hòa", "Lê Thị Hoà"),
        ("Phạm Thanh Thúy", "Phạm Thanh Thuý"),
        ("Lý Thu Thảo", "Lí Thu Thảo"),
        ("Vũ Văn Quý", "Vũ Văn Quí"),
    ):
        assert one != other
        assert born[one] >= 1
        assert born[other] >= 1


def test_a_decomposed_name_is_stored_composed() -> None:
    sloppy = unicodedata.normalize("NFD", "Đoàn Ánh")

    assert not unicodedata.is_normalized("NFC", sloppy)
    assert name_of(sloppy, "", "Ý").family == "Đoàn Ánh"


def test_family_names_have_the_shares_of_the_north(city: City) -> None:
    shares = Counter(person.family_name for person in city.people)
    total = len(city.people)

    assert 0.32 <= shares["Nguyễn"] / total <= 0.40
    assert 0.07 <= shares["Phạm"] / total <= 0.13
    assert 0.055 <= shares["Vũ"] / total <= 0.105
    assert not {"Huỳnh", "Võ"} & set(shares)


@pytest.mark.parametrize(
    ("sex", "year", "middle", "share"),
    [("female", 1970, "Thị", 0.75), ("female", 2010, "Thị", 0.18), ("male", 1970, "Văn", 0.45)],
)
def test_the_customary_middle_name_follows_the_cohort(sex: str, year: int, middle: str, share: float) -> None:
    rng = Random(7)
    drawn = [
        draw_name(rng, sex="female" if sex == "female" else "male", birth_year=year).middle
        for _ in range(4_000)
    ]

    assert drawn.count(middle) / len(drawn) == pytest.approx(share, abs=0.03)
    assert drawn.count("") / len(drawn) == pytest.approx(0.03, abs=0.01)


def test_a_man_is_never_called_thi_by_the_generator(city: City) -> None:
    assert not any(person.sex == "male" and "Thị" in person.middle_name.split() for person in city.people)


def test_marks_come_off_for_letterheads_and_mail() -> None:
    assert latin("Sông Cấm – Đình Vũ") == "Song Cam – Dinh Vu"
    assert mail_word("O'Brien") == "obrien"
    assert mail_word("山田") == ""
