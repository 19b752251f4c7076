"""The registers of the simulated national side: who may read them, what they tell, what an event changes."""

import json
from pathlib import Path
from typing import Any

import pytest

from federation.national_mock.codes import TOKEN_SECONDS
from tests.federation.national_driver import (
    HOA,
    HUONG,
    ISSUER,
    LOCKED,
    PASSWORDS,
    National,
    RelyingParty,
    System,
    answer,
    make_national,
)

DEAD, COMPANY = "031040000055", "0201234569"
CHILD, FOREIGNER, OLD, NEW = "031217000077", "NN1234567890", "031190000012", "031190000099"


@pytest.fixture
def national(tmp_path: Path) -> National:
    return make_national(tmp_path)


@pytest.fixture
def system(national: National) -> System:
    return System(national)


@pytest.fixture
def city(tmp_path: Path) -> System:
    """A national system with a registers file, in which there are people without accounts."""
    parent = {"kind": "parent", "personal_id": HUONG}
    people: list[dict[str, Any]] = [
        _person(
            HUONG,
            "Nguyễn Thị Hương",
            account_level=2,
            former_ids=[OLD],
            relations=[{"kind": "child", "personal_id": CHILD}, {"kind": "spouse", "personal_id": HOA}],
        ),
        _person(HOA, "Trần Văn Hòa", relations=[{"kind": "spouse", "personal_id": HUONG}]),
        _person(CHILD, "Trần Gia Bảo", account_level=0, card=None, relations=[parent]),
        _person(FOREIGNER, "O'Brien Sean", nationality="IRL", residence={"until": "2029-05-31"}),
    ]
    enterprises = [
        {
            "tax_code": COMPANY,
            "name": "Công ty TNHH Hoa Phượng",
            "representatives": [{"personal_id": HUONG, "from": "2016-05-19"}],
        }
    ]
    path = tmp_path / "registers.json"
    path.write_text(json.dumps({"people": people, "enterprises": enterprises}), encoding="utf-8")
    return System(make_national(tmp_path, registers_path=path))


def _person(number: str, name: str, **facts: object) -> dict[str, Any]:
    family_name, *middle, given_name = name.split()
    card = {"status": "valid", "expires_on": "2040-01-01"}
    parts = {"family_name": family_name, "middle_name": " ".join(middle), "given_name": given_name}
    return {
        "personal_id": number, "name": name, "card": card, "account_level": 1, "birthdate": "1990-02-05"
    } | parts | facts  # fmt: skip


async def test_discovery_says_where_they_are(national: National) -> None:
    document = (await national.browser().http.get("/.well-known/openid-configuration")).json()
    assert document["vn_registers_endpoint"] == f"{ISSUER}/registers"
    assert "registers" not in document["scopes_supported"], "no scope of people"
    assert "private_key_jwt" in document["token_endpoint_auth_methods_supported"]


async def test_a_system_is_given_a_token_for_its_key(system: System) -> None:
    given = await system.ask_for_token()
    assert given.status_code == 200
    assert (given.json()["token_type"], given.json()["expires_in"]) == ("Bearer", 300)
    assert given.json()["scope"] == "registers"
    assert "id_token" not in given.json()
    base = await system.get("")
    assert base.json()["population"] == f"{ISSUER}/registers/population"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://another-issuer.example"},
        {"aud": [ISSUER, "https://another-issuer.example"]},
        {"aud": None},
        {"iss": "another-city"},
        {"sub": "nobody"},
        {"sub": 31},
        {"exp": None},
        {"exp": 1_700_000_000 - 61},
        {"exp": 1_700_000_000 + 3600},
        {"jti": None},
        {"jti": ""},
        {"jti": 31},
    ],
)
async def test_an_assertion_that_is_not_right_is_refused(system: System, claims: dict[str, object]) -> None:
    refused = await system.ask_for_token(client_assertion=system.assertion(**claims))
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client")


async def test_an_assertion_is_good_once(system: System) -> None:
    assertion = system.assertion()
    assert (await system.ask_for_token(client_assertion=assertion)).status_code == 200
    refused = await system.ask_for_token(client_assertion=assertion)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client")


