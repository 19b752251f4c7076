"""How tests ask for a code to sign in, and get it from the mailbox."""

import re
from dataclasses import dataclass

import pytest

from idp.database import Done
from idp.messages.model import Channel
from idp.people.contacts import SCHEMES, Contact
from idp.people.model import Person
from idp.setting_values import SentCode
from idp.transaction import Tx
from tests.driver import Browser, Page, RelyingParty
from tests.messages.office import Office

MAIL, PHONE = "hop-thu@example.vn", "+84901234567"
EVERY_KIND = pytest.mark.office(sign_in_codes=frozenset(SentCode))
_ADDRESSES = {Channel.EMAIL: MAIL, Channel.PHONE: PHONE}


@pytest.fixture
async def rp(office: Office) -> RelyingParty:
    return await office.world.client()


@pytest.fixture
async def huong(office: Office) -> Person:
    """Somebody whose mailbox and phone number open their account."""
    person = await office.world.person("huong")
    await opened_by(office, person, Channel.EMAIL, Channel.PHONE)
    return person


@dataclass
class Asking:
    """A browser at the page that asks for the code."""

    office: Office
    browser: Browser
    page: Page

    async def enter(self, code: str) -> Page:
        return await self.browser.press(self.page, "submit", otp=code)

    async def code(self) -> str:
        """Return the newest code that arrived anywhere."""
        found = await newest(self.office)
        assert found, "no code arrived"
        return found


def is_wrong(page: Page) -> bool:
    """Tell whether the page says that something typed is wrong."""
    return page.title.startswith("Lỗi")


async def newest(office: Office) -> str:
    """Return the newest code that arrived; empty: none did."""
    await office.deliver()
    texts = [*office.mail.texts, *(one["text"] for one in office.sms.messages)]
    signs_in = [text for text in texts if "đăng nhập vào" in text or "to sign in to" in text]
    found = [code for text in signs_in for code in re.findall(r"\b[0-9]{6}\b", text)]
    return found[-1] if found else ""


async def opened_by(office: Office, person: Person, *channels: Channel, days: int = 2) -> None:
    """Give a person addresses that have opened their account for some days."""
    now = office.world.time()
    since = now.replace(microsecond=0)

    def give(tx: Tx) -> Done[None]:
        for channel in channels:
            contact = Contact(
                contact_id=office.world.provider.clock.token(9),
                channel=channel,
                address=_ADDRESSES[channel],
                language="vi",
                verified_at=since,
                signs_in_since=since,
            )
            tx.contacts.add(person.person_id, contact)
            tx.people.add_identifier(person.person_id, SCHEMES[channel], contact.address, now=now)
        return Done(None)

    await office.world.write(give)
    office.world.time.move(days=days)


async def ask(office: Office, rp: RelyingParty, address: str, browser: Browser | None = None) -> Asking:
    """Begin a sign-in and have a code sent to an address."""
    browser = browser or office.world.browser()
    page = await browser.get(rp.authorize_url())
    page = await browser.get(f"/sign-in/code?i={page.interaction}")
    return Asking(office, browser, await browser.press(page, "submit", address=address))
