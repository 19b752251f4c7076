"""What somebody who looks for people typed: which kind of thing it is (idp/people/asked.py)."""

import unicodedata

import pytest

from idp.people.asked import Asked, Kind, NotSearchable, read_text, read_username
from idp.people.model import IdentifierScheme

PERSONAL, FOREIGNER = IdentifierScheme.PERSONAL_ID, IdentifierScheme.FOREIGNER_ID


@pytest.mark.parametrize(
    ("text", "schemes", "value"),
    [
        ("031184900047", (PERSONAL, FOREIGNER), "031184900047"),
        (" 031 184 900 047 ", (PERSONAL, FOREIGNER), "031184900047"),
        ("０３１１８４９０００４７", (PERSONAL, FOREIGNER), "031184900047"),
        ("079084567", (IdentifierScheme.CMND9,), "079084567"),
        ("nn9000000001", (FOREIGNER, IdentifierScheme.PASSPORT), "NN9000000001"),
        ("c1234567", (IdentifierScheme.PASSPORT,), "C1234567"),
        ("0912 345 678", (IdentifierScheme.PHONE,), "+84912345678"),
        ("+84 912.345.678", (IdentifierScheme.PHONE,), "+84912345678"),
        ("Huong@CuDan.example", (IdentifierScheme.EMAIL,), "huong@cudan.example"),
    ],
)
def test_a_number_a_phone_and_an_address_are_told_apart_and_compared_in_one_form(
    text: str, schemes: tuple[IdentifierScheme, ...], value: str
) -> None:
    asked = read_text(text)
    assert (asked.schemes, asked.value) == (schemes, value)
    assert value not in repr(asked)


@pytest.mark.parametrize(
    "text",
    ["Lê Thị Hòa", "Lê Thị Hoà", "le thi hoa", unicodedata.normalize("NFD", "LÊ  THỊ HOÀ"), "Lê Thị Hoà "],
)
def test_every_way_of_writing_a_name_asks_for_the_same(text: str) -> None:
    assert read_text(text) == Asked(kind=Kind.NAME, value="le thi hoa")


def test_a_d_with_a_stroke_is_a_d_and_an_apostrophe_stays() -> None:
    assert read_text("Đỗ Đạt").value == "do dat"
    assert read_text("O'Brien").value == "o'brien"


def test_one_letter_is_enough_with_a_birth_year_or_a_commune() -> None:
    assert read_text("Y", birth_year=1990).birth_year == 1990
    assert read_text("金", commune_code="11311").commune_code == "11311"


@pytest.mark.parametrize(
    ("text", "options", "refusal"),
    [
        ("", {}, "type 1 to"),
        ("a" * 201, {}, "type 1 to"),
        ("Nguyễn\x00", {}, "type 1 to"),
        ("Y", {}, "too short"),
        ("' -", {}, "too short"),
        ("Y", {"birth_year": 90}, "four digits"),
        ("Y", {"commune_code": "Lê Chân"}, "five digits"),
        ("3118490004", {}, "found whole"),
        ("0311849000471", {}, "found whole"),
        ("+8491", {}, "no whole phone number"),
        ("huong@", {}, "no whole e-mail"),
        ("031184900047", {"birth_year": 1984}, "narrow a name"),
        ("a@b.example", {"commune_code": "11311"}, "narrow a name"),
    ],
)
def test_what_finds_nobody_for_certain_is_refused_with_the_reason_and_without_what_was_typed(
    text: str, options: dict[str, int], refusal: str
) -> None:
    with pytest.raises(NotSearchable, match=refusal) as refused:
        read_text(text, **options)  # type: ignore[arg-type]
    assert len(text) < 5 or text not in str(refused.value)


def test_a_user_name_may_look_like_anything_but_has_no_spaces() -> None:
    assert read_username("Huong.NT").value == "huong.nt"
    assert read_username("031184900047").kind is Kind.USERNAME
    with pytest.raises(NotSearchable, match="no user name"):
        read_username("huong nt")
