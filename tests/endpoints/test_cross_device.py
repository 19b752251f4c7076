"""Signing in on one device by confirming it on a phone, page by page – PAGES 3.1.9; adr/0047."""

import json

import pytest
from sqlalchemy import text

from idp.audit.events import EventType
from idp.cross_device.model import LIFE
from idp.protocol.assurance import Acr
from idp.protocol.facts import LocalLogin
from idp.transaction import Tx
from tests.driver import Browser, Page, RelyingParty
from tests.endpoints.passkeys import bound
from tests.endpoints.phones import Screen, at, confirm, open_code, phone, screen, user_code
from tests.world import World


async def told(world: World) -> list[dict[str, str]]:
    """What people are to hear by mail and SMS."""

    def rows(tx: Tx) -> list[dict[str, str]]:
        sealed = tx.connection.execute(text("SELECT payload FROM outbox WHERE kind = 'notice'")).scalars()
        return [json.loads(world.provider.vault.open_text(one, purpose="outbox")) for one in sealed]

    return list(await world.provider.database.read(rows))


async def test_a_number_typed_on_the_phone_signs_in_the_browser_that_shows_it(
    world: World, rp: RelyingParty
) -> None:
    person = await world.person()
    mobile = await phone(world, person.person_id)
    world.time.move(minutes=5)
    shown = await screen(world, rp)
    assert await shown.state() == 204
    page = await open_code(mobile, shown.code)
    assert {"rp-name", "device", "area", "never-ask", "deny"} <= page.ids
    for said in ("Chrome trên Windows", "Cùng mạng với điện thoại này", "lừa đảo"):
        assert said in page.response.text, said
    assert shown.number not in page.form("submit")["fields"].values()
    page = await mobile.press(page, "submit", number=shown.number)
    assert "page-qr-answered" in page.ids
    assert page.title.startswith("Đã xác nhận")
    assert await shown.state() == 200
    page = await shown.browser.press(await shown.go_on(), "allow")
    claims = await rp.claims_of(world.http, page.answer["code"])
    assert (claims["acr"], claims["idp"]) == (Acr.SUBSTANTIAL.value, "national")
    assert claims["amr"] == ["pwd", "otp", "mca"]
    assert claims["auth_time"] == int(world.time().timestamp()) - 300, "the phone's own, not this moment's"


async def test_both_sides_are_on_record_and_its_person_is_told(world: World, rp: RelyingParty) -> None:
    person = await world.person()
    mobile = await phone(world, person.person_id)
    shown = await screen(world, rp)
    await confirm(mobile, shown)
    await shown.go_on()
    (confirmed,) = await world.records(EventType.CROSS_DEVICE_CONFIRMED)
    assert confirmed.actor == f"person:{person.person_id}"
    assert confirmed.payload == {
        "client_id": rp.client_id,
        "device": "Chrome, Windows",
        "place": "same_network",
    }
    started = (await world.records(EventType.SESSION_STARTED))[-1]
    assert (started.payload["amr"], started.payload["device"]) == (["pwd", "otp", "mca"], "Chrome, Windows")

    notices = await told(world)
    facts = {"client_id": rp.client_id, "browser": "Chrome, Windows"}
    assert {"notice": "cross_device", "deed": "confirmed", **facts} in notices
    assert {one["notice"] for one in notices} == {"cross_device", "new_device"}
    history = await mobile.get("/account/history")
    assert "trên thiết bị khác" in history.response.text


async def test_who_is_not_signed_in_on_the_phone_signs_in_and_comes_back(
    world: World, rp: RelyingParty
) -> None:
    person = await world.person()
    shown = await screen(world, rp)
    mobile = at(world)
    page = await open_code(mobile, shown.code)
    assert "page-qr-sign-in" in page.ids
    page = await mobile.press(page, "submit")
    assert "method-qr" not in page.ids, "the account itself is never opened so"
    await world.signed_in(mobile, person.person_id)
    page = await mobile.get(f"/authorize/resume?i={page.interaction}")
    assert "page-qr-confirm" in page.ids
    await mobile.press(page, "submit", number=shown.number)
    assert "page-consent" in (await shown.go_on()).ids


