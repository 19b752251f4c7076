"""Letting codes to an address open the account: enrolment of a weak factor, from outside (SP 800-63B-4 §3.1.3)."""

import pytest

from idp.audit.events import EventType
from idp.database import Done
from idp.messages.model import Channel
from idp.setting_values import SentCode
from idp.transaction import Tx
from tests.endpoints.merged import Duplicates
from tests.endpoints.public_computer import TICK, assert_ends_with_ten_minutes
from tests.endpoints.sent_codes import EVERY_KIND, MAIL, ask, newest, opened_by
from tests.messages.office import Office
from tests.messages.test_contacts import HERE, Somebody, somebody

pytestmark = [pytest.mark.network, EVERY_KIND]

ADDRESSES = {"email": "hop-thu@example.vn", "phone": "0901234567"}
channels = pytest.mark.parametrize("channel", [*ADDRESSES])


@pytest.fixture
async def huong(office: Office) -> Somebody:
    return await somebody(office)


async def _contact(one: Somebody, channel: str) -> str:
    await one.add(ADDRESSES[channel], channel=channel)
    return next(one.removeprefix("contact-") for one in await one.shown())


@channels
async def test_its_risk_and_what_is_better_are_told_before_it_is_allowed_and_all_contacts_are_told(
    office: Office, huong: Somebody, channel: str
) -> None:
    contact = await _contact(huong, channel)
    await office.deliver()
    mails, texts = len(office.mail.mails), len(office.sms.messages)
    page = await huong.browser.get((await huong.browser.get(HERE)).links[f"sign-in-{contact}"])
    assert {"risk", "instead-passkey", "instead-methods", "submit"} <= page.ids
    page = await huong.browser.press(page, "submit")
    assert "notice" in page.ids
    assert f"opens-{contact}" in page.ids
    await office.deliver()
    assert len(office.mail.mails) + len(office.sms.messages) == mails + texts + 1
    (event,) = await office.world.records(EventType.CONTACT_OPENS)
    assert event.payload == {"channel": channel}


@channels
async def test_it_opens_after_a_day_and_no_more_at_once_when_it_is_taken_back(
    office: Office, huong: Somebody, channel: str
) -> None:
    rp = await office.world.client()
    contact = await _contact(huong, channel)
    page = await huong.browser.get(f"{HERE}/sign-in?k={contact}")
    await huong.browser.press(page, "submit")
    await ask(office, rp, ADDRESSES[channel])
    assert await newest(office) == ""
    office.world.time.move(days=1)
    asking = await ask(office, rp, ADDRESSES[channel])
    await asking.enter(await asking.code())
    assert office.world.cookie_of(asking.browser, "session")
    await office.world.signed_in(huong.browser, huong.person.person_id)
    page = await huong.browser.get(f"{HERE}/sign-in?k={contact}")
    assert "risk" not in page.ids
    page = await huong.browser.press(page, "submit")
    assert f"opens-{contact}" not in page.ids
    last = await newest(office)
    await ask(office, rp, ADDRESSES[channel])
    assert await newest(office) == last
    kinds = (EventType.CONTACT_OPENS, EventType.CONTACT_OPENS_NO_MORE)
    assert await office.world.events(*kinds) == [kind.value for kind in kinds]


@channels
async def test_a_tick_for_a_public_computer_holds_for_a_code_too(
    office: Office, huong: Somebody, channel: str
) -> None:
    world, rp = office.world, await office.world.client()
    await world.agree(huong.person.person_id, rp)
    contact = await _contact(huong, channel)
    await huong.browser.press(await huong.browser.get(f"{HERE}/sign-in?k={contact}"), "submit")
    world.time.move(days=1)
    browser = world.browser()
    page = await browser.get(rp.authorize_url())
    page = await browser.get(f"/sign-in/code?i={page.interaction}")
    page = await browser.press(page, "submit", TICK, address=ADDRESSES[channel])
    await browser.press(page, "submit", otp=await newest(office))
    await assert_ends_with_ten_minutes(world, rp, browser)


