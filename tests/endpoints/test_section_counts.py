"""How many sessions, services and powers there are stands beside the sections of the account (PAGES §3.1.13)."""

import re

import pytest

from tests.driver import Page
from tests.endpoints.mandating import company, somebody
from tests.world import World

COUNT = re.compile(
    r'id="(m-)?nav-([a-z]+)"[^>]*>.*?</span>(?:<span class="count">(?:<span class="vh">[^<]*</span>)?(\d+)</span>)?</a>'
)
PATHS = (
    "/account",
    "/account/methods",
    "/account/methods/passkeys",
    "/account/methods/password",
    "/account/contacts",
    "/account/sessions",
    "/account/services",
    "/account/history",
    "/account/mandates",
    "/account/data",
    "/account/number",
)


def _counts(page: Page) -> dict[str, str]:
    found = {(m, name): count for m, name, count in COUNT.findall(page.response.text) if count}
    assert {name: count for (m, name), count in found.items() if m} == {
        name: count for (m, name), count in found.items() if not m
    }, "the same in the menu of a phone"
    return {name: count for (m, name), count in found.items() if not m}


async def test_who_has_one_session_and_nothing_else_sees_no_other_number(world: World) -> None:
    lan = await somebody(world, "Trần Thị Lan")
    assert _counts(await lan.browser.get("/account")) == {"sessions": "1"}


async def test_they_are_those_of_the_pages_themselves(world: World) -> None:
    rp = await world.client()
    minh = await somebody(world, "Vũ Đức Minh")
    await company(world, minh)
    other = world.browser()
    await world.signed_in(other, minh.person.person_id)
    page = await minh.browser.get("/account")
    assert _counts(page) == {"sessions": "2", "mandates": "1"}
    await world.agree(minh.person.person_id, rp)
    page = await minh.browser.get("/account")
    assert _counts(page) == {"sessions": "2", "services": "1", "mandates": "1"}
    services = await minh.browser.get("/account/services")
    assert len({one for one in services.ids if one.startswith("open-service-")}) == 1


async def test_an_offer_counts_with_the_powers_until_it_is_answered(world: World) -> None:
    minh, lan = await somebody(world, "Vũ Đức Minh"), await somebody(world, "Trần Thị Lan")
    await company(world, minh)
    await minh.offer(lan.person)
    assert _counts(await lan.browser.get("/account"))["mandates"] == "1"
    await lan.answer(yes=False)
    assert "mandates" not in _counts(await lan.browser.get("/account"))


async def test_what_ended_is_not_counted(world: World) -> None:
    rp = await world.client()
    minh = await somebody(world, "Vũ Đức Minh")
    await world.agree(minh.person.person_id, rp, "email")
    page = await minh.browser.get(f"/account/services/service?c={rp.client_id}")
    page = await minh.browser.press(page, "withdraw")
    assert "services" not in _counts(page)


@pytest.mark.parametrize("path", PATHS)
async def test_every_page_of_the_account_has_them(world: World, path: str) -> None:
    minh = await somebody(world, "Vũ Đức Minh")
    await company(world, minh)
    page = await minh.browser.get(path)
    assert "m-nav-home" in page.ids, page.ids
    assert _counts(page) == {"sessions": "1", "mandates": "1"}
