"""H03: input that is broken, huge or deep costs little and breaks nothing (RFC 9110, RFC 3986, WHATWG URL).

Caps: headers 16 KiB, query 16 KiB, form 64 KiB and 64 fields. Only UTF-8, no NUL, no content encoding.
"""

import gzip
import json
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from typing import Any

import httpx
import pytest

from idp.app import ROUTES
from idp.citizen.routing import _PAGES
from tests.attacks.oracle import Oracle
from tests.registrant import invite, register
from tests.world import World

FORM = {"content-type": "application/x-www-form-urlencoded"}
_TAKES_JSON = {"/register"}
_BY_DIGEST = ("/static/", "/logo/")
_OFF_HERE = {"/check_session", "/upstream/national/frontchannel_logout"}
POSTS = sorted(
    {path for path, methods in ROUTES.items() if "POST" in methods and path not in _TAKES_JSON}
    | {path for method, path, _ in _PAGES if method == "POST"}
)
GETS = sorted(
    {path for path, methods in ROUTES.items() if "GET" in methods and not path.startswith("/health")}
    | {path for method, path, _ in _PAGES if method == "GET" and not path.startswith(_BY_DIGEST)}
)
BROKEN = (
    "x=%ff",
    "x=%c3%28",
    "x=%ed%a0%80",
    "x=%f5%80%80%80",
    "x=%c0%af",
    "%ff=x",
    "x=%00",
    "x=a%00b",
    "%00=x",
    "state=%00&client_id=x",
    "client_id=%ff&redirect_uri=https://x.example",
    "grant_type=authorization_code&code=%00",
    "&".join(f"f{n}=x" for n in range(65)),
    "&".join(["x="] * 100),
    "&".join(f"f{n}" for n in range(1000)) + "=",
)
READS_ITS_QUERY = {
    "/authorize",
    "/authorize/resume",
    "/end_session",
    "/upstream/national/callback",
    "/sign-in",
    "/sign-in/cancel",
    "/sign-in/national",
    "/sign-in/password",
    "/sign-in/new-password",
    "/sign-in/otp",
    "/sign-in/passkey",
    "/sign-in/qr",
    "/sign-in/qr/state",
    "/sign-in/qr/confirmed",
    "/sign-in/recovery",
    "/sign-in/recovery/kept",
    "/sign-in/code",
    "/step-up",
    "/sign-in/code/enter",
    "/consent",
    "/act-for",
    "/signed-out",
    "/administrator",
    "/not-me",
}
ASKS_WHO_FIRST = {path for path in POSTS if path.startswith(("/account/", "/recover/renew"))} - {
    "/account/sign-in",
    "/account/data/request",  # shows what was written to whoever must sign in first
}
"""Nobody is signed in here, and that is said before the form is looked at."""


def by_tens(paths: list[str]) -> pytest.MarkDecorator:
    """Try so many paths at one provider: to open it takes as long as to ask it twenty times."""
    tens = [paths[first : first + 10] for first in range(0, len(paths), 10)]
    return pytest.mark.parametrize("paths", tens, ids=lambda ten: f"{ten[0]}…{ten[-1]}")


@cache
def not_forms() -> tuple[tuple[bytes, dict[str, str], int], ...]:
    """Return bodies that are no form, their headers, and the status each is refused with; made once for all paths."""
    return (
        (b"{}", {"content-type": "application/json"}, 415),
        (b"x=y", {"content-type": "text/plain"}, 415),
        (b"x=y", {"content-type": "application/x-www-form-urlencoded-x"}, 415),
        (b"x=y", {"content-type": ""}, 415),
        (b"--b\r\n\r\nx\r\n--b--", {"content-type": "multipart/form-data; boundary=b"}, 415),
        (b"--" * 30_000, {"content-type": "multipart/form-data; boundary=" + "-" * 70}, 415),
        (gzip.compress(b"x=" + b"a" * 10_000_000)[:60_000], {**FORM, "content-encoding": "gzip"}, 415),
        (b"x=y", {**FORM, "content-encoding": "deflate, gzip"}, 415),
        (b"x=y", {**FORM, "content-encoding": "br"}, 415),
        (b"x=" + b"a" * 70_000, FORM, 413),
        (b"x=" + b"a" * 5_000_000, FORM, 413),
        (b"&" * 70_000, FORM, 413),
    )


