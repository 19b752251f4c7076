"""The account's page of e-mail addresses and phone numbers, driven from outside, with real mail and SMS."""

import re
from dataclasses import dataclass, replace
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.people.model import Person, PersonProfile
from tests.driver import Browser, Page
from tests.messages.office import Office
from tests.world import Visitor

pytestmark = pytest.mark.network

HERE = "/account/contacts"
PROFILE = PersonProfile(full_name="Nguyễn Thị Hương", email="said@example.vn")


@dataclass
class Somebody:
    """A person signed in at their browser."""

    office: Office
    person: Person
    browser: Browser

    async def ask(self, address: str, *, channel: str = "email", page: Page | None = None) -> Page:
        shown = page or await self.browser.get(HERE)
        typed: dict[str, Any] = {channel: address}
        return await self.browser.press(shown, f"send-{channel}", **typed)

    async def code(self, channel: str = "email") -> str:
        """Return the newest code that arrived."""
        await self.office.deliver()
        texts = (
            self.office.mail.texts
            if channel == "email"
            else [one["text"] for one in self.office.sms.messages]
        )
        found = [code for text in texts for code in re.findall(r"\b[0-9]{6}\b", text)]
        return str(found[-1])

    async def add(self, address: str, *, channel: str = "email") -> Page:
        page = await self.ask(address, channel=channel)
        return await self.browser.press(page, "submit", otp=await self.code(channel))

    async def shown(self) -> list[str]:
        page = await self.browser.get(HERE)
        return sorted(one for one in page.ids if re.match(r"contact-(?!national)", one))


async def somebody(office: Office, username: str = "huong", **changes: Any) -> Somebody:
    person = await office.world.person(username, profile=replace(PROFILE, **changes))
    browser = office.world.browser()
    await office.world.signed_in(browser, person.person_id)
    return Somebody(office, person, browser)


@pytest.fixture
async def huong(office: Office) -> Somebody:
    return await somebody(office)


async def profile(one: Somebody) -> PersonProfile:
    person = await one.office.world.provider.database.read(lambda tx: tx.people.get(one.person.person_id))
    assert person is not None
    return person.profile


async def test_an_address_is_added_by_the_code_it_was_sent_and_services_get_it(
    office: Office, huong: Somebody
) -> None:
    page = await huong.ask("Huong@Example.VN")
    assert page.title.startswith("Xác nhận thư điện tử")
    assert "H•••••g@example.vn" in page.response.text
    assert "Huong@" not in page.response.text
    page = await huong.browser.press(page, "submit", otp=await huong.code())
    assert "notice" in page.ids
    assert len(await huong.shown()) == 1
    kept = await profile(huong)
    assert (kept.email, kept.email_verified) == ("Huong@example.vn", True)
    rp = await office.world.client(scopes=frozenset({"openid", "email"}))
    await office.world.agree(huong.person.person_id, rp)
    tokens = await office.world.tokens(
        rp, Visitor(person=huong.person, browser=huong.browser), scope="openid email"
    )
    told = (await office.world.userinfo(tokens["access_token"])).json()
    assert (told["email"], told["email_verified"]) == ("Huong@example.vn", True)
    events = await office.world.events(EventType.CONTACT_CODE_SENT, EventType.CONTACT_ADDED)
    assert events == ["contact:code-sent", "contact:added"]


async def test_a_number_is_added_by_sms_in_the_language_of_the_page(office: Office) -> None:
    one = await somebody(office)
    one.browser.client.cookies.set("hpid-lang", "en", domain="localhost.local", path="/")
    await one.add("0901 234 567", channel="phone")
    kept = await profile(one)
    assert (kept.phone, kept.phone_verified) == ("+84901234567", True)
    assert any("is the code to confirm this phone number" in sms["text"] for sms in office.sms.messages)
    await office.deliver()
    assert any("a contact phone number was added" in sms["text"] for sms in office.sms.messages)


async def test_who_is_reached_already_is_told_of_a_new_address(office: Office, huong: Somebody) -> None:
    await huong.add("mot@example.vn")
    await office.deliver()
    before = len(office.mail.mails)
    await huong.add("hai@example.vn")
    await office.deliver()
    told = [str(mail["To"]) for mail in office.mail.mails[before:] if "thêm" in str(mail["Subject"])]
    assert sorted(told) == ["hai@example.vn", "mot@example.vn"]