async def test_an_assertion_of_another_key_is_refused(system: System) -> None:
    stranger = System(
        system.national, key=type(system.key).generate_key("P-256", parameters={"kid": "other"})
    )
    refused = await system.ask_for_token(client_assertion=stranger.assertion())
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client")
    unsigned = system.assertion().rsplit(".", 1)[0] + "."
    assert (await system.ask_for_token(client_assertion=unsigned)).status_code == 400


@pytest.mark.parametrize("scope", [None, "openid", "openid registers", "registers openid", ""])
async def test_another_scope_is_refused(system: System, scope: str | None) -> None:
    refused = await system.ask_for_token(scope=scope)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")


async def test_a_secret_opens_no_register(national: National) -> None:
    response = await RelyingParty(national).redeem("x", grant_type="client_credentials", scope="registers")
    assert (response.status_code, response.json()["error"]) == (400, "invalid_client")


async def test_a_persons_token_opens_no_register_and_a_systems_token_no_userinfo(
    national: National, system: System
) -> None:
    http, rp = national.browser().http, RelyingParty(national)
    person = (await rp.tokens())["access_token"]
    refused = await http.get(f"/registers/population/{HUONG}", headers={"Authorization": f"Bearer {person}"})
    assert refused.status_code == 403
    assert (await rp.userinfo((await system.ask_for_token()).json()["access_token"])).status_code == 403


async def test_nobody_signs_in_for_the_registers(national: National) -> None:
    given = answer(await national.browser().start(scope="registers"))
    assert given["error"] == "invalid_scope"


@pytest.mark.parametrize("path", ["", f"/population/{HUONG}", f"/enterprises/{COMPANY}", "/events"])
@pytest.mark.parametrize("authorization", [None, "Bearer nothing", "Basic bm8="])
async def test_without_a_valid_token_nothing_is_told(
    national: National, path: str, authorization: str | None
) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    response = await national.browser().http.get(f"/registers{path}", headers=headers)
    assert response.status_code == 401
    assert response.headers["www-authenticate"].lower().startswith("bearer")


async def test_a_systems_token_runs_out(national: National, system: System) -> None:
    token = (await system.ask_for_token()).json()["access_token"]
    national.clock.now += TOKEN_SECONDS
    headers = {"Authorization": f"Bearer {token}"}
    assert (await national.browser().http.get("/registers", headers=headers)).status_code == 401


async def test_a_person_is_told_in_full(city: System) -> None:
    assert await city.person(HUONG) == {
        "personal_id": HUONG,
        "former_ids": [OLD],
        "status": "living",
        "died_on": None,
        "family_name": "Nguyễn",
        "middle_name": "Thị",
        "given_name": "Hương",
        "name": "Nguyễn Thị Hương",
        "gender": None,
        "birthdate": "1990-02-05",
        "nationality": "VNM",
        "account_level": 2,
        "card": {"status": "valid", "expires_on": "2040-01-01"},
        "residence": {"ward_code": "", "detail": "", "as_written": "", "until": None},
        "relations": [
            {"kind": "child", "personal_id": CHILD, "contested": False},
            {"kind": "spouse", "personal_id": HOA, "contested": False},
        ],
    }


async def test_a_cancelled_number_leads_to_the_person(city: System) -> None:
    assert (await city.person(OLD))["personal_id"] == HUONG


async def test_an_enterprise_is_told_in_full(city: System) -> None:
    assert await city.enterprise(COMPANY) == {
        "tax_code": COMPANY,
        "name": "Công ty TNHH Hoa Phượng",
        "status": "active",
        "representatives": [{"personal_id": HUONG, "from": "2016-05-19"}],
    }


@pytest.mark.parametrize("path", ["/population/031099999999", "/enterprises/0200000000", "/population/%00"])
async def test_who_is_in_no_register_is_not_found(system: System, path: str) -> None:
    response = await system.get(path)
    assert (response.status_code, response.json()) == (404, {"error": "not_found"})
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("number", "status"), [(HUONG, "living"), (LOCKED, "locked"), (DEAD, "dead")])
async def test_without_a_file_the_registers_hold_who_has_an_account(
    system: System, number: str, status: str
) -> None:
    assert (await system.person(number))["status"] == status


