"""The national system's userinfo as attributes of ours – DOMAIN 1.5: strict types, NFC, nothing invented."""

import unicodedata
from contextlib import suppress
from datetime import date
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.mapping import account_kind, account_level, attributes
from federation.upstream import AccountKind, ExternalAttributes, UpstreamError

CITIZEN: dict[str, Any] = {
    "sub": "subject-1",
    "LoaiTaiKhoan": 1,
    "IAL": 2,
    "SoDinhDanh": "031184012456",
    "HoVaTen": "Nguyễn Thị Hương",
    "NgayThangNamSinh": "19840314",
    "GioiTinh": 2,
    "QuocTich": "VN",
    "SoDienThoai": "+84539900001",
    "ThuDienTu": "huong@example.vn",
    "ThuongTru": {"MaTinhThanh": "31", "MaPhuongXa": "11383", "ChiTiet": "số 16"},
}
TODAY = date(2026, 3, 2)
TEXTS = ("HoVaTen", "SoDinhDanh", "NgayThangNamSinh", "QuocTich", "SoDienThoai", "ThuDienTu")


def test_a_full_answer_fills_every_attribute() -> None:
    assert attributes(CITIZEN, today=TODAY) == ExternalAttributes(
        full_name="Nguyễn Thị Hương",
        personal_id="031184012456",
        birthdate="1984-03-14",
        gender="female",
        nationality="VN",
        phone="+84539900001",
        email="huong@example.vn",
        ward_code="11383",
        address_detail="số 16",
    )


def test_an_empty_answer_fills_none() -> None:
    assert attributes({}, today=TODAY) == ExternalAttributes()
    assert attributes(dict.fromkeys(CITIZEN), today=TODAY) == ExternalAttributes()


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (1, AccountKind.CITIZEN),
        ("1", AccountKind.CITIZEN),
        (2, AccountKind.ENTERPRISE),
        ("2", AccountKind.ENTERPRISE),
        (3, AccountKind.ORGANISATION),
        ("3", AccountKind.ORGANISATION),
    ],
)
def test_whose_account_it_is_is_a_number_or_its_digit(value: object, kind: AccountKind) -> None:
    assert account_kind({"LoaiTaiKhoan": value}) is kind


@pytest.mark.parametrize(
    "value",
    [
        None,
        0,
        4,
        -1,
        True,
        False,
        1.0,
        "",
        "01",
        " 1",
        "1 ",
        "１",
        "١",
        "citizen",
        [1],
        {"1": 1},
        "1" * 5000,
        10**5000,
    ],
    ids=lambda value: (
        ascii(value)[:12] if not isinstance(value, int) else f"{value % 10}-of-{value.bit_length()}"
    ),
)
def test_any_other_kind_of_account_is_not_believed(value: object) -> None:
    with pytest.raises(UpstreamError, match="LoaiTaiKhoan"):
        account_kind({"LoaiTaiKhoan": value})


def test_an_account_of_no_kind_is_not_believed() -> None:
    with pytest.raises(UpstreamError, match="LoaiTaiKhoan"):
        account_kind({})


@pytest.mark.parametrize(
    ("value", "level"),
    [
        (1, 1),
        (2, 2),
        (0, None),
        (3, None),
        (True, None),
        (2.0, None),
        ("2", None),
        ("02", None),
        (None, None),
        ([2], None),
    ],
    ids=repr,
)
def test_a_level_is_one_two_or_not_stated(value: object, level: int | None) -> None:  # DESIGN 5.3
    assert account_level({"IAL": value}) == level
    assert account_level({}) is None


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(
    "value",
    [
        1,
        True,
        1.5,
        [],
        {},
        ["x"],
        "x" * 201,
        "a\x00b",
        "a\nb",
        "a\tb",
        "a\x1bb",
        "a\x7fb",
        "a\x85b",
        "\ud800",
        "a\udfffb",
    ],
    ids=lambda value: ascii(value)[:12],
)
def test_a_text_of_the_wrong_type_is_an_answer_not_to_be_believed(name: str, value: object) -> None:
    with pytest.raises(UpstreamError, match=name):
        attributes({**CITIZEN, name: value}, today=TODAY)


@pytest.mark.parametrize("name", ["MaPhuongXa", "ChiTiet"])
def test_so_is_one_inside_the_address(name: str) -> None:
    with pytest.raises(UpstreamError, match=name):
        attributes({**CITIZEN, "ThuongTru": {name: 11383}}, today=TODAY)


@pytest.mark.parametrize("value", [None, "Hải Phòng", [], 1])
def test_an_address_of_another_form_is_none(value: object) -> None:
    told = attributes({**CITIZEN, "ThuongTru": value}, today=TODAY)
    assert (told.ward_code, told.address_detail) == ("", "")


