"""E05, B10: an address that is closed, or was lost, opens nothing with codes sent before, and ends what they opened."""

import re

import pytest

from idp.messages.model import Channel
from idp.people.model import Person
from tests.driver import RelyingParty
from tests.endpoints import sent_codes
from tests.endpoints.sent_codes import MAIL, PHONE, ask, is_wrong, newest
from tests.messages.office import Office

pytestmark = [pytest.mark.network, sent_codes.EVERY_KIND]
rp, huong = sent_codes.rp, sent_codes.huong  # fixtures


async def _contacts(office: Office, person: Person) -> dict[Channel, str]:
    found = await office.world.provider.database.read(lambda tx: tx.contacts.of_person(person.person_id))
    return {one.channel: one.contact_id for one in found}


async def _close(office: Office, person: Person, channel: Channel, place: str) -> None:
    """Take an address away, or let its codes open the account no more, as its owner does in the account."""
    browser, here = office.world.browser(), f"/account/contacts/{place}"
    await office.world.signed_in(browser, person.person_id)
    page = await browser.get(f"{here}?k={(await _contacts(office, person))[channel]}")
    page = await browser.post(here, page.form("submit")["fields"])
    assert page.status == 200


@pytest.mark.parametrize("place", ["sign-in", "remove"])
async def test_an_address_that_is_closed_opens_nothing_with_a_code_sent_before(
    office: Office, rp: RelyingParty, huong: Person, place: str
) -> None:  # B10, E05: whoever reads the mailbox has asked for a code just before its owner closes it
    asking = await ask(office, rp, MAIL)
    code = await asking.code()
    await _close(office, huong, Channel.EMAIL, place)
    await asking.enter(code)
    assert not office.world.cookie_of(asking.browser, "session")


@pytest.mark.parametrize("place", ["sign-in", "remove"])
async def test_closing_an_address_ends_the_sessions_its_codes_opened_and_no_others(
    office: Office, rp: RelyingParty, huong: Person, place: str
) -> None:  # B10, E05
    await office.world.agree(huong.person_id, rp)
    by_mail, by_phone = await ask(office, rp, MAIL), await ask(office, rp, PHONE)
    await office.deliver()
    for asking, texts in (
        (by_mail, office.mail.texts),
        (by_phone, [str(one["text"]) for one in office.sms.messages]),
    ):
        (code,) = (found for text in texts for found in re.findall(r"\b[0-9]{6}\b", text))
        assert (await asking.enter(code)).left_for is not None
    await _close(office, huong, Channel.EMAIL, place)
    silent = rp.authorize_url(prompt="none")
    assert (await by_mail.browser.get(silent)).answer.get("error") == "login_required"
    assert "code" in (await by_phone.browser.get(silent)).answer


async def test_what_a_recovery_took_from_an_address_opens_nothing(
    office: Office, rp: RelyingParty, huong: Person
) -> None:  # B10: whoever reads the mailbox has the same way in as before
    waiting = await ask(office, rp, MAIL)
    code = await waiting.code()
    browser = office.world.browser()
    await office.world.signed_in(browser, huong.person_id)
    page = await browser.get("/recover/renew")
    assert "lost-sent-codes" in page.ids
    page = await browser.press(page, "submit", None, **{"lost-sent-codes": "yes"})
    assert "page-recover-done" in page.ids
    assert is_wrong(await waiting.enter(code)), "on its way when it was recovered"
    office.world.time.move(hours=1)
    again = await ask(office, rp, PHONE)
    assert await newest(office) == code, "no other is sent"
    assert is_wrong(await again.enter("000000"))
