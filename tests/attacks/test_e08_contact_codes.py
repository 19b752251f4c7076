"""E08, E10, E11: codes that prove an address are good once, for one person and address, by POST, and can't be guessed."""

import asyncio
import re

import pytest

from idp.messages.model.codes import MOST_CODE_TRIES
from tests.messages.office import Office
from tests.messages.test_contacts import HERE, Somebody, somebody

pytestmark = pytest.mark.network


@pytest.fixture
async def alice(office: Office) -> Somebody:
    return await somebody(office, "alice")


async def test_a_code_is_only_in_the_mailbox(alice: Somebody) -> None:
    page = await alice.ask("a@example.vn")
    code = await alice.code()
    for response in (page.response, *page.response.history, (await alice.browser.get(HERE)).response):
        assert code not in response.text
        assert code not in str(response.headers)


async def test_reading_pages_adds_nothing(alice: Somebody) -> None:
    await alice.ask("a@example.vn")
    code = await alice.code()
    for method in ("GET", "HEAD"):
        for query in (f"?c=email&otp={code}", f"?channel=email&otp={code}&c=email"):
            await alice.browser.client.request(method, f"{HERE}/code{query}")
    assert await alice.shown() == []


async def test_a_code_counts_once_also_when_it_is_sent_at_once(alice: Somebody) -> None:
    page = await alice.ask("a@example.vn")
    code = await alice.code()
    await asyncio.gather(*(alice.browser.press(page, "submit", otp=code) for _ in range(5)))
    assert len(await alice.shown()) == 1
    again = await alice.browser.press(page, "submit", otp=code)
    assert again.title.startswith("Lỗi")
    assert len(await alice.shown()) == 1


async def test_the_newest_code_kills_the_older(office: Office, alice: Somebody) -> None:
    await alice.ask("a@example.vn")
    older = await alice.code()
    page = await alice.ask("a@example.vn")
    newer = await alice.code()
    if older != newer:
        assert (await alice.browser.press(page, "submit", otp=older)).title.startswith("Lỗi")
        assert await alice.shown() == []
    await alice.browser.press(page, "submit", otp=newer)
    assert len(await alice.shown()) == 1


async def test_a_code_is_for_one_person_one_channel_and_one_address(office: Office, alice: Somebody) -> None:
    bob = await somebody(office, "bob")
    page = await bob.ask("b@example.vn")
    await bob.code()
    await alice.ask("a@example.vn")
    code = await alice.code()
    stolen = await bob.browser.press(page, "submit", otp=code)
    assert stolen.title.startswith("Lỗi")
    assert await bob.shown() == []
    form = page.form("submit")["fields"]
    await bob.browser.post(f"{HERE}/code", {**form, "channel": "phone", "otp": code})
    assert await bob.shown() == []


@pytest.mark.parametrize(
    ("channel", "address", "seconds"), [("phone", "0901234567", 600), ("email", "a@example.vn", 86_400)]
)
async def test_a_code_is_over_after_its_time(
    office: Office, alice: Somebody, channel: str, address: str, seconds: int
) -> None:
    page = await alice.ask(address, channel=channel)
    code = await alice.code(channel)
    office.world.time.move(seconds=seconds)
    await office.world.signed_in(alice.browser, alice.person.person_id)
    await alice.browser.press(page, "submit", otp=code)
    assert await alice.shown() == []


async def test_a_code_that_is_not_sent_in_time_is_not_sent(office: Office, alice: Somebody) -> None:
    await alice.ask("0901234567", channel="phone")
    office.world.time.move(seconds=601)
    await office.deliver()
    assert office.sms.messages == []


async def test_guesses_end_a_code_also_a_hundred_at_once(alice: Somebody) -> None:
    page = await alice.ask("a@example.vn")
    code = await alice.code()
    wrong = [f"{number:06}" for number in range(100) if f"{number:06}" != code]
    answers = await asyncio.gather(*(alice.browser.press(page, "submit", otp=guess) for guess in wrong))
    told = [re.search(r"Còn (\d+) lần thử", one.response.text) for one in answers]
    assert sum(one is not None for one in told) <= MOST_CODE_TRIES
    assert (await alice.browser.press(page, "submit", otp=code)).title.startswith("Lỗi")
    assert await alice.shown() == []


async def test_new_codes_give_no_endless_guesses(office: Office, alice: Somebody) -> None:
    for number in range(3):
        page = await alice.ask(f"a{number}@example.vn")
        for guess in range(MOST_CODE_TRIES):
            await alice.browser.press(page, "submit", otp=f"{guess:06}")
    page = await alice.ask("a9@example.vn")
    code = await alice.code()
    answer = await alice.browser.press(page, "submit", otp=code)
    assert answer.title.startswith("Lỗi"), "the counter of the person makes them wait"
    assert await alice.shown() == []
    office.world.time.move(hours=1)
    await office.world.signed_in(alice.browser, alice.person.person_id)
    page = await alice.ask("a9@example.vn")
    await alice.browser.press(page, "submit", otp=await alice.code())
    assert len(await alice.shown()) == 1


async def test_another_s_contact_is_neither_removed_nor_replaced(office: Office, alice: Somebody) -> None:
    await alice.add("a@example.vn")
    (theirs,) = await alice.shown()
    bob = await somebody(office, "bob")
    await bob.add("b@example.vn")
    (own,) = await bob.shown()
    page = await bob.browser.get(f"{HERE}/remove?k={own.removeprefix('contact-')}")
    form = page.form("submit")["fields"]
    await bob.browser.post(f"{HERE}/remove", {**form, "contact": theirs.removeprefix("contact-")})
    asked = (await bob.browser.get(HERE)).form("send-email")["fields"]
    asked |= {"email": "c@example.vn", "replaces": theirs.removeprefix("contact-")}
    page = await bob.browser.post(HERE, asked)
    await bob.browser.press(page, "submit", otp=await bob.code())
    assert await alice.shown() == [theirs]
    assert len(await bob.shown()) == 2


async def test_a_form_of_another_browser_or_site_changes_nothing(office: Office, alice: Somebody) -> None:
    page = await alice.browser.get(HERE)
    fields = {**page.form("send-email")["fields"], "email": "a@example.vn"}
    for headers in ({"origin": "https://other.example"}, {"sec-fetch-site": "cross-site"}):
        assert (await alice.browser.post(HERE, fields, **headers)).status == 403
    assert (await alice.browser.post(HERE, {**fields, "csrf": "x"})).status == 403
    await office.deliver()
    assert office.mail.mails == []
