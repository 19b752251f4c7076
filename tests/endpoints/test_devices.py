"""Browsers people are known in, and computers they call public – PAGES §3.1.1, §3.1.13; SECURITY E12, E19."""

import json
import re
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.credentials.service import set_recovery_codes
from idp.edge.cookie_names import cookie_name
from idp.ids import PersonId
from idp.risk.model import KnownDevice
from idp.risk.store import RENEWED
from tests.driver import Browser, Citizen, Page, RelyingParty
from tests.endpoints.passkeys import add, answer, bound, device, options_of, passkey_page
from tests.endpoints.phones import confirm, phone, screen
from tests.endpoints.public_computer import TICK, assert_ends_with_ten_minutes
from tests.endpoints.signing_in import password_page, try_password, without_code
from tests.told import messages_of
from tests.world import PASSWORD, World

PUBLIC = {"public": "yes"}


async def told(world: World, person_id: PersonId) -> list[str]:
    """Return which notices wait for somebody."""
    messages = await world.provider.database.read(lambda tx: messages_of(tx, person_id))
    return [str(one.payload.get("notice")) for one in messages]


async def devices(world: World, person_id: PersonId) -> tuple[KnownDevice, ...]:
    found: tuple[KnownDevice, ...] = await world.provider.database.read(
        lambda tx: tx.devices.of_person(person_id, world.time(), 50)
    )
    return found


async def come(world: World, rp: RelyingParty, citizen: Citizen, browser: Browser, **ticked: str) -> Page:
    """Sign in anew with password and code."""
    world.time.move(seconds=60)  # a code of an authenticator counts once
    page = await browser.get(rp.authorize_url(prompt="login"))
    page = await browser.get(f"/sign-in/password?i={page.interaction}")
    page = await browser.press(
        page, "submit", list(ticked.items()), username=citizen.username, password=PASSWORD
    )
    return await browser.press(page, "submit", otp=citizen.code(world.time().timestamp()))


def keep(browser: Browser, world: World, name: str, value: str) -> None:
    """Give a browser a cookie, as its owner could."""
    browser.client.cookies.set(
        cookie_name(world.provider.settings, name), value, domain="localhost.local", path="/"
    )


async def test_a_browser_is_new_to_each_person_once_and_its_cookie_says_nothing(
    world: World, rp: RelyingParty
) -> None:
    alice, citizen = await world.citizen()
    browser = world.browser()
    await come(world, rp, citizen, browser)
    held = world.cookie_of(browser, "device")
    assert held is not None
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", held)
    assert held not in repr(await world.provider.database.read(_stored))
    await come(world, rp, citizen, browser)
    assert await told(world, alice.person_id) == ["new_device"]
    assert world.cookie_of(browser, "device") == held
    started = await world.records(EventType.SESSION_STARTED, EventType.SESSION_REAUTHENTICATED)
    assert [one.payload.get("signals") for one in started] == [{"new-device": 1}, None]
    assert started[0].payload["outcomes"] == ["notify"]
    bob, other = await world.citizen("bob")
    await come(world, rp, other, browser)
    assert await told(world, bob.person_id) == ["new_device"]
    shared = world.cookie_of(browser, "device")
    assert shared != held, "who is new in it gets a value that nobody has seen"
    await come(world, rp, citizen, browser)
    assert await told(world, alice.person_id) == ["new_device"], "and those before are known by it"


def _stored(tx: Any) -> list[Any]:
    return list(tx.connection.exec_driver_sql("SELECT * FROM devices").all())


async def test_every_way_of_signing_in_knows_the_browser(world: World, rp: RelyingParty) -> None:
    alice, authenticator = await bound(world)
    browser = world.browser()
    await answer(browser, await passkey_page(browser, rp), authenticator)
    assert world.cookie_of(browser, "device")
    assert "new_device" in await told(world, alice.person_id)
    bob, _ = await world.citizen("bob")
    await without_code(world, bob)
    browser = world.browser()
    await try_password(browser, await password_page(browser, rp), "bob", PASSWORD)
    assert world.cookie_of(browser, "session")
    assert world.cookie_of(browser, "device")
    assert await told(world, bob.person_id) == ["new_device"]