async def test_a_dead_person_signs_in_no_more_until_the_entry_is_taken_back(city: System) -> None:
    rp = RelyingParty(city.national)
    tokens = await rp.tokens()
    await city.enter("person.died", HUONG, died_on="2026-11-20")
    person = await city.person(HUONG)
    assert (person["status"], person["died_on"]) == ("dead", "2026-11-20")
    assert (await rp.userinfo(tokens["access_token"])).status_code == 401, "open tokens end"
    browser = city.national.browser()
    page = await browser.start()
    page = await browser.press(number=HUONG, password=PASSWORDS[HUONG])
    assert "đã mất" in page.text
    await city.enter("person.death_revoked", HUONG)
    assert (await city.person(HUONG))["status"] == "living"
    assert (await rp.claims_about(HUONG))["HoVaTen"] == "Nguyễn Thị Hương"


async def test_a_death_taken_back_leaves_a_lock_as_it_was(city: System) -> None:
    await city.enter("person.locked", HUONG, reference="QĐ 12/2026")
    await city.enter("person.died", HUONG, died_on="2026-11-20")
    await city.enter("person.death_revoked", HUONG)
    assert (await city.person(HUONG))["status"] == "locked"


async def test_a_corrected_name_is_in_the_next_userinfo(city: System) -> None:
    await city.enter("person.corrected", HUONG, given_name="Hường", birthdate="1991")
    claims = await RelyingParty(city.national).claims_about(HUONG)
    assert (claims["HoVaTen"], claims["NgayThangNamSinh"]) == ("Nguyễn Thị Hường", "1991")
    person = await city.person(HUONG)
    assert (person["name"], person["given_name"]) == ("Nguyễn Thị Hường", "Hường")
    named = await RelyingParty(city.national).claims_about(COMPANY)
    assert named["NguoiDaiDien"] == {"SoDinhDanh": HUONG, "HoVaTen": "Nguyễn Thị Hường"}


async def test_a_new_number_is_the_one_to_sign_in_with_and_the_subject_stays(city: System) -> None:
    rp = RelyingParty(city.national)
    subject = (await rp.claims_about(HUONG))["sub"]
    await city.enter("person.number_changed", HUONG, new=NEW, cause="sex-determined")
    browser = city.national.browser()
    await browser.start(acr_values="LoA1")
    code = answer(await browser.press(number=NEW, password=PASSWORDS[HUONG]))["code"]
    claims = (await rp.userinfo((await rp.redeem(code)).json()["access_token"])).json()
    assert (claims["sub"], claims["SoDinhDanh"]) == (subject, NEW)
    for number in (OLD, HUONG, NEW):
        person = await city.person(number)
        assert (person["personal_id"], person["former_ids"]) == (NEW, [OLD, HUONG])
    assert (await city.person(CHILD))["relations"][0]["personal_id"] == NEW
    assert (await city.enterprise(COMPANY))["representatives"][0]["personal_id"] == NEW


@pytest.mark.parametrize("new", [HUONG, HOA, OLD])
async def test_a_number_that_somebody_has_or_had_is_not_given_again(city: System, new: str) -> None:
    event = {
        "type": "person.number_changed",
        "subject": {"personal_id": HUONG},
        "facts": {"new": new, "cause": "data-corrected"},
    }
    refused = await city.national.browser().http.post("/__events", json=event)
    assert (refused.status_code, refused.json()["error"]) == (409, "number_taken")
    assert (await city.get("/events")).json()["events"] == []


@pytest.mark.parametrize(
    ("kind", "facts", "sentence"),
    [
        ("person.locked", {"reference": "QĐ 12/2026"}, "đang bị khóa"),
        ("person.card", {"status": "revoked", "expires_on": None}, "đang bị khóa"),
        ("person.card", {"status": "expired", "expires_on": "2023-01-01"}, "hết hạn"),
        ("person.level", {"account_level": 0}, "đang bị khóa"),
        ("person.residence", {"until": "2023-01-01"}, "đang bị khóa"),
    ],
)
async def test_what_locks_an_account_by_law_locks_it_here(
    city: System, kind: str, facts: dict[str, object], sentence: str
) -> None:
    await city.enter(kind, HUONG, **facts)
    browser = city.national.browser()
    await browser.start()
    page = await browser.press(number=HUONG, password=PASSWORDS[HUONG])
    assert sentence in page.text


