"""Signed requests by reference – OpenID Connect Core §6.2, RFC 9101 §5.2."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.clients.document_server import DocumentServer, document_server
from tests.keys.forge import unsigned
from tests.request_objects import RequestSigner, request_signer
from tests.world import Visitor, World, open_world

pytestmark = pytest.mark.network


@pytest.fixture
async def server() -> AsyncIterator[DocumentServer]:
    async with document_server() as server:
        yield server


@pytest.fixture
async def world(template: Path, tmp_path: Path, server: DocumentServer) -> AsyncIterator[World]:
    async with open_world(template, tmp_path, loopback_origins=(server.peer.origin,)) as world:
        yield world


@pytest.fixture
async def signer(world: World, server: DocumentServer) -> RequestSigner:
    """A client of the city that keeps its requests where it said."""
    signer = await request_signer(world, request_uris=(f"{server.uri}#v1", f"{server.peer.origin}/other"))
    server.body = signer.token(world.time()).encode()
    return signer


@pytest.fixture
async def alice(world: World, signer: RequestSigner) -> Visitor:
    return await world.visitor(signer.rp)


@pytest.mark.parametrize("fragment", ["", "#v1", "#something-else"])
async def test_what_is_there_is_the_request(
    world: World, signer: RequestSigner, alice: Visitor, server: DocumentServer, fragment: str
) -> None:
    page = await alice.browser.get(
        signer.url_of(server.uri + fragment, state="outside", scope="openid email")
    )
    assert page.answer["state"] == signer.rp.state
    tokens = (await signer.rp.redeem(world.http, page.answer["code"])).json()
    assert tokens["scope"] == signer.rp.scope
    assert (await signer.rp.verify(world.http, tokens["id_token"]))["nonce"] == signer.rp.nonce
    assert server.asked == 1
    assert server.peer.requests[0].startswith(b"GET /request.jwt HTTP/1.1\r\n"), "no fragment is sent"


async def test_it_may_be_named_by_post(signer: RequestSigner, alice: Visitor, server: DocumentServer) -> None:
    form = {"client_id": signer.rp.client_id, "request_uri": server.uri}
    assert "code" in (await alice.browser.post("/authorize", form)).answer


async def test_it_is_read_once_and_not_again_on_the_way_through_the_pages(
    world: World, signer: RequestSigner, server: DocumentServer
) -> None:
    browser = world.browser()
    page = await browser.get(signer.url_of(server.uri))
    server.body = b"changed meanwhile"
    await world.signed_in(browser, (await world.person()).person_id)
    page = await browser.get(f"/authorize/resume?i={page.interaction}")
    assert "code" in (await browser.press(page, "allow")).answer
    assert server.asked == 1


@pytest.mark.parametrize(
    "address",
    ["https://rp-j.example/unregistered", "urn:example:1", "{0}x", "{0}?a=b", "{0}/", "HTTP{1}", ""],
)
async def test_an_address_that_is_not_registered_is_not_called(
    world: World, signer: RequestSigner, server: DocumentServer, address: str
) -> None:  # Registration §2
    asked = address.format(server.uri, server.uri.removeprefix("http")) or "x"
    outside = {"redirect_uri": signer.rp.redirect_uri, "state": "outside"}
    page = await world.browser().get(signer.url_of(asked, **outside))
    assert (page.answer["error"], page.answer["state"]) == ("invalid_request_uri", "outside")
    page = await world.browser().get(signer.url_of(asked))
    assert (page.status, page.error, page.left_for) == (400, "invalid_request_uri", None)
    assert server.asked == 0


async def test_what_can_not_be_read_is_invalid_request_uri_and_what_is_not_right_invalid_request_object(
    world: World, signer: RequestSigner, server: DocumentServer
) -> None:
    outside = {"redirect_uri": signer.rp.redirect_uri, "state": "outside"}
    good = server.body
    for status, body, error in (
        (404, good, "invalid_request_uri"),
        (200, b"", "invalid_request_uri"),
        (200, b"<!doctype html>", "invalid_request_object"),
        (
            200,
            unsigned({"alg": "none"}, signer.claims(world.time())).encode() + b".",
            "invalid_request_object",
        ),
        (200, signer.token(world.time(), exp=-11).encode(), "invalid_request_object"),
    ):
        server.status, server.body = status, body
        page = await world.browser().get(signer.url_of(server.uri, **outside))
        assert (page.answer["error"], page.answer["state"]) == (error, "outside")
        page = await world.browser().get(signer.url_of(server.uri))
        assert (page.status, page.error, page.left_for) == (400, error, None)


async def test_value_and_reference_do_not_go_together(
    world: World, signer: RequestSigner, server: DocumentServer
) -> None:  # RFC 9101 §5
    token = signer.token(world.time())
    outside = {"redirect_uri": signer.rp.redirect_uri}
    page = await world.browser().get(signer.url(token, request_uri=server.uri, **outside))
    assert page.answer["error"] == "invalid_request"
    page = await world.browser().get(signer.url_of(server.uri, **outside) + f"&request_uri={server.uri}")
    assert page.answer["error"] == "invalid_request"
    assert server.asked == 0


async def test_a_name_of_a_pushed_request_is_no_address(
    world: World, signer: RequestSigner, alice: Visitor, server: DocumentServer
) -> None:
    url = await signer.rp.pushed_url(world.http)
    assert "code" in (await alice.browser.get(url)).answer
    assert server.asked == 0