async def test_a_cookie_is_renewed_and_a_browser_not_used_for_a_year_is_new_again(
    world: World, rp: RelyingParty
) -> None:
    alice, citizen = await world.citizen()
    browser = world.browser()
    await come(world, rp, citizen, browser)
    first = world.cookie_of(browser, "device")
    world.time.move(seconds=RENEWED.total_seconds())
    await come(world, rp, citizen, browser)
    second = world.cookie_of(browser, "device")
    assert second not in {None, first}
    assert await told(world, alice.person_id) == ["new_device"]
    world.time.move(days=366)
    await come(world, rp, citizen, browser)  # though no job has erased it yet
    (known,) = await devices(world, alice.person_id)
    assert known.first_seen_at == world.time()
    assert (await told(world, alice.person_id)).count("new_device") == 2
    world.time.move(days=366)
    assert await devices(world, alice.person_id) == ()
    while await world.clean_up():
        pass
    assert await world.provider.database.read(_stored) == []


async def test_a_refused_sign_in_makes_no_browser_known(world: World, rp: RelyingParty) -> None:
    alice, citizen = await world.citizen()
    browser = world.browser()
    page = await try_password(browser, await password_page(browser, rp), "alice", PASSWORD)
    await browser.press(page, "submit", otp="000000")
    assert world.cookie_of(browser, "device") is None
    assert await devices(world, alice.person_id) == ()
    assert citizen.username


@pytest.mark.parametrize("forged", ["A" * 43, "x", "", "é" * 43, "A" * 4000])
async def test_a_cookie_we_did_not_give_makes_nobody_known(
    world: World, rp: RelyingParty, forged: str
) -> None:
    alice, citizen = await world.citizen()
    await come(world, rp, citizen, world.browser())
    thief = world.browser()
    if forged.isascii():
        keep(thief, world, "device", forged)
    await come(world, rp, citizen, thief)
    assert (await told(world, alice.person_id)).count("new_device") == 2
    assert world.cookie_of(thief, "device") not in {None, forged}


async def test_the_cookie_of_somebody_else_is_new_to_me_and_worth_nothing_after(
    world: World, rp: RelyingParty
) -> None:
    alice, citizen = await world.citizen()
    bob, other = await world.citizen("bob")
    hers = world.browser()
    await come(world, rp, citizen, hers)
    stolen = world.cookie_of(hers, "device")
    assert stolen is not None
    thief = world.browser()
    keep(thief, world, "device", stolen)
    await come(world, rp, other, thief)
    assert await told(world, bob.person_id) == ["new_device"], "known is who signed in, not who has a cookie"
    await come(world, rp, citizen, hers)
    assert (await told(world, alice.person_id)).count("new_device") == 2, (
        "the copied one is nobody's any more"
    )


async def test_the_cookie_alone_opens_nothing(world: World, rp: RelyingParty) -> None:  # E19
    _, citizen = await world.citizen()
    hers = world.browser()
    await come(world, rp, citizen, hers)
    thief = world.browser()
    keep(thief, world, "device", world.cookie_of(hers, "device") or "")
    assert "page-account-sign-in" in (await thief.get("/account")).ids
    silent = await thief.get(rp.authorize_url(prompt="none"))
    assert silent.answer["error"] == "login_required"
    page = await thief.get(rp.authorize_url())
    assert "page-consent" not in page.ids
    refused = await try_password(thief, await password_page(thief, rp), "alice", "wrong")
    assert "error" in refused.ids, "and no factor is left out"


async def test_a_session_at_a_public_computer_ends_after_ten_minutes_however_it_is_used(
    world: World, rp: RelyingParty
) -> None:
    alice, citizen = await world.citizen()
    await world.agree(alice.person_id, rp)
    browser = world.browser()
    await come(world, rp, citizen, browser, **PUBLIC)
    assert world.cookie_of(browser, "session")
    assert world.cookie_of(browser, "device") is None
    assert world.cookie_of(browser, "public") is None
    for _ in range(3):
        world.time.move(minutes=3)
        assert "code" in (await browser.get(rp.authorize_url(prompt="none"))).answer
    world.time.move(minutes=1)
    assert (await browser.get(rp.authorize_url(prompt="none"))).answer["error"] == "login_required"
    (started,) = await world.records(EventType.SESSION_STARTED)
    assert started.payload["public"] is True


