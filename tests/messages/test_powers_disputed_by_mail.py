"""The link of a mail that told of power given ends that power too, for whoever has it (adr/0051)."""

import re

import pytest

from idp.audit.events import EventType
from tests.endpoints.mandating import Somebody, appoint_firm, company, name_themselves, somebody
from tests.messages.office import Office

pytestmark = pytest.mark.network
_LINK = re.compile(r"https?://\S+(/not-me\?t=hp_notme_[0-9a-f]{2}[A-Za-z0-9_-]{43})")


async def director(office: Office) -> Somebody:
    """Whoever represents the one company, and has an address."""
    found = await somebody(office.world, "Đoàn Thị Lan", email="lan@example.vn", email_verified=True)
    await company(office.world, found, name="Công ty TNHH Cảng Xanh")
    return found


async def lock_by_last_mail(office: Office) -> None:
    """Let what waits go out, follow the link of the last mail, and confirm."""
    await office.deliver()
    (path,) = _LINK.findall(office.mail.texts[-1].replace("=\n", ""))
    browser = office.world.browser()
    page = await browser.get(path)
    assert {"page-dispute", "ends-power"} <= page.ids
    assert "chấm dứt quyền nói ở đây" in page.response.text, "it does more than lock, and says so"
    assert "page-account-locked" in (await browser.press(page, "submit")).ids


async def test_an_accomplice_who_took_an_offer_loses_it(office: Office) -> None:
    world, lan = office.world, await director(office)
    minh = await somebody(world, "Vũ Đức Minh")
    await lan.offer(minh.person, role="administrator")
    world.time.move(minutes=1)
    await minh.answer()
    world.time.move(minutes=5)
    await lock_by_last_mail(office)
    (ended,) = await world.records(EventType.MANDATE_ENDED)
    assert ended.subject_ref == f"person:{minh.person.person_id}"
    assert ended.payload["reason"] == "disputed by its giver"


async def test_whom_a_firm_named_in_its_director_s_name_acts_no_more_and_the_firm_stays(
    office: Office,
) -> None:
    world = office.world
    boss = await somebody(world, "Vũ Đức Minh", email="minh@example.vn", email_verified=True)
    client = await somebody(world, "Phạm Văn Hai")
    await company(world, client, name="Công ty TNHH Cảng Xanh")
    await appoint_firm(world, client, boss)
    world.time.move(minutes=1)
    await name_themselves(boss)
    await lock_by_last_mail(office)
    (ended,) = await world.records(EventType.MANDATE_ENDED)
    assert ended.payload["reason"] == "disputed by its giver"
    assert await world.records(EventType.FIRM_ENDED) == [], "which the client gave"