async def test_an_unlocked_account_works_again(city: System) -> None:
    await city.enter("person.locked", HUONG, reference="QĐ 12/2026")
    await city.enter("person.unlocked", HUONG, reference="QĐ 13/2026")
    assert answer(await city.national.browser().sign_in())["code"]


async def test_the_level_is_the_registers(city: System) -> None:
    await city.enter("person.level", HUONG, account_level=1)
    assert (await RelyingParty(city.national).claims_about(HUONG))["IAL"] == 1


async def test_a_new_residence_is_in_the_next_userinfo(city: System) -> None:
    await city.enter("person.residence", HUONG, until=None, ward_code="11383", detail="số 16, Tô Hiệu")
    claims = await RelyingParty(city.national).claims_about(HUONG)
    assert claims["ThuongTru"] == {"MaTinhThanh": "31", "MaPhuongXa": "11383", "ChiTiet": "số 16, Tô Hiệu"}
    await city.enter("person.residence", FOREIGNER, until=None)
    assert (await city.person(FOREIGNER))["residence"]["until"] is None


async def test_relations_agree_on_both_sides(city: System) -> None:
    guardian = [{"kind": "guardian", "personal_id": HOA, "contested": True}]
    await city.enter("relation.changed", CHILD, relations=guardian)
    assert (await city.person(CHILD))["relations"] == guardian
    assert {one["kind"] for one in (await city.person(HUONG))["relations"]} == {"spouse"}
    assert {"kind": "ward", "personal_id": CHILD, "contested": True} in (await city.person(HOA))["relations"]


async def test_an_enterprise_changes_its_status_and_who_acts_for_it(city: System) -> None:
    rp = RelyingParty(city.national)
    await city.enter(
        "organisation.representatives", COMPANY, representatives=[{"personal_id": HOA, "from": "2026-11-01"}]
    )
    assert (await rp.claims_about(COMPANY))["NguoiDaiDien"] == {"SoDinhDanh": HOA, "HoVaTen": "Trần Văn Hòa"}
    await city.enter("organisation.representatives", COMPANY, representatives=[])
    assert "NguoiDaiDien" not in await rp.claims_about(COMPANY)
    await city.enter("organisation.status", COMPANY, status="dissolved")
    assert (await city.enterprise(COMPANY))["status"] == "dissolved"
    browser = city.national.browser()
    await browser.start()
    assert "giải thể" in (await browser.press(number=COMPANY, password=PASSWORDS[COMPANY])).text


async def test_what_happened_is_still_so_after_a_restart(city: System, tmp_path: Path) -> None:
    await city.enter("person.number_changed", HUONG, new=NEW, cause="sex-determined")
    await city.enter("person.died", NEW, died_on="2026-11-20")
    before = (await city.get("/events")).json()
    city.national.service.engine.dispose()
    again = System(make_national(tmp_path, registers_path=tmp_path / "registers.json"))
    assert (await again.get("/events")).json() == before
    assert (await again.person(HUONG))["status"] == "dead"
    browser = again.national.browser()
    await browser.start()
    assert "đã mất" in (await browser.press(number=NEW, password=PASSWORDS[HUONG])).text


async def test_an_event_about_somebody_who_left_the_file_is_passed_over(city: System, tmp_path: Path) -> None:
    await city.enter("person.died", CHILD, died_on="2026-11-20")
    await city.enter("person.level", HUONG, account_level=1)
    (tmp_path / "registers.json").write_text(json.dumps({"people": [_person(HUONG, "Nguyễn Thị Hương")]}))
    again = System(make_national(tmp_path, registers_path=tmp_path / "registers.json"))
    assert (await again.get(f"/population/{CHILD}")).status_code == 404
    assert (await again.person(HUONG))["account_level"] == 1


async def test_a_database_of_another_edition_is_begun_anew(national: National, tmp_path: Path) -> None:
    with national.service.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE flows DROP COLUMN error")
        connection.exec_driver_sql("PRAGMA user_version = 1")
    national.service.engine.dispose()
    assert answer(await make_national(tmp_path).browser().sign_in())["code"]