@pytest.mark.parametrize("way", ["passkey", "qr", "recovery code"])
async def test_whichever_way_is_taken_the_tick_holds(world: World, rp: RelyingParty, way: str) -> None:
    person, _ = await world.citizen()
    await world.agree(person.person_id, rp)
    if way == "passkey":
        own, authenticator = world.browser(), device(world)
        await world.signed_in(own, person.person_id)
        await add(own, authenticator)
        browser = world.browser()
        page = await passkey_page(browser, rp)
        credential = json.dumps(authenticator.get(options_of(page)))
        await browser.press(page, "submit", TICK, credential=credential)
    elif way == "qr":
        shown = await screen(world, rp)
        await confirm(await phone(world, person.person_id), shown)
        browser = shown.browser
        await browser.press(shown.page, "submit", TICK)
    else:
        own, code = world.browser(), "ABCD-EFGH-JKMN-PQRS"
        await world.write(
            lambda tx: set_recovery_codes(
                tx, person_id=person.person_id, codes=[code.replace("-", "")], occasion=world.occasion
            )
        )
        browser = world.browser()
        page = await password_page(browser, rp)
        page = await browser.press(page, "submit", TICK, username="alice", password=PASSWORD)
        page = await browser.get(page.links["use-recovery"])
        page = await browser.press(page, "submit", None, **{"recovery-code": code})
        await browser.get(page.links["skip-code"])
    await assert_ends_with_ten_minutes(world, rp, browser)


async def test_nothing_outlives_a_session_at_a_public_computer(world: World, rp: RelyingParty) -> None:
    alice, citizen = await world.citizen()
    await world.agree(alice.person_id, rp)
    browser = world.browser()
    await come(world, rp, citizen, browser, **PUBLIC)
    page = await browser.get(rp.authorize_url(scope="openid offline_access", prompt="none"))
    tokens = (await rp.redeem(world.http, page.answer["code"])).json()
    assert "offline_access" not in tokens.get("scope", "").split()
    world.time.move(minutes=10)
    response = await rp.refresh(world.http, tokens["refresh_token"])
    assert response.json()["error"] == "invalid_grant"


async def test_a_public_computer_is_told_every_time_and_forgets_who_was_known_there(
    world: World, rp: RelyingParty
) -> None:
    alice, citizen = await world.citizen()
    browser = world.browser()
    await come(world, rp, citizen, browser)
    assert world.cookie_of(browser, "device")
    for number in (2, 3):
        await come(world, rp, citizen, browser, **PUBLIC)
        assert (await told(world, alice.person_id)).count("new_device") == number
        assert world.cookie_of(browser, "device") is None
    assert [one.is_public for one in await devices(world, alice.person_id)] == [True, True]
    await come(world, rp, citizen, world.browser())
    assert (await told(world, alice.person_id)).count("new_device") == 4


async def test_what_was_called_public_stays_so_until_it_ends(world: World, rp: RelyingParty) -> None:
    _, citizen = await world.citizen()
    browser = world.browser()
    await come(world, rp, citizen, browser, **PUBLIC)
    await come(world, rp, citizen, browser)
    assert world.cookie_of(browser, "device") is None
    world.time.move(minutes=10)
    assert (await browser.get(rp.authorize_url(prompt="none"))).answer["error"] == "login_required"


async def test_a_tick_is_of_its_own_sign_in_alone(world: World, rp: RelyingParty) -> None:
    await world.citizen()
    browser = world.browser()
    page = await password_page(browser, rp)
    assert page.boxes["public"] == ("public", "yes")
    await browser.press(page, "submit", list(PUBLIC.items()), username="alice", password=PASSWORD)
    assert world.cookie_of(browser, "public") == page.interaction
    again = await browser.get(f"/sign-in/password?i={page.interaction}")
    await browser.press(again, "submit", username="alice", password=PASSWORD)
    assert world.cookie_of(browser, "public") is None, "taken back"


async def test_signing_out_at_a_public_computer_clears_what_the_browser_stored(
    world: World, rp: RelyingParty
) -> None:  # E19
    _, citizen = await world.citizen()
    browser = world.browser()
    await come(world, rp, citizen, browser, **PUBLIC)
    asking = await browser.get("/end_session")
    action = asking.form("sign-out-here")
    response = await browser.client.post(action["action"], data={**action["fields"], "where": "here"})
    assert response.headers["clear-site-data"] == '"cache", "storage"'
