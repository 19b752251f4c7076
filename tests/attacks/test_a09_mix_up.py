"""A09: every authorization response names us, and no redirect makes a browser post its form again.

RFC 9207 §2.4, RFC 9700 §4.4 (mix-up), §4.12 (307).
"""

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.attacks.oracle import Oracle
from tests.driver import Page
from tests.world import PASSWORD, World

OWN = {
    "origin": "null",
    "sec-fetch-site": "same-origin",
    "content-type": "application/x-www-form-urlencoded",
}


def assert_names_us(world: World, location: str, state: str) -> None:
    pairs = parse_qsl(urlsplit(location).query, keep_blank_values=True)
    assert [value for name, value in pairs if name == "iss"] == [world.issuer]
    assert [value for name, value in pairs if name == "state"] == [state]
    assert urlsplit(location).fragment == ""


async def test_a09_success_and_every_error_name_us(world: World, oracle: Oracle) -> None:
    rp = await world.client()
    alice = await world.visitor(rp)
    refused = [
        {"scope": "x"},
        {"response_type": "token"},
        {"prompt": "none", "max_age": "0"},
        {"request": "x"},
        {"code_challenge": "x"},
        {"resource": "https://x.example/"},
        {"iss": "https://evil.example"},
    ]
    world.time.move(seconds=1)
    for changes in ({}, *refused):
        for send in ("GET", "POST"):
            if send == "GET":
                response = await alice.browser.client.get(rp.authorize_url(**changes))
            else:
                response = await alice.browser.client.post("/authorize", data=rp.parameters(**changes))
            assert response.status_code == 303
            assert_names_us(world, response.headers["location"], rp.state)
    page = await world.browser().get(rp.authorize_url())
    assert page.left_for is None
    denied = world.browser()
    page = await denied.press(await denied.get(rp.authorize_url()), "cancel")
    assert page.left_for is not None
    assert_names_us(world, page.left_for, rp.state)


async def test_a09_what_is_put_into_state_adds_no_parameter(world: World, oracle: Oracle) -> None:
    rp = await world.client()
    alice = await world.visitor(rp)
    for state in (
        "&iss=https://evil.example&x=",
        "#&code=stolen",
        "x&code=stolen",
        "x\r\nLocation: https://evil/",
        "%26iss%3Dx",
    ):
        for changes in ({}, {"scope": "x"}):
            response = await alice.browser.client.get(rp.authorize_url(state=state, **changes))
            assert_names_us(world, response.headers["location"], state)


async def test_a09_a_redirect_after_a_form_is_always_303(world: World, oracle: Oracle) -> None:
    rp = await world.client()
    _, _ = await world.citizen()
    browser = world.browser()
    page = await browser.get(rp.authorize_url())
    csrf = page.form("cancel")["fields"]["csrf"]
    fields = {
        "csrf": csrf,
        "username": "alice",
        "password": PASSWORD,
        "where": "here",
        "language": "en",
        "theme": "dark",
        "text-size": "large",
        "decision": "deny",
    }
    seen = set()
    for path in (
        f"/sign-in/password?i={page.interaction}",
        f"/sign-in/otp?i={page.interaction}",
        f"/sign-in/national?i={page.interaction}",
        f"/sign-in/cancel?i={page.interaction}",
        f"/consent?i={page.interaction}",
        "/language",
        "/theme",
        "/text-size",
        "/end_session/confirm",
        "/end_session",
    ):
        response = await browser.client.post(path, content=urlencode(fields), headers=OWN)
        if response.is_redirect:
            seen.add(path.partition("?")[0])
            assert response.status_code == 303, path
    assert len(seen) >= 6


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "PUT"])
async def test_a09_an_address_nearly_ours_is_not_redirected_to_ours(
    world: World, oracle: Oracle, method: str
) -> None:
    """A redirect by the framework would keep the method (307) and take its host from the request."""
    paths = (
        "/sign-in/",
        "/sign-in/password/",
        "/consent/",
        "/language/",
        "/help/",
        "/token/",
        "/authorize/",
        "//token",
        "/%2e/token",
        "/jwks/",
    )
    for path in paths:
        for host in ("localhost:8000", "evil.example"):
            headers = {**OWN, "host": host}
            async with oracle.refusing((path, host), status={404, 405}):
                await world.http.request(method, f"http://localhost:8000{path}", headers=headers)


async def test_a09_no_address_is_made_of_the_host_header(world: World, oracle: Oracle) -> None:
    """CVE-2026-48710: what a client calls us never becomes where we send anybody."""
    rp = await world.client()
    for host in (
        "evil.example",
        "localhost:8000@evil.example",
        "localhost:8000\\.evil.example",
        "evil.example/x?",
        "",
    ):
        for headers in (
            {"host": host},
            {"x-forwarded-host": host, "x-forwarded-proto": "https"},
            {"forwarded": f"host={host}"},
            {"x-original-url": "/health/live", "x-rewrite-url": "/health/live"},
        ):
            for path in (rp.authorize_url(), "/.well-known/openid-configuration", "/end_session", "/help"):
                response = await world.http.get(f"http://localhost:8000{path}", headers=headers)
                assert "evil.example" not in response.text + str(response.headers), (path, headers)
    assert Page(await world.http.get("/help")).ids
