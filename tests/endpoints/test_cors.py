"""CORS – DESIGN 5.13: exact origins of public clients, only where a browser app has business; none on /authorize."""

from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest

from idp.database import Done
from idp.ids import ClientId
from tests.world import World

OPEN = (
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/jwks",
    "/token",
    "/userinfo",
    "/revoke",
)
CLOSED = (
    "/authorize",
    "/introspect",
    "/end_session",
    "/authorize/resume",
    "/health/live",
    "/help",
    "/sign-in",
    "/consent",
)
APP = "https://app.example"
STRANGERS = (
    "https://evil.example",
    "null",
    "http://app.example",
    "https://app.example:8443",
    "https://APP.example",
    "https://app.example.evil.example",
    "https://app.example/",
    "https://rp-c.example",
    "*",
)


@pytest.fixture(autouse=True)
async def clients(world: World) -> None:
    await world.client()
    await world.client("app", secret=False, redirect_uris=(f"{APP}/callback",))


@pytest.mark.parametrize("path", OPEN)
async def test_a_public_client_s_origin_may_read_the_answer(world: World, path: str) -> None:
    for method in ("GET", "POST"):
        response = await world.http.request(method, path, headers={"origin": APP})
        if response.status_code == 405:
            continue
        assert response.headers["access-control-allow-origin"] == APP
        assert response.headers["vary"] == "Origin"
        assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize("path", OPEN)
async def test_a_preflight_names_methods_and_headers(world: World, path: str) -> None:
    response = await world.http.options(
        path, headers={"origin": APP, "access-control-request-method": "POST"}
    )
    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == APP
    assert response.headers["access-control-allow-methods"] == "GET, POST"
    assert response.headers["access-control-allow-headers"] == "Authorization, Content-Type"


@pytest.mark.parametrize("path", [*OPEN, *CLOSED])
async def test_a_stranger_s_origin_is_never_named(world: World, path: str) -> None:
    for origin in STRANGERS:
        for method in ("GET", "POST", "OPTIONS"):
            response = await world.http.request(method, path, headers={"origin": origin})
            named = [name for name in response.headers if name.startswith("access-control-")]
            assert not named, (origin, method)


@pytest.mark.parametrize("path", CLOSED)
async def test_where_a_browser_app_has_no_business_nobody_s_origin_is_named(world: World, path: str) -> None:
    for method in ("GET", "POST", "OPTIONS"):
        response = await world.http.request(method, path, headers={"origin": APP})
        assert not [name for name in response.headers if name.startswith("access-control-")], method


@pytest.mark.parametrize("path", OPEN[:3])
async def test_whoever_keeps_a_document_for_others_is_told_that_it_differs_by_origin(
    world: World, path: str
) -> (
    None
):  # RFC 9110 §12.5.5: else a cache hands the browser of an application the answer that names no origin
    whole = await world.http.get(path)
    same = {"if-none-match": whole.headers["etag"]}
    for headers in ({}, same, {"origin": APP}, {**same, "origin": APP}, {"origin": "https://evil.example"}):
        response = await world.http.get(path, headers=headers)
        assert response.status_code == (304 if "if-none-match" in headers else 200)
        assert "public" in response.headers["cache-control"]
        assert response.headers.get_list("vary") == ["Origin"], headers


async def test_an_error_answer_carries_the_headers_too(world: World) -> None:
    response = await world.http.post("/token", data={"grant_type": "x"}, headers={"origin": APP})
    assert response.status_code == 401
    assert response.headers["access-control-allow-origin"] == APP
    response = await world.http.get("/userinfo", headers={"origin": APP})
    assert response.headers["access-control-expose-headers"] == "WWW-Authenticate, Retry-After"


async def test_a_disabled_client_s_origin_is_forgotten(world: World) -> None:
    await world.change_client("app", enabled=False)
    response = await world.http.get("/jwks", headers={"origin": APP})
    assert "access-control-allow-origin" not in response.headers


async def test_origins_are_those_of_browser_applications_that_are_registered_now(world: World) -> None:
    native: dict[str, Any] = {
        "application_type": "native",
        "redirect_uris": ("http://127.0.0.1/cb", "http://[::1]/cb"),
    }
    await world.client("native", secret=False, **native)
    await world.client("other", secret=False, redirect_uris=("https://other.example:8443/a", f"{APP}/b"))
    assert world.provider.configuration.origins == {APP, "https://other.example:8443"}
    await world.change_client("app", enabled=False)
    assert world.provider.configuration.origins == {APP, "https://other.example:8443"}
    await world.write(lambda tx: Done(tx.clients.remove(ClientId("other"), world.time())))
    await world.change_client("app", enabled=True, token_endpoint_auth_method="client_secret_basic")
    assert world.provider.configuration.origins == frozenset()


async def test_a_wrong_method_and_a_body_too_large_are_told_to_the_script_too(world: World) -> None:
    response = await world.http.get("/token", headers={"origin": APP})
    assert (response.status_code, response.headers["access-control-allow-origin"]) == (405, APP)
    chunks = (b"a" * 1024 for _ in range(65))
    form = {"content-type": "application/x-www-form-urlencoded", "origin": APP}
    response = await world.http.post("/token", content=_each(chunks), headers=form)
    assert (response.status_code, response.headers["access-control-allow-origin"]) == (413, APP)


@pytest.mark.parametrize(
    ("status", "headers", "query"),
    [
        (413, {"content-length": "70000"}, ""),
        (431, {"x-trace": "a" * 17_000}, ""),
        (415, {"content-encoding": "gzip"}, ""),
        (414, {}, "a" * 17_000),
    ],
)
async def test_what_is_refused_by_its_head_alone_is_told_to_the_script_too(
    world: World, status: int, headers: dict[str, str], query: str
) -> None:
    url = f"/token?{query}" if query else "/token"
    response = await world.http.post(url, headers={"origin": APP, **headers})
    assert (response.status_code, response.json()["error"]) == (status, "invalid_request")
    assert response.headers["access-control-allow-origin"] == APP


async def _each(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
