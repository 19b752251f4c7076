"""The simulated national system: what it says about citizens and organisations – Core §5.3."""

from pathlib import Path
from unicodedata import is_normalized

import pytest

from federation.national_mock.accounts import Account, normalise_login
from federation.national_mock.codes import TOKEN_SECONDS
from tests.federation.national_driver import (
    ACCOUNTS,
    HOA,
    HUONG,
    ISSUER,
    National,
    RelyingParty,
    make_national,
)


@pytest.fixture
def national(tmp_path: Path) -> National:
    return make_national(tmp_path)


@pytest.fixture
def rp(national: National) -> RelyingParty:
    return RelyingParty(national)


async def test_a_level_two_citizen_is_told_in_full(rp: RelyingParty) -> None:
    assert await rp.claims_about(HUONG) == {
        "sub": "sub-huong",
        "LoaiTaiKhoan": 1,
        "SoDinhDanh": HUONG,
        "HoVaTen": "Nguyễn Thị Hương",
        "NgayThangNamSinh": "19900205",
        "TechID": "TID-HUONG",
        "loAs": "LoA2",
        "userProfileUri": f"{ISSUER}/authenticationendpoint/profile.do",
        "logoutUri": f"{ISSUER}/oidc/logout",
        "IAL": 2,
        "GioiTinh": 2,
        "ThuongTru": {"MaTinhThanh": "31", "MaPhuongXa": "11413", "ChiTiet": "12 Lạch Tray"},
        "SoDienThoai": "+84901234567",
        "ThuDienTu": "huong@example.vn",
        "QuocTich": "VN",
    }


async def test_names_are_nfc_although_the_file_was_not(rp: RelyingParty) -> None:
    assert not is_normalized("NFC", str(ACCOUNTS[0]["full_name"]))
    claims = await rp.claims_about(HUONG)
    assert is_normalized("NFC", claims["HoVaTen"])
    assert is_normalized("NFC", claims["ThuongTru"]["ChiTiet"])


async def test_a_level_one_citizen_is_told_in_part_and_the_birth_date_is_a_year(rp: RelyingParty) -> None:
    claims = await rp.claims_about(HOA)
    assert (claims["NgayThangNamSinh"], claims["IAL"]) == ("1985", 1)
    assert not {"GioiTinh", "ThuongTru", "SoDienThoai", "ThuDienTu", "QuocTich"} & set(claims)


async def test_what_the_file_does_not_say_is_left_out(rp: RelyingParty) -> None:
    claims = await rp.claims_about("031099000044")
    assert claims["IAL"] == 1, "a level that is not stated is the lower one"
    assert set(claims) == {
        "sub", "LoaiTaiKhoan", "SoDinhDanh", "HoVaTen", "loAs", "userProfileUri", "logoutUri", "IAL",
    }  # fmt: skip


async def test_an_enterprise_names_the_person_who_acts_if_its_account_does(rp: RelyingParty) -> None:
    claims = await rp.claims_about("0201234569")
    assert claims["LoaiTaiKhoan"] == 2
    assert (claims["MaSoThue"], claims["MaSoDoanhNghiep"]) == ("0201234569", "0201234569")
    assert claims["TenDoanhNghiep"] == "Công ty TNHH Hoa Phượng"
    assert claims["NguoiDaiDien"] == {"SoDinhDanh": HUONG, "HoVaTen": "Nguyễn Thị Hương"}


async def test_an_enterprise_that_does_not_name_the_person_is_silent(rp: RelyingParty) -> None:
    claims = await rp.claims_about("0200000007")
    assert claims["MaSoThue"] == "0200000007"
    assert "NguoiDaiDien" not in claims


async def test_an_organisation_signs_in_with_its_tech_id_in_any_case(rp: RelyingParty) -> None:
    browser = rp.national.browser()
    await browser.start(acr_values="LoA1")
    given = await browser.press(number=" Tid-Agency ", password="pw")
    assert given.status_code == 303
    assert (await rp.claims_about("H24.15"))["LoaiTaiKhoan"] == 3


async def test_a_number_shared_with_a_household_business_means_its_owner(rp: RelyingParty) -> None:
    assert (await rp.claims_about(HUONG))["sub"] == "sub-huong"
    assert (await rp.claims_about("TID-HOUSEHOLD"))["sub"] == "sub-household"


async def test_a_tech_id_of_a_citizen_is_not_a_way_in(rp: RelyingParty) -> None:
    browser = rp.national.browser()
    await browser.start()
    await browser.press(number="TID-HUONG", password="mật khẩu của Hương")
    assert browser.error()


async def test_userinfo_may_be_posted(rp: RelyingParty) -> None:  # OpenID Connect Core §5.3.1
    headers = {"Authorization": f"Bearer {(await rp.tokens())['access_token']}"}
    response = await rp.national.browser().http.post("/oauth2/userinfo", headers=headers)
    assert response.json()["sub"] == "sub-huong"
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer nothing", "Basic bm8=", "DPoP nothing", "Bearer é"]
)
async def test_userinfo_without_a_valid_token_is_refused(rp: RelyingParty, authorization: str) -> None:
    headers = [(b"Authorization", authorization.encode())] if authorization else []
    response = await rp.national.browser().http.get("/oauth2/userinfo", headers=headers)
    assert response.status_code == 401
    assert response.headers["www-authenticate"].lower().startswith("bearer")


async def test_an_access_token_runs_out(rp: RelyingParty) -> None:
    tokens = await rp.tokens()
    rp.national.clock.now += TOKEN_SECONDS
    assert (await rp.userinfo(tokens["access_token"])).status_code == 401


async def test_loading_the_accounts_again_changes_what_changed_and_nothing_else(
    national: National, tmp_path: Path
) -> None:
    await RelyingParty(national).tokens()
    changed = [ACCOUNTS[0] | {"account_level": 1, "password": "a new password"}]
    again = make_national(tmp_path, accounts=changed)
    assert again.service.accounts.check_password(HUONG, "mật khẩu của Hương") is None
    account = again.service.accounts.check_password(HUONG, "a new password")
    assert account is not None
    assert (account.sub, account.level) == ("sub-huong", 1)
    assert again.service.accounts.find("sub-hoa") is None


def test_a_subject_that_is_the_number_is_refused() -> None:
    with pytest.raises(ValueError, match="sub must not be"):
        Account(sub=HUONG, number=HUONG, full_name="Nguyễn Thị Hương")


@pytest.mark.parametrize("birth_date", ["1990-2-5", "05/02/1990", "199", "1990-02"])
def test_a_birth_date_in_another_form_is_refused(birth_date: str) -> None:
    with pytest.raises(ValueError, match="birth_date"):
        Account(sub="s", number=HUONG, full_name="Nguyễn Thị Hương", birth_date=birth_date)


def test_a_number_is_read_as_people_type_it() -> None:
    assert normalise_login(" 031 190\u00a0000 011\t") == HUONG
    assert normalise_login("tid-hp") == "TID-HP"
