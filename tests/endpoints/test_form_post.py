"""Answers by POST – Form Post Response Mode §2; PROTOCOL rules 10, 12 and 17."""

import pytest

from idp.protocol.facts import Profile
from tests.driver import Page, RelyingParty
from tests.world import Visitor, World


def assert_posts_to(page: Page, rp: RelyingParty) -> dict[str, str]:
    """Nothing in the address, nothing kept, nobody told; where the service redirects to is its own affair."""
    headers = page.response.headers
    assert (page.status, page.left_for) == (200, None)
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert f"form-action https://{rp.client_id}.example https:;" in headers["content-security-policy"]
    action, fields = page.posted
    assert action == rp.redirect_uri
    return fields


async def test_a_code_comes_by_post_and_is_worth_the_same(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    told = assert_posts_to(await alice.browser.get(rp.authorize_url(response_mode="form_post")), rp)
    assert set(told) == {"code", "state", "iss"}
    assert (told["state"], told["iss"]) == (rp.state, world.issuer)
    assert (await rp.redeem(world.http, told["code"])).status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"prompt": "none", "max_age": "0"}, "login_required"),
        ({"scope": "nothing"}, "invalid_scope"),
        ({"response_type": None}, "invalid_request"),  # PROTOCOL rule 12
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"state": "a\nb"}, "invalid_request"),
    ],
)
async def test_errors_come_by_post_too(
    world: World, rp: RelyingParty, alice: Visitor, changes: dict[str, str | None], error: str
) -> None:
    world.time.move(seconds=1)
    page = await alice.browser.get(rp.authorize_url(response_mode="form_post", **changes))
    told = assert_posts_to(page, rp)
    assert told["error"] == error
    assert set(told) == {"error", "error_description", "state", "iss"}


async def test_so_does_what_a_person_says_on_a_page(world: World, rp: RelyingParty) -> None:
    browser = world.browser()
    page = await browser.get(rp.authorize_url(response_mode="form_post"))
    told = assert_posts_to(await browser.press(page, "cancel"), rp)
    assert told["error"] == "access_denied"
    person = await world.person()
    await world.signed_in(browser, person.person_id)
    page = await browser.get(rp.authorize_url(response_mode="form_post"))
    told = assert_posts_to(await browser.press(page, "deny"), rp)
    assert told["error"] == "access_denied"


async def test_and_the_code_after_the_pages(world: World, rp: RelyingParty) -> None:
    browser = world.browser()
    await world.signed_in(browser, (await world.person()).person_id)
    page = await browser.get(rp.authorize_url(response_mode="form_post"))
    page = await browser.press(page, "allow")
    told = assert_posts_to(page, rp)
    assert (await rp.redeem(world.http, told["code"])).status_code == 200
    names = {cookie.partition("=")[0] for cookie in page.response.headers.get_list("set-cookie")}
    assert any(name.startswith("hpid-i-") for name in names), "the interaction's cookie is taken back"


async def test_a_mode_that_is_none_is_told_by_the_default_one(rp: RelyingParty, alice: Visitor) -> None:
    page = await alice.browser.get(rp.authorize_url(response_mode="fragment"))
    assert page.answer["error"] == "invalid_request"


async def test_before_trust_nothing_is_posted_to_anybody(world: World, rp: RelyingParty) -> None:
    page = await world.browser().get(
        rp.authorize_url(response_mode="form_post", redirect_uri="https://evil.example/")
    )
    assert (page.status, page.case) == (400, "untrusted-client")
    assert "answer" not in page.ids


async def test_a_query_that_was_registered_stays_in_the_address(world: World) -> None:
    uri = "https://rp-q.example/callback?dummy1=lorem&dummy2=ipsum"
    rp = await world.client("rp-q", redirect_uris=(uri,))
    visitor = await world.visitor(rp)
    page = await visitor.browser.get(rp.authorize_url(response_mode="form_post"))
    assert page.posted[0] == uri
    assert "dummy1" not in page.posted[1]


@pytest.mark.parametrize("changes", [{}, {"prompt": "none"}, {"response_mode": "form_post"}])
async def test_a_request_posted_from_another_site_finds_the_session_that_such_a_post_does_not_carry(
    world: World, rp: RelyingParty, alice: Visitor, changes: dict[str, str]
) -> None:  # PROTOCOL rule 10; SameSite=Lax (RFC 6265bis §5.6.7)
    session = alice.browser.client.cookies
    alice.browser.client.cookies = type(session)()
    cross_site = {"origin": "https://rp-c.example", "sec-fetch-site": "cross-site"}
    response = await alice.browser.client.post(
        "/authorize", data=rp.parameters(**changes), headers=cross_site
    )
    assert response.status_code == 303
    for cookie in session.jar:  # what a browser sends again once the method is GET
        alice.browser.client.cookies.jar.set_cookie(cookie)
    page = await alice.browser.get(response.headers["location"])
    told = page.posted[1] if changes.get("response_mode") else page.answer
    assert told["state"] == rp.state
    assert (await rp.redeem(world.http, told["code"])).status_code == 200


async def test_both_profiles_that_are_offered_may_ask_for_it(world: World) -> None:
    for profile in (Profile.OIDC, Profile.CITY):
        rp = await world.client(f"rp-{profile}", profile=profile)
        page = await world.browser().get(rp.authorize_url(response_mode="form_post", prompt="none"))
        assert assert_posts_to(page, rp)["error"] == "login_required"
