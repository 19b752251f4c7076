"""E06, E08, E10, E11, E16: a code that is sent to sign somebody in opens level low, once, here, and can't be guessed."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, event

from idp.audit.events import EventType
from idp.credentials.model import QUICK_TRIES
from idp.database import Done
from idp.messages.model import Channel
from idp.messages.model.codes import MOST_CODE_TRIES
from idp.people.model import Person, PersonProfile, PersonStatus
from idp.protocol.assurance import Acr
from idp.protocol.facts import LocalLogin
from idp.transaction import Tx
from tests.driver import Page, RelyingParty
from tests.endpoints import sent_codes
from tests.endpoints.sent_codes import MAIL, PHONE, ask, is_wrong, newest, opened_by
from tests.messages.office import Office
from tests.world import PASSWORD

pytestmark = [pytest.mark.network, sent_codes.EVERY_KIND]
rp, huong = sent_codes.rp, sent_codes.huong  # fixtures
LIKE_IT = "hap-thu@example.vn"
"""Nobody's, and masked as somebody's is."""


async def _failures(office: Office, person: Person) -> int:
    return await office.world.provider.database.read(lambda tx: tx.attempts.state(person.person_id).failures)


async def _told(office: Office, rp: RelyingParty, page: Page) -> dict[str, Any]:
    """Return what the relying party is told of this sign-in."""
    response = await rp.redeem(office.world.http, page.answer["code"])
    return await rp.verify(office.world.http, response.json()["id_token"])


@pytest.mark.parametrize(("address", "amr"), [(PHONE, ["sms"]), (MAIL, ["email"]), ("0901 234 567", ["sms"])])
async def test_it_opens_level_low_and_says_how(
    office: Office, rp: RelyingParty, huong: Person, address: str, amr: list[str]
) -> None:
    await office.world.agree(huong.person_id, rp)
    asking = await ask(office, rp, address)
    assert "10 phút" in asking.page.response.text
    told = await _told(office, rp, await asking.enter(await asking.code()))
    assert (told["acr"], told["amr"], told["idp"]) == (Acr.LOW.value, amr, "haiphong")


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({"default_acr": Acr.SUBSTANTIAL}, None),
        ({}, "LoA2"),
        ({}, "LoA3"),
        ({"local_login": LocalLogin.NEVER}, None),
        ({"local_login": LocalLogin.DEGRADED}, None),
    ],
)
async def test_it_is_neither_offered_nor_taken_where_more_than_low_is_asked(
    office: Office, huong: Person, changes: dict[str, Any], asked: str | None
) -> None:
    rp = await office.world.client("rp-more", **changes)
    browser = office.world.browser()
    page = await browser.get(rp.authorize_url(acr_values=asked))
    assert "method-code" not in page.ids
    for path in ("", "/enter"):
        refused = await browser.get(f"/sign-in/code{path}?i={page.interaction}")
        assert refused.path == "/sign-in"
    form = page.form("cancel")["fields"]
    for path, fields in (("", {"address": MAIL}), ("/enter", {"otp": "123456"})):
        await browser.post(f"/sign-in/code{path}?i={page.interaction}", {**form, **fields})
    assert await newest(office) == ""
    assert not office.world.cookie_of(browser, "session")


async def test_a_session_it_began_is_asked_for_more_where_more_is_asked(
    office: Office, rp: RelyingParty, huong: Person
) -> None:
    await office.world.agree(huong.person_id, rp)
    asking = await ask(office, rp, MAIL)
    await asking.enter(await asking.code())
    page = await asking.browser.get(rp.authorize_url(acr_values="LoA2"))
    assert "method-code" not in page.ids
    silent = await asking.browser.get(rp.authorize_url(acr_values="LoA2", prompt="none"))
    assert silent.answer["error"] == "login_required"


@pytest.mark.office
async def test_none_is_sent_where_the_setting_does_not_say_so(
    office: Office, rp: RelyingParty, huong: Person
) -> None:
    browser = office.world.browser()
    page = await browser.get(rp.authorize_url())
    assert "method-code" not in page.ids
    assert (await browser.get(f"/sign-in/code?i={page.interaction}")).path == "/sign-in"


async def test_an_address_that_was_not_allowed_to_or_since_yesterday_alone_opens_nothing(
    office: Office, rp: RelyingParty
) -> None:
    person = await office.world.person("huong")
    await opened_by(office, person, Channel.EMAIL, days=0)
    asking = await ask(office, rp, MAIL)
    assert await newest(office) == ""
    told = asking.page.response.text
    office.world.time.move(days=1)
    asking = await ask(office, rp, MAIL)
    assert await newest(office) != ""
    assert _shape(asking.page) == _shape_of(told)


def _shape(page: Page) -> str:
    return _shape_of(page.response.text)


def _shape_of(text: str) -> str:
    """Return a page without what differs each time: interaction, form token."""
    return re.sub(r'(i=|value=")[\w.~-]+|\d\d:\d\d[^<]*', r"\1", text)


async def test_somebody_and_nobody_are_told_the_same(office: Office, rp: RelyingParty, huong: Person) -> None:
    told = []
    for address in (MAIL, LIKE_IT):
        asking = await ask(office, rp, address)
        pages = [asking.page, *[await asking.enter("000000") for _ in range(MOST_CODE_TRIES + 1)]]
        told.append([_shape(page) for page in pages])
    assert told[0] == told[1]


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Every statement from now on, in order: reads word for word, of a write and of a trial's end only that it is one."""
    seen: list[str] = []

    def executed(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        is_write = statement.startswith(("INSERT", "UPDATE", "DELETE"))
        ends = statement.startswith(("RELEASE", "ROLLBACK TO"))
        if not statement.startswith(("PRAGMA", "BEGIN")):
            seen.append("WRITE" if is_write else "END" if ends else " ".join(statement.split()))

    event.listen(Engine, "before_cursor_execute", executed)
    yield seen
    event.remove(Engine, "before_cursor_execute", executed)


async def test_nobody_costs_the_same_statements_as_somebody(
    office: Office, rp: RelyingParty, huong: Person, statements: list[str]
) -> None:
    office.world.provider.configuration._read_at = float("inf")  # it is read again by the clock, whoever asks
    await office.world.person("binh")
    seen = []
    for address in (MAIL, LIKE_IT, MAIL, LIKE_IT, "binh@example.vn"):  # the first ever makes a person's key
        browser = office.world.browser()
        page = await browser.get(rp.authorize_url())
        page = await browser.get(f"/sign-in/code?i={page.interaction}")
        statements.clear()
        page = await browser.press(page, "submit", address=address)
        wrong = await browser.press(page, "submit", otp="000000")
        assert is_wrong(wrong)
        seen.append(list(statements))
    assert seen[2] == seen[3] == seen[4]
    assert seen[2].count("WRITE") >= 8


async def test_the_code_goes_to_the_address_that_was_proved_however_it_is_typed(
    office: Office, rp: RelyingParty, huong: Person
) -> None:  # whose mailbox another spelling is, its server alone knows (RFC 5321 §2.4)
    asking = await ask(office, rp, MAIL.replace("hop-thu", "HOP-Thu"))
    await asking.enter(await asking.code())
    assert office.world.cookie_of(asking.browser, "session")
    sent_to = [
        to for to, text in zip(office.mail.recipients, office.mail.texts, strict=True) if "nhập vào" in text
    ]
    assert sent_to == [[MAIL]]


async def test_the_code_is_in_the_message_alone(
    office: Office, rp: RelyingParty, huong: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    asking = await ask(office, rp, MAIL)
    code = await asking.code()
    again = await asking.browser.get(f"/sign-in/code/enter?i={asking.page.interaction}")
    wrong = await asking.enter("000000" if code != "000000" else "111111")
    for response in (asking.page.response, *asking.page.response.history, again.response, wrong.response):
        assert code not in response.text
        assert code not in str(response.headers)
        assert MAIL not in response.text
    lines = [record for record in caplog.records if record.name.startswith("hpid")]
    assert lines
    assert not any(secret in str(vars(record)) for record in lines for secret in (code, MAIL))
    text = office.mail.texts[-1]
    assert "http" not in text
    assert "rp-c.example" in text, "it names the service it opens"


async def test_a_code_counts_once_in_its_browser_alone(
    office: Office, rp: RelyingParty, huong: Person
) -> None:
    asking, thief = await ask(office, rp, MAIL), await ask(office, rp, PHONE)
    await office.deliver()
    text = next(text for text in office.mail.texts if "đăng nhập vào" in text)
    (code,) = re.findall(r"\b[0-9]{6}\b", text)
    assert is_wrong(await thief.enter(code))
    stolen = await thief.browser.post(
        f"/sign-in/code/enter?i={asking.page.interaction}",
        {**thief.page.form("submit")["fields"], "otp": code},
    )
    assert stolen.status == 400, "not open in this browser"
    answers = await asyncio.gather(*(asking.enter(code) for _ in range(5)))
    assert office.world.cookie_of(asking.browser, "session")
    assert sum(one.left_for is not None or one.path == "/consent" for one in answers) >= 1
    sessions = await office.world.events(EventType.SESSION_STARTED, EventType.SESSION_REAUTHENTICATED)
    assert len(sessions) == 1
    assert not office.world.cookie_of(thief.browser, "session")


async def test_it_is_over_after_ten_minutes_and_with_the_next_one(
    office: Office, rp: RelyingParty, huong: Person
) -> None:
    asking = await ask(office, rp, MAIL)
    older = await asking.code()
    office.world.time.move(minutes=1)
    asking.page = await asking.browser.press(asking.page, "resend")
    newer = await asking.code()
    if older != newer:
        assert is_wrong(await asking.enter(older))
    office.world.time.move(minutes=10)
    assert is_wrong(await asking.enter(newer))
    assert not office.world.cookie_of(asking.browser, "session")


async def test_five_wrong_ones_end_it_also_a_hundred_at_once_and_all_count(
    office: Office, rp: RelyingParty, huong: Person
) -> None:
    asking = await ask(office, rp, MAIL)
    code = await asking.code()
    wrong = [f"{number:06}" for number in range(100) if f"{number:06}" != code]
    answers = await asyncio.gather(*(asking.enter(guess) for guess in wrong))
    told = [re.search(r"Còn (\d+) lần thử", one.response.text) for one in answers]
    assert sum(found is not None for found in told) < MOST_CODE_TRIES
    await asking.enter(code)
    assert not office.world.cookie_of(asking.browser, "session")
    assert MOST_CODE_TRIES <= await _failures(office, huong) <= QUICK_TRIES


async def test_it_counts_with_the_password_and_a_right_one_forgives_no_wrong_password(
    office: Office, rp: RelyingParty
) -> None:
    person, _ = await office.world.citizen("huong")
    await opened_by(office, person, Channel.EMAIL)
    browser = office.world.browser()
    page = await browser.get(rp.authorize_url())
    page = await browser.get(f"/sign-in/password?i={page.interaction}")
    for _ in range(3):
        page = await browser.press(page, "submit", username="huong", password="wrong")
    asking = await ask(office, rp, MAIL)
    code = await asking.code()
    await asking.enter("000000" if code != "000000" else "111111")
    assert await _failures(office, person) == 4
    await asking.enter(code)
    assert office.world.cookie_of(asking.browser, "session")
    assert await _failures(office, person) == 4, "a right one forgives no wrong one, of codes or passwords"


async def test_whoever_reads_the_mailbox_pays_for_no_wrong_password_with_codes_that_were_forgiven(
    office: Office, rp: RelyingParty
) -> None:  # four wrong codes, forgiven as the owner signs in; then as many passwords, then the right code
    person, owner = await office.world.citizen("huong")
    await opened_by(office, person, Channel.EMAIL)
    asking = await ask(office, rp, MAIL)
    code = await asking.code()
    for guess in [f"{number:06}" for number in range(MOST_CODE_TRIES) if f"{number:06}" != code][:4]:
        await asking.enter(guess)
    assert await _failures(office, person) == MOST_CODE_TRIES - 1
    browser = office.world.browser()
    await owner.sign_in(browser, await browser.get(rp.authorize_url()), at=office.world.time().timestamp())
    assert await _failures(office, person) == 0
    thief = office.world.browser()
    page = await thief.get(rp.authorize_url())
    page = await thief.get(f"/sign-in/password?i={page.interaction}")
    for _ in range(MOST_CODE_TRIES - 1):
        page = await thief.press(page, "submit", username="huong", password="wrong")
    await asking.enter(code)
    assert office.world.cookie_of(asking.browser, "session")
    assert await _failures(office, person) == MOST_CODE_TRIES - 1


async def test_who_waits_for_their_password_waits_for_codes_too(office: Office, rp: RelyingParty) -> None:
    person, _ = await office.world.citizen("huong")
    await opened_by(office, person, Channel.EMAIL)
    browser = office.world.browser()
    page = await browser.get(rp.authorize_url())
    page = await browser.get(f"/sign-in/password?i={page.interaction}")
    asking = await ask(office, rp, MAIL)
    for _ in range(QUICK_TRIES):
        page = await browser.press(page, "submit", username="huong", password="wrong")
    slowed = await asking.enter(await asking.code())
    assert "Đã thử sai nhiều lần" in slowed.response.text
    assert not office.world.cookie_of(asking.browser, "session")


async def test_it_stands_in_for_no_second_factor(office: Office, rp: RelyingParty) -> None:
    person, _ = await office.world.citizen("huong")
    await opened_by(office, person, Channel.EMAIL)
    await office.world.agree(person.person_id, rp)
    asking = await ask(office, rp, MAIL)
    code = await asking.code()
    page = await asking.browser.get(f"/sign-in/password?i={asking.page.interaction}")
    page = await asking.browser.press(page, "submit", username="huong", password=PASSWORD)
    assert page.path == "/sign-in/otp"
    assert is_wrong(await asking.browser.press(page, "submit", otp=code))
    told = await _told(office, rp, await asking.enter(code))
    assert (told["acr"], told["amr"]) == (Acr.LOW.value, ["email"]), "a proved password adds nothing"


async def test_sending_is_bounded_for_an_address_whoever_has_it(office: Office, rp: RelyingParty) -> None:
    for _ in range(5):
        assert (await ask(office, rp, "nobody@example.vn")).page.status == 200
    assert (await ask(office, rp, "nobody@example.vn")).page.status == 429
    assert (await ask(office, rp, "NOBODY@example.VN")).page.status == 429


async def test_of_an_account_no_more_than_ten_a_day_are_sent_and_nobody_is_told(
    office: Office, rp: RelyingParty, huong: Person
) -> None:
    for address in (MAIL, PHONE, MAIL, PHONE, MAIL, PHONE, MAIL, PHONE, MAIL, PHONE):
        await ask(office, rp, address)
    await office.deliver()
    before = len(office.mail.mails) + len(office.sms.messages)
    office.world.time.move(hours=2)
    shown = await ask(office, rp, MAIL)
    await office.deliver()
    assert shown.page.path == "/sign-in/code/enter"
    assert len(office.mail.mails) + len(office.sms.messages) == before


async def test_it_is_on_record_who_was_sent_one_and_nobody_is_not(
    office: Office, rp: RelyingParty, huong: Person
) -> None:
    await ask(office, rp, MAIL)
    await ask(office, rp, "nobody@example.vn")
    (sent,) = await office.world.records(EventType.SIGN_IN_CODE_SENT)
    assert sent.subject_ref == f"person:{huong.person_id}"
    assert sent.payload == {"client_id": rp.client_id, "channel": "email"}


async def test_the_locked_are_sent_none(office: Office, rp: RelyingParty, huong: Person) -> None:
    await office.world.set_status(huong.person_id, PersonStatus.LOCKED)
    await ask(office, rp, MAIL)
    assert await newest(office) == ""


async def test_who_merely_says_that_an_address_is_theirs_takes_nobody_s_way_in(
    office: Office, rp: RelyingParty, huong: Person
) -> None:
    """The national system says an address that nobody there has proved: it names nobody here (adr/0046)."""
    said = PersonProfile(full_name="Kẻ Gian", email=MAIL, email_verified=False)
    mallory = await office.world.person("mallory", profile=replace(said, email=""))

    def states(tx: Tx) -> Done[None]:
        tx.people.update(replace(mallory, profile=said))
        return Done(None)

    await office.world.write(states)
    await office.world.agree(huong.person_id, rp)
    asking = await ask(office, rp, MAIL)
    assert (await _told(office, rp, await asking.enter(await asking.code())))["amr"] == ["email"]
