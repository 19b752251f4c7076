"""Passkeys: bound in a fresh session, used where city credentials are, kept by their person – PAGES 3.1.5."""

import json

import pytest
from sqlalchemy import text

from idp.audit.events import EventType
from idp.people.model import PersonStatus
from idp.protocol.assurance import Acr
from idp.protocol.facts import LocalLogin
from idp.transaction import Tx
from tests.authenticator import BE, BS, UP, UV
from tests.driver import RelyingParty
from tests.endpoints.passkeys import (
    ADD,
    PASSKEYS,
    add,
    answer,
    bound,
    device,
    named,
    options_of,
    passkey_page,
)
from tests.world import World


@pytest.mark.parametrize(
    ("flags", "amr"),
    [(UP | UV, ["mfa", "user", "pop"]), (UP | UV | BE | BS, ["mfa", "user", "swk"])],
)
async def test_a_passkey_signs_in_where_city_credentials_do_and_tokens_say_how(
    world: World, rp: RelyingParty, flags: int, amr: list[str]
) -> None:
    _, authenticator = await bound(world, flags=flags, counts=not flags & BE)
    browser = world.browser()
    page = await browser.get(rp.authorize_url())
    assert {"method-passkey", "method-password"} <= page.ids
    page = await browser.get(f"/sign-in/passkey?i={page.interaction}")
    page = await answer(browser, page, authenticator)
    page = await browser.press(page, "allow")
    claims = await rp.claims_of(world.http, page.answer["code"])
    assert (claims["acr"], claims["amr"], claims["idp"]) == (Acr.LOW.value, amr, "haiphong")
    (started,) = (await world.records(EventType.SESSION_STARTED))[1:]
    assert started.payload["amr"] == amr


async def test_binding_is_on_record_and_its_person_is_to_be_told(world: World) -> None:
    person, _ = await bound(world)
    (event,) = await world.records(EventType.CREDENTIAL_SET)
    assert event.payload["kind"] == "passkey"
    assert (event.payload["acr"], event.payload["synced"]) == (Acr.SUBSTANTIAL.value, False)
    kept = await world.provider.database.read(lambda tx: tx.passkeys.of_person(person.person_id))
    assert [(one.name, one.bound_acr, len(one.user_handle)) for one in kept] == [("Máy", Acr.SUBSTANTIAL, 64)]
    assert person.person_id.encode() not in kept[0].user_handle

    def told(tx: Tx) -> list[dict[str, str]]:
        rows = tx.connection.execute(text("SELECT payload FROM outbox WHERE kind = 'notice'")).scalars()
        return [json.loads(world.provider.vault.open_text(row, purpose="outbox")) for row in rows]

    assert await world.provider.database.read(told) == [{"notice": "new_factor", "factor": "passkey"}]


async def test_a_passkey_is_not_offered_where_city_credentials_are_not(world: World) -> None:
    strict = await world.client("rp-never", local_login=LocalLogin.NEVER)
    browser = world.browser()
    page = await browser.get(strict.authorize_url())
    assert "method-passkey" not in page.ids
    page = await browser.get(f"/sign-in/passkey?i={page.interaction}")
    assert "page-sign-in" in page.ids


async def test_who_has_a_password_and_a_code_is_offered_what_resists_phishing(
    world: World, rp: RelyingParty
) -> None:  # SP 800-63B-4 §3.1.7
    person, _ = await world.citizen()
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    page = await browser.get("/account/methods")
    assert page.links["open-passkeys"] == PASSKEYS
    page = await browser.get(PASSKEYS)
    assert page.links["add-passkey"] == ADD
    assert "submit" in (await browser.get(ADD)).ids
    page = await world.browser().get(rp.authorize_url())
    assert {"method-password", "method-passkey"} <= page.ids


async def test_what_is_asked_is_the_same_for_everybody(
    world: World, rp: RelyingParty
) -> None:  # SECURITY E16
    empty = json.loads(options_of(await passkey_page(world.browser(), rp)))
    await bound(world)
    asked = json.loads(options_of(await passkey_page(world.browser(), rp)))
    assert {**asked, "challenge": ""} == {**empty, "challenge": ""}
    assert asked["allowCredentials"] == []
    assert asked["rpId"] == "localhost"


