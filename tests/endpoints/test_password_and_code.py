"""Password and code: what they open, whom they make wait, what is never told – PAGES §3.1.3–3.1.4; SECURITY E10–E16."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from idp.audit.events import EventType
from idp.credentials.service import bind_totp, set_password
from idp.database import Done
from idp.limits.model import Limit
from idp.limits.store import limits
from idp.people.model import IdentifierScheme, PersonStatus
from idp.recovery.model import Lost, Recovery, Way
from idp.recovery.service import recover
from idp.transaction import Tx
from tests.driver import RelyingParty
from tests.endpoints.signing_in import password_page, try_password, without_code
from tests.world import PASSWORD, World


async def test_password_and_code_open_a_session_that_says_so(world: World, rp: RelyingParty) -> None:
    _, citizen = await world.citizen()
    browser = world.browser()
    await citizen.sign_in(browser, await browser.get(rp.authorize_url()), at=world.time().timestamp())
    assert (await world.events())[-1] == EventType.SESSION_STARTED
    assert world.cookie_of(browser, "session")


@pytest.mark.parametrize("name", ["alice", "ALICE", "alice@example.vn", "+84539900001"])
async def test_any_of_a_person_s_names_will_do(world: World, rp: RelyingParty, name: str) -> None:
    await world.citizen()
    browser = world.browser()
    page = await try_password(browser, await password_page(browser, rp), name, PASSWORD)
    assert "otp" in page.ids


async def test_a_personal_number_is_no_user_name(world: World, rp: RelyingParty) -> None:  # PAGES 3.1.3
    person, _ = await world.citizen()

    def number(tx: Tx) -> Done[None]:
        tx.people.add_identifier(
            person.person_id, IdentifierScheme.PERSONAL_ID, "031184000017", now=world.time()
        )
        return Done(None)

    await world.write(number)
    browser = world.browser()
    page = await try_password(browser, await password_page(browser, rp), "031184000017", PASSWORD)
    assert "error" in page.ids


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("alice", "wrong"),
        ("nobody", PASSWORD),
        ("alice", PASSWORD.upper()),
        ("alice", PASSWORD + " "),
        ("alice", "x" * 2000),
        ("x" * 2000, PASSWORD),
        ("alice' --", PASSWORD),
        ("alice\u200b", PASSWORD),
    ],
)
async def test_which_half_was_wrong_is_never_told(
    world: World, rp: RelyingParty, username: str, password: str
) -> None:  # ASVS 6.3.8
    await world.citizen()
    browser = world.browser()
    page = await try_password(browser, await password_page(browser, rp), username, password)
    assert page.status == 200
    assert "Tên đăng nhập hoặc mật khẩu chưa đúng. Thử lại, hoặc bấm “Quên mật khẩu”" in page.response.text
    assert "forgot" in page.ids, "what the error says to press is there"
    assert password not in page.response.text
    assert world.cookie_of(browser, "session") is None


async def test_an_empty_field_is_told_at_the_field(world: World, rp: RelyingParty) -> None:
    browser = world.browser()
    page = await try_password(browser, await password_page(browser, rp), "", "")
    assert {"error", "error-username", "error-password"} <= page.ids
    assert await world.events(EventType.SIGN_IN_REFUSED) == []


async def test_a_password_on_its_own_gives_no_session_where_there_is_a_second_factor(
    world: World, rp: RelyingParty
) -> None:  # SECURITY E07
    await world.citizen()
    browser = world.browser()
    page = await try_password(browser, await password_page(browser, rp), "alice", PASSWORD)
    assert "otp" in page.ids
    assert world.cookie_of(browser, "session") is None
    page = await browser.get(f"/authorize/resume?i={page.interaction}")
    assert "page-sign-in" in page.ids


async def test_the_code_page_opens_only_after_the_password(world: World, rp: RelyingParty) -> None:
    _, citizen = await world.citizen()
    browser = world.browser()
    page = await browser.get(rp.authorize_url())
    assert "page-sign-in" in (await browser.get(f"/sign-in/otp?i={page.interaction}")).ids
    sent = await browser.post(
        f"/sign-in/otp?i={page.interaction}",
        {"csrf": page.form("cancel")["fields"]["csrf"], "otp": citizen.code(world.time().timestamp())},
    )
    assert "page-sign-in" in sent.ids
    assert world.cookie_of(browser, "session") is None


@pytest.mark.parametrize(
    ("otp", "id_shown"),
    [
        ("", "error-otp"),
        ("12345", "error-otp"),
        ("1234567", "error-otp"),
        ("12345a", "error-otp"),
        ("١٢٣٤٥٦", "error-otp"),
        ("000000", "error-otp"),
    ],
)
async def test_a_wrong_or_half_a_code_asks_again(
    world: World, rp: RelyingParty, otp: str, id_shown: str
) -> None:
    await world.citizen()
    browser = world.browser()
    page = await try_password(browser, await password_page(browser, rp), "alice", PASSWORD)
    page = await browser.press(page, "submit", otp=otp)
    assert id_shown in page.ids
    assert world.cookie_of(browser, "session") is None


async def test_spaces_in_a_code_are_forgiven_and_a_step_early_or_late_too(
    world: World, rp: RelyingParty
) -> None:  # PAGES 3.1.4, RFC 6238 §5.2
    for username, shift in (("alice", -30), ("bob", 0), ("carol", 30)):
        _, citizen = await world.citizen(username, profile=(await world.person()).profile)
        browser = world.browser()
        page = await try_password(browser, await password_page(browser, rp), username, PASSWORD)
        code = citizen.code(world.time().timestamp() + shift)
        page = await browser.press(page, "submit", otp=f"{code[:3]} {code[3:]}")
        assert world.cookie_of(browser, "session"), username


async def test_a_code_two_steps_away_is_wrong(world: World, rp: RelyingParty) -> None:
    _, citizen = await world.citizen()
    browser = world.browser()
    page = await try_password(browser, await password_page(browser, rp), "alice", PASSWORD)
    page = await browser.press(page, "submit", otp=citizen.code(world.time().timestamp() + 61))
    assert "error-otp" in page.ids


async def test_a_code_counts_once(world: World, rp: RelyingParty) -> None:  # RFC 6238 §5.2, SECURITY E13
    _, citizen = await world.citizen()
    for expected in (True, False):
        browser = world.browser()
        page = await try_password(browser, await password_page(browser, rp), "alice", PASSWORD)
        await browser.press(page, "submit", otp=citizen.code(world.time().timestamp()))
        assert bool(world.cookie_of(browser, "session")) is expected


async def test_somebody_with_a_password_alone_reaches_the_low_level(world: World, rp: RelyingParty) -> None:
    person, _ = await world.citizen()
    await without_code(world, person)
    browser = world.browser()
    page = await try_password(browser, await password_page(browser, rp), "alice", PASSWORD)
    page = await browser.press(page, "allow")
    claims = await rp.verify(
        world.http, (await rp.redeem(world.http, page.answer["code"])).json()["id_token"]
    )
    assert (claims["acr"], claims["amr"]) == ("urn:haiphong:acr:low", ["pwd"])


async def test_ten_wrong_tries_make_the_account_wait_whichever_name_is_typed(
    world: World, rp: RelyingParty
) -> None:  # SECURITY E10, E11
    await world.citizen()
    browser = world.browser()
    page = await password_page(browser, rp)
    for name in ("alice", "ALICE", "alice@example.vn", "+84539900001", " alice") * 2:
        await try_password(browser, page, name.strip(), "wrong")
    page = await try_password(browser, page, "alice", PASSWORD)
    assert "Đã thử sai nhiều lần" in page.response.text, "even the right one must wait"
    other = world.browser()
    page = await try_password(other, await password_page(other, rp), "alice@example.vn", PASSWORD)
    assert "Đã thử sai nhiều lần" in page.response.text
    world.time.move(seconds=31)
    page = await try_password(other, await password_page(other, rp), "alice", PASSWORD)
    assert "otp" in page.ids


async def test_wrong_codes_count_on_the_same_counter(world: World, rp: RelyingParty) -> None:  # SECURITY E11
    _, citizen = await world.citizen()
    browser = world.browser()
    page = await try_password(browser, await password_page(browser, rp), "alice", PASSWORD)
    for _ in range(10):
        page = await browser.press(page, "submit", otp="000000")
    page = await browser.press(page, "submit", otp=citizen.code(world.time().timestamp()))
    assert "Đã thử sai nhiều lần" in page.response.text
    assert world.cookie_of(browser, "session") is None


async def test_a_name_that_is_nobody_s_waits_just_the_same(
    world: World, rp: RelyingParty
) -> None:  # SECURITY E16
    browser = world.browser()
    page = await password_page(browser, rp)
    for _ in range(10):
        await try_password(browser, page, "nobody", "wrong")
    page = await try_password(browser, page, "nobody", "wrong")
    assert "Đã thử sai nhiều lần" in page.response.text


async def test_a_locked_person_is_told_no_more_than_a_stranger(world: World, rp: RelyingParty) -> None:
    person, _ = await world.citizen()
    await world.set_status(person.person_id, PersonStatus.LOCKED)
    browser = world.browser()
    page = await try_password(browser, await password_page(browser, rp), "alice", PASSWORD)
    assert "Tên đăng nhập hoặc mật khẩu chưa đúng" in page.response.text


async def test_whoever_is_locked_between_password_and_code_gets_nothing_and_it_is_recorded(
    world: World, rp: RelyingParty
) -> None:  # SECURITY B10, DESIGN 5.9 class 2
    person, citizen = await world.citizen()
    browser = world.browser()
    page = await try_password(browser, await password_page(browser, rp), "alice", PASSWORD)
    await world.set_status(person.person_id, PersonStatus.LOCKED)
    code = citizen.code(world.time().timestamp())
    page = await browser.press(page, "submit", otp=code)
    assert (page.status, page.case) == (403, "locked")
    assert world.cookie_of(browser, "session") is None
    assert (await world.events())[-1] == EventType.SIGN_IN_REFUSED
    await world.set_status(person.person_id, PersonStatus.ACTIVE)
    page = await try_password(browser, await password_page(browser, rp), "alice", PASSWORD)
    page = await browser.press(page, "submit", otp=code)
    assert "error-otp" in page.ids, "the code was used up all the same"


async def test_whoever_is_locked_while_their_password_is_checked_gets_nothing_and_it_is_recorded(
    world: World, rp: RelyingParty
) -> None:  # SECURITY B10, DESIGN 5.9 class 2
    person, _ = await world.citizen()
    await without_code(world, person)
    browser = world.browser()
    page = await password_page(browser, rp)
    # The record has been read when the attempt is counted.
    await world.when("INSERT ON attempts", "UPDATE people SET status = 'locked'")
    page = await try_password(browser, page, "alice", PASSWORD)
    assert (page.status, page.case) == (403, "locked")
    assert world.cookie_of(browser, "session") is None
    assert (await world.events())[-1] == EventType.SIGN_IN_REFUSED


@pytest.mark.parametrize("has_code", [True, False])
@pytest.mark.parametrize("change", ["recovered", "set anew"])
async def test_a_password_that_is_removed_while_it_is_checked_opens_nothing(
    world: World, rp: RelyingParty, has_code: bool, change: str
) -> None:  # SECURITY B10, E05: it is read before it is hashed, and hashing takes long
    person, _ = await world.citizen()
    if not has_code:
        await without_code(world, person)
    browser = world.browser()
    page = await password_page(browser, rp)
    world.time.move(seconds=1)
    trying = asyncio.create_task(try_password(browser, page, "alice", PASSWORD))
    for _ in range(10_000):
        await asyncio.sleep(0)
        if await world.provider.database.read(lambda tx: tx.attempts.state(person.person_id).failures):
            break

    def end(tx: Tx) -> Done[None]:
        if change == "recovered":
            lost = Recovery(way=Way.NATIONAL, lost=frozenset({Lost.PASSWORD}), hold=timedelta(days=1))
            assert isinstance(recover(tx, person.person_id, lost, occasion=world.occasion), Done)
        else:
            anew = set_password(
                tx, person.person_id, "$argon2id$x", needs_second=False, keep="", occasion=world.occasion
            )
            assert isinstance(anew, Done)
        return Done(None)

    await world.write(end)
    assert not trying.done()
    assert "error" in (await trying).ids
    assert world.cookie_of(browser, "session") is None
    assert "otp" not in (await browser.get(f"/sign-in/otp?i={page.interaction}")).ids


async def test_a_password_alone_opens_nothing_once_an_authenticator_was_bound_while_it_was_checked(
    world: World, rp: RelyingParty
) -> None:  # SECURITY E06: its owner has just said that the password is not enough
    person, citizen = await world.citizen()
    credential = await world.provider.database.read(lambda tx: tx.totp.get(person.person_id))
    assert credential is not None
    await without_code(world, person)
    browser = world.browser()
    page = await password_page(browser, rp)
    trying = asyncio.create_task(try_password(browser, page, "alice", PASSWORD))
    for _ in range(10_000):
        await asyncio.sleep(0)
        if await world.provider.database.read(lambda tx: tx.attempts.state(person.person_id).failures):
            break
    await world.write(lambda tx: bind_totp(tx, credential, keep="", occasion=world.occasion))
    assert not trying.done()
    assert "error" in (await trying).ids
    assert world.cookie_of(browser, "session") is None
    page = await try_password(browser, await password_page(browser, rp), "alice", PASSWORD)
    await browser.press(page, "submit", otp=citizen.code(world.time().timestamp()))
    assert world.cookie_of(browser, "session") is not None


async def test_a_new_sign_in_gives_a_new_cookie_and_the_old_one_is_dead(
    world: World, rp: RelyingParty
) -> None:  # ASVS 7.2.4, SECURITY E01
    _, citizen = await world.citizen()
    browser = world.browser()
    await citizen.sign_in(browser, await browser.get(rp.authorize_url()), at=world.time().timestamp())
    first = world.cookie_of(browser, "session")
    world.time.move(seconds=60)
    page = await browser.get(rp.authorize_url(prompt="login"))
    await citizen.sign_in(browser, page, at=world.time().timestamp())
    second = world.cookie_of(browser, "session")
    assert first != second
    assert first is not None
    thief = world.browser()
    thief.client.cookies.set("hpid-session", first, domain="localhost.local", path="/")
    page = await thief.get(rp.authorize_url(prompt="none"))
    assert page.answer["error"] == "login_required"


async def test_another_person_at_the_same_browser_ends_the_first_one_s_session(
    world: World, rp: RelyingParty
) -> None:
    alice = await world.visitor(rp)
    tokens = await world.tokens(rp, alice)
    _, bob = await world.citizen("bob")
    world.time.move(seconds=30)
    page = await alice.browser.get(rp.authorize_url(prompt="select_account"))
    await bob.sign_in(alice.browser, page, at=world.time().timestamp())
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    assert await world.events(EventType.SESSION_ENDED) == [EventType.SESSION_ENDED]


async def test_an_address_that_fails_at_many_accounts_is_asked_to_wait(
    world: World, rp: RelyingParty
) -> None:  # SECURITY E12: no account's own counter sees it
    person, _ = await world.citizen("alice")
    await without_code(world, person)
    browser = world.browser()
    page = await try_password(browser, await password_page(browser, rp), "nobody-1", "wrong")
    assert page.status == 200

    def nearly(tx: Tx) -> Done[None]:
        tx.connection.execute(update(limits).values(count=Limit.SIGN_IN.value.most - 1))
        return Done(None)

    await world.write(nearly)
    page = await try_password(browser, await password_page(browser, rp), "nobody-2", "wrong")
    assert page.status == 200
    refused = await try_password(browser, await password_page(browser, rp), "alice", PASSWORD)
    assert (refused.status, refused.case) == (429, "too-many")
    world.time.move(seconds=Limit.SIGN_IN.value.window.total_seconds())
    page = await try_password(browser, await password_page(browser, rp), "alice", PASSWORD)
    assert page.status < 400