async def test_a_code_may_be_typed_in_any_manner(world: World, rp: RelyingParty) -> None:
    person = await world.person()
    mobile = await phone(world, person.person_id)
    shown = await screen(world, rp)
    for typed in (
        shown.code,
        shown.code.lower(),
        shown.code.replace("-", ""),
        f" {shown.code.replace('-', ' ')} ",
    ):
        page = await mobile.press(await mobile.get("/q"), "submit", **user_code(typed))
        assert "page-qr-confirm" in page.ids, typed
    for typed in ("", "BCDF", "BCDF-GHJA", "x" * 100):
        page = await mobile.press(await mobile.get("/q"), "submit", **user_code(typed))
        assert {"page-qr-code", "error-user-code"} <= page.ids, typed


async def test_not_me_ends_it_and_both_devices_say_so(world: World, rp: RelyingParty) -> None:
    person = await world.person()
    mobile = await phone(world, person.person_id)
    shown = await screen(world, rp)
    page = await mobile.press(await open_code(mobile, shown.code), "deny")
    assert {"lock", "scam"} <= page.ids
    assert "Đã chặn" in page.title
    assert "page-not-me" in (await mobile.get(page.links["lock"])).ids, "one step from locking the account"
    assert await shown.state() == 200
    page = await shown.go_on()
    assert {"page-qr", "error"} <= page.ids
    assert "Không phải tôi" in page.response.text
    assert world.cookie_of(shown.browser, "session") is None
    (event,) = await world.records(EventType.CROSS_DEVICE_REFUSED)
    assert event.payload["reason"] == "not me"
    assert [one["deed"] for one in await told(world)] == ["refused"]
    page = await shown.browser.press(page, "submit")
    assert "match" in page.ids, "and a new code may be asked for"


async def test_a_page_loaded_anew_shows_the_same_and_a_new_code_ends_the_older(
    world: World, rp: RelyingParty
) -> None:
    person = await world.person()
    mobile = await phone(world, person.person_id)
    shown = await screen(world, rp)
    older = (shown.code, shown.number)
    shown.page = await shown.browser.get(f"/sign-in/qr?i={shown.page.interaction}")
    assert (shown.code, shown.number) == older
    assert "error" not in shown.page.ids
    pressed = await shown.go_on()
    assert {"notice", "match"} <= pressed.ids, "nothing was confirmed yet"
    shown.page = await shown.browser.press(shown.page, "renew")
    assert shown.code != older[0]
    assert "error" in (await open_code(mobile, older[0])).ids
    assert "page-qr-confirm" in (await open_code(mobile, shown.code)).ids


async def test_it_is_over_after_two_minutes(world: World, rp: RelyingParty) -> None:
    person = await world.person()
    mobile = await phone(world, person.person_id)
    shown = await screen(world, rp)
    page = await open_code(mobile, shown.code)
    world.time.move(seconds=LIFE.total_seconds())
    assert "page-qr-code" in (await mobile.press(page, "submit", number=shown.number)).ids
    assert await shown.state() == 200
    page = await shown.go_on()
    assert "hết hạn" in page.response.text
    assert world.cookie_of(shown.browser, "session") is None
    shown.page = await shown.browser.press(page, "submit")
    await confirm(mobile, shown)
    world.time.move(seconds=60)
    assert "hết hạn" in (await shown.go_on()).response.text, "a confirmation waits for a minute"


