"""Phone numbers and e-mail addresses: a form is checked, and nothing more – DOMAIN 1.6."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.people.contact_forms import is_email, is_phone
from idp.people.identifiers import is_well_formed, normal_form
from idp.people.model import IdentifierScheme


@given(st.sampled_from("35789"), st.integers(0, 99_999_999))
def test_a_vietnamese_mobile_number_is_one_however_it_is_dialled(first: str, rest: int) -> None:
    for written in (f"0{first}{rest:08}", f"+84 {first}{rest:08}"):
        number = normal_form(IdentifierScheme.PHONE, written)
        assert is_phone(number)


@pytest.mark.parametrize(
    "number", ["", "0912345678", "+0912345678", "+84", "+84912345678901234", "+84９12345678"]
)
def test_what_is_not_e164_is_none(number: str) -> None:
    assert not is_phone(number)


@pytest.mark.parametrize("address", ["a@b", "hoa.nguyen+x@example.vn", "hoà@ví-dụ.vn"])
def test_an_address_may_be_one(address: str) -> None:
    assert is_email(address)


@pytest.mark.parametrize(
    "address", ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\n", "a\x00@b", "a" * 65 + "@b"]
)
def test_an_address_may_not_be_one(address: str) -> None:
    assert not is_email(address)


@pytest.mark.parametrize(
    ("scheme", "good", "bad"),
    [
        (IdentifierScheme.PERSONAL_ID, "031184900001", "03118490000"),
        (IdentifierScheme.CMND9, "031234567", "0312345678"),
        (IdentifierScheme.FOREIGNER_ID, "NN9000000000", "NN900000000"),
        (IdentifierScheme.PASSPORT, "C1234567", "C-1"),
        (IdentifierScheme.PHONE, "+84912345678", "0912345678"),
        (IdentifierScheme.EMAIL, "hoa@example.vn", "hoa"),
        (IdentifierScheme.USERNAME, "hoa.nt", "hoa nt"),
    ],
)
def test_every_scheme_knows_its_form(scheme: IdentifierScheme, good: str, bad: str) -> None:
    assert is_well_formed(scheme, good)
    assert not is_well_formed(scheme, bad)
