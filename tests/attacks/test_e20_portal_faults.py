"""E20: what public code of a provincial portal did, each tried here (DOMAIN §1.5).

Userinfo taken from the browser, chip-card data taken unsigned, the number for a user name, an all-zero password, levels
never looked at, mail addresses made up, the whole answer in the log, a company's account with no person behind it. What
needs a national system to lie is in test_e02_upstream.py.
"""

import json
from dataclasses import replace
from typing import Any

import pytest

from federation.upstream import AccountKind, ExternalAttributes, ExternalIdentity
from idp.app import ROUTES
from idp.audit.events import EventType
from idp.citizen.routing import _PAGES
from idp.people.service import NotRecognised, recognise
from tests.attacks.log_lines import LogLines
from tests.attacks.oracle import Oracle
from tests.driver import RelyingParty
from tests.endpoints.signing_in import password_page, try_password
from tests.world import PERSONAL, World

NUMBER = "031184990001"
ALL_ZERO = "00000000-0000-0000-0000-000000000000"
USERINFO = {
    "sub": "sub-huong",
    "LoaiTaiKhoan": 1,
    "SoDinhDanh": NUMBER,
    "HoVaTen": "Nguyễn Thị Hương",
    "NgayThangNamSinh": "19840314",
    "TechID": "TID-HUONG",
    "loAs": "LoA4",
    "IAL": 2,
}
CHIP = {
    "idCode": NUMBER,
    "oldIdCode": "031184990",
    "personName": "NGUYỄN THỊ HƯƠNG",
    "dateOfBirth": "14/03/1984",
    "gender": "Nữ",
    "nationality": "Việt Nam",
    "religion": "Không",
    "originPlace": "Lê Chân, Hải Phòng",
    "personalIdentification": "Nốt ruồi C:1cm",
    "issueDate": "01/01/2022",
    "expiryDate": "14/03/2044",
    "fatherName": "Nguyễn Văn A",
}
POSTS = sorted(
    {path for path, methods in ROUTES.items() if "POST" in methods}
    | {path for method, path, _ in _PAGES if method == "POST"}
)


async def _known(world: World) -> Any:
    person = await world.person("huong")
    profile = replace(person.profile, personal_id=NUMBER)
    await world.write(lambda tx: _done(tx.people.update(replace(person, profile=profile))))
    return person


def _done(value: Any) -> Any:
    from idp.database import Done

    return Done(value)


@pytest.mark.parametrize("said", [USERINFO, CHIP], ids=["userinfo", "chip card"])
async def test_e20_who_somebody_is_is_never_taken_from_the_browser(
    world: World, oracle: Oracle, said: dict[str, object]
) -> None:
    """At no address that takes a post, as JSON or as a form: no session, no record, no link."""
    await _known(world)
    oracle.planted |= {NUMBER, "TID-HUONG"}
    for path in POSTS:
        for sent in (
            {"json": said},
            {"data": {key: str(value) for key, value in said.items()}},
            {"json": {"userinfo": said, "id_token": "x.y.z", "access_token": "x"}},
        ):
            async with oracle.refusing((path, sent), status={*range(200, 304), *range(400, 500)}) as watch:
                answer = await world.http.post(path, **sent)
            cookies = " ".join(answer.headers.get_list("set-cookie"))
            assert "session=" not in cookies
            assert NUMBER not in watch.last.text


@pytest.mark.parametrize(
    ("name", "password"),
    [(NUMBER, ALL_ZERO), ("031 184 990 001", NUMBER), (f"{NUMBER}@dichvucong.gov.vn", ALL_ZERO)],
)
async def test_e20_a_number_is_no_user_name_and_nothing_guessable_a_password(
    world: World, oracle: Oracle, name: str, password: str
) -> None:
    await _known(world)
    rp = await world.client()
    browser = world.browser()
    page = await password_page(browser, rp)
    async with oracle.refusing((name, password), status={200}, events=[]):
        refused = await try_password(browser, page, name, password)
    assert "error" in refused.ids
    assert world.cookie_of(browser, "session") is None


async def test_e20_no_mail_address_is_made_up_for_who_has_none(world: World, oracle: Oracle) -> None:
    rp: RelyingParty = await world.client(**PERSONAL)
    person = await world.person("huong")
    bare = replace(person.profile, email="", phone="", personal_id=NUMBER)
    await world.write(lambda tx: _done(tx.people.update(replace(person, profile=bare))))
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    await world.agree(person.person_id, rp)
    scope = "openid profile email phone"
    code = (await browser.get(rp.authorize_url(scope=scope))).answer["code"]
    tokens = (await rp.redeem(world.http, code)).json()
    said = (await world.userinfo(tokens["access_token"])).json()
    assert not {"email", "email_verified", "phone_number"} & said.keys()
    assert "@" not in json.dumps(said)
    assert NUMBER not in json.dumps(said)


def _identity(**changes: Any) -> ExternalIdentity:
    values: dict[str, Any] = {
        "issuer": "https://national.example",
        "subject": "sub-other",
        "kind": AccountKind.CITIZEN,
        "loa": "LoA2",
        "account_level": None,
        "auth_time": None,
        "amr": ("pwd",),
        "attributes": ExternalAttributes(full_name="Nguyễn Thị Hương", personal_id=NUMBER),
    }
    return ExternalIdentity(**(values | changes))


@pytest.mark.parametrize("level", [None, 0, 1])
async def test_e20_a_level_that_is_low_or_not_stated_moves_no_account_to_a_number(
    world: World, oracle: Oracle, log: LogLines, level: int | None
) -> None:
    """The account's `sub` is the key, not the number it states; who refuses says so to a steward, and not to the log."""
    person = await _known(world)
    who = _identity(account_level=level, auth_time=world.time())
    oracle.planted |= {NUMBER, "Nguyễn Thị Hương"}
    found = await world.write(lambda tx: recognise(tx, who, occasion=world.occasion))
    assert isinstance(found, NotRecognised)
    assert await world.events(EventType.SIGN_IN_REFUSED, EventType.CONFLICT_OPENED) == [
        EventType.SIGN_IN_REFUSED,
        EventType.CONFLICT_OPENED,
    ]
    linked = await world.provider.database.read(lambda tx: tx.upstreams.of_person(person.person_id))
    assert linked == ()
    log.assert_clean(oracle.secrets())
