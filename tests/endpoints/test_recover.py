"""The ways back into an account, and what waits afterwards – PAGES §3.1.19; DOMAIN §3.5; SECURITY E06, E08, E16, E19."""

import json
from datetime import timedelta
from typing import Any

import pytest
from fastapi.routing import APIRoute

from idp.audit.events import EventType
from idp.citizen.high_risk import HIGH_RISK
from idp.citizen.routing import citizen_router
from idp.credentials.recovery_code import CODE_BYTES, SET_SIZE, read_code, write_code
from idp.credentials.service import set_recovery_codes
from idp.database import Done
from idp.edge import Answer, Call, Endpoint
from idp.outbox.model import OutboxKind
from idp.people.model import Person, PersonStatus
from idp.protocol.assurance import Acr
from idp.protocol.facts import Profile
from idp.transaction import Tx
from tests.driver import Browser, Page, RelyingParty
from tests.endpoints.passkeys import answer as answer_passkey
from tests.endpoints.passkeys import bound, passkey_page
from tests.endpoints.signing_in import password_page, try_password
from tests.world import PASSWORD, World

RENEW = "/recover/renew"
ALL_KINDS = ("password", "totp", "recovery-codes", "passkeys")
_HELD = "page-held"


async def _at_renew(world: World, person: Person, **proved: Any) -> tuple[Browser, Page]:
    browser = world.browser()
    await world.signed_in(browser, person.person_id, **proved)
    return browser, await browser.get(RENEW)


async def _recover(browser: Browser, page: Page, *lost: str) -> Page:
    return await browser.press(page, "submit", None, **{f"lost-{kind}": "yes" for kind in lost})


async def _told(world: World, person: Person) -> list[dict[str, str]]:
    """Return what the person is told of, in any order."""

    def claim(tx: Tx) -> Done[list[dict[str, str]]]:
        waiting = tx.outbox.claim_kind(OutboxKind.NOTICE, world.time(), most=100, lease=timedelta(0))
        return Done([dict(one.payload) for one in waiting if one.person_id == person.person_id])

    found: list[dict[str, str]] = await world.write(claim)
    return found


async def test_the_ladder_is_the_same_for_everybody_and_asks_no_name(world: World) -> None:  # E16
    known, stranger = world.browser(), world.browser()
    person, _ = await world.citizen()
    await world.signed_in(known, person.person_id)
    seen = [await one.get("/recover") for one in (known, stranger)]
    assert all({"ladder", "recover-other", "recover-desk", "recover-desk-code"} <= page.ids for page in seen)
    for page in seen:
        assert 'type="text"' not in page.response.text
        assert 'type="password"' not in page.response.text
        assert 'name="username"' not in page.response.text


async def test_forgot_leads_to_the_ladder(world: World, rp: RelyingParty) -> None:
    page = await password_page(world.browser(), rp)
    assert page.links["forgot"] == "/recover"


async def test_the_national_way_asks_for_a_fresh_sign_in_there_and_comes_back_to_the_recovery(
    world: World,
) -> None:  # E06, E07
    person, _ = await world.citizen()
    browser = world.browser()
    page = await browser.get(RENEW)
    assert "page-account-sign-in" in page.ids, "nobody is signed in"
    await world.signed_in(browser, person.person_id)
    world.time.move(minutes=11)
    page = await browser.get(RENEW)
    assert "page-account-sign-in" in page.ids, "a sign-in of eleven minutes ago is not fresh"
    page = await browser.press(page, "submit")
    assert "page-sign-in" in page.ids
    assert "method-password" not in page.ids, "city credentials don't recover themselves"
    await world.signed_in(browser, person.person_id)
    page = await browser.get(f"/sign-in?i={page.interaction}")
    assert "page-recover-renew" in page.ids


@pytest.mark.parametrize(
    "proved",
    [
        {"acr": Acr.LOW},
        {"idp": "haiphong"},
        {"idp": "haiphong", "degraded": True},
    ],
)
async def test_a_lower_level_or_city_credentials_recover_nothing(
    world: World, proved: dict[str, Any]
) -> None:  # E06
    person, _ = await world.citizen()
    browser, page = await _at_renew(world, person, **proved)
    assert "page-account-sign-in" in page.ids
    fields = (await browser.get("/recover")).form("theme-dark")["fields"]
    page = await browser.post(RENEW, {**fields, "lost-password": "yes"})
    assert page.status == 403
    assert await world.events(EventType.ACCOUNT_RECOVERED) == []


