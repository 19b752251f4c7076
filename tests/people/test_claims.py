"""A person as claims – OpenID Connect Core §5.1, §5.1.1, §5.3.2; PROTOCOL rule 6."""

from typing import Any

import pytest

from idp.people.claims import claims_of
from idp.people.model import Address
from tests import make

FULL = claims_of(make.person(profile=make.full_profile()), now=make.NOW)


def test_everything_that_is_known_is_told_in_its_type() -> None:  # Core §5.1
    told = claims_of(make.person(profile=make.full_profile()), now=make.NOW)
    assert told == {
        "name": "Nguyễn Thị Hương",
        "family_name": "Nguyễn",
        "middle_name": "Thị",
        "given_name": "Hương",
        "nickname": "Hương Cảng",
        "preferred_username": "huongcang",
        "profile": "https://huong.example/about",
        "picture": "https://huong.example/me.png",
        "website": "https://huong.example/",
        "gender": "female",
        "birthdate": "1984-03-14",
        "phone_number": "+84539900001",
        "phone_number_verified": True,
        "email": "huong@example.vn",
        "email_verified": True,
        "vn_id_number": "031184012456",
        "address": {
            "formatted": "số 16, phường Lê Chân, Hải Phòng",
            "street_address": "số 16",
            "locality": "Phường Lê Chân",
            "region": "Thành phố Hải Phòng",
            "country": "VN",
            "vn_ward_code": "11383",
            "vn_province_code": "31",
        },
        "resident_of_commune": "11383",
        "age_over_14": True,
        "age_over_16": True,
        "age_over_18": True,
        "locale": "vi-VN",
        "zoneinfo": "Asia/Ho_Chi_Minh",
        "updated_at": int(make.NOW.timestamp()),
    }


def test_what_is_not_known_is_left_out_never_null_or_empty() -> None:  # Core §5.3.2
    assert claims_of(make.person(), now=make.NOW) == {
        "name": "Nguyễn Thị Hương",
        "locale": "vi-VN",
        "zoneinfo": "Asia/Ho_Chi_Minh",
        "updated_at": int(make.NOW.timestamp()),
    }


@pytest.mark.parametrize(
    ("changes", "gone"),
    [
        ({"phone": ""}, {"phone_number", "phone_number_verified"}),
        ({"email": ""}, {"email", "email_verified"}),
        ({"address": None}, {"address", "resident_of_commune"}),
        ({"gender": ""}, {"gender"}),
        ({"birthdate": ""}, {"birthdate", "age_over_14", "age_over_16", "age_over_18"}),
        ({"middle_name": ""}, {"middle_name"}),
        ({"nickname": "", "preferred_username": ""}, {"nickname", "preferred_username"}),
        ({"profile_page": "", "picture": "", "website": ""}, {"profile", "picture", "website"}),
        ({"personal_id": ""}, {"vn_id_number"}),
    ],
)
def test_one_unknown_takes_only_its_own_claims(changes: dict[str, Any], gone: set[str]) -> None:
    assert (
        FULL.keys() - claims_of(make.person(profile=make.full_profile(**changes)), now=make.NOW).keys()
        == gone
    )


def test_a_year_alone_is_a_birth_date() -> None:  # Core §5.1: YYYY
    claims = claims_of(make.person(profile=make.full_profile(birthdate="1984")), now=make.NOW)
    assert claims["birthdate"] == "1984"


def test_a_verified_flag_is_false_until_it_is_true() -> None:  # PROTOCOL rule 6: booleans
    profile = make.full_profile(phone_verified=False, email_verified=False)
    claims = claims_of(make.person(profile=profile), now=make.NOW)
    assert (claims["phone_number_verified"], claims["email_verified"]) == (False, False)


def test_an_address_has_what_is_known_of_it() -> None:  # Core §5.1.1
    claims = claims_of(
        make.person(profile=make.full_profile(address=Address(ward_code="11383"))), now=make.NOW
    )
    assert claims["address"] == {
        "locality": "Phường Lê Chân",
        "region": "Thành phố Hải Phòng",
        "country": "VN",
        "vn_ward_code": "11383",
        "vn_province_code": "31",
    }


def test_the_inner_id_is_never_among_them() -> None:  # DESIGN 5.1
    assert make.PERSON_ID not in str(FULL)


def test_of_an_address_in_a_split_commune_no_commune_is_told() -> None:
    address = Address(candidates=("10543", "10891"), formatted="thị trấn Lai Cách")
    claims = claims_of(make.person(profile=make.full_profile(address=address)), now=make.NOW)
    assert "resident_of_commune" not in claims
    assert claims["address"] == {
        "formatted": "thị trấn Lai Cách",
        "region": "Thành phố Hải Phòng",
        "country": "VN",
        "vn_province_code": "31",
    }


def test_a_foreigner_s_number_is_told_where_a_citizen_s_is() -> None:
    profile = make.full_profile(personal_id="", foreigner_id="NN9000000001")
    assert claims_of(make.person(profile=profile), now=make.NOW)["vn_id_number"] == "NN9000000001"
