"""A request too large for a browser's cookie lies in a row, and the cookie says which – DESIGN 5.12."""

from idp.limits.model import Limit
from tests.driver import RelyingParty, interactions_of
from tests.world import World

LARGE = {"state": "s" * 2048, "nonce": "n" * 1024}


async def test_it_goes_through_all_pages_like_any_other(world: World, rp: RelyingParty) -> None:
    _, citizen = await world.citizen()
    browser = world.browser()
    page = await browser.get(rp.authorize_url(**LARGE, ui_locales="en"))
    (interaction,) = interactions_of(browser)
    assert len(world.cookie_of(browser, f"i-{interaction}") or "") < 400
    page = await citizen.sign_in(browser, page, at=world.time().timestamp())
    assert "page-consent" in page.ids
    page = await browser.press(page, "allow")
    assert page.answer["state"] == LARGE["state"]
    tokens = (await rp.redeem(world.http, page.answer["code"])).json()
    assert (await rp.verify(world.http, tokens["id_token"]))["nonce"] == LARGE["nonce"]


async def test_it_is_cancelled_and_denied_like_any_other(world: World, rp: RelyingParty) -> None:
    browser = world.browser()
    page = await browser.press(await browser.get(rp.authorize_url(**LARGE)), "cancel")
    assert (page.answer["error"], page.answer["state"]) == ("access_denied", LARGE["state"])
    await world.signed_in(browser, (await world.person()).person_id)
    page = await browser.get(rp.authorize_url(**LARGE))
    denied = await browser.press(page, "deny")
    assert denied.answer["error"] == "access_denied"
    again = await browser.get(f"/authorize/resume?i={page.interaction}")
    assert (again.status, again.case) == (400, "expired")


async def test_one_who_needs_no_page_leaves_no_row(world: World, rp: RelyingParty) -> None:
    alice = await world.visitor(rp)
    page = await alice.browser.get(rp.authorize_url(**LARGE))
    assert page.answer["state"] == LARGE["state"]
    world.time.move(days=1)
    assert await world.clean_up() == 1  # the code


async def test_the_row_is_gone_when_the_interaction_would_be_over(world: World, rp: RelyingParty) -> None:
    browser = world.browser()
    page = await browser.get(rp.authorize_url(**LARGE))
    world.time.move(minutes=30)
    again = await browser.get(f"/sign-in?i={page.interaction}")
    assert (again.status, again.case) == (400, "expired")
    assert await world.clean_up() >= 1
    assert await world.clean_up() == 0


async def test_one_address_can_t_fill_the_table(world: World, rp: RelyingParty) -> None:
    await world.use_up(Limit.LARGE_REQUESTS, "127.0.0.1")
    assert "page-sign-in" in (await world.browser().get(rp.authorize_url(**LARGE))).ids
    page = await world.browser().get(rp.authorize_url(**LARGE))
    assert (page.status, page.case) == (429, "too-many")
    assert "page-sign-in" in (await world.browser().get(rp.authorize_url())).ids, "others go on"