@by_tens(GETS)
async def test_h03_a_broken_query_is_refused_wherever_it_is_read(
    world: World, oracle: Oracle, paths: list[str]
) -> None:
    for path, query in product(paths, BROKEN):
        expected = {400} if path in READS_ITS_QUERY else {200, 303, 400, 401}
        expected = {404} if path in _OFF_HERE else expected
        async with oracle.refusing((path, query), status=expected):
            await world.http.get(httpx.URL(f"{world.issuer}{path}", query=query.encode()))


@by_tens(POSTS)
async def test_h03_a_broken_form_is_refused(world: World, oracle: Oracle, paths: list[str]) -> None:
    for path, body in product(paths, (*BROKEN, "é=x", "x=\x00", "x=\xff")):
        expected = {403} if path in ASKS_WHO_FIRST else {400}
        async with oracle.refusing((path, body), status=expected, counted=path not in ASKS_WHO_FIRST):
            await world.http.post(path, content=body.encode("latin-1"), headers=FORM)


@by_tens(POSTS)
async def test_h03_a_body_that_is_no_form_is_refused(world: World, oracle: Oracle, paths: list[str]) -> None:
    for path, (body, headers, refused) in product(paths, not_forms()):
        earlier = {400} if path in READS_ITS_QUERY else set()  # it belongs to no interaction: seen first
        expected = {refused} | earlier | ({403} if path in ASKS_WHO_FIRST else set())
        is_counted = None if path in ASKS_WHO_FIRST else True
        async with oracle.refusing((path, headers, len(body)), status=expected, counted=is_counted):
            await world.http.post(path, content=body, headers=headers)


async def test_h03_a_registration_that_is_no_json_object_is_refused(world: World, oracle: Oracle) -> None:
    registered = await register(world)
    json_type = {"content-type": "application/json"}
    bodies: list[tuple[bytes, dict[str, str], int]] = [
        *(
            (text.encode("latin-1"), json_type, 400)
            for text in (*BROKEN, "", "null", "[]", '"x"', "1", "{", "}")
        ),
        (b'{"client_name": "\xff"}', json_type, 400),
        (b'{"client_name": "\\u0000"}', json_type, 400),
        (b'{"client_name": "\\ud800"}', json_type, 400),
        (b'{"default_max_age": NaN}', json_type, 400),
        (b'{"default_max_age": 1e999}', json_type, 400),
        (b'{"default_max_age": ' + b"9" * 60_000 + b"}", json_type, 400),
        (b'{"a": 1, "a": 2}', json_type, 400),
        (b"[" * 60_000, json_type, 400),
        (b'{"a":' * 10_000, json_type, 400),
        (b'{"jwks": {"keys": [' + b"{}," * 1000 + b"{}]}}", json_type, 400),
        (b'{"contacts": [' + b'"a",' * 10_000 + b'"a"]}', json_type, 400),
        (b"{}" + b" " * 70_000, json_type, 413),
        (b"{}", FORM, 415),
        (b"{}", {"content-type": "application/jwt"}, 415),
        (gzip.compress(b"{}"), {**json_type, "content-encoding": "gzip"}, 415),
    ]
    for body, content_type, refused in bodies:
        for method, url, token in (
            ("POST", "/register", await invite(world)),
            ("PUT", registered.address, registered.headers["authorization"].removeprefix("Bearer ")),
        ):
            headers = {**content_type, "authorization": f"Bearer {token}"}
            async with oracle.refusing((method, body[:60]), status={refused}):
                await world.http.request(method, url, content=body, headers=headers)


