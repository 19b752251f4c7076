"""Personal ID numbers – DOMAIN 1.6: only what isn't twelve digits is refused, what disagrees is a warning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.people.personal_id import PLACES, MalformedNumber, NumberWarning, parse, warnings

_places = st.sampled_from(sorted(PLACES)) | st.integers(100, 999).map(str)


@given(_places, st.booleans(), st.integers(1900, 2399), st.integers(0, 999_999))
def test_a_number_made_by_the_rule_says_what_it_was_made_of(
    place: str, is_female: bool, birth_year: int, drawn: int
) -> None:
    digit = 2 * ((birth_year - 1900) // 100) + is_female
    number = f"{place}{digit}{birth_year % 100:02}{drawn:06}"
    parts = parse(number)
    assert (parts.place, parts.is_female, parts.birth_year) == (place, is_female, birth_year)
    gender = "female" if is_female else "male"
    assert warnings(number, gender=gender, birth_year=birth_year) == ()
    assert warnings(number, gender="", birth_year=None) == ()
    assert warnings(number, gender="male" if is_female else "female", birth_year=birth_year + 1) == (
        NumberWarning.OTHER_SEX,
        NumberWarning.OTHER_YEAR,
    )


@given(st.from_regex(r"[0-9]{12}", fullmatch=True), st.sampled_from(["male", "female", ""]))
def test_twelve_digits_are_never_refused(number: str, gender: str) -> None:
    if number.isascii():
        assert set(warnings(number, gender=gender, birth_year=1990)) <= set(NumberWarning)


@given(st.text(max_size=20))
def test_anything_else_is_refused_and_not_repeated(text: str) -> None:
    if len(text) == 12 and text.isascii() and text.isdigit():
        return
    with pytest.raises(MalformedNumber) as refused:
        warnings(text, gender="", birth_year=None)
    assert str(refused.value) == "a personal ID number is twelve digits"


@pytest.mark.parametrize(
    "number",
    ["٠٣١٠٩٠٠٠٠٠٠١", "０３１０９００００００１", "031090000001\n", "031 090 000 001", "-31090000001"],
)
def test_digits_of_other_scripts_and_signs_are_none(number: str) -> None:
    with pytest.raises(MalformedNumber):
        parse(number)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("031184900001", ()),
        ("003184900001", (NumberWarning.UNKNOWN_PLACE,)),
        ("000184900001", (NumberWarning.UNKNOWN_PLACE,)),
        ("100184900001", ()),
        ("031084900001", (NumberWarning.OTHER_SEX,)),
        ("031384900001", (NumberWarning.OTHER_YEAR,)),
        ("099285900001", tuple(NumberWarning)),
    ],
)
def test_each_disagreement_is_named(number: str, expected: tuple[NumberWarning, ...]) -> None:
    assert warnings(number, gender="female", birth_year=1984) == expected


def test_nothing_of_a_number_is_printed() -> None:
    assert "1984" not in repr(parse("031184900001"))


def test_the_table_has_the_63_provinces_of_before_the_mergers() -> None:
    assert len(PLACES) == len(set(PLACES.values())) == 63
    assert (PLACES["030"], PLACES["031"]) == ("Hải Dương", "Hải Phòng")