async def test_without_verification_it_is_one_factor(world: World, rp: RelyingParty) -> None:
    _, authenticator = await bound(world)
    browser = world.browser()
    page = await passkey_page(browser, rp)
    assert json.loads(options_of(page))["userVerification"] == "preferred"
    page = await browser.press(await answer(browser, page, authenticator, flags=UP), "allow")
    claims = await rp.claims_of(world.http, page.answer["code"])
    assert (claims["acr"], claims["amr"]) == (Acr.LOW.value, ["user", "pop"])
    assert "page-account-sign-in" in (await browser.get(PASSKEYS)).ids, "and does not open the account"


async def test_it_opens_the_account_s_passkeys_steps_up_there_and_nothing_else_of_the_account(
    world: World,
) -> None:  # adr/0045
    _, authenticator = await bound(world)
    browser = world.browser()
    page = await browser.press(await browser.get(PASSKEYS), "submit")
    assert {"method-passkey"} <= page.ids
    assert "method-password" not in page.ids
    page = await browser.get(f"/sign-in/passkey?i={page.interaction}")
    assert json.loads(options_of(page))["userVerification"] == "required"
    page = await answer(browser, page, authenticator)
    assert "page-passkeys" in page.ids
    for other in ("/account", "/account/methods", "/account/methods/password", "/account/mandates"):
        assert "page-account-sign-in" in (await browser.get(other)).ids, other
    world.time.move(minutes=11)
    page = await browser.get(ADD)
    assert "page-account-sign-in" in page.ids, "a change needs a sign-in of the last ten minutes"
    page = await browser.press(page, "submit")
    page = await browser.get(f"/sign-in/passkey?i={page.interaction}")
    page = await answer(browser, page, authenticator)
    assert "page-passkey-add" in page.ids


async def test_without_verification_it_does_not_open_the_account(world: World) -> None:  # SECURITY E15
    _, authenticator = await bound(world)
    browser = world.browser()
    page = await browser.press(await browser.get(PASSKEYS), "submit")
    page = await browser.get(f"/sign-in/passkey?i={page.interaction}")
    page = await answer(browser, page, authenticator, flags=UP)
    assert "error" in page.ids
    assert world.cookie_of(browser, "session") is None


async def test_the_right_answer_ends_nothing_for_who_is_locked(world: World, rp: RelyingParty) -> None:
    person, authenticator = await bound(world)
    await world.set_status(person.person_id, PersonStatus.LOCKED)
    browser = world.browser()
    page = await answer(browser, await passkey_page(browser, rp), authenticator)
    assert (page.status, page.case) == (403, "locked")
    assert world.cookie_of(browser, "session") is None


async def test_several_are_named_renamed_and_removed_by_their_person_alone(world: World) -> None:
    person, first = await bound(world)
    browser, second = world.browser(), device(world)
    await world.signed_in(browser, person.person_id)
    asked = json.loads(options_of(await browser.get(ADD)))
    assert len(asked["excludeCredentials"]) == 1
    page = await add(browser, second, "Khóa dự phòng")
    assert second.user_handle == first.user_handle, "the same for all of a person's passkeys"
    assert "Khóa dự phòng" in page.response.text
    (one,) = [id_ for id_ in page.ids if id_.startswith("rename-") and id_ in page.links][:1]
    page = await browser.get(page.links[one])
    page = await browser.press(page, "submit", **named(" "))
    assert "error-passkey-name" in page.ids
    page = await browser.press(page, "submit", **named("Điện\u200bthoại"))
    assert "error-passkey-name" in page.ids
    page = await browser.press(page, "submit", **named("  Tên   mới "))
    assert "Tên mới" in page.response.text
    stranger, other = await world.person("bob"), world.browser()
    await world.signed_in(other, stranger.person_id)
    for act in ("rename", "remove"):
        link = page.links[one].replace("rename", act)
        assert "page-passkeys" in (await other.get(link)).ids
        assert "passkeys-none" in (await other.get(link)).ids
    assert len(await world.events(EventType.CREDENTIAL_RENAMED)) == 1