async def test_it_is_a_matter_of_its_own_person_with_a_fresh_sign_in_and_twice_is_once(
    office: Office, huong: Somebody
) -> None:
    contact = await _contact(huong, "email")
    page = await huong.browser.get(f"{HERE}/sign-in?k={contact}")
    fields = page.form("submit")["fields"]
    binh = await somebody(office, "binh")
    assert "risk" not in (await binh.browser.get(f"{HERE}/sign-in?k={contact}")).ids
    own = (await binh.browser.get(HERE)).form("send-email")["fields"]
    await binh.browser.post(f"{HERE}/sign-in", {**own, "contact": contact, "opens": "yes"})
    assert await office.world.events(EventType.CONTACT_OPENS) == []
    office.world.time.move(minutes=11)
    assert "risk" not in (await huong.browser.post(f"{HERE}/sign-in", fields)).ids
    assert await office.world.events(EventType.CONTACT_OPENS) == []
    await office.world.signed_in(huong.browser, huong.person.person_id)
    for _ in range(2):
        await huong.browser.post(f"{HERE}/sign-in", fields)
    assert await office.world.events(EventType.CONTACT_OPENS) == ["contact:opens-account"]
    assert (await huong.browser.post(f"{HERE}/sign-in", {**fields, "csrf": "x"})).status == 403


@pytest.mark.office(sign_in_codes=frozenset({SentCode.PHONE}))
async def test_where_no_codes_are_sent_it_is_not_offered_but_can_be_taken_back(
    office: Office, huong: Somebody
) -> None:
    contact = await _contact(huong, "email")
    page = await huong.browser.get(HERE)
    assert f"sign-in-{contact}" not in page.ids
    form = page.form("send-email")["fields"]
    await huong.browser.post(f"{HERE}/sign-in", {**form, "contact": contact, "opens": "yes"})
    assert await office.world.events(EventType.CONTACT_OPENS) == []
    await office.world.write(lambda tx: _allow(tx, huong, contact))
    page = await huong.browser.get(f"{HERE}/sign-in?k={contact}")
    await huong.browser.press(page, "submit")
    assert await office.world.events(EventType.CONTACT_OPENS_NO_MORE) == ["contact:opens-account-no-more"]


def _allow(tx: Tx, one: Somebody, contact: str) -> Done[bool]:
    since = one.office.world.time()
    return Done(tx.contacts.let_sign_in(one.person.person_id, contact, since))


async def test_an_address_of_a_merged_record_is_seen_closed_and_taken_away_by_who_stands(
    office: Office, huong: Somebody
) -> None:  # adr/0036: it brings their notices and opens their account
    world, rp = office.world, await office.world.client()
    own = await _contact(huong, "phone")
    loser, as_loser = await world.citizen("loser")
    await opened_by(office, loser, Channel.EMAIL)
    (other,) = await world.provider.database.read(lambda tx: tx.contacts.of_person(loser.person_id))
    await Duplicates(world, huong.person, loser, as_loser, as_loser).confirm()
    asking = await ask(office, rp, MAIL)
    await asking.enter(await asking.code())
    await world.signed_in(huong.browser, huong.person.person_id)
    page = await huong.browser.get(HERE)
    assert {f"contact-{own}", f"contact-{other.contact_id}", f"opens-{other.contact_id}"} <= page.ids
    await huong.browser.press(await huong.browser.get(f"{HERE}/sign-in?k={other.contact_id}"), "submit")
    last = await newest(office)
    await ask(office, rp, MAIL)
    assert await newest(office) == last, "it opens the account no more"
    sessions = await world.provider.database.read(lambda tx: tx.sessions.of_person(huong.person.person_id))
    assert [one.amr for one in sessions if "email" in one.amr] == [], "what it opened has ended"
    page = await huong.browser.get(f"{HERE}/remove?k={other.contact_id}")
    page = await huong.browser.press(page, "submit")
    assert (f"contact-{own}" in page.ids, f"contact-{other.contact_id}" in page.ids) == (True, False)
    left = await world.provider.database.read(lambda tx: tx.contacts.of_person(loser.person_id))
    assert left == (), "it brings no notices any more"