async def test_there_are_two_at_most_and_one_may_be_changed(office: Office, huong: Somebody) -> None:
    await huong.add("mot@example.vn")
    office.world.time.move(seconds=1)
    await huong.add("hai@example.vn")
    page = await huong.browser.get(HERE)
    assert "send-email" not in page.ids
    link = next(url for id_, url in page.links.items() if id_.startswith("change-"))
    office.world.time.move(seconds=1)
    page = await huong.ask("ba@example.vn", page=await huong.browser.get(link))
    before = await huong.shown()
    await huong.browser.press(page, "submit", otp=await huong.code())
    after = await huong.shown()
    assert len(after) == 2
    assert len(set(before) & set(after)) == 1
    await office.deliver()
    told = [str(mail["To"]) for mail in office.mail.mails if "gỡ" in str(mail["Subject"])]
    assert "mot@example.vn" in told, "the old address hears that it is no longer one"
    assert (await profile(huong)).email == "hai@example.vn"


async def test_what_is_removed_is_told_and_no_longer_written_to(office: Office, huong: Somebody) -> None:
    await huong.add("mot@example.vn")
    await office.deliver()
    page = await huong.browser.get(HERE)
    link = next(url for id_, url in page.links.items() if id_.startswith("remove-"))
    page = await huong.browser.get(link)
    assert len(await huong.shown()) == 1, "the page that asks removes nothing"
    await huong.browser.press(page, "submit")
    assert await huong.shown() == []
    await office.deliver()
    assert str(office.mail.mails[-1]["To"]) == "mot@example.vn"
    assert (await profile(huong)).email_verified is False
    found = await office.world.provider.database.read(
        lambda tx: tx.people.identifiers_of(huong.person.person_id)
    )
    assert not any(one.value == "mot@example.vn" and one.valid_to is None for one in found)


async def test_families_share_an_address_and_nobody_is_told(office: Office, huong: Somebody) -> None:
    await huong.add("nha@example.vn")
    child = await somebody(office, "child")
    pages = [await child.ask("nha@example.vn"), await huong.ask("moi@example.vn")]
    assert pages[0].title == pages[1].title
    await child.browser.press(pages[0], "submit", otp=(await child.code()))
    mails = [str(mail["To"]) for mail in office.mail.mails]
    assert mails.count("nha@example.vn") >= 2


@pytest.mark.parametrize("typed", ["", "hương@example.vn", "huong", "huong@example.vn\nx"])
async def test_what_is_no_address_is_refused_and_kept_in_its_field(huong: Somebody, typed: str) -> None:
    page = await huong.ask(typed)
    assert page.title.startswith("Lỗi")
    assert huong.office.mail.mails == []


async def test_without_a_sign_in_there_is_no_page(office: Office) -> None:
    browser = office.world.browser()
    for path in (HERE, f"{HERE}/code?c=email", f"{HERE}/remove?k=x"):
        assert "page-account-sign-in" in (await browser.get(path)).ids


async def test_changes_need_a_fresh_sign_in(office: Office, huong: Somebody) -> None:
    page = await huong.browser.get(HERE)
    office.world.time.move(minutes=11)
    assert "send-email" in (await huong.browser.get(HERE)).ids
    asked = await huong.browser.press(page, "send-email", email="mot@example.vn")
    assert "page-account-sign-in" in asked.ids
    await office.deliver()
    assert office.mail.mails == []


async def test_codes_to_one_address_are_bounded_whoever_asks(office: Office) -> None:
    statuses = []
    for number in range(6):
        one = await somebody(office, f"p{number}")
        statuses.append((await one.ask("nan-nhan@example.vn")).status)
    assert statuses == [200] * 5 + [429]
    await office.deliver()
    assert len(office.mail.mails) == 5


async def test_codes_a_person_asks_for_are_bounded(office: Office, huong: Somebody) -> None:
    statuses = [(await huong.ask(f"a{number}@example.vn")).status for number in range(11)]
    assert statuses == [200] * 10 + [429]
