"""A button that is pressed twice before the first answer came: what is seen is the second answer, and it is true.

Scripts stop it; whoever has none, or a slow network, sees what the second press was told.
"""

from typing import Any

import pytest

from idp.audit.events import EventType
from idp.people.model import PersonStatus
from tests.driver import Browser, Page, RelyingParty
from tests.endpoints.phones import open_code, phone, screen
from tests.world import World


async def press_twice(browser: Browser, page: Page, button: str, **typed: Any) -> Page:
    """Send a form twice with the cookies of before; return the second answer."""
    jar = browser.client.cookies.jar
    before = list(jar)
    await browser.press(page, button, **typed)
    for cookie in before:
        jar.set_cookie(cookie)
    return await browser.press(page, button, **typed)


@pytest.mark.parametrize(("button", "words"), [("submit", "Đã xác nhận"), ("deny", "Đã chặn")])
async def test_what_a_phone_answered_is_said_again(
    world: World, rp: RelyingParty, button: str, words: str
) -> None:
    person = await world.person()
    mobile, shown = await phone(world, person.person_id), await screen(world, rp)
    asked = await open_code(mobile, shown.code)
    page = await press_twice(mobile, asked, button, number=shown.number)
    assert "page-qr-answered" in page.ids
    assert page.title.startswith(words)
    if button == "deny":
        assert page.links["lock"] == "/lock"
    assert words in (await open_code(mobile, shown.code)).title, "and when it is loaded anew"
    other = await phone(world, (await world.person("another")).person_id)
    assert "page-qr-code" in (await open_code(other, shown.code)).ids, "to whoever answered it alone"
    kinds = (EventType.CROSS_DEVICE_CONFIRMED, EventType.CROSS_DEVICE_REFUSED)
    assert len(await world.records(*kinds)) == 1


async def test_whoever_locks_is_not_told_that_nothing_was_done(world: World) -> None:
    person, browser = await world.person(), world.browser()
    await world.signed_in(browser, person.person_id)
    page = await press_twice(browser, await browser.get("/lock"), "lock-signed-in")
    assert await world.status_of(person.person_id) is PersonStatus.LOCKED
    assert {"page-lock", "pressed-twice"} <= page.ids
    assert "tài khoản đã khóa" in page.response.text


async def test_whoever_disputes_is_not_told_that_nothing_was_done(world: World) -> None:
    person, browser = await world.person(), world.browser()
    await world.signed_in(browser, person.person_id)
    (event,) = await world.records(EventType.SESSION_STARTED)
    page = await browser.get(f"/account/history/not-me?e={event.event_id}")
    page = await press_twice(browser, page, "submit")
    assert await world.status_of(person.person_id) is PersonStatus.LOCKED
    assert "not-done" in page.ids
    assert "lần đầu có thể đã xong" in page.response.text
    assert len(await world.records(EventType.CASE_OPENED)) == 1
