"""When a node is full: who is refused, in what words, and that the rest goes on (SECURITY R30, RFC 9110 §10.2.3)."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from idp.admission import Kind
from idp.edge import body
from idp.metrics import REQUESTS_SHED
from tests.driver import Page, RelyingParty
from tests.world import Visitor, World


@contextmanager
def busy(world: World, share: float) -> Iterator[None]:
    """Fill the node to a share of what it takes on."""
    admission = world.provider.admission
    number = int(world.provider.settings.most_requests * share)
    admission.count(Kind.FIRST, number)
    yield
    admission.count(Kind.FIRST, -number)
    assert admission.under_way == 0


async def test_new_sign_ins_get_a_page_in_both_languages_and_when_to_come_again(
    world: World, rp: RelyingParty
) -> None:
    with busy(world, 0.5):
        response = await world.http.get(rp.authorize_url())
    assert response.status_code == 503
    assert 2 <= int(response.headers["retry-after"]) <= 5
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
    assert response.headers["cache-control"] == "no-store"
    assert "set-cookie" not in response.headers
    page = Page(response)
    assert page.case == "busy"
    assert "Đang có nhiều người" in response.text
    assert "Many people are here" in response.text
    head = await world.http.head(rp.authorize_url())  # nobody is there any more
    assert head.status_code != 503


async def test_who_waits_in_line_is_asked_again_by_the_page_unless_it_shall_stay_still(world: World) -> None:
    for _ in range(2):
        world.provider.admission.look(0.1, waiting=1)
    response = await world.http.get("/sign-in/waiting?i=abc")
    assert (response.status_code, Page(response).case) == (503, "busy")
    assert response.headers["refresh"] == response.headers["retry-after"]
    assert 10 <= int(response.headers["refresh"]) <= 30
    assert "refresh" not in (await world.http.get("/sign-in/waiting?i=abc&still=1")).headers
    assert "refresh" in (await world.http.get("/sign-in/national?i=abc")).headers
    assert (await world.http.get("/help")).status_code == 200
    world.provider.admission.look(0.0, waiting=1)
    assert (await world.http.get("/sign-in/waiting?i=abc")).status_code != 503


async def test_people_who_are_in_and_services_go_on_while_new_ones_wait(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    with busy(world, 0.6):
        tokens = await world.tokens(rp, alice)  # /authorize with a session, /token
        assert (await rp.refresh(world.http, tokens["refresh_token"])).status_code == 200
        assert (await world.http.get("/help")).status_code == 503
        assert (await world.http.head("/help")).content == b""


async def test_services_are_refused_last_in_json_and_health_and_keys_never(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    tokens = await world.tokens(rp, alice)
    before = sum(REQUESTS_SHED.series().values())
    with busy(world, 1.0):
        response = await rp.refresh(world.http, tokens["refresh_token"])
        assert (response.status_code, response.json()["error"]) == (503, "temporarily_unavailable")
        assert response.headers["content-type"] == "application/json"
        assert int(response.headers["retry-after"]) >= 2
        assert (
            await world.http.get(rp.authorize_url(), headers={"cookie": "hpid-session=x"})
        ).status_code == 503
        for path in ("/health/live", "/health/ready", "/jwks", "/.well-known/openid-configuration"):
            assert (await world.http.get(path)).status_code == 200, path
    assert sum(REQUESTS_SHED.series().values()) == before + 2
    assert (await rp.refresh(world.http, tokens["refresh_token"])).status_code == 200  # nothing was spent


async def test_administration_is_neither_in_the_way_of_the_others_nor_they_in_its(world: World) -> None:
    with busy(world, 1.0):
        assert (await world.http.get("/administrator")).status_code != 503
    world.provider.admission.count(Kind.ADMINISTRATION, 16)
    assert (await world.http.get("/administrator")).status_code == 503
    assert (await world.http.get("/help")).status_code == 200
    world.provider.admission.count(Kind.ADMINISTRATION, -16)


async def test_hr_systems_are_in_nobody_s_way_and_are_told_in_scim_s_form(world: World) -> None:
    world.provider.admission.count(Kind.RECORDS, 4)
    response = await world.http.get("/scim/v2/Users")
    assert (response.status_code, response.json()["status"]) == (503, "503")
    assert response.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert response.headers["content-type"] == "application/scim+json"
    assert 2 <= int(response.headers["retry-after"]) <= 5
    assert (await world.http.get("/administrator")).status_code != 503
    assert (await world.http.get("/help")).status_code == 200
    world.provider.admission.count(Kind.RECORDS, -4)
    world.provider.admission.count(Kind.ADMINISTRATION, 16)
    assert (await world.http.get("/scim/v2/Users")).status_code == 401
    world.provider.admission.count(Kind.ADMINISTRATION, -16)


async def test_the_script_of_a_client_may_read_that_it_is_refused(world: World) -> None:
    await world.client("rp-script", secret=False)
    origin = next(iter(world.provider.configuration.origins), None)
    assert origin is not None
    with busy(world, 1.0):
        response = await world.http.post("/token", headers={"origin": origin})
    assert response.status_code == 503
    assert response.headers["access-control-allow-origin"] == origin


async def send(world: World, body: AsyncIterator[dict[str, Any]]) -> list[dict[str, Any]]:
    """Speak ASGI to the application, whose body comes as it comes; return what it sent."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return await anext(body)

    async def collect(message: Any) -> None:
        sent.append(dict(message))

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": "/token",
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/x-www-form-urlencoded")],
        "client": ("127.0.0.1", 1),
    }
    await world.app(scope, receive, collect)
    return sent


async def test_who_sends_byte_by_byte_takes_no_place_and_is_not_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body, "_SECONDS", 0.2)
    seen: list[int] = []

    async def drip() -> AsyncIterator[dict[str, Any]]:
        while True:
            seen.append(world.provider.admission.under_way)
            yield {"type": "http.request", "body": b"a", "more_body": True}
            await asyncio.sleep(0.05)

    sent = await send(world, drip())
    assert sent[0]["status"] == 408
    assert set(seen) == {0}


async def test_a_process_that_leaves_is_not_ready_and_keeps_no_connection(world: World) -> None:
    kept = await world.http.get("/jwks")
    assert "connection" not in kept.headers
    world.provider.admission.is_leaving = True
    ready = await world.http.get("/health/ready")
    assert (ready.status_code, ready.json()["status"]) == (503, "this process is about to end")
    for path in ("/jwks", "/help", "/health/live", "/no-such-page"):
        response = await world.http.get(path)
        assert response.headers["connection"] == "close", path
    assert (await world.http.get("/help")).status_code == 200
    with busy(world, 1.0):
        assert (await world.http.get("/help")).headers["connection"] == "close"
