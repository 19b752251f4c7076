"""A person's own ways to sign in: set, changed, removed – NIST SP 800-63B-4 §3.1.1.2, §4; PAGES §3.1.14; SECURITY E05."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from passlib.hash import argon2

from idp.audit.events import EventType
from idp.credentials.model import MOST_TRIES, PasswordCredential
from idp.credentials.service import mark_compromised
from idp.database import Done
from idp.ids import PersonId
from idp.people.model import IdentifierScheme, Person
from idp.recovery.model import Lost, Recovery, Way
from idp.recovery.service import recover
from idp.transaction import Tx
from tests.driver import Browser, Page, RelyingParty
from tests.endpoints.signing_in import password_page, try_password
from tests.world import PASSWORD, World

METHODS = "/account/methods"
LONG = "thuyền neo ở bến Bính chiều nay"
SHORT = "cá rô 17"
_HOUR = timedelta(hours=1)
CHANGING = ("/password", "/totp", "/recovery-codes", "/remove?m=password")


async def _at_account(world: World, person: Person) -> Browser:
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    return browser


async def _bind(world: World, browser: Browser, *, shift: float = 0) -> pyotp.TOTP:
    page = await browser.get(f"{METHODS}/totp")
    key = re.search(r'id="totp-key">([A-Z2-7 ]+)<', page.response.text)
    assert key is not None
    totp = pyotp.TOTP(key[1].replace(" ", ""))
    page = await browser.press(page, "submit", otp=totp.at(int(world.time().timestamp() + shift)))
    assert "notice" in page.ids
    return totp


async def _set(browser: Browser, password: str, **fields: str) -> Page:
    return await browser.press(
        await browser.get(f"{METHODS}/password"), "submit", None, **{"new-password": password, **fields}
    )


async def _opens(world: World, rp: RelyingParty, username: str, password: str) -> Page:
    browser = world.browser()
    return await try_password(browser, await password_page(browser, rp), username, password)


async def _sessions(world: World, person_id: PersonId) -> int:
    return len(await world.provider.database.read(lambda tx: tx.sessions.of_person(person_id)))


async def test_a_password_sent_before_a_recovery_is_not_set_after_it(
    world: World, rp: RelyingParty
) -> None:  # E05, B10: it is hashed between the look at the session and the change
    person, _ = await world.citizen()
    thief = await _at_account(world, person)
    page = await thief.get(f"{METHODS}/password")
    sending = asyncio.create_task(thief.press(page, "submit", None, **{"new-password": LONG}))
    for _ in range(10_000):
        await asyncio.sleep(0)
        if world.provider.hashing.waiting:
            break

    def end(tx: Tx) -> Done[None]:
        recovery = Recovery(way=Way.NATIONAL, lost=frozenset({Lost.PASSWORD}), hold=timedelta(days=1))
        assert isinstance(recover(tx, person.person_id, recovery, occasion=world.occasion), Done)
        return Done(None)

    await world.write(end)
    assert not sending.done()
    assert (await sending).status == 403
    assert await world.provider.database.read(lambda tx: tx.passwords.get(person.person_id)) is None


async def test_a_linked_person_sets_a_password_and_an_authenticator_and_signs_in_with_them(
    world: World, rp: RelyingParty
) -> None:
    person = await world.person()
    browser = await _at_account(world, person)
    page = await browser.get(METHODS)
    assert {"set-password", "set-totp", "set-recovery-codes"} <= page.ids
    assert not {"remove-password", "remove-totp", "codes-left"} & page.ids
    page = await _set(browser, LONG, username="huong.nt")
    assert {"notice", "remove-password"} <= page.ids
    totp = await _bind(world, browser)
    world.time.move(seconds=30)
    page = await _opens(world, rp, "HUONG.NT", LONG)
    assert "page-otp" in page.ids
    kinds = [one.payload["kind"] for one in await world.records(EventType.CREDENTIAL_SET)]
    assert kinds == ["password", "totp"]
    bound = await world.provider.database.read(lambda tx: tx.totp.get(person.person_id))
    assert bound is not None
    assert bound.bound_acr == "urn:haiphong:acr:substantial"
    assert bound.secret == totp.secret


async def test_the_code_that_bound_an_authenticator_signs_nobody_in(
    world: World, rp: RelyingParty
) -> None:  # E13
    person = await world.person()
    browser = await _at_account(world, person)
    await _set(browser, LONG)
    totp = await _bind(world, browser)
    other = world.browser()
    page = await try_password(other, await password_page(other, rp), "alice@example.vn", LONG)
    page = await other.press(page, "submit", otp=totp.at(int(world.time().timestamp())))
    assert "error-otp" in page.ids
    assert world.cookie_of(other, "session") is None


@pytest.mark.parametrize(
    ("password", "with_second", "taken"),
    [
        (LONG[:15], False, True),
        (LONG[:14], False, False),
        (SHORT, False, False),
        (SHORT, True, True),
        (SHORT[:7], True, False),
        ("đò 🚢 sông Cấm" * 70, False, True),
        ("đ" * 1025, False, False),
        ("Nguyễn Thị Hương 1984", False, False),
        ("14031984 14031984", False, False),
        ("0539900001 0539900001", False, False),
        ("passwordpassword1", False, False),
        ("hải phòng", True, False),
    ],
)
async def test_how_long_and_which_words(
    world: World, rp: RelyingParty, password: str, with_second: bool, taken: bool
) -> None:  # rows 1-7, E18
    person = await world.person()
    browser = await _at_account(world, person)
    if with_second:
        await _bind(world, browser)
    page = await _set(browser, password)
    assert ("notice" in page.ids) is taken
    assert ("error-new-password" in page.ids) is not taken
    assert password not in page.response.text
    if taken:
        assert "error" not in (await _opens(world, rp, "alice@example.vn", password)).ids
        for other in (password[:-1], password + " ", password.upper()):  # checked whole, as typed
            assert "error" in (await _opens(world, rp, "alice@example.vn", other)).ids


async def test_the_reason_is_told_and_the_field_is_for_password_managers(world: World) -> None:
    person = await world.person()
    browser = await _at_account(world, person)
    page = await browser.get(f"{METHODS}/password")
    field = re.search(r'<input[^>]*id="new-password"[^>]*>', page.response.text)
    assert field is not None
    assert 'autocomplete="new-password"' in field[0]
    assert not re.search(r"maxlength|pattern=|onpaste|required", field[0])
    for password, words in {
        LONG[:9]: "ít nhất 15 ký tự",
        "matkhaumatkhau1": "quá phổ biến",
        "nguyenthihuong84": "dễ đoán từ tên",
        "đêơđêơđêơđêơđêơ": "chỉ lặp lại",
    }.items():
        assert words in (await _set(browser, password)).response.text


async def test_a_name_is_asked_for_where_there_is_none_and_is_one_person_s(world: World) -> None:
    other, _ = await world.citizen("huong.nt")
    person = await world.person("bob", profile=replace(other.profile, email="", phone=""))
    browser = await _at_account(world, person)
    for username, problem in (
        ("", True),
        ("Ở bến", True),
        ("0912345678", True),
        ("HUONG.NT", True),
        ("bob", False),
    ):
        page = await _set(browser, LONG, username=username)
        assert ("error-username" in page.ids) is problem, username
    names = await world.provider.database.read(lambda tx: tx.people.identifiers_of(person.person_id))
    assert [one.value for one in names if one.scheme is IdentifierScheme.USERNAME] == ["bob"]


@pytest.mark.parametrize("path", CHANGING)
async def test_nothing_changes_without_a_sign_in_of_the_last_ten_minutes(
    world: World, path: str
) -> None:  # E05
    person, _ = await world.citizen()
    browser = await _at_account(world, person)
    page = await browser.get(METHODS + path)
    form = page.form("submit")
    events = await world.events()
    world.time.move(minutes=10, seconds=1)
    assert "page-account-sign-in" in (await browser.get(METHODS + path)).ids
    sent = await browser.post(METHODS + path, {**form["fields"], "new-password": LONG, "otp": "123456"})
    assert sent.status == 403
    assert "page-account-sign-in" in sent.ids
    assert await world.events() == events
    page = await browser.press(sent, "submit")
    await world.signed_in(browser, person.person_id)
    page = await browser.get(f"/sign-in?i={page.interaction}")
    assert str(page.response.url) == world.issuer + METHODS + path, "and then one is back where one was"


@pytest.mark.parametrize("path", CHANGING)
async def test_a_session_by_city_credentials_or_none_changes_no_factor(
    world: World, path: str
) -> None:  # E05
    person, _ = await world.citizen()
    stranger, local = world.browser(), world.browser()
    await world.signed_in(local, person.person_id, idp="haiphong")
    for browser in (stranger, local):
        assert "page-account-sign-in" in (await browser.get(METHODS + path)).ids


async def test_a_form_of_another_site_or_person_changes_nothing(world: World) -> None:  # A08, E05
    person, _ = await world.citizen()
    mallory = await world.person("mallory")
    hers, his = await _at_account(world, person), await _at_account(world, mallory)
    theirs = (await his.get(f"{METHODS}/totp")).form("submit")["fields"]
    for path in CHANGING:
        sent = await hers.post(METHODS + path, {"csrf": theirs["csrf"], "new-password": LONG})
        assert sent.status in {400, 403}, path
        sent = await hers.post(METHODS + path, {"new-password": LONG}, **{"sec-fetch-site": "cross-site"})
        assert sent.status in {400, 403}, path
    own = (await hers.get(f"{METHODS}/totp")).form("submit")["fields"]
    sent = await hers.post(f"{METHODS}/totp", {**own, "setup": theirs["setup"], "otp": "000000"})
    assert sent.case == "expired"
    assert await world.events(EventType.CREDENTIAL_SET, EventType.CREDENTIAL_REMOVED) == []


async def test_a_new_password_ends_the_old_one_the_other_sessions_and_what_was_half_proved(
    world: World, rp: RelyingParty
) -> None:  # E05, E19
    person, citizen = await world.citizen()
    other = world.browser()
    await world.signed_in(other, person.person_id, idp="haiphong")
    thief = world.browser()
    half = await try_password(thief, await password_page(thief, rp), "alice", PASSWORD)
    assert "page-otp" in half.ids
    browser = await _at_account(world, person)
    assert await _sessions(world, person.person_id) == 2
    await _set(browser, LONG)
    assert await _sessions(world, person.person_id) == 1
    assert "page-methods" in (await browser.get(METHODS)).ids, "one's own goes on"
    await thief.press(half, "submit", otp=citizen.code(world.time().timestamp()))
    assert world.cookie_of(thief, "session") is None
    assert "error" in (await _opens(world, rp, "alice", PASSWORD)).ids
    assert "page-otp" in (await _opens(world, rp, "alice", LONG)).ids


async def test_what_is_removed_opens_nothing_and_its_sessions_end(world: World, rp: RelyingParty) -> None:
    person, _ = await world.citizen()
    local = world.browser()
    await world.signed_in(local, person.person_id, idp="haiphong")
    browser = await _at_account(world, person)
    page = await browser.press(await browser.get(f"{METHODS}/remove?m=password"), "submit")
    assert "notice" in page.ids
    assert "remove-password" not in page.ids
    assert await _sessions(world, person.person_id) == 1
    assert "error" in (await _opens(world, rp, "alice", PASSWORD)).ids
    await browser.press(await browser.get(f"{METHODS}/remove?m=totp"), "submit")
    await browser.get(f"{METHODS}/remove?m=nothing")
    removed = await world.records(EventType.CREDENTIAL_REMOVED)
    assert [(one.payload["kind"], one.payload["sessions"]) for one in removed] == [
        ("password", 1),
        ("totp", 0),
    ]


async def test_an_authenticator_stays_while_a_short_password_needs_it(world: World, rp: RelyingParty) -> None:
    person = await world.person()
    browser = await _at_account(world, person)
    await _bind(world, browser)
    await _set(browser, SHORT)
    page = await browser.press(await browser.get(f"{METHODS}/remove?m=totp"), "submit")
    assert "error" in page.ids
    assert "page-otp" in (await _opens(world, rp, "alice@example.vn", SHORT)).ids
    await world.write(lambda tx: Done(tx.totp.remove(person.person_id)))  # however it went
    assert "error" in (await _opens(world, rp, "alice@example.vn", SHORT)).ids
    await _bind(world, browser, shift=30)
    await _set(browser, LONG)
    page = await browser.press(await browser.get(f"{METHODS}/remove?m=totp"), "submit")
    assert "notice" in page.ids


async def test_a_password_others_know_opens_nothing_until_another_is_set(
    world: World, rp: RelyingParty
) -> None:  # SP 800-63B-4 §3.1.1.2
    person, _ = await world.citizen()
    local = await _at_account(world, person)

    def mark(tx: Tx) -> Done[int | None]:
        return Done(
            mark_compromised(
                tx, person.person_id, reason="case 9", actor="operator:lan", occasion=world.occasion
            )
        )

    assert await world.write(mark) == 1
    assert await world.write(mark) is None
    assert "page-account-sign-in" in (await local.get(METHODS)).ids
    assert "error" in (await _opens(world, rp, "alice", PASSWORD)).ids
    browser = await _at_account(world, person)
    assert "password-compromised" in (await browser.get(METHODS)).ids
    await _set(browser, LONG)
    assert "password-compromised" not in (await browser.get(METHODS)).ids
    assert "page-otp" in (await _opens(world, rp, "alice", LONG)).ids


async def test_to_set_a_password_anew_wakes_what_rests_and_nobody_is_locked_out_meanwhile(
    world: World, rp: RelyingParty
) -> None:  # E11, §3.2.2
    person, _ = await world.citizen()

    def guess(tx: Tx) -> Done[None]:
        for hours in range(MOST_TRIES):
            tx.attempts.reserve(person.person_id, world.time().replace(year=2025) + hours * _HOUR)
        return Done(None)

    await world.write(guess)
    assert "Đã thử sai nhiều lần" in (await _opens(world, rp, "alice", PASSWORD)).response.text
    browser = await _at_account(world, person)  # the other factor: the national system
    assert "rests" in (await browser.get(METHODS)).ids
    await _set(browser, LONG)
    assert "rests" not in (await browser.get(METHODS)).ids
    assert "page-otp" in (await _opens(world, rp, "alice", LONG)).ids


async def test_a_hash_of_other_costs_is_renewed_when_the_password_was_right(
    world: World, rp: RelyingParty
) -> None:  # row 10
    person, _ = await world.citizen()
    old = argon2.using(type="ID", memory_cost=8 * 1024, rounds=1, parallelism=1).hash(
        world.provider.vault.pepper(LONG)
    )

    def weaken(tx: Tx) -> Done[None]:
        tx.passwords.put(
            PasswordCredential(person_id=person.person_id, password_hash=old, changed_at=world.time())
        )
        return Done(None)

    async def stored() -> str:
        found = await world.provider.database.read(lambda tx: tx.passwords.get(person.person_id))
        assert found is not None
        return found.password_hash

    await world.write(weaken)
    await _opens(world, rp, "alice", "wrong")
    assert await stored() == old
    assert "page-otp" in (await _opens(world, rp, "alice", LONG)).ids
    assert (await stored()).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert "page-otp" in (await _opens(world, rp, "alice", LONG)).ids
