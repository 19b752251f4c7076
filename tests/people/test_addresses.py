"""An address in a commune of today, or in none where that would be a guess – DOMAIN 1.7."""

from dataclasses import replace
from datetime import date

from idp.people.addresses import place
from idp.people.claims import claims_of
from idp.people.model import Address
from tests import make

BEFORE = date(2025, 6, 30)


def claim(address: Address) -> object:
    return claims_of(make.person(profile=make.full_profile(address=address)), now=make.NOW)["address"]


def test_a_code_of_today_is_the_commune_and_the_line_is_written_from_it() -> None:
    address = place(code="10903", detail="thôn Đông")
    assert (address.ward_code, address.candidates) == ("10903", ())
    assert claim(address) == {
        "formatted": "thôn Đông, Xã Cẩm Giàng, Thành phố Hải Phòng",
        "street_address": "thôn Đông",
        "locality": "Xã Cẩm Giàng",
        "region": "Thành phố Hải Phòng",
        "country": "VN",
        "vn_ward_code": "10903",
        "vn_province_code": "31",
    }


def test_an_old_commune_that_was_not_split_leads_to_the_new_one() -> None:
    assert place(code="10510", written_on=BEFORE).ward_code == "10507"
    assert place(code="10510", written_on=BEFORE).valid_from == "2025-06-30"


def test_of_a_split_one_no_commune_is_guessed_and_the_city_is_still_said() -> None:
    written = "Khu 3, thị trấn Lai Cách, huyện Cẩm Giàng, tỉnh Hải Dương"
    by_code = place(code="10891", detail="khu 3", as_written=written, written_on=BEFORE)
    assert (by_code.ward_code, by_code.candidates) == ("", ("10543", "10891"))
    assert claim(by_code) == {
        "formatted": written,
        "street_address": "khu 3",
        "region": "Thành phố Hải Phòng",
        "country": "VN",
        "vn_province_code": "31",
    }


def test_an_address_elsewhere_is_not_moved_into_the_city() -> None:
    told = claim(place(code="00004", detail="số 1", as_written="số 1, phường Ba Đình, Hà Nội"))
    assert told == {
        "formatted": "số 1, phường Ba Đình, Hà Nội",
        "street_address": "số 1",
        "country": "VN",
        "vn_ward_code": "00004",
    }


def test_a_code_of_today_is_not_one_of_before_with_the_same_digits() -> None:
    assert place(code="10891").ward_code == "10891"
    assert replace(place(code="10891", written_on=date(2025, 7, 1)), valid_from="") == place(code="10891")
