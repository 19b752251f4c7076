"""Who goes back to the service has answered it: nothing of that sign-in goes on, in another tab or by the back button.

OpenID Connect Core §3.1.2.6; SECURITY R16.
"""

from httpx import Cookies

from idp.limits.model import Limit
from tests.driver import Browser, Page, RelyingParty
from tests.endpoints.signing_in import password_page
from tests.world import PASSWORD, World


def other_tab(world: World, browser: Browser) -> Browser:
    """A tab of the same browser that sends what it does with the cookies of this moment."""
    tab = world.browser()
    tab.client.cookies = Cookies(browser.client.cookies)
    return tab


async def cancelled(browser: Browser, page: Page) -> Page:
    page = await browser.press(page, "cancel")
    assert page.answer["error"] == "access_denied"
    return page


async def test_a_form_of_another_tab_or_the_back_button_goes_on_with_nothing(
    world: World, rp: RelyingParty
) -> None:
    await world.citizen("alice")
    browser = world.browser()
    form = await password_page(browser, rp)
    page = await browser.get(f"/sign-in?i={form.interaction}")
    await cancelled(browser, page)
    sent = await browser.press(form, "submit", username="alice", password=PASSWORD)
    assert (sent.status, sent.case) == (400, "expired")
    assert world.cookie_of(browser, "session") is None
    for path in ("/sign-in", "/sign-in/password", "/consent", "/act-for", "/authorize/resume"):
        back = await browser.get(f"{path}?i={form.interaction}")
        assert (back.status, back.case) == (400, "expired"), path


async def test_a_no_pressed_twice_goes_back_to_the_service_both_times(world: World, rp: RelyingParty) -> None:
    browser = world.browser()
    page = await browser.get(rp.authorize_url())
    at_the_same_moment = other_tab(world, browser)
    first = await cancelled(browser, page)
    for tab in (browser, at_the_same_moment):  # after the first answer came, and before
        assert (await tab.press(page, "cancel")).left_for == first.left_for


async def test_of_a_no_and_what_another_tab_sent_at_the_same_moment_one_answers_the_service(
    world: World, rp: RelyingParty
) -> None:
    person, browser = await world.person(), world.browser()
    page = await browser.get(rp.authorize_url())
    tab = other_tab(world, browser)
    await cancelled(browser, page)
    await world.signed_in(tab, person.person_id)
    await world.agree(person.person_id, rp)
    resumed = await tab.get(f"/authorize/resume?i={page.interaction}")
    assert resumed.left_for is None
    assert (resumed.status, resumed.case) == (409, "two-tabs")


async def test_a_no_after_the_answer_is_no_second_one(world: World, rp: RelyingParty) -> None:
    person, browser = await world.person(), world.browser()
    page = await browser.get(rp.authorize_url())
    tab = other_tab(world, browser)
    await world.signed_in(browser, person.person_id)
    await world.agree(person.person_id, rp)
    assert "code" in (await browser.get(f"/authorize/resume?i={page.interaction}")).answer
    late = await tab.press(page, "cancel")
    assert (late.left_for, late.case) == (None, "two-tabs")


async def test_a_pushed_request_that_was_declined_begins_no_other_sign_in(
    world: World, rp: RelyingParty
) -> None:
    browser = world.browser()
    url = await rp.pushed_url(world.http)
    await cancelled(browser, await browser.get(url))
    again = await browser.get(url)
    assert again.status == 400
    assert again.left_for is None


async def test_one_address_can_t_fill_the_table(world: World, rp: RelyingParty) -> None:
    await world.use_up(Limit.DECLINED, "127.0.0.1")
    browser = world.browser()
    await cancelled(browser, await browser.get(rp.authorize_url()))
    page = await browser.press(await browser.get(rp.authorize_url()), "cancel")
    assert (page.status, page.case) == (429, "too-many")
