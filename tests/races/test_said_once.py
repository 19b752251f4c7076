"""What people say once counts once, though two nodes hear it at the same moment: consent, offers, links, addresses.

SECURITY E08, E13, R16, I1. Every copy of a browser holds the same cookies and presses the same button of the same page.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice

import pytest

from idp.audit.events import EventType
from idp.cases.model import CaseState
from idp.database import Done
from idp.ids import HandleKind, bucket_of
from idp.messages.model import Channel
from idp.messages.model.codes import MOST_CODE_TRIES
from idp.people.model import Person
from idp.people.service import NewContact, ask
from idp.transaction import Tx
from tests.driver import Browser, Page
from tests.endpoints.mandating import company, somebody
from tests.races.conftest import Pair
from tests.server import ServedWorld
from tests.told import messages_of

pytestmark = pytest.mark.network
COPIES = 8


def copies(world: ServedWorld, browser: Browser, number: int = COPIES) -> list[Browser]:
    """Return browsers at both nodes that hold what this one holds."""
    found = []
    for peer in islice(cycle(world.peers), number):
        copy = peer.browser()
        copy.client.cookies = browser.client.cookies
        found.append(copy)
    return found


async def at_a_new_service(world: ServedWorld, pair: Pair, name: str) -> tuple[Browser, Page]:
    """Somebody signed in, at the page that asks for their consent."""
    person = await world.person(name)
    browser = world.peers[0].browser()
    await world.signed_in(browser, person.person_id)
    page = await browser.get(pair.rps["rp-races"].authorize_url(scope="openid profile"))
    assert "page-consent" in page.ids
    return browser, page


async def test_one_interaction_issues_one_code(world: ServedWorld, pair: Pair) -> None:
    browser, page = await at_a_new_service(world, pair, "consents-once")
    pressed = await asyncio.gather(*(copy.press(page, "allow") for copy in copies(world, browser)))
    codes = {one.answer["code"] for one in pressed if one.left_for}
    assert len(codes) == 1, [(one.status, one.left_for) for one in pressed]


async def test_a_first_use_of_a_service_with_nothing_to_show_is_told_once(
    world: ServedWorld, pair: Pair
) -> None:
    person = await world.person("first-use-once")
    browser = world.peers[0].browser()
    await world.signed_in(browser, person.person_id)
    url = pair.rps["rp-races"].authorize_url(scope="openid", prompt="none")
    opened = await asyncio.gather(*(copy.get(url) for copy in copies(world, browser)))
    assert all("code" in one.answer for one in opened)
    sent = await world.provider.database.read(lambda tx: messages_of(tx, person.person_id))
    assert [one.payload.get("notice") for one in sent] == ["new_service"]


async def test_one_pushed_request_issues_one_code(world: ServedWorld, pair: Pair) -> None:
    rp = pair.rps["rp-races"]
    visitor = await world.visitor(rp, "pushed-once")
    url = await rp.pushed_url(world.http)
    opened = await asyncio.gather(*(copy.get(url) for copy in copies(world, visitor.browser)))
    codes = {one.answer["code"] for one in opened if one.left_for and "code" in one.answer}
    assert len(codes) == 1, [(one.status, one.left_for) for one in opened]


async def test_one_link_locks_once_and_opens_one_case(world: ServedWorld) -> None:
    person, at = await world.person("link-once"), datetime.now(UTC)
    link = world.provider.clock.handle(HandleKind.DISPUTE, bucket_of(person.person_id))
    facts = {"notice": "new_device", "at": at.isoformat()}

    def send(tx: Tx) -> Done[None]:
        tx.dispute_links.add(link, person.person_id, facts, expires_at=at + timedelta(hours=1))
        return Done(None)

    await world.write(send)
    browser = world.peers[0].browser()
    page = await browser.get(f"/not-me?t={link}")
    await asyncio.gather(*(copy.press(page, "submit", what="guided") for copy in copies(world, browser)))
    cases = await world.provider.database.read(lambda tx: tx.cases.list(CaseState.OPEN, 100))
    assert len([one for one in cases if one.person_id == person.person_id]) == 1
    locked = await world.records(EventType.PERSON_LOCKED)
    assert len([one for one in locked if one.subject_ref == f"person:{person.person_id}"]) == 1


async def asked(world: ServedWorld, name: str) -> tuple[Person, Browser, Page, str]:
    """Somebody who was sent a code to a new address: the page that takes it, and the code."""
    person = await world.person(name)
    browser = world.peers[0].browser()
    await world.signed_in(browser, person.person_id)
    wanted = NewContact(channel=Channel.EMAIL, address=f"{name}@example.vn", language="vi")
    at, vault = world.occasion, world.provider.vault
    await world.write(lambda tx: ask(tx, person.person_id, wanted, vault=vault, occasion=at))
    page = await browser.get("/account/contacts/code?c=email")
    sent = await world.provider.database.read(lambda tx: messages_of(tx, person.person_id))
    (code,) = [str(one.payload["code"]) for one in sent if "code" in one.payload]
    return person, browser, page, code


async def test_a_code_to_an_address_is_tried_so_often_and_not_once_more(world: ServedWorld) -> None:
    person, browser, page, code = await asked(world, "guessed-once")
    wrong = [f"{(int(code) + n) % 10**6:06d}" for n in range(1, 25)]
    tried = copies(world, browser, len(wrong))
    await asyncio.gather(
        *(copy.press(page, "submit", otp=one) for copy, one in zip(tried, wrong, strict=True))
    )
    refused = [
        one
        for one in await world.records(EventType.CONTACT_CODE_REFUSED)
        if one.subject_ref == f"person:{person.person_id}"
    ]
    assert len(refused) <= MOST_CODE_TRIES
    await browser.press(page, "submit", otp=code)
    held = await world.provider.database.read(lambda tx: tx.contacts.of_person(person.person_id))
    assert held == ()


async def test_a_right_code_adds_one_address(world: ServedWorld) -> None:
    person, browser, page, code = await asked(world, "added-once")
    await asyncio.gather(*(copy.press(page, "submit", otp=code) for copy in copies(world, browser)))
    held = await world.provider.database.read(lambda tx: tx.contacts.of_person(person.person_id))
    assert [(one.channel, one.address) for one in held] == [(Channel.EMAIL, "added-once@example.vn")]


async def test_an_offer_that_is_taken_many_times_is_one_mandate(world: ServedWorld) -> None:
    lan, minh = await somebody(world, "Đoàn Thị Lan"), await somebody(world, "Vũ Đức Minh")
    await company(world, lan)
    today = datetime.now(UTC)
    term = {"first-day": f"{today:%d/%m/%Y}", "last-day": f"{today + timedelta(days=100):%d/%m/%Y}"}
    await lan.offer(minh.person, **term)
    home = await minh.home()
    link = next(url for id_, url in home.links.items() if id_.startswith("answer-offer-"))
    page = await minh.browser.get(link)
    await asyncio.gather(*(copy.press(page, "submit") for copy in copies(world, minh.browser)))
    held = await world.provider.database.read(lambda tx: tx.mandates.of_delegate(minh.person.person_id))
    assert len(held) == 1
