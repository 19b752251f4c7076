"""Whoever says that an added address was not theirs is rid of it: it was told of everything, services were told it."""

import pytest

from idp.audit.events import EventType
from idp.database import Done
from idp.life_events.model import Ground
from idp.life_events.service import lift_ground
from idp.people.model import PersonStatus
from idp.transaction import Tx
from tests.attacks.test_e08_dispute_links import _LINK
from tests.messages.office import Office
from tests.messages.test_contacts import Somebody, profile, somebody

pytestmark = pytest.mark.network
NOT_ME = "/account/history/not-me"


@pytest.fixture
async def huong(office: Office) -> Somebody:
    """Somebody with an address of their own, to whom a minute later another one was added."""
    one = await somebody(office, email="")
    await one.add("own@example.vn")
    office.world.time.move(minutes=1)
    await one.add("thief@example.vn")
    assert len(await one.shown()) == 2
    return one


async def left(one: Somebody) -> list[str]:
    """Open the account again, and return which addresses are its person's."""
    world, person_id = one.office.world, one.person.person_id
    assert await world.status_of(person_id) is PersonStatus.LOCKED

    def unlock(tx: Tx) -> Done[bool]:
        lifted = lift_ground(tx, person_id, Ground.HOLDER, "", actor="test", occasion=world.occasion)
        return Done(lifted)

    await world.write(unlock)
    held = await world.provider.database.read(lambda tx: tx.contacts.of_person(person_id))
    return [contact.address for contact in held]


async def test_from_the_history(office: Office, huong: Somebody) -> None:
    *_, added = await office.world.records(EventType.CONTACT_ADDED)
    page = await huong.browser.get(f"{NOT_ME}?e={added.event_id}")
    assert "page-account-locked" in (await huong.browser.press(page, "submit", what="unknown")).ids
    assert await left(huong) == ["own@example.vn"]
    (removed,) = await office.world.records(EventType.CONTACT_REMOVED)
    assert removed.subject_ref == f"person:{huong.person.person_id}"
    assert (await profile(huong)).email == "own@example.vn"


async def test_the_address_is_told_no_more(office: Office, huong: Somebody) -> None:
    """Neither that it is removed, with a link that locks the account once more, nor what the case is called."""
    await office.deliver()
    before = len(office.mail.recipients)
    *_, added = await office.world.records(EventType.CONTACT_ADDED)
    page = await huong.browser.get(f"{NOT_ME}?e={added.event_id}")
    await huong.browser.press(page, "submit", what="unknown")
    await office.deliver()
    told = [to for (to,) in office.mail.recipients[before:]]
    assert told
    assert set(told) == {"own@example.vn"}


async def test_by_the_link_of_the_mail_that_told_of_it(office: Office, huong: Somebody) -> None:
    await office.deliver()
    links = [path for text in office.mail.texts for path in _LINK.findall(text.replace("=\n", ""))]
    browser = office.world.browser()
    page = await browser.press(await browser.get(links[-1]), "submit", what="unknown")
    assert "page-account-locked" in page.ids
    assert await left(huong) == ["own@example.vn"]


async def test_what_is_disputed_for_something_else_leaves_addresses_alone(
    office: Office, huong: Somebody
) -> None:
    sign_in, *_ = await office.world.records(EventType.SESSION_STARTED)
    page = await huong.browser.get(f"{NOT_ME}?e={sign_in.event_id}")
    await huong.browser.press(page, "submit", what="unknown")
    assert await left(huong) == ["own@example.vn", "thief@example.vn"]


async def replaced(office: Office) -> Somebody:
    """Somebody whose only address was changed for another one by whoever was in their account."""
    one = await somebody(office, email="")
    await one.add("own@example.vn")
    office.world.time.move(minutes=1)
    page = await one.browser.get("/account/contacts")
    link = next(url for id_, url in page.links.items() if id_.startswith("change-"))
    page = await one.ask("thief@example.vn", page=await one.browser.get(link))
    await one.browser.press(page, "submit", otp=await one.code())
    assert len(await one.shown()) == 1
    return one


async def test_by_the_mail_to_the_address_that_was_changed_for_it(office: Office) -> None:
    """The old one is told of its removal and of nothing else: that is all its reader can say no to."""
    one = await replaced(office)
    await office.deliver()
    told = zip(office.mail.recipients, office.mail.texts, strict=True)
    to_own = [text.replace("=\n", "") for (to,), text in told if to == "own@example.vn"]
    (link,) = [path for text in to_own for path in _LINK.findall(text)][-1:]
    browser = office.world.browser()
    page = await browser.press(await browser.get(link), "submit", what="unknown")
    assert "page-account-locked" in page.ids
    assert await left(one) == []


async def test_from_the_history_by_the_removal_that_came_with_it(office: Office) -> None:
    one = await replaced(office)
    (removed,) = await office.world.records(EventType.CONTACT_REMOVED)
    page = await one.browser.get(f"{NOT_ME}?e={removed.event_id}")
    await one.browser.press(page, "submit", what="unknown")
    assert await left(one) == []


async def test_a_removal_alone_leaves_what_was_added_at_another_time(office: Office, huong: Somebody) -> None:
    page = await huong.browser.get("/account/contacts")
    office.world.time.move(minutes=1)
    link = next(url for id_, url in page.links.items() if id_.startswith("remove-"))
    await huong.browser.press(await huong.browser.get(link), "submit")
    (kept,) = await huong.shown()
    (removed,) = await office.world.records(EventType.CONTACT_REMOVED)
    page = await huong.browser.get(f"{NOT_ME}?e={removed.event_id}")
    await huong.browser.press(page, "submit", what="unknown")
    assert len(await left(huong)) == 1, kept