async def test_a_recovery_ends_what_is_lost_and_everything_open_and_tells_everybody(
    world: World, rp: RelyingParty
) -> None:  # rows 31, 36; E19
    person, citizen = await world.citizen()
    hears = await world.client("rp-h", backchannel_logout_uri="https://rp-h.example/out")
    visitor = await world.visitor(hears, "bystander")
    await world.agree(person.person_id, hears)
    phone = world.browser()
    await world.signed_in(phone, person.person_id)
    code = (await phone.get(hears.authorize_url(scope="openid offline_access"))).answer["code"]
    tokens = (await hears.redeem(world.http, code)).json()
    browser, page = await _at_renew(world, person, acr=Acr.HIGH)
    assert {"lost-password", "lost-totp"} <= page.ids
    assert "lost-passkeys" not in page.ids, "what is not there can't be lost"
    page = await _recover(browser, page, "password", "totp")
    assert {"page-recover-done", "notice", "add-passkey", "set-password", "set-totp"} <= page.ids

    other = world.browser()
    page = await try_password(other, await password_page(other, rp), citizen.username, PASSWORD)
    assert "error" in page.ids, "the lost password opens nothing"
    refreshed = await hears.refresh(world.http, tokens["refresh_token"])
    assert refreshed.json()["error"] == "invalid_grant", "the phone may be what is lost"
    sessions = await world.provider.database.read(lambda tx: tx.sessions.of_person(person.person_id))
    assert [one.acr for one in sessions] == [Acr.SUBSTANTIAL], "one goes on, and counts for less"
    assert len(await world.provider.database.read(lambda tx: tx.sessions.of_person(visitor.person.person_id)))

    (event,) = await world.records(EventType.ACCOUNT_RECOVERED)
    until = world.time() + world.provider.settings.life.recovery_hold
    expected = {"by": "national", "removed": ["password", "totp"], "held_until": until.isoformat()}
    assert {name: event.payload[name] for name in expected} == expected

    told = await _told(world, person)
    assert {"notice": "recovery", "factor": "national"} in told

    def logouts(tx: Tx) -> int:
        rows = tx.connection.exec_driver_sql("SELECT 1 FROM outbox WHERE kind = 'backchannel_logout'").all()
        return len(rows)

    assert await world.provider.database.read(logouts) == 1, "the service on the phone hears of it"
    page = await browser.get("/account/history")
    assert "khôi phục quyền vào tài khoản" in page.response.text.casefold()
    page = await browser.get("/account/methods/password")
    assert "page-method-password" in page.ids, "a new one may be set at once"


async def test_only_what_is_named_is_removed(world: World, rp: RelyingParty) -> None:
    person, authenticator = await bound(world)
    browser, page = await _at_renew(world, person)
    await _recover(browser, page)
    other = world.browser()
    page = await answer_passkey(other, await passkey_page(other, rp), authenticator)
    assert "error" not in page.ids, "a passkey nobody named goes on"
    world.time.move(seconds=1)
    browser, page = await _at_renew(world, person)
    await _recover(browser, page, "passkeys")
    other = world.browser()
    page = await answer_passkey(other, await passkey_page(other, rp), authenticator)
    assert "error" in page.ids


async def test_lost_recovery_codes_open_nothing(world: World) -> None:  # E14
    person, _ = await world.citizen()
    codes = [write_code(world.provider.clock.random_bytes(CODE_BYTES)) for _ in range(SET_SIZE)]
    kept = [read_code(one) or "" for one in codes]
    await world.write(lambda tx: set_recovery_codes(tx, person.person_id, kept, occasion=world.occasion))
    browser, page = await _at_renew(world, person)
    await _recover(browser, page, "recovery-codes")
    state = await world.provider.database.read(lambda tx: tx.recovery_codes.state(person.person_id))
    assert (state.made, state.left) == (0, 0)


