"""The fold names meet on – DOMAIN 1.6, Unicode UAX #15: accents, case, spacing, tone position and đ away."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.name_fold import fold, to_nfc


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nguyễn Thị Hoà", "Nguyễn Thị Hòa"),
        ("Hoà", "Hòa"),
        ("Hoá", "Hóa"),
        ("Thuý", "Thúy"),
        ("Thuỷ", "Thủy"),
        ("Huỷ", "Hủy"),
        ("Khoẻ", "Khỏe"),
        ("Toàn", "Tòan"),
        ("Quý", "Qúy"),
        ("NGUYỄN VĂN ĐỨC", "nguyễn văn đức"),
        ("Đặng Đình Đồng", "Dang Dinh Dong"),
        ("đ", "Đ"),
        ("Trần Thị Ơn", "Tran Thi On"),
        ("Lê Thị Ước", "Le Thi Uoc"),
        ("Phạm  Văn\tMạnh", " Phạm Văn Mạnh "),
        ("Phạm\u00a0Văn Mạnh", "Phạm Văn Mạnh"),
        (unicodedata.normalize("NFD", "Nguyễn Thị Hường"), "Nguyễn Thị Hường"),
        (unicodedata.normalize("NFD", "Đỗ Ưu"), unicodedata.normalize("NFC", "Đỗ Ưu")),
        ("H'Hen Niê", "H'HEN NIÊ"),
        ("Y Blô Êban", "Y Blo Eban"),
    ],
)
def test_two_spellings_of_one_name_meet(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Nguyễn Thị Hòa", "nguyen thi hoa"),
        ("ĐỖ ƯỚC", "do uoc"),
        ("Ông Ỷ", "ong y"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_what_is_left_are_plain_letters(name: str, folded: str) -> None:
    assert fold(name) == folded


@pytest.mark.parametrize(
    ("one", "other"),
    [("Hoa", "Hao"), ("Lan Anh", "Lananh"), ("Đức", "Tức"), ("Thị Hoa", "Thi Ha"), ("An", "Ân Ái")],
)
def test_other_names_stay_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


_vietnamese = st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyAĐƠƯ àảãáạằễệỗợữỵ\u0300\u0309\u031b", max_size=30)


@given(_vietnamese)
def test_no_normal_form_and_no_second_fold_changes_the_fold(name: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert fold(unicodedata.normalize(form, name)) == fold(name)
    assert fold(fold(name)) == fold(name)
    assert fold(name.upper()) == fold(name)


@given(st.text(st.characters(codec="utf-8")))
def test_any_text_has_a_fold_without_marks(name: str) -> None:
    folded = fold(name)
    assert not any(unicodedata.combining(c) for c in unicodedata.normalize("NFC", folded))
    assert folded == " ".join(folded.split())


def test_the_stored_name_stays_as_its_owner_writes_it_but_composed() -> None:
    assert to_nfc(unicodedata.normalize("NFD", "  Nguyễn  Thị Hoà ")) == "Nguyễn Thị Hoà"
    assert to_nfc("Hoà") != to_nfc("Hòa")
