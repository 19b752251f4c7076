"""`sector_identifier_uri` – OpenID Connect Registration §5, Core §8.1; PROTOCOL rule 20."""

import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from idp.ids import ClientId
from tests.federation.fetch_peers import Peer, serving
from tests.federation.test_fetch_tls import certificate_files
from tests.registrant import Registered, invite, send
from tests.world import World, open_world

pytestmark = pytest.mark.network
ONE, TWO = "https://rp-d.example/callback", "https://rp-e.example/callback"
Vouching = Callable[[bytes], AbstractAsyncContextManager[tuple[World, Peer, str]]]


def _answer(body: bytes, status: str = "200 OK") -> bytes:
    return (f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\n\r\n").encode() + body


@pytest.fixture
def vouching(template: Path, tmp_path: Path) -> Vouching:
    """A provider, and a server on this machine that answers one thing to whoever asks for the sector file."""

    @asynccontextmanager
    async def open_both(reply: bytes) -> AsyncIterator[tuple[World, Peer, str]]:
        certificate, key = certificate_files(tmp_path, "localhost")
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)
        async with serving(reply, tls=context) as peer:
            origin = f"https://localhost:{peer.port}"
            async with open_world(
                template, tmp_path, registration="token", loopback_origins=(origin,), ca_bundle=certificate
            ) as world:
                yield world, peer, f"{origin}/sector.json"

    return open_both


async def _sector(world: World, client_id: str) -> str:
    client = await world.provider.configuration.client(ClientId(client_id))
    assert client is not None
    return client.facts.sector


async def test_a_file_that_lists_all_redirect_uris_makes_its_host_the_sector(vouching: Vouching) -> None:
    async with vouching(_answer(json.dumps([TWO, ONE, "https://more.example/"]).encode())) as (world, _, uri):
        response = await send(world, await invite(world), redirect_uris=[ONE, TWO], sector_identifier_uri=uri)
        assert response.status_code == 201
        registered = Registered(world.http, response.json())
        assert registered.metadata["sector_identifier_uri"] == uri
        assert await _sector(world, registered.client_id) == "host:localhost"
        changed = await registered.replace(redirect_uris=[TWO], sector_identifier_uri=uri)
        assert changed.status_code == 200
        without = await registered.replace(redirect_uris=[TWO])
        assert without.json()["error_description"].startswith("redirect_uris: another host")


@pytest.mark.parametrize(
    "reply",
    [
        _answer(json.dumps([ONE]).encode()),
        _answer(json.dumps([ONE, TWO + "/"]).encode()),
        _answer(b"[]"),
        _answer(json.dumps({"redirect_uris": [ONE, TWO]}).encode()),
        _answer(json.dumps([[ONE, TWO]]).encode()),
        _answer(json.dumps([ONE, TWO, {}]).encode()),
        _answer(json.dumps([ONE, TWO]).encode()[:-1]),
        _answer(b"[" * 5000),
        _answer(b""),
        _answer(json.dumps([ONE, TWO]).encode(), "404 Not Found"),
        b"HTTP/1.1 302 Found\r\nlocation: /other\r\ncontent-length: 0\r\n\r\n",
        _answer(b" " * (256 * 1024) + json.dumps([ONE, TWO]).encode()),
        b"not HTTP\r\n\r\n",
    ],
    ids=lambda reply: ascii(reply[:60])[-40:],
)
async def test_any_other_file_is_refused_by_one_error(vouching: Vouching, reply: bytes) -> None:
    async with vouching(reply) as (world, peer, uri):
        token = await invite(world)
        response = await send(world, token, redirect_uris=[ONE, TWO], sector_identifier_uri=uri)
        assert response.status_code == 400
        assert response.json() == {
            "error": "invalid_client_metadata",
            "error_description": "sector_identifier_uri: must lead to a JSON array with every redirect_uri",
        }
        assert len(peer.connections) == 1
        assert not await world.provider.database.read(lambda tx: tx.clients.all())


async def test_nobody_is_asked_before_everything_else_holds(vouching: Vouching) -> None:
    async with vouching(_answer(b"[]")) as (world, peer, uri):
        for token, members in ((None, {}), (await invite(world), {"scope": "root"})):
            await send(world, token, sector_identifier_uri=uri, **members)
        assert peer.connections == []


@pytest.mark.parametrize(
    "members",
    [
        {"redirect_uris": ["http://localhost:8090/cb"]},
        {"redirect_uris": ["http://127.0.0.1/cb"], "application_type": "native"},
    ],
    ids=str,
)
async def test_what_belongs_to_no_host_is_a_sector_of_its_own(
    vouching: Vouching, members: dict[str, object]
) -> None:
    async with vouching(_answer(b"[]")) as (world, _, _uri):
        answers = [(await send(world, await invite(world), **members)).json() for _ in range(2)]
        sectors = [await _sector(world, answer["client_id"]) for answer in answers]
        assert sectors == [answer["client_id"] for answer in answers]
