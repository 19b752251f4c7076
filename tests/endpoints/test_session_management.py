"""OpenID Connect Session Management 1.0; rule 30 of the conformance plans; SECURITY F03. In certification alone."""

import re
from collections.abc import AsyncIterator
from http.cookies import Morsel, SimpleCookie
from pathlib import Path

import httpx
import pytest

from idp.protocol.session_state import session_state
from idp.ui.static import static
from tests.driver import Page, RelyingParty
from tests.world import Visitor, World, open_world

ISSUER = "https://op.example"
STATE = "__Host-hpid-browser-state"
REDIRECT_URI = "https://rp-c.example/callback"


@pytest.fixture
async def certified(template: Path, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(template, tmp_path, issuer=ISSUER, profile="certification") as world:
        yield world


@pytest.fixture
async def rp(certified: World) -> RelyingParty:
    return await certified.client()


@pytest.fixture
async def alice(certified: World, rp: RelyingParty) -> Visitor:
    return await certified.visitor(rp)


def set_cookie(response: httpx.Response) -> "Morsel[str] | None":
    """Return the browser state that an answer sets."""
    for header in response.headers.get_list("set-cookie"):
        cookie: SimpleCookie = SimpleCookie(header)
        if STATE in cookie:
            return cookie[STATE]
    return None


def held(visitor: Visitor) -> str | None:
    return visitor.browser.client.cookies.get(STATE)


def assert_is_of(page: Page, browser_state: str | None) -> None:
    """The session_state of the answer is that of this browser now."""
    assert browser_state is not None
    found = page.answer["session_state"]
    assert found == session_state(
        client_id="rp-c",
        redirect_uri=REDIRECT_URI,
        browser_state=browser_state,
        salt=found.partition(".")[2],
    )


async def test_an_answer_carries_the_state_of_this_browser(
    rp: RelyingParty, alice: Visitor
) -> None:  # §2, §3
    first = await alice.browser.get(rp.authorize_url())
    state = held(alice)
    assert_is_of(first, state)
    second = await alice.browser.get(rp.authorize_url())
    assert held(alice) == state, "nobody signed in or out in between"
    assert_is_of(second, state)
    assert first.answer["session_state"] != second.answer["session_state"], "each has its own salt"


async def test_the_cookie_is_for_our_frame_on_other_sites_and_stays(
    rp: RelyingParty, alice: Visitor
) -> None:  # PROTOCOL rule 30
    response = await alice.browser.client.get(rp.authorize_url())
    cookie = set_cookie(response)
    assert cookie is not None
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", cookie.value), "128 random bits that open nothing"
    assert (cookie["samesite"], cookie["secure"], cookie["path"]) == ("None", True, "/")
    assert not cookie["httponly"]
    assert not cookie["domain"]
    assert int(cookie["max-age"]) == 400 * 24 * 3600
    again = await alice.browser.client.get(rp.authorize_url())
    assert set_cookie(again) is None


@pytest.mark.parametrize("value", ["", "short", "a b", "x" * 65, "é" * 30, '"><script>', "x" * 22 + ";"])
async def test_a_state_that_is_none_of_ours_is_replaced(
    certified: World, rp: RelyingParty, alice: Visitor, value: str
) -> None:
    session = certified.cookie_of(alice.browser, "session")
    cookies = f"__Host-hpid-session={session}; {STATE}={value}"
    response = await certified.http.get(rp.authorize_url(), headers={b"cookie": cookies.encode()})
    if value == "x" * 22 + ";":
        assert set_cookie(response) is None, "a semicolon ends the value, which is well-formed"
        return
    cookie = set_cookie(response)
    assert cookie is not None
    assert_is_of(Page(response, left_for=response.headers["location"]), cookie.value)


async def test_signing_in_and_signing_out_change_the_state_and_never_take_it_away(
    certified: World, rp: RelyingParty
) -> None:  # §3.1, §4.2
    person, citizen = await certified.citizen()
    browser = certified.browser()
    visitor = Visitor(person=person, browser=browser)
    seen: list[str | None] = []
    for _ in range(2):
        page = await browser.get(rp.authorize_url())
        certified.time.move(seconds=30)
        page = await citizen.sign_in(browser, page, at=certified.time().timestamp())
        if "allow" in page.ids:
            page = await browser.press(page, "allow")
        seen.append(held(visitor))
        assert_is_of(page, seen[-1])
        signed_out = await browser.press(await browser.get("/end_session"), "sign-out-here")
        assert "page-signed-out" in signed_out.ids
        seen.append(held(visitor))
    assert None not in seen
    assert len(set(seen)) == 4


async def test_a_sign_out_by_hint_changes_it_too_and_one_of_elsewhere_does_not(
    certified: World, rp: RelyingParty, alice: Visitor
) -> None:
    hint = (await certified.tokens(rp, alice))["id_token"]
    before = held(alice)
    response = await certified.http.get("/end_session", params={"id_token_hint": hint})
    assert set_cookie(response) is None, "this browser brought no session: it is left as it is"
    bob = await certified.visitor(rp, "bob")
    hint = (await certified.tokens(rp, bob))["id_token"]
    was = held(bob)
    await bob.browser.get(f"/end_session?id_token_hint={hint}")
    assert held(bob) not in {None, was}
    assert held(alice) == before


async def test_errors_carry_no_session_state(certified: World, rp: RelyingParty) -> None:
    page = await certified.browser().get(rp.authorize_url(prompt="none"))
    assert page.answer["error"] == "login_required"
    assert "session_state" not in page.answer


async def test_the_frame_may_be_framed_and_holds_one_script_of_ours(certified: World) -> None:  # §3.3
    document = (await certified.http.get("/.well-known/openid-configuration")).json()
    assert document["check_session_iframe"] == f"{ISSUER}/check_session"
    response = await certified.http.get("/check_session")
    headers = response.headers
    assert response.status_code == 200
    assert "x-frame-options" not in headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; form-action 'none'; base-uri 'none'"
    )
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in headers
    assert re.findall(r'<script src="([^"]+)"></script>', response.text) == [static("check_session.js")]
    assert f'data-cookie="{STATE}"' in response.text
    assert (await certified.http.post("/check_session")).status_code == 405


async def test_every_other_page_is_still_nobody_s_to_frame(certified: World) -> None:
    for path in ("/", "/end_session", "/signed-out", "/help", "/nothing"):
        response = await certified.http.get(path, follow_redirects=True)
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"], path


async def test_elsewhere_there_is_neither_frame_nor_state_nor_cookie(world: World) -> None:
    rp = await world.client()
    alice = await world.visitor(rp)
    page = await alice.browser.get(rp.authorize_url())
    assert "session_state" not in page.answer
    assert not [name for name in alice.browser.client.cookies if "browser-state" in name]
    response = await world.http.get("/check_session")
    assert response.status_code == 404
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