async def test_who_is_locked_meanwhile_recovers_nothing(world: World) -> None:  # B10, E05
    person, _ = await world.citizen()
    browser, page = await _at_renew(world, person)
    await world.set_status(person.person_id, PersonStatus.LOCKED)
    page = await _recover(browser, page, "password")
    assert page.status == 403
    assert await world.events(EventType.ACCOUNT_RECOVERED) == []


async def test_a_form_that_is_replayed_in_another_browser_recovers_nothing(world: World) -> None:  # E08
    person, _ = await world.citizen()
    browser, page = await _at_renew(world, person)
    fields = page.form("submit")["fields"]
    other, _ = await _at_renew(world, await world.person("bob"))
    answer = await other.post(RENEW, {**fields, "lost-password": "yes"})
    assert answer.status in {400, 403}
    assert await world.events(EventType.ACCOUNT_RECOVERED) == []
    assert "page-recover-renew" in (await browser.get(RENEW)).ids


_FORMS_ALONE = frozenset(path for path in HIGH_RISK if path.startswith("/account/data/copy"))
"""No page stands there: a form of another one is sent to them."""


async def _recovered(world: World, username: str = "alice") -> tuple[Person, Browser]:
    person = await world.person(username)
    browser, page = await _at_renew(world, person)
    await _recover(browser, page)
    return person, browser


_NEVER_HELD = {
    "/account/sign-in": "leads to a sign-in",
    "/account/methods/password": "adds or renews a way to sign in",
    "/account/methods/totp": "adds or renews a way to sign in",
    "/account/methods/recovery-codes": "adds or renews a way to sign in",
    "/account/methods/passkeys/add": "adds a way to sign in",
    "/account/methods/passkeys/rename": "changes a word",
    "/account/sessions": "protects",
    "/account/devices": "protects",
    "/account/services/withdraw": "protects",
    "/account/number": "shows what the card in one's hand says",
    "/account/data/request": "asks an official, who answers later",
    "/account/data/request/withdraw": "takes back",
    "/account/data/restriction": "takes back one's own restriction",
    "/account/history/not-me": "protects",
    "/account/history/ask-why": "asks an official",
    "/account/mandates/act": "ends; what ends an administrator is held by its query",
}
"""Forms of the account that go on after a recovery → why."""


async def _nothing(_endpoint: Endpoint, _call: Call) -> Answer:
    return Answer(status=404)


def test_every_form_of_the_account_is_held_back_or_says_why_not() -> None:
    routes = [route for route in citizen_router(_nothing).routes if isinstance(route, APIRoute)]
    forms = {
        route.path
        for route in routes
        if "POST" in (route.methods or ()) and route.path.startswith("/account")
    }
    assert forms >= HIGH_RISK
    assert forms - HIGH_RISK == set(_NEVER_HELD)


@pytest.mark.parametrize(
    "place",
    [
        *sorted(HIGH_RISK - {"/account/contacts", "/account/contacts/code"} - _FORMS_ALONE),
        "/account/mandates/act?a=confirm&i=x",
        "/account/mandates/act?i=x&a=%63onfirm",
        "/account/mandates/act?a=take&i=x&%61=confirm",
    ],
)
async def test_what_is_of_high_risk_says_until_when_it_waits(world: World, place: str) -> None:
    person, browser = await _recovered(world)
    page = await browser.get(place)
    assert _HELD in page.ids
    assert "held-until" in page.ids
    fields = (await browser.get("/recover")).form("theme-dark")["fields"]
    page = await browser.post(place, fields)
    assert (page.status, _HELD in page.ids) == (403, True)
    world.time.move(hours=24)
    await world.signed_in(browser, person.person_id)
    assert _HELD not in (await browser.get(place)).ids


@pytest.mark.parametrize("place", sorted(_FORMS_ALONE))
async def test_nothing_is_carried_off_meanwhile(world: World, place: str) -> None:
    person, browser = await _recovered(world)
    fields = (await browser.get("/account/data")).form("theme-dark")["fields"]
    page = await browser.post(place, fields)
    assert (page.status, _HELD in page.ids) == (403, True)
    world.time.move(hours=24)
    await world.signed_in(browser, person.person_id)
    assert _HELD not in (await browser.post(place, fields)).ids


