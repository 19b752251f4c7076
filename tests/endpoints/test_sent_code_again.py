"""Asking for a code to sign in once more: when, what became of the one before, and no way that ends (PAGES §3.1.4)."""

from datetime import datetime, timedelta

import pytest

from idp.days import VIETNAM_TIME
from idp.messages.model.codes import MOST_CODE_TRIES
from idp.people.model import Person
from tests.driver import Page, RelyingParty
from tests.endpoints import sent_codes
from tests.endpoints.sent_codes import MAIL, Asking, ask, is_wrong, newest
from tests.messages.office import Office

pytestmark = [pytest.mark.network, sent_codes.EVERY_KIND]
rp, huong = sent_codes.rp, sent_codes.huong  # fixtures
NOBODYS = "hap-thu@example.vn"
"""Masked as somebody's is."""


async def _again(asking: Asking) -> Page:
    asking.page = await asking.browser.press(asking.page, "resend")
    return asking.page


async def _use_up(asking: Asking, code: str) -> Page:
    for guess in [f"{number:06}" for number in range(MOST_CODE_TRIES + 1) if f"{number:06}" != code][
        :MOST_CODE_TRIES
    ]:
        asking.page = await asking.enter(guess)
    return asking.page


@pytest.mark.parametrize("address", [MAIL, NOBODYS])
async def test_the_page_says_from_when_another_may_be_sent(
    office: Office, rp: RelyingParty, huong: Person, address: str
) -> None:
    asking = await ask(office, rp, address)
    assert "resend-from" in asking.page.ids
    assert f"{_clock(office, minutes=1):%H:%M:%S}" in asking.page.response.text
    office.world.time.move(seconds=61)
    later = await asking.browser.get(f"/sign-in/code/enter?i={asking.page.interaction}")
    assert "resend-from" not in later.ids


async def test_who_asks_twice_in_a_minute_keeps_the_first_and_is_told(
    office: Office, rp: RelyingParty, huong: Person
) -> None:
    asking = await ask(office, rp, MAIL)
    code = await asking.code()
    early = await _again(asking)
    assert is_wrong(early)
    assert early.path == "/sign-in/code"
    assert "Mã trước vẫn dùng được" in early.response.text
    assert "otp" in early.ids
    assert await newest(office) == code, "no other was sent"
    await asking.enter(code)
    assert office.world.cookie_of(asking.browser, "session")


async def test_the_same_address_typed_again_in_a_minute_keeps_the_first(
    office: Office, rp: RelyingParty, huong: Person
) -> None:
    asking = await ask(office, rp, MAIL)
    code = await asking.code()
    back = await asking.browser.get(f"/sign-in/code?i={asking.page.interaction}")
    asking.page = await asking.browser.press(back, "submit", address=MAIL.upper())
    assert asking.page.path == "/sign-in/code/enter"
    await asking.enter(code)
    assert office.world.cookie_of(asking.browser, "session")


async def test_a_new_code_is_said_to_be_one(office: Office, rp: RelyingParty, huong: Person) -> None:
    asking = await ask(office, rp, MAIL)
    await asking.code()
    office.world.time.move(minutes=1)
    page = await _again(asking)
    assert "Mã trước không dùng được nữa" in page.response.text
    await asking.enter(await asking.code())
    assert office.world.cookie_of(asking.browser, "session")


async def test_after_five_wrong_ones_another_is_sent_at_once_to_the_same_address(
    office: Office, rp: RelyingParty, huong: Person
) -> None:
    asking = await ask(office, rp, MAIL)
    code = await asking.code()
    over = await _use_up(asking, code)
    assert f"Đã sai {MOST_CODE_TRIES} lần" in over.response.text
    again = await _again(asking)
    assert again.path == "/sign-in/code/enter"
    assert "notice" in again.ids
    await asking.enter(await asking.code())
    assert office.world.cookie_of(asking.browser, "session")


async def test_a_page_that_waited_too_long_says_so_and_sends_another(
    office: Office, rp: RelyingParty, huong: Person
) -> None:
    asking = await ask(office, rp, MAIL)
    code = await asking.code()
    office.world.time.move(minutes=11)
    for late in (
        await asking.browser.get(f"/sign-in/code/enter?i={asking.page.interaction}"),
        await asking.enter(code),
    ):
        assert "Mã đã hết hạn" in late.response.text
        assert "resend" in late.ids
    assert not office.world.cookie_of(asking.browser, "session")
    asking.page = late
    assert "notice" in (await _again(asking)).ids
    await asking.enter(await asking.code())
    assert office.world.cookie_of(asking.browser, "session")


@pytest.mark.parametrize("address", [MAIL, NOBODYS])
async def test_who_had_too_many_sent_stays_on_the_way_and_is_told_until_when(
    office: Office, rp: RelyingParty, huong: Person, address: str
) -> None:
    asking, code = await ask(office, rp, address), ""
    for _ in range(4):
        office.world.time.move(minutes=2)
        assert (await _again(asking)).status == 200
        code = await newest(office)
    office.world.time.move(minutes=2)
    many = await _again(asking)
    assert many.status == 429
    assert int(many.response.headers["retry-after"]) == 50 * 60
    assert f"{_clock(office, minutes=50):%H:%M} hôm nay" in many.response.text
    assert {"otp", "submit", "other-way"} <= set(many.ids), "the code that came is still good"
    if address == MAIL:
        await asking.enter(code)
        assert office.world.cookie_of(asking.browser, "session")


async def test_who_had_too_many_sent_elsewhere_keeps_what_they_typed(
    office: Office, rp: RelyingParty
) -> None:
    for _ in range(5):
        await ask(office, rp, NOBODYS)
    many = (await ask(office, rp, NOBODYS)).page
    assert many.status == 429
    assert "Gửi lại được từ" in many.response.text
    assert NOBODYS in many.response.text
    assert {"address", "submit", "other-way"} <= set(many.ids)


def _clock(office: Office, *, minutes: int) -> datetime:
    return (office.world.time() + timedelta(minutes=minutes)).astimezone(VIETNAM_TIME)