@pytest.mark.parametrize(
    ("asked", "proved", "minutes", "does"),
    [
        ({"prompt": "login"}, {}, 0.1, False),
        ({"max_age": "600"}, {}, 5, True),
        ({"max_age": "600"}, {}, 9, False),  # it would be too old before the code is over
        ({"max_age": "0"}, {}, 0.1, False),
        ({"acr_values": Acr.SUBSTANTIAL.value}, {"acr": Acr.LOW}, 0, False),
        ({}, {"acr": Acr.LOW}, 0, True),
    ],
)
async def test_what_the_service_asks_for_must_have_been_proved_on_the_phone(
    world: World,
    rp: RelyingParty,
    asked: dict[str, str],
    proved: dict[str, Acr],
    minutes: float,
    does: bool,
) -> None:  # Core §3.1.2.1
    person = await world.person()
    mobile = await phone(world, person.person_id, **proved)
    world.time.move(minutes=minutes)
    shown = await screen(world, rp, **asked)
    page = await open_code(mobile, shown.code)
    assert ("page-qr-confirm" in page.ids) is does
    if does:
        assert "page-consent" in (await _through(mobile, shown)).ids
        return
    form = {"csrf": page.form("submit")["fields"]["csrf"], "number": shown.number}
    assert "page-qr-sign-in" in (await mobile.post(f"/q/{shown.code}", form)).ids
    await world.signed_in(mobile, person.person_id)
    assert "page-consent" in (await _through(mobile, shown)).ids


async def _through(mobile: Browser, shown: Screen) -> Page:
    await confirm(mobile, shown)
    return await shown.go_on()


async def test_the_session_is_never_worth_more_nor_lasts_longer_than_the_phone_s(
    world: World, rp: RelyingParty
) -> None:
    person = await world.person()
    await world.agree(person.person_id, rp)
    mobile = await phone(world, person.person_id, acr=Acr.HIGH)
    for _ in range(30):
        world.time.move(minutes=23)
        await mobile.get(rp.authorize_url(prompt="none"))  # keeps it from idling out
    shown = await screen(world, rp)
    await confirm(mobile, shown)
    await shown.go_on()
    sessions = await world.provider.database.read(lambda tx: tx.sessions.of_person(person.person_id))
    first, second = sessions
    assert (first.acr, second.acr) == (Acr.HIGH, Acr.SUBSTANTIAL)
    assert second.expires_at == first.expires_at
    assert second.auth_time == first.auth_time


async def test_it_ends_with_the_session_at_the_national_system(world: World, rp: RelyingParty) -> None:
    person = await world.person()
    mobile = await phone(world, person.person_id, upstream_sid="https://national.example\nsid-1")
    shown = await screen(world, rp)
    await confirm(mobile, shown)
    await shown.go_on()
    found = await world.provider.database.read(
        lambda tx: tx.upstream_sessions.of_upstream_sid("https://national.example\nsid-1", 10)
    )
    assert len(found) == 2


async def test_it_is_offered_neither_to_officials_nor_for_high_nor_where_it_is_off(
    world: World, rp: RelyingParty
) -> None:
    high = await world.client("rp-high", default_acr=Acr.HIGH)
    browser = at(world)
    page = await browser.get(high.authorize_url())
    assert "method-qr" not in page.ids
    assert "page-sign-in" in (await browser.get(f"/sign-in/qr?i={page.interaction}")).ids
    never = await world.client("rp-never", local_login=LocalLogin.NEVER)
    assert "method-qr" in (await browser.get(never.authorize_url())).ids, "a national session is one"
    off = world.provider.settings.model_copy(update={"qr_sign_in": False})
    object.__setattr__(world.provider, "settings", off)
    page = await at(world).get(rp.authorize_url())
    assert "method-qr" not in page.ids
    assert (await at(world).get("/q")).status == 404


async def test_a_session_with_city_credentials_counts_where_these_do(world: World) -> None:
    never = await world.client("rp-never", local_login=LocalLogin.NEVER)
    taking = await world.client("rp-low", local_login=LocalLogin.LOW)
    person, _ = await bound(world)
    mobile = await phone(world, person.person_id, idp="haiphong")
    shown = await screen(world, never)
    assert "page-qr-sign-in" in (await open_code(mobile, shown.code)).ids
    shown = await screen(world, taking)
    assert "page-consent" in (await _through(mobile, shown)).ids