async def test_a_removed_one_signs_nobody_in_and_sessions_of_passkeys_end_elsewhere(
    world: World, rp: RelyingParty
) -> None:
    person, authenticator = await bound(world)
    elsewhere = world.browser()
    await answer(elsewhere, await passkey_page(elsewhere, rp), authenticator)
    waiting = world.browser()
    asked = await passkey_page(waiting, rp)
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    page = await browser.get(PASSKEYS)
    (link,) = [to for id_, to in page.links.items() if id_.startswith("remove-")]
    page = await browser.press(await browser.get(link), "submit")
    assert {"notice", "passkeys-none"} <= page.ids
    (event,) = await world.records(EventType.CREDENTIAL_REMOVED)
    assert (event.payload["kind"], event.payload["sessions"]) == ("passkey", 1)
    assert (await elsewhere.get(rp.authorize_url(prompt="none"))).answer["error"] == "login_required"
    page = await answer(waiting, asked, authenticator)
    assert "error" in page.ids
    refused = (await world.records(EventType.SIGN_IN_REFUSED))[-1]
    assert (refused.payload["reason"], refused.payload["factor"]) == ("removed", "passkey")


async def test_there_are_twenty_at_most(world: World) -> None:
    person, browser = await world.person(), world.browser()
    await world.signed_in(browser, person.person_id)
    for _ in range(20):
        assert "notice" in (await add(browser, device(world))).ids
    assert "20 khóa" in (await add(browser, device(world))).response.text
    assert len(await world.events(EventType.CREDENTIAL_SET)) == 20


async def test_who_has_no_passkeys_or_turns_back_is_asked_again_and_nothing_is_written(
    world: World, rp: RelyingParty
) -> None:
    browser, before = world.browser(), await world.events()
    page = await browser.press(await passkey_page(browser, rp), "submit")
    assert {"error", "page-passkey"} <= page.ids
    assert await world.events() == before


async def test_a_sign_in_of_the_last_ten_minutes_is_needed_for_every_change(
    world: World,
) -> None:  # SECURITY E05
    person, _ = await bound(world)
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    page = await browser.get(ADD)
    answered = json.dumps(device(world).create(options_of(page)))
    world.time.move(minutes=11)
    page = await browser.press(page, "submit", credential=answered, **named("x"))
    assert (page.status, "page-account-sign-in" in page.ids) == (403, True)
    links = (await browser.get(PASSKEYS)).links
    for id_, link in links.items():
        if id_.startswith(("rename-", "remove-")):
            assert "page-account-sign-in" in (await browser.get(link)).ids
    assert len(await world.events(EventType.CREDENTIAL_SET)) == 1


@pytest.mark.parametrize(
    ("user_agent", "vi", "en"),
    [
        ("Mozilla/5.0 (Linux; Android 14; SM-A546B) Chrome/140", "Điện thoại Android", "Android phone"),
        ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140", "Máy tính Linux", "Linux computer"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/140", "Máy tính Chromebook", "Chromebook"),
        ("something new", "Khóa truy cập của tôi", "My passkey"),
        ("", "Khóa truy cập của tôi", "My passkey"),
    ],
)
async def test_a_new_passkey_has_a_name_to_begin_with_in_the_person_s_language(
    world: World, user_agent: str, vi: str, en: str
) -> None:
    person, browser = await world.person(), world.browser()
    await world.signed_in(browser, person.person_id)
    for language, name in (("vi", vi), ("en", en)):
        page = await browser.get(ADD, **{"user-agent": user_agent, "accept-language": language})
        assert page.form("submit")["fields"]["passkey-name"] == name


async def test_the_ways_to_sign_in_say_how_many_passkeys_there_are_and_their_names(world: World) -> None:
    person, browser = await world.person(), world.browser()
    await world.signed_in(browser, person.person_id)
    assert 'id="passkeys-count">Chưa có.' in (await browser.get("/account/methods")).response.text
    await add(browser, device(world), "Điện thoại của Hương")
    world.time.move(seconds=1)
    await add(browser, device(world), "Máy bàn")
    shown = (await browser.get("/account/methods")).response.text
    assert 'id="passkeys-count">Đang có 2 khóa: Điện thoại của Hương, Máy bàn.' in shown