def scope_of(method: str, path: str) -> dict[str, Any]:
    """A request as a server hands it over, where a client library would tidy it up."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode("utf-8", "replace"),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost:8000"), (b"content-type", FORM["content-type"].encode())],
        "client": ("192.0.2.1", 1),
        "server": ("localhost", 8000),
    }


async def answer_to(
    world: World, scope: dict[str, Any], messages: Iterator[dict[str, Any]]
) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return next(messages, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        sent.append(dict(message))

    await world.app(scope, receive, send)
    return sent


@by_tens(POSTS)
async def test_h03_a_body_of_unknown_length_is_read_no_further_than_the_cap(
    world: World, oracle: Oracle, paths: list[str]
) -> None:
    read = 0

    def endless() -> Iterator[dict[str, Any]]:
        nonlocal read
        while True:
            read += 4096
            yield {"type": "http.request", "body": b"a" * 4096, "more_body": True}

    for path in paths:
        read = 0
        sent = await answer_to(world, scope_of("POST", path), endless())
        assert sent[0]["status"] == 413, path
        assert read <= 64 * 1024 + 4096, path
    assert not [line for line in oracle.log.parsed() if line["level"] == "ERROR"]


@by_tens(POSTS)
async def test_h03_a_browser_that_leaves_while_it_sends_is_no_fault(
    world: World, oracle: Oracle, paths: list[str]
) -> None:
    for path in paths:
        begun = iter([{"type": "http.request", "body": b"x=", "more_body": True}])
        await answer_to(world, scope_of("POST", path), begun)
    assert not [line for line in oracle.log.parsed() if line["level"] == "ERROR"]


HEADERS: dict[str, Callable[[], dict[str, str]]] = {
    "64 KiB header": lambda: {"x-large": "a" * 65_536},
    "20 KiB cookie": lambda: {"cookie": "a=" + "b" * 20_000},
    "2,000 cookies": lambda: {"cookie": "; ".join(f"hpid-i-{n}=x" for n in range(2_000))},
    "200 headers": lambda: {f"x-{n}": "a" * 100 for n in range(200)},
}


@pytest.mark.parametrize("name", HEADERS)
async def test_h03_headers_beyond_16_kib_are_refused_everywhere(
    world: World, oracle: Oracle, name: str
) -> None:
    for path in ("/authorize", "/token", "/userinfo", "/", "/sign-in", "/jwks", "/x"):
        async with oracle.refusing((name, path), status={431}, counted=True):
            await world.http.request("POST" if path == "/token" else "GET", path, headers=HEADERS[name]())


COOKIES = (
    "hpid-session",
    "hpid-session=",
    "hpid-session=x; hpid-session=y",
    "hpid-session=hp_session_00" + "a" * 43,
    "hpid-session=hp_session_zz" + "a" * 43,
    'hpid-session="hp_session_00' + "a" * 43 + '"',
    "hpid-i-x=eyJ; hpid-i-=x; hpid-i-" + "y" * 500 + "=z",
    "=; ;; =x; a",
    "\x01\x02=\x03",
    "hpid-browser=" + "a" * 5000,
    "hpid-lang=<script>; hpid-theme=javascript:x; hpid-text-size=javascript:x",
    "hpid-lang=en; hpid-lang=vi",
    '"\\"\\\\" = "\\000"',
    "a=" + "\\" * 5_000,
    'a="' + "\\1" * 4_000,
    "$Version=1; $Path=/; hpid-session=x",
)


@pytest.mark.parametrize("cookie", COOKIES)
async def test_h03_cookies_of_any_kind_are_read_without_harm(
    world: World, oracle: Oracle, cookie: str
) -> None:
    rp = await world.client()
    headers = httpx.Headers([(b"cookie", cookie.encode("latin-1"))])
    for path in (
        rp.authorize_url(),
        rp.authorize_url(prompt="none"),
        "/",
        "/end_session",
        "/consent?i=x",
        "/help",
    ):
        async with oracle.refusing((cookie, path), status={200, 303, 400}, seconds=0.5):
            response = await world.http.get(path, headers=headers)
        assert "code=" not in response.headers.get("location", "")


RANGES = (
    "bytes=0-1",
    "bytes=" + ",".join(f"{n}-{n}" for n in range(1_500)),
    "bytes=-1",
    "bytes=9-1",
    "lines=1-2",
    "x" * 9_000,
)


@pytest.mark.parametrize("value", RANGES)
async def test_h03_a_range_is_ignored(world: World, oracle: Oracle, value: str) -> None:  # CVE-2025-62727
    static = next(path for _, path, _ in _PAGES if path.startswith("/static/"))
    whole = await world.http.get(static)
    for path in (static, "/jwks", "/help"):
        async with oracle.refusing((path, value[:20]), status={200, 416}, seconds=0.3):
            response = await world.http.get(path, headers={"range": value, "if-range": "x"})
        if path == static and response.status_code == 200:
            assert response.content == whole.content


PARAMETERS: tuple[tuple[str, str], ...] = (
    ("state", "s" * 15_000),
    ("scope", "openid " + " ".join(f"s{n}" for n in range(2_000))),
    ("scope", " " * 10_000),
    ("scope", "openid" + "\u00a0profile"),
    ("nonce", "n" * 15_000),
    ("acr_values", "x " * 5_000),
    ("prompt", "login " * 2_000),
    ("ui_locales", "vi " * 4_000),
    ("max_age", "9" * 12_000),
    ("max_age", "1e5"),
    ("max_age", "-0"),
    ("claims", "[" * 4_000),
    ("claims", '{"userinfo":' * 300 + "{}" + "}" * 300),
    ("claims", '{"userinfo":{"name":{"value":' + "9" * 3_500 + "}}}"),
    ("claims", '{"userinfo":{"name":{"value":NaN}}}'),
    ("claims", '{"userinfo":{},"userinfo":{"name":null}}'),
    ("claims", "\ufeff{}"),
    ("claims", json.dumps({"id_token": {"sub": {"values": ["a", "b"]}}})),
    ("claims", json.dumps({"id_token": {"acr": {"values": [1, None, {}]}}})),
    ("claims", json.dumps({"userinfo": {"name": 1}})),
    ("claims", json.dumps({"userinfo": [1]})),
    ("resource", "https://x.example/#x"),
    ("code_challenge", "\u00e9" * 43),
    ("response_type", "code "),
    ("response_type", "code code"),
    ("login_hint", "l" * 10_000),
    ("display", "d" * 10_000),
)


@pytest.mark.parametrize(("name", "value"), PARAMETERS)
async def test_h03_a_parameter_that_is_huge_deep_or_odd_is_no_fault(
    world: World, oracle: Oracle, name: str, value: str
) -> None:
    rp = await world.client()
    alice = await world.visitor(rp)
    rows = {"codes", "grants", "subjects", "outbox"}  # the first use of a service is told
    for sending in ("GET", "POST"):
        before: dict[str, Any] = await oracle._rows()
        started = len(oracle.recorder.exchanges)
        if sending == "GET":
            response = await alice.browser.client.get(rp.authorize_url(**{name: value}))
        else:
            response = await alice.browser.client.post("/authorize", data=rp.parameters(**{name: value}))
        assert response.status_code in {303, 400, 414}, (name, sending)
        assert oracle.recorder.exchanges[started].seconds < 0.5
        after = await oracle._rows()
        grown = {table for table in after if after[table] > before[table]}
        if "error=" in response.headers.get("location", "error="):
            assert not grown
        assert grown <= rows


@pytest.mark.parametrize(
    "path",
    [
        "/\x00",
        "/%00",
        "/authorize\x00",
        "/a" * 4_000,
        "/%ff",
        "/%c3%28",
        "/é",
        "//",
        "///",
        "/.",
        "/..",
        "/;",
        "/?",
        "/*",
        "*",
        "",  # as a server hands over `GET jwks`, and CONNECT
        "evil.example:443",
    ],
)
async def test_h03_a_path_of_any_kind_is_found_or_not(world: World, oracle: Oracle, path: str) -> None:
    sent = await answer_to(world, scope_of("GET", path), iter([{"type": "http.request", "body": b""}]))
    assert sent[0]["status"] in {200, 400, 404, 414}
