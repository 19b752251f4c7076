"""H06: the headers and cookies of every answer, whatever the address and the status; H07: what is closed stays closed.

RFC 9700 §4.2 (referrer), §2.6; ASVS 3.4, 3.5, 14.3.2. The routes are read from the application, so a new one is
covered the day it is there.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from idp.app import ROUTES
from idp.citizen.routing import _PAGES
from idp.edge.cookie_names import cookie_name
from tests.attacks.cast import Cast, make_cast
from tests.attacks.log_lines import LogLines
from tests.attacks.oracle import Oracle, Recorder
from tests.driver import Browser
from tests.world import World, open_world

HTTPS = "https://id.example.vn"
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "get")
ABSENT = (
    "/docs",
    "/redoc",
    "/openapi.json",
    "/docs/oauth2-redirect",
    "/metrics",
    "/debug",
    "/admin",
    "/admin/",
    "/actuator/health",
    "/server-status",
    "/.git/config",
    "/.git/HEAD",
    "/.env",
    "/hpid.env",
    "/var/hpid.sqlite3",
    "/hpid.sqlite3",
    "/keys/master.json",
    "/static/",
    "/static/hpid.css",
    "/static/../hpid.env",
    "/static/..%2f..%2fetc/passwd",
    "/static/%2e%2e/%2e%2e/etc/passwd",
    "/..%2f..%2fetc/passwd",
    "/%2e%2e/",
    "/console",
    "/login",
    "/register",
    "/device",
    "/oauth2/token",
    "/v1/token",
    "/token.json",
    "/token%00",
    "/TOKEN",
    "/Authorize",
    "/authorize;x=1",
    "/authorize%2fresume",
    "/graphql",
    "/wp-login.php",
    "/robots.txt",
    "/sitemap.xml",
    "/crossdomain.xml",
    "/.well-known/security.txt.bak",
    "/scim/v1/Users",
    "/scim",
)


def addresses() -> list[tuple[str, str]]:
    """Every route of ours with every method, its own or not."""
    paths = {*ROUTES, *(path for _, path, _ in _PAGES)}
    return [(method, path) for path in sorted(paths) for method in METHODS]


@pytest.fixture
async def world(template: Path, tmp_path: Path, log: LogLines) -> AsyncIterator[World]:
    async with open_world(template, tmp_path, issuer=HTTPS) as world:
        yield world


@pytest.fixture
async def oracle(world: World, log: LogLines) -> AsyncIterator[Oracle]:
    recorder = Recorder(world.transport)
    world.transport = recorder
    world.http = httpx.AsyncClient(transport=recorder, base_url=world.issuer)
    yield Oracle(world, log, recorder)
    log.assert_clean(frozenset(recorder.secrets))


@pytest.fixture
async def cast(world: World, oracle: Oracle) -> Cast:
    return await make_cast(world)


def assert_well_dressed(response: httpx.Response, *, public: bool) -> None:
    """What holds for every answer, by its kind."""
    headers = response.headers
    kind = headers.get("content-type", "").partition(";")[0]
    if response.status_code != 204 and not response.is_redirect:
        assert headers["x-content-type-options"] == "nosniff"
    assert not {"server", "x-powered-by", "access-control-allow-credentials"} & headers.keys()
    assert "access-control-allow-origin" not in headers
    assert "refresh" not in headers
    if kind == "text/html":
        _assert_page(response)
    if response.is_redirect:
        assert response.status_code == 303
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
    elif not public:
        assert headers["cache-control"] == "no-store"
    for cookie in headers.get_list("set-cookie"):
        _assert_cookie(cookie)
    if "clear-site-data" in headers:
        assert "cookies" not in headers["clear-site-data"]
        assert "*" not in headers["clear-site-data"]


def _assert_page(response: httpx.Response) -> None:
    headers = response.headers
    assert headers["content-type"] == "text/html; charset=utf-8"
    policy = dict(part.partition(" ")[::2] for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["img-src"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert "*" not in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "max-age=63072000" in headers["strict-transport-security"]
    assert headers["permissions-policy"]
    if not response.text:  # HEAD
        return
    fetched = re.findall(
        r"<(?:script|img|link|iframe|source|object)\b[^>]*?(?:src|href)=\"([^\"]*)\"", response.text
    )
    assert all(address.startswith("/static/") for address in fetched), fetched
    assert not re.search(r"<script(?![^>]*\bsrc=)", response.text)
    assert not re.search(r"\s(?:on[a-z]+|style)=", response.text.split("<body", 1)[1].split("<svg", 1)[0])


def _assert_cookie(cookie: str) -> None:
    name = cookie.partition("=")[0]
    parts = {part.strip().partition("=")[0].lower(): part.strip() for part in cookie.split(";")[1:]}
    assert name.startswith("__Host-hpid-"), name
    assert {"secure", "httponly", "path", "samesite"} <= parts.keys()
    assert parts["path"] == "Path=/"
    assert parts["samesite"] in {"SameSite=Lax", "SameSite=Strict"}
    assert "domain" not in parts
    assert len(cookie.encode()) <= 4096
    assert not re.search(r"%|@|\+84|0[0-9]{11}", cookie.partition(";")[0]), "personal data in a cookie"


async def visitors(world: World, cast: Cast) -> list[Browser]:
    """A browser that knows nothing, and one in the middle of an interaction, signed in."""
    busy = cast.alice.browser
    await busy.client.get(cast.c.authorize_url(prompt="consent", scope="openid profile email"))
    return [world.browser(), busy]


async def test_h06_every_route_with_every_method(world: World, oracle: Oracle, cast: Cast) -> None:
    for browser in await visitors(world, cast):
        for method, path in addresses():
            for query in ("", "?i=x&state=x&code=x"):
                headers = {"content-type": "application/x-www-form-urlencoded"}
                response = await browser.client.request(method, path + query, headers=headers)
                assert response.status_code < 500, (method, path)
                public = (
                    path.startswith(("/static/", "/.well-known/", "/jwks", "/status"))
                    and response.status_code == 200
                )
                try:
                    assert_well_dressed(response, public=public)
                except (AssertionError, KeyError) as error:
                    error.add_note(f"{method} {path}{query} → {response.status_code}")
                    raise


@pytest.mark.parametrize("path", ABSENT)
async def test_h07_what_is_not_ours_is_not_there(world: World, oracle: Oracle, path: str) -> None:
    for method in ("GET", "POST", "HEAD"):
        status = {404} if "%" not in path else {400, 404, 405}
        if method == "POST" and path.startswith("/static/"):
            status |= {405}  # files are for GET, whatever they are called
        async with oracle.refusing((method, path), status=status):
            response = await world.http.request(method, path)
        assert_well_dressed(response, public=False)


async def test_h06_answers_that_hold_secrets_are_stored_by_nobody(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    tokens = await cast.held_by(cast.c, cast.alice)
    answers = [
        await cast.c.refresh(world.http, tokens["refresh_token"]),
        await cast.c.refresh(world.http, "x"),
        await world.userinfo(tokens["access_token"]),
        await world.userinfo("x"),
        await world.http.post("/token"),
        await cast.alice.browser.client.get(cast.c.authorize_url()),
    ]
    for response in answers:
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["pragma"] == "no-cache"


async def test_h06_every_cookie_on_a_whole_journey(world: World, oracle: Oracle, cast: Cast) -> None:
    _, citizen = await world.citizen("carol")
    browser = world.browser()
    rp = await world.client("rp-j")
    page = await browser.get(rp.authorize_url(scope="openid profile email", ui_locales="en"))
    page = await citizen.sign_in(browser, page, at=world.time().timestamp())
    page = await browser.press(page, "theme-dark")
    page = await browser.press(page, "text-size-large")
    page = await browser.press(page, "lang-vi")
    page = await browser.press(page, "allow", extra=[("scope", "email")])
    assert "code" in page.answer
    await browser.press(await browser.get("/end_session"), "sign-out-all")
    names = set()
    for exchange in oracle.recorder.exchanges:
        for cookie in exchange.response.headers.get_list("set-cookie"):
            _assert_cookie(cookie)
            names.add(cookie.partition("=")[0].removeprefix("__Host-hpid-").partition("-")[0])
    assert names == {"browser", "device", "session", "i", "lang", "theme", "text"}


async def test_h06_plain_http_on_loopback_has_the_same_cookies_without_secure(
    template: Path, tmp_path: Path
) -> None:  # DESIGN 5.13
    folder = tmp_path / "plain"
    folder.mkdir()
    async with open_world(template, folder) as plain:
        response = await plain.http.get("/help")
        (cookie,) = response.headers.get_list("set-cookie")
        assert cookie.startswith(cookie_name(plain.provider.settings, "browser") + "=")
        assert "Secure" not in cookie
        assert "HttpOnly" in cookie
        assert "strict-transport-security" not in response.headers


async def test_h06_an_outage_is_well_dressed_too(template: Path, tmp_path: Path) -> None:
    folder = tmp_path / "down"
    folder.mkdir()
    async with open_world(template, folder, issuer=HTTPS) as world:
        rp = await world.client()
        await world.provider.database.close()
        world.provider.configuration._read_at = float("-inf")
        for method, path in (("GET", rp.authorize_url()), ("POST", "/token"), ("GET", "/userinfo")):
            form = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": "x"}
            response = await world.http.request(method, path, data=form if method == "POST" else None)
            assert response.status_code in {401, 503}
            assert_well_dressed(response, public=False)
            if response.status_code == 503:
                assert response.headers["retry-after"]