@pytest.mark.parametrize("place", sorted(HIGH_RISK))
async def test_no_other_spelling_of_an_address_gets_past_the_hold(world: World, place: str) -> None:
    """A framework's pattern ends in `$`, which takes a line break for the end too; what is held goes by the address."""
    _, browser = await _recovered(world)
    fields = (await browser.get("/account/data")).form("theme-dark")["fields"]
    before = await world.events()
    for break_ in ("%0A", "%0a", "%0D%0A"):
        for page in (
            await browser.get(place + break_),
            await browser.post(place + break_, {**fields, "sure": "yes"}),
        ):
            assert page.status == 400
            assert page.ids & {"page-error"}
    assert await world.events() == before


async def test_the_overview_says_that_acts_wait_and_until_when(world: World) -> None:
    _, browser = await _recovered(world)
    page = await browser.get("/account")
    assert {"alert-held", "see-recovery"} <= page.ids
    page = await browser.get(page.links["see-recovery"])
    assert [one for one in page.ids if one.startswith("not-me-")], "where it is disputed"


async def test_contacts_can_be_read_and_not_changed_meanwhile(world: World) -> None:
    _, browser = await _recovered(world)
    assert "page-contacts" in (await browser.get("/account/contacts")).ids
    fields = (await browser.get("/recover")).form("theme-dark")["fields"]
    for place in ("/account/contacts", "/account/contacts/code", "/account/contacts/remove"):
        page = await browser.post(place, {**fields, "channel": "email", "email": "new@example.vn"})
        assert (page.status, _HELD in page.ids) == (403, True), place


@pytest.mark.parametrize(
    "place",
    [
        "/account/methods/password",
        "/account/methods/totp",
        "/account/methods/recovery-codes",
        "/account/methods/passkeys/add",
        "/account/sessions",
        "/account/services",
        "/account/history",
        "/account/mandates",
        "/account/mandates/act?a=end&i=x",
    ],
)
async def test_what_protects_or_adds_is_not_held_back(world: World, place: str) -> None:
    _, browser = await _recovered(world)
    assert _HELD not in (await browser.get(place)).ids


async def test_the_level_high_waits_and_the_service_is_told_so(world: World) -> None:  # E06
    rp = await world.client(default_acr=Acr.SUBSTANTIAL, local_login="never")
    person, _ = await _recovered(world)
    await world.agree(person.person_id, rp)
    browser = world.browser()
    essential = json.dumps({"id_token": {"acr": {"essential": True, "value": Acr.HIGH.value}}})
    page = await browser.get(rp.authorize_url(claims=essential))
    await world.signed_in(browser, person.person_id, acr=Acr.HIGH)
    page = await browser.get(f"/sign-in?i={page.interaction}")
    assert "error" in page.ids
    assert "method-national" not in page.ids, "to sign in again would not help"
    page = await browser.press(page, "cancel")
    assert page.answer["error"] == "unmet_authentication_requirements"

    wish = await world.client("rp-w", profile=Profile.OIDC, local_login="never")
    await world.agree(person.person_id, wish)
    page = await browser.get(wish.authorize_url(acr_values=Acr.HIGH.value))
    tokens = (await wish.redeem(world.http, page.answer["code"])).json()
    claims = await wish.verify(world.http, tokens["id_token"])
    assert claims["acr"] == Acr.SUBSTANTIAL.value, "the token says what counts"

    world.time.move(hours=24, seconds=1)
    browser = world.browser()
    page = await browser.get(rp.authorize_url(claims=essential))
    await world.signed_in(browser, person.person_id, acr=Acr.HIGH)
    page = await browser.get(f"/authorize/resume?i={page.interaction}")
    assert "code" in page.answer


async def test_a_second_recovery_lengthens_the_hold_and_its_end_is_erased(world: World) -> None:
    person, browser = await _recovered(world)
    world.time.move(minutes=5)
    await _recover(browser, await browser.get(RENEW))
    until = await world.provider.database.read(
        lambda tx: tx.recovery_holds.until(person.person_id, world.time())
    )
    assert until == world.time() + timedelta(days=1)
    world.time.move(days=2)
    await world.clean_up()
    rows = await world.provider.database.read(
        lambda tx: tx.connection.exec_driver_sql("SELECT * FROM recovery_holds").all()
    )
    assert rows == []
