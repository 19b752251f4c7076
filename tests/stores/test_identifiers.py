"""Two spellings of one identifier meet; two identifiers never do (SECURITY E10)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.people.identifiers import normal_form, profile_identifiers
from idp.people.model import IdentifierScheme, PersonProfile


@pytest.mark.parametrize(
    ("scheme", "written", "meant"),
    [
        (IdentifierScheme.EMAIL, " Hoa.Nguyen@Example.VN ", "hoa.nguyen@example.vn"),
        (IdentifierScheme.USERNAME, "ＨＯＡ", "hoa"),  # full-width letters
        (IdentifierScheme.USERNAME, "Hoa\u00a0", "hoa"),
        (IdentifierScheme.PHONE, "0912 345 678", "+84912345678"),
        (IdentifierScheme.PHONE, "+84 (912) 345-678", "+84912345678"),
        (IdentifierScheme.PHONE, "02253.842.124", "+842253842124"),
        (IdentifierScheme.PERSONAL_ID, "031 090 000 001", "031090000001"),
        (IdentifierScheme.PASSPORT, "c1234567", "C1234567"),
        (IdentifierScheme.CMND9, "012345678", "012345678"),
    ],
)
def test_spellings_meet_in_one_form(scheme: IdentifierScheme, written: str, meant: str) -> None:
    assert normal_form(scheme, written) == meant


@given(st.sampled_from(IdentifierScheme), st.text(max_size=30))
def test_the_form_of_a_form_is_itself(scheme: IdentifierScheme, value: str) -> None:
    once = normal_form(scheme, value)
    assert normal_form(scheme, once) == once


def test_a_phone_of_another_country_stays_what_it_is() -> None:
    assert normal_form(IdentifierScheme.PHONE, "+33 6 12 34 56 78") == "+33612345678"


@pytest.mark.parametrize("is_proved", [True, False])
def test_a_profile_is_found_by_what_it_holds_and_by_nothing_empty_or_merely_said(*, is_proved: bool) -> None:
    profile = PersonProfile(
        full_name="Hoà", personal_id="031090000001", email="HOA@example.vn", email_verified=is_proved
    )
    mail = {IdentifierScheme.EMAIL: "hoa@example.vn"} if is_proved else {}
    assert profile_identifiers(profile) == {IdentifierScheme.PERSONAL_ID: "031090000001", **mail}
