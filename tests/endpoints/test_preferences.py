"""Language and appearance: a choice in a cookie, and back to the page it was made on – PAGES §1, SECURITY A10."""

import pytest

from tests.driver import Browser, RelyingParty
from tests.world import PASSWORD, World

ELSEWHERE = (
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "https:evil.example",
    "https://evil.example",
    "https:/evil.example",
    "http:evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "evil.example",
    "@evil.example",
    ".evil.example",
    " //evil.example",
    "\t//evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/ /evil.example",
    "/\u2044/evil.example",
    "/help\r\nSet-Cookie: x=y",
    "/help\x0bx",
    "/trợ-giúp",
    "?next=//evil.example",
    "#//evil.example",
    "",
)
SAME_HOST = (
    "/",
    "/help",
    "/sign-in?i=abc",
    "/a/b?c=d&e=%2F%2Fevil.example",
    "/%09/evil.example",
    "/%5cevil.example",
    "/..//evil.example",
)


@pytest.fixture
async def csrf(world: World, browser: Browser) -> str:
    page = await browser.get("/help")
    return str(page.form("lang-en")["fields"]["csrf"])


@pytest.fixture
def browser(world: World) -> Browser:
    return world.browser()


async def location_after(browser: Browser, csrf: str, where: str, path: str = "/language") -> str:
    response = await browser.client.post(
        path,
        data={"csrf": csrf, "language": "en", "theme": "dark", "next": where},
        headers={"origin": "null", "sec-fetch-site": "same-origin"},
    )
    assert response.status_code == 303
    return str(response.headers["location"])


@pytest.mark.parametrize("path", ["/language", "/theme"])
async def test_an_address_that_could_leave_this_host_becomes_the_front_page(
    browser: Browser, csrf: str, path: str
) -> None:  # SECURITY A10
    for where in ELSEWHERE:
        assert await location_after(browser, csrf, where, path) == "/", where


async def test_a_path_of_this_host_is_kept_as_it_is(browser: Browser, csrf: str) -> None:
    for where in SAME_HOST:
        assert await location_after(browser, csrf, where) == where


async def test_the_language_stays_chosen(world: World, browser: Browser) -> None:
    page = await browser.press(await browser.get("/help"), "lang-en")
    assert str(page.response.url).endswith("/help")
    assert '<html lang="en"' in page.response.text
    assert '<html lang="en"' in (await browser.get("/privacy")).response.text
    page = await browser.press(page, "lang-vi")
    assert '<html lang="vi"' in page.response.text


async def test_the_appearance_stays_chosen_until_the_device_decides_again(browser: Browser) -> None:
    page = await browser.press(await browser.get("/help"), "theme-dark")
    assert 'data-theme="dark"' in page.response.text
    page = await browser.press(page, "theme-light")
    assert 'data-theme="light"' in (await browser.get("/")).response.text
    page = await browser.press(page, "theme-device")
    assert "data-theme" not in page.response.text


@pytest.mark.parametrize("value", ["", "fr", "EN", "<script>", "en; Domain=evil.example", "x" * 5000])
async def test_a_language_we_do_not_speak_is_not_kept(browser: Browser, csrf: str, value: str) -> None:
    response = await browser.client.post(
        "/language", data={"csrf": csrf, "language": value}, headers={"origin": "null"}
    )
    assert response.status_code == 303
    assert "set-cookie" not in response.headers


async def test_the_switch_keeps_the_step_of_a_sign_in(world: World, browser: Browser) -> None:  # PAGES §6
    rp: RelyingParty = await world.client()
    await world.citizen()
    page = await browser.get(rp.authorize_url())
    page = await browser.press(page, "lang-en")
    assert "page-sign-in" in page.ids
    page = await browser.get(f"/sign-in/password?i={page.interaction}")
    page = await browser.press(page, "lang-vi")
    assert "page-password" in page.ids
    page = await browser.press(page, "submit", username="alice", password="wrong")
    page = await browser.press(page, "lang-en")
    assert "page-password" in page.ids, "after a wrong try, too"
    page = await browser.press(page, "submit", username="alice", password=PASSWORD)
    page = await browser.press(page, "submit", otp="000000")
    page = await browser.press(page, "theme-dark")
    assert "page-otp" in page.ids


@pytest.mark.parametrize("path", ["/language", "/theme"])
async def test_only_our_own_pages_may_send_it(world: World, browser: Browser, csrf: str, path: str) -> None:
    form = {"csrf": csrf, "language": "en", "theme": "dark"}
    own = {"origin": world.issuer, "sec-fetch-site": "same-origin"}
    assert (await browser.client.post(path, data=form, headers=own)).status_code == 303
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"origin": world.issuer, "sec-fetch-site": "same-site"},
    ):
        assert (await browser.client.post(path, data=form, headers=headers)).status_code == 403
    assert (await browser.client.post(path, data={"language": "en"}, headers=own)).status_code == 403