@pytest.mark.parametrize(
    ("name", "attribute", "value"),
    [
        ("SoDinhDanh", "personal_id", "31184012456"),
        ("SoDinhDanh", "personal_id", "0311840124567"),
        ("SoDinhDanh", "personal_id", "03118401245x"),
        ("SoDinhDanh", "personal_id", "０３１１８４０１２４５６"),
        ("SoDienThoai", "phone", "0539900001"),
        ("SoDienThoai", "phone", "+0539900001"),
        ("SoDienThoai", "phone", "+84 539 900 001"),
        ("SoDienThoai", "phone", "+84" + "1" * 14),
        ("ThuDienTu", "email", "huong"),
        ("ThuDienTu", "email", "huong@"),
        ("ThuDienTu", "email", "a@b@example.vn"),
        ("ThuDienTu", "email", "a b@example.vn"),
    ],
)
def test_what_has_not_its_form_is_left_out(name: str, attribute: str, value: str) -> None:
    assert getattr(attributes({**CITIZEN, name: value}, today=TODAY), attribute) == ""


@pytest.mark.parametrize("value", ["1138", "113830", "1138x"])
def test_so_is_a_ward_code(value: str) -> None:
    assert attributes({**CITIZEN, "ThuongTru": {"MaPhuongXa": value}}, today=TODAY).ward_code == ""


@pytest.mark.parametrize(
    ("text", "birthdate"),
    [
        ("19840314", "1984-03-14"),
        ("1984-03-14", "1984-03-14"),
        ("20240229", "2024-02-29"),
        ("1984", "1984"),
        ("19840000", ""),
        ("19841301", ""),
        ("19840230", ""),
        ("20230229", ""),
        ("00000000", ""),
        ("0000", ""),
        ("9999", ""),
        ("2026", "2026"),
        ("2027", ""),
        ("20260302", "2026-03-02"),
        ("20260303", ""),
        ("2999", ""),
        ("1066", ""),
        ("99821231", ""),
        ("9982-01-01", ""),
        ("00010101", ""),
        ("14031984", ""),
        ("14/03/1984", ""),
        ("1984-3-14", ""),
        ("840314", ""),
        ("१९८४", ""),
        ("", ""),
    ],
)
def test_a_birth_date_is_a_day_of_the_calendar_that_has_come_or_a_year(
    text: str, birthdate: str
) -> None:  # Core §5.1
    assert attributes({**CITIZEN, "NgayThangNamSinh": text}, today=TODAY).birthdate == birthdate


@pytest.mark.parametrize(
    ("value", "gender"),
    [(1, "male"), (2, "female"), (0, ""), (3, ""), (True, ""), ("1", ""), (1.0, ""), (None, ""), ([1], "")],
    ids=repr,
)
def test_a_gender_is_one_of_two_numbers_or_not_known(value: object, gender: str) -> None:
    assert attributes({**CITIZEN, "GioiTinh": value}, today=TODAY).gender == gender


def test_a_name_comes_composed_and_with_single_spaces() -> None:
    decomposed = unicodedata.normalize("NFD", "  Nguyễn   Thị Hương ")
    assert attributes({**CITIZEN, "HoVaTen": decomposed}, today=TODAY).full_name == "Nguyễn Thị Hương"


def test_nothing_of_the_person_is_printed() -> None:
    shown = repr(attributes(CITIZEN, today=TODAY))
    assert not any(secret in shown for secret in ("Hương", "031184012456", "1984", "+8453", "@", "số 16"))


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["MaPhuongXa", "ChiTiet"]), inner)
    ),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from(sorted(CITIZEN)), _json))
def test_whatever_they_say_it_is_read_or_refused(userinfo: dict[str, Any]) -> None:
    for read in (partial(attributes, today=TODAY), account_kind, account_level):
        with suppress(UpstreamError):
            str(read(userinfo)).encode()


@pytest.mark.parametrize(
    ("number", "nationality", "personal_id", "foreigner_id"),
    [
        ("031184012456", "VN", "031184012456", ""),
        ("031184012456", None, "031184012456", ""),
        ("031184012456", "JPN", "", "031184012456"),
        ("NN9000000001", "JPN", "", "NN9000000001"),
        ("NN9000000001", None, "", "NN9000000001"),
        ("NN9000000001", "VNM", "", ""),
        ("nn9000000001", "JPN", "", ""),
        ("NN900000000", "JPN", "", ""),
    ],
)
def test_a_foreigner_s_number_is_not_a_personal_id_number(
    number: str, nationality: str | None, personal_id: str, foreigner_id: str
) -> None:
    told = attributes({**CITIZEN, "SoDinhDanh": number, "QuocTich": nationality}, today=TODAY)
    assert (told.personal_id, told.foreigner_id) == (personal_id, foreigner_id)
