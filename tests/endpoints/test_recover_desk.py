"""`/recover/desk`: the code on paper, step by step and out of order – DOMAIN §3.5; SECURITY E07, E08, E11, E16."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

import httpx
import pyotp
import pytest

from idp.audit.events import EventType
from idp.credentials.password import SHORTEST
from idp.database import Done
from idp.life_events.service import unlock_own
from idp.messages.model import Channel
from idp.officials.roles import Role
from idp.people.contacts import Contact
from idp.people.model import Address, IdentifierScheme, Person
from idp.protocol.assurance import Acr
from idp.recovery.service import Paper, open_case
from idp.transaction import Tx
from tests.driver import Browser, Citizen, Page, RelyingParty
from tests.endpoints.merged import Duplicates
from tests.endpoints.signing_in import password_page, try_password
from tests.roles import give_roles
from tests.stores.desk_samples import WAITS, make_desk_official, seen
from tests.world import PASSWORD, TOTP_SECRET, World

DESK = "/recover/desk"
NEW = "thuyền neo ở bến Bính chiều nay"
_KEY = re.compile(r'id="totp-key">([A-Z2-7 ]+)<')


async def _paper(world: World, person: Person) -> Paper:
    """Let an official of another home open a case for a person."""
    official_id = await _official(world)

    def work(tx: Tx) -> Done[Paper]:
        official = tx.officials.find_by_number(official_id)
        assert official is not None
        what = seen(person.person_id, official)
        opened = open_case(tx, what, waits=WAITS, entered_by="operator:an", occasion=world.occasion)
        assert isinstance(opened, Done), opened
        return opened

    paper: Paper = await world.write(work)
    return paper


async def _official(world: World) -> str:
    known = await world.provider.database.read(lambda tx: tx.officials.find_by_number("CB1"))
    if known is None:
        own = await world.person("trang")
        elsewhere = Address(ward_code="11407", detail="số 2")
        profile = replace(own.profile, address=elsewhere)

        def add(tx: Tx) -> Done[None]:
            tx.people.update(replace(own, profile=profile))
            assert tx.officials.add(make_desk_official(own, "CB1"))
            return Done(None)

        await world.write(add)
    return "CB1"


async def _enter(browser: Browser, case: str, code: str) -> Page:
    page = await browser.get(DESK)
    return await browser.press(page, "submit", None, **{"case-number": case, "desk-code": code})


async def _bind(browser: Browser, page: Page, password: str = NEW, **more: str) -> Page:
    return await browser.press(page, "submit", None, **{"new-password": password, **more})


async def _codes(page: Page) -> pyotp.TOTP:
    key = _KEY.search(page.response.text)
    assert key is not None
    return pyotp.TOTP(key[1].replace(" ", ""))


async def test_a_citizen_without_anything_gets_back_in_by_the_paper_alone(
    world: World, rp: RelyingParty
) -> None:  # journey 11, row 35
    person, citizen = await world.citizen()
    phone = world.browser()
    await world.signed_in(phone, person.person_id)
    paper = await _paper(world, person)
    browser = world.browser()
    page = await _enter(browser, paper.case.case_id.lower(), (paper.code or "").replace("-", " ").lower())
    assert {"page-recover-desk-bind", "new-password", "totp-key"} <= page.ids
    assert world.cookie_of(browser, "session") is None, "the code opens nothing"
    totp = await _codes(page)
    page = await _bind(browser, page, otp=totp.at(int(world.time().timestamp())))
    assert {"page-recover-desk-done", "notice"} <= page.ids
    assert world.cookie_of(browser, "session") is None
    assert "page-account-sign-in" in (await phone.get("/account")).ids, "the session on the phone is over"

    world.time.move(seconds=30)
    page = await try_password(browser, await password_page(browser, rp), citizen.username, NEW)
    page = await browser.press(page, "submit", otp=totp.at(int(world.time().timestamp())))
    assert world.cookie_of(browser, "session") is not None
    other = world.browser()
    page = await try_password(other, await password_page(other, rp), citizen.username, PASSWORD)
    assert "error" in page.ids, "the old password opens nothing"
    (event,) = await world.records(EventType.ACCOUNT_RECOVERED)
    assert (event.payload["by"], event.payload["case_id"]) == ("desk", paper.case.case_id)


async def test_the_paper_takes_from_an_address_that_it_opens_the_account(world: World) -> None:  # DOMAIN §3.5
    person, _ = await world.citizen()
    address = Contact(
        contact_id="c",
        channel=Channel.EMAIL,
        address="of-whom@example.vn",
        language="vi",
        verified_at=world.time(),
        signs_in_since=world.time(),
    )

    def give(tx: Tx) -> Done[None]:
        tx.contacts.add(person.person_id, address)
        return Done(None)

    await world.write(give)
    paper = await _paper(world, person)
    browser = world.browser()
    page = await _bind(browser, await _enter(browser, paper.case.case_id, paper.code or ""))
    assert "page-recover-desk-done" in page.ids
    (left,) = await world.provider.database.read(lambda tx: tx.contacts.of_person(person.person_id))
    assert left == replace(address, signs_in_since=None), "it brings notices, and opens nothing"
    (event,) = await world.records(EventType.ACCOUNT_RECOVERED)
    assert "sent-codes" in str(event.payload["removed"])


async def test_each_path_through_the_desk_s_pages_needs_the_code(world: World) -> None:  # E07
    person, _ = await world.citizen()
    paper = await _paper(world, person)
    browser = world.browser()
    fields = (await browser.get(DESK)).form("submit")["fields"]
    for more in (
        {},
        {"setup": ""},
        {"setup": "x" * 40},
        {"setup": paper.case.case_id, "new-password": NEW, "tryAnotherWay": "on"},
        {"case-number": paper.case.case_id, "new-password": NEW},
    ):
        page = await browser.post(f"{DESK}/bind", {**fields, **more})
        assert page.status == 400, more
    assert (await browser.get(f"{DESK}/bind")).status in {404, 405}, "looking does nothing"
    page = await _enter(browser, paper.case.case_id, paper.code or "")
    assert "page-recover-desk-bind" in page.ids
    assert page.links["back"] == "/recover/desk"
    page = await browser.post(f"{DESK}/bind", {**page.form("submit")["fields"], "new-password": ""})
    assert "error-new-password" in page.ids
    assert await world.events(EventType.ACCOUNT_RECOVERED) == []


async def test_a_paper_binds_once_also_from_a_form_left_open(world: World) -> None:  # E08
    person, _ = await world.citizen()
    paper = await _paper(world, person)
    browser, other = world.browser(), world.browser()
    first = await _enter(browser, paper.case.case_id, paper.code or "")
    second = await _enter(other, paper.case.case_id, paper.code or "")
    assert "page-recover-desk-done" in (await _bind(browser, first)).ids
    assert (await _bind(other, second, "một câu khác hẳn cho chắc")).status == 400
    assert (await _bind(browser, first)).status == 400
    assert "error" in (await _enter(browser, paper.case.case_id, paper.code or "")).ids
    assert len(await world.events(EventType.ACCOUNT_RECOVERED)) == 1


async def _lock_and_unlock(world: World, person: Person) -> None:
    """The person sees the notice, locks the account, and opens it again within minutes."""
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    page = await browser.press(await browser.get("/lock"), "lock-signed-in")
    assert "page-account-locked" in page.ids

    def unlock(tx: Tx) -> Done[bool]:
        return Done(
            unlock_own(tx, person.person_id, Acr.HIGH, begun_at=world.time(), occasion=world.occasion)
        )

    assert await world.write(unlock)


async def _recover_nationally(world: World, person: Person) -> None:
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    page = await browser.press(await browser.get("/recover/renew"), "submit", None)
    assert "page-recover-done" in page.ids


@pytest.mark.parametrize("ended_by", [_lock_and_unlock, _recover_nationally])
async def test_a_paper_opens_nothing_once_its_account_was_locked_or_recovered(
    world: World, ended_by: Callable[[World, Person], Awaitable[None]]
) -> None:  # E08: somebody else stood at the desk, and the holder has heard of it
    person, _ = await world.citizen()
    paper = await _paper(world, person)
    thief = world.browser()
    form = await _enter(thief, paper.case.case_id, paper.code or "")
    assert "page-recover-desk-bind" in form.ids
    await ended_by(world, person)
    assert (await _bind(thief, form)).status == 400
    assert "error" in (await _enter(thief, paper.case.case_id, paper.code or "")).ids
    recovered = await world.records(EventType.ACCOUNT_RECOVERED)
    assert [one.payload["by"] for one in recovered if one.payload["by"] == "desk"] == []


async def _becomes_official(world: World, person: Person) -> None:
    await world.write(lambda tx: Done(tx.officials.add(make_desk_official(person, "CB9", Role.CASE_OFFICER))))


async def _becomes_administrator(world: World, person: Person) -> None:
    await world.write(lambda tx: give_roles(tx, person.person_id, "admin:security-officer"))


async def _is_merged_into_an_official(world: World, person: Person) -> None:
    winner, as_winner = await world.citizen("winner")
    await _becomes_official(world, winner)
    own = Citizen(username="alice", password=PASSWORD, totp_secret=TOTP_SECRET)
    await Duplicates(world, winner, person, as_winner, own).confirm()


@pytest.mark.parametrize("changed", [_becomes_official, _becomes_administrator, _is_merged_into_an_official])
async def test_a_paper_by_one_official_opens_nothing_where_two_are_needed_by_now(
    world: World, changed: Callable[[World, Person], Awaitable[None]]
) -> None:  # DOMAIN §3.5: a stale approval
    person, _ = await world.citizen()
    paper = await _paper(world, person)
    browser = world.browser()
    form = await _enter(browser, paper.case.case_id, paper.code or "")
    assert "page-recover-desk-bind" in form.ids
    await changed(world, person)
    anew = await _enter(world.browser(), paper.case.case_id, paper.code or "")
    assert "page-recover-desk-bind" not in anew.ids, "nor are names to sign in with told"
    assert (await _bind(browser, form)).status == 400
    assert await world.records(EventType.ACCOUNT_RECOVERED) == []


async def test_a_form_left_open_too_long_binds_nothing(world: World) -> None:  # E08: at most 30 minutes
    person, _ = await world.citizen()
    paper = await _paper(world, person)
    browser = world.browser()
    page = await _enter(browser, paper.case.case_id, paper.code or "")
    world.time.moment += WAITS
    assert (await _bind(browser, page)).status == 400
    assert "error" in (await _enter(browser, paper.case.case_id, paper.code or "")).ids


async def test_a_wrong_code_and_a_case_nobody_has_look_alike_and_count(world: World) -> None:  # E11, E16
    person, _ = await world.citizen()
    paper = await _paper(world, person)
    other = await _paper(world, (await world.citizen("bob"))[0])
    texts = set()
    for case, code in (
        (paper.case.case_id, "0000-0000-0000-0000"),
        (paper.case.case_id, other.code or ""),
        ("0000-0000", paper.code or ""),
        ("", ""),
        ("x" * 200, "y" * 5000),
    ):
        page = await _enter(world.browser(), case, code)
        assert page.status == 200
        error = re.search(r'id="error-desk-code">.*?</span></span>', page.response.text, re.DOTALL)
        assert error is not None
        texts.add(error[0])
    assert len(texts) == 1
    kept = await world.provider.database.read(lambda tx: tx.desk_cases.get(paper.case.case_id))
    assert kept is not None
    assert kept.tries == 2


async def test_whoever_knows_a_case_number_can_t_use_up_its_owner_s_tries(world: World) -> None:  # E11
    person, _ = await world.citizen()
    paper = await _paper(world, person)
    thief = _at(world, "203.0.113.66")
    for number in range(12):
        page = await _enter(thief, paper.case.case_id, "0000-0000-0000-0000")
        assert page.status == (200 if number < 10 else 429)
    page = await _enter(thief, paper.case.case_id, paper.code or "")
    assert page.status == 429, "of that address nothing is looked at for now"
    page = await _enter(_at(world, "203.0.113.67"), paper.case.case_id, paper.code or "")
    assert "page-recover-desk-bind" in page.ids, "its owner is at another"
    kept = await world.provider.database.read(lambda tx: tx.desk_cases.get(paper.case.case_id))
    assert kept is not None
    assert kept.tries == 10


def _at(world: World, address: str) -> Browser:
    transport = httpx.ASGITransport(app=world.app, raise_app_exceptions=False, client=(address, 40_000))
    return Browser(transport, world.issuer)


async def test_the_code_is_in_no_page_after_it_was_typed(world: World) -> None:
    person, _ = await world.citizen()
    paper = await _paper(world, person)
    code = paper.code or ""
    page = await _enter(world.browser(), paper.case.case_id, code)
    assert code not in page.response.text
    assert code.replace("-", "") not in page.response.text


@pytest.mark.parametrize(
    ("password", "field"),
    [("ngắn", "error-new-password"), ("Nguyễn Thị Hương 1984", "error-new-password")],
)
async def test_a_weak_password_is_refused_and_the_code_stays(
    world: World, password: str, field: str
) -> None:  # rows 1, 6
    person, _ = await world.citizen()
    paper = await _paper(world, person)
    browser = world.browser()
    page = await _enter(browser, paper.case.case_id, paper.code or "")
    page = await _bind(browser, page, password)
    assert field in page.ids
    assert str(SHORTEST) in page.response.text
    assert "page-recover-desk-done" in (await _bind(browser, page)).ids


async def test_a_wrong_code_of_the_authenticator_binds_nothing(world: World) -> None:
    person, _ = await world.citizen()
    paper = await _paper(world, person)
    browser = world.browser()
    page = await _enter(browser, paper.case.case_id, paper.code or "")
    page = await _bind(browser, page, otp="000000")
    assert "error-otp" in page.ids
    assert await world.events(EventType.ACCOUNT_RECOVERED) == []


async def test_who_has_no_name_to_sign_in_with_chooses_one_that_is_free(world: World) -> None:
    profile = replace((await world.person()).profile, email="", phone="")
    person, _ = await world.citizen("nobody-yet", profile=profile)

    def forget(tx: Tx) -> Done[None]:
        now = world.time()
        tx.people.end_identifier(person.person_id, IdentifierScheme.USERNAME, "nobody-yet", now=now)
        tx.people.add_identifier(
            (tx.people.find_by_identifier(IdentifierScheme.EMAIL, "alice@example.vn") or person).person_id,
            IdentifierScheme.USERNAME,
            "taken.name",
            now=now,
        )
        return Done(None)

    await world.write(forget)
    paper = await _paper(world, person)
    browser = world.browser()
    page = await _enter(browser, paper.case.case_id, paper.code or "")
    page = await _bind(browser, page)
    assert "error-username" in page.ids
    page = await _bind(browser, page, username="taken.name")
    assert "error-username" in page.ids
    page = await _bind(browser, page, username="ten.moi")
    assert "page-recover-desk-done" in page.ids
    assert "ten.moi" in page.response.text


async def test_the_history_shows_the_desk_and_the_recovery(world: World) -> None:
    person, _ = await world.citizen()
    paper = await _paper(world, person)
    browser = world.browser()
    await _bind(browser, await _enter(browser, paper.case.case_id, paper.code or ""))
    world.time.move(minutes=1)
    await world.signed_in(browser, person.person_id)
    page = await browser.get("/account/history")
    for words in ("Bộ phận một cửa xác minh danh tính", "Khôi phục quyền vào tài khoản"):
        assert words in page.response.text
    world.time.move(hours=23)
    await world.signed_in(browser, person.person_id)
    assert "page-held" in (await browser.get("/account/contacts/remove")).ids
