"""What a page says happened, and what to do, is true where it is said (PAGES §1.10, §3.1.11)."""

import re

import pytest

from idp.audit.events import EventType
from idp.citizen.routing import ADDRESSES
from idp.limits.model import Limit
from tests.endpoints.mandating import company, somebody
from tests.world import World

COOKIES = "cho phép cookie"


async def test_who_is_over_a_limit_is_told_for_how_long_it_holds(world: World) -> None:
    rp = await world.client()
    browser = world.browser()
    page = await browser.get(rp.authorize_url())
    await world.use_up(Limit.QR_CODES, "127.0.0.1")
    qr = await browser.get(f"/sign-in/qr?i={page.interaction}")
    many = [await browser.press(qr, "submit") for _ in range(2)][-1]
    assert many.status == 429
    minutes = -(-int(many.response.headers["retry-after"]) // 60)
    assert minutes > 1
    assert many.title.startswith(f"Thử lại sau {minutes} phút")


async def test_a_browser_that_sends_no_cookie_is_told_to_let_them_through(world: World) -> None:
    rp = await world.client()
    browser = world.browser()
    choice = await browser.get(rp.authorize_url())
    form = await browser.get("/account")
    browser.client.cookies.clear()
    lost = await browser.get(f"/sign-in/national?i={choice.interaction}")
    assert lost.case == "expired"
    assert COOKIES in lost.response.text
    browser.client.cookies.clear()
    refused = await browser.press(form, "submit")
    assert refused.case == "bad-request"
    assert COOKIES in refused.response.text


async def test_a_browser_that_sends_cookies_is_told_nothing_of_them(world: World) -> None:
    browser = world.browser()
    await browser.get("/")
    lost = await browser.get("/sign-in/national?i=none")
    assert lost.case == "expired"
    assert COOKIES not in lost.response.text


@pytest.mark.parametrize("path", ["/account/number", "/account/contacts/remove?k=x", "/account/data/close"])
async def test_a_sign_in_asked_for_anew_does_not_speak_of_something_else(world: World, path: str) -> None:
    lan = await somebody(world, "Trần Thị Lan")
    world.time.move(minutes=11)
    again = await lan.browser.get(path)
    assert "page-account-sign-in" in again.ids
    assert "10 phút" in again.response.text
    assert "người làm thay" not in _main(again.response.text)


@pytest.mark.parametrize("minutes", [0, 11])
async def test_what_was_sent_after_the_sign_in_was_over_is_said_not_to_be_done(
    world: World, minutes: int
) -> None:
    lan = await somebody(world, "Trần Thị Lan")
    form = await lan.browser.get("/account/data/close")
    if minutes:
        world.time.move(minutes=minutes)
    else:
        await lan.browser.press(await lan.browser.get("/end_session"), "sign-out-here")
    late = await lan.browser.press(form, "submit")
    assert {"page-account-sign-in", "not-done"} <= late.ids
    assert "not-done" not in (await lan.browser.get("/account/data/close")).ids


async def test_what_was_done_in_another_tab_is_said_on_the_list_it_leads_to(world: World) -> None:
    minh, lan = await somebody(world, "Vũ Đức Minh"), await somebody(world, "Trần Thị Lan")
    await company(world, minh)
    await minh.offer(lan.person)
    link = next(url for id_, url in (await lan.home()).links.items() if id_.startswith("answer-offer-"))
    one, other = await lan.browser.get(link), await lan.browser.get(link)
    await lan.browser.press(one, "submit")
    for late in (await lan.browser.press(other, "submit"), await lan.browser.get(link)):
        assert "page-mandates" in late.ids
        assert "Việc này đã xong hoặc đã hết hạn" in late.response.text
    assert "error" not in (await lan.home()).ids


async def test_who_acts_for_nobody_is_shown_how_that_comes_about(world: World) -> None:
    lan = await somebody(world, "Trần Thị Lan")
    assert (await lan.home()).links["act-missing"] == "/help#act-for"


def _main(html: str) -> str:
    found = re.search(r"<main.*</main>", html, re.DOTALL)
    assert found is not None
    return found[0]


async def test_a_form_that_was_lost_leads_back_to_its_page_after_the_sign_in(world: World) -> None:
    browser = world.browser()
    csrf = (await browser.get("/")).form("lang-en")["fields"]["csrf"]
    lost = sorted(
        path
        for path, methods in ADDRESSES.items()
        if path.startswith("/account/") and path != "/account/sign-in" and "POST" in methods
    )
    assert len(lost) > 25
    for path in lost:
        asked = await browser.post(f"{path}?m=some-page", {"csrf": csrf})
        assert "not-done" in asked.ids, path
        back = asked.form("submit")["fields"]["next"].partition("?")[0]
        assert "GET" in ADDRESSES[back], path
        assert path.startswith(back) or path == "/account/devices", f"{path} leads to {back}"
        assert back != "/account", path


async def test_what_was_to_be_disputed_is_shown_again_after_the_sign_in(world: World) -> None:
    lan = await somebody(world, "Trần Thị Lan")
    (started, *_) = await world.records(EventType.SESSION_STARTED)
    page = await lan.browser.get(f"/account/history/not-me?e={started.event_id}")
    world.time.move(days=1)
    lost = await lan.browser.press(page, "submit")
    await world.signed_in(lan.browser, lan.person.person_id)
    again = await lan.browser.get(lost.form("submit")["fields"]["next"])
    assert {"page-not-me", "facts"} <= again.ids
