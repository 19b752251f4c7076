"""Request objects at clients' addresses: read afresh, bounded, and one error for whatever goes wrong."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from federation.fetch import Fetcher
from idp.clients.request_documents import RequestDocuments
from idp.ids import ClientId
from idp.protocol.errors import InvalidRequestUri
from keys.jose import MAX_TOKEN_CHARS
from tests.clients.document_server import DocumentServer, document_server
from tests.federation.fetch_peers import fetching

pytestmark = pytest.mark.network
PORTAL = ClientId("portal")


@pytest.fixture
async def server() -> AsyncIterator[DocumentServer]:
    async with document_server() as server:
        yield server


@pytest.fixture
async def documents(server: DocumentServer) -> AsyncIterator[RequestDocuments]:
    async with fetching(server.peer.origin, max_bytes=256 * 1024) as fetcher:
        yield RequestDocuments(fetcher, longest_fetch=1.0)


async def test_it_is_read_afresh_and_trimmed(documents: RequestDocuments, server: DocumentServer) -> None:
    for body in (b"a.b.c", b" \r\n d.e.f\n"):
        server.body = body
        assert await documents.read(PORTAL, server.uri) == body.strip().decode()
    assert server.asked == 2
    assert b"accept: application/oauth-authz-req+jwt, application/jwt" in server.peer.requests[0].lower()
    assert b"cookie" not in server.peer.requests[0].lower()


BROKEN: list[tuple[int, bytes, str]] = [
    (404, b"a.b.c", ""),
    (500, b"a.b.c", ""),
    (204, b"", ""),
    (201, b"a.b.c", ""),
    (302, b"a.b.c", "Location: /other"),
    (200, b"", ""),
    (200, b" \n", ""),
    (200, b"a" * (MAX_TOKEN_CHARS + 1), ""),
    (200, b"a" * (300 * 1024), ""),
    (200, "é.b.c".encode(), ""),
    (200, b"\xff", ""),
    (200, b"a.b.c", "Content-Encoding: gzip"),
]


@pytest.mark.parametrize(("status", "body", "headers"), BROKEN, ids=lambda case: str(case)[:30])
async def test_whatever_goes_wrong_is_one_error(
    documents: RequestDocuments, server: DocumentServer, status: int, body: bytes, headers: str
) -> None:
    server.status, server.body = status, body
    server.headers = headers or server.headers
    await _fails(documents, server.uri)
    assert server.asked == 1


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/",
        "https://10.0.0.1/",
        "http://localhost:1/",
        "https://portal.example:22/",
        "file:///x",
    ],
)
async def test_an_address_that_we_do_not_call_is_that_error_too(address: str) -> None:  # SECURITY D01
    await _fails(RequestDocuments(Fetcher()), address)


async def _fails(documents: RequestDocuments, address: str) -> None:
    with pytest.raises(InvalidRequestUri) as refused:
        await documents.read(PORTAL, address)
    assert refused.value.error_description == "request_uri leads to no request object"


async def test_the_longest_token_is_taken(documents: RequestDocuments, server: DocumentServer) -> None:
    server.body = b"a" * MAX_TOKEN_CHARS + b"\n"
    assert len(await documents.read(PORTAL, server.uri)) == MAX_TOKEN_CHARS


async def _busy_with(server: DocumentServer, readings: int) -> None:
    """Wait until the server has so many, and a little longer: no more come."""
    for _ in range(200):
        await asyncio.sleep(0.01)
        if server.busy == readings:
            break
    await asyncio.sleep(0.2)
    assert server.most_busy == readings


async def test_a_slow_server_makes_its_own_client_wait_alone_and_is_given_up(server: DocumentServer) -> None:
    """Twelve readings of one client hold four places; another client's takes none of them."""
    server.open.clear()
    async with document_server() as other, fetching(server.peer.origin, other.peer.origin) as fetcher:
        documents = RequestDocuments(fetcher, longest_fetch=3.0)
        readings = [asyncio.create_task(documents.read(PORTAL, server.uri)) for _ in range(12)]
        await _busy_with(server, 4)
        other.body = b"x.y.z"
        assert await documents.read(ClientId("other"), other.uri) == "x.y.z"
        assert not any(reading.done() for reading in readings)
        outcomes = await asyncio.gather(*readings, return_exceptions=True)
        assert all(isinstance(outcome, InvalidRequestUri) for outcome in outcomes)
        server.open.set()
        server.body = b"a.b.c"
        assert await documents.read(PORTAL, server.uri) == "a.b.c", "the places are free again"


async def test_nothing_is_kept_of_who_asked(documents: RequestDocuments, server: DocumentServer) -> None:
    server.body = b"a.b.c"
    for number in range(10):
        await documents.read(ClientId(f"client-{number}"), server.uri)
    assert len(documents._slots_of) == 0


async def test_all_clients_together_have_so_many_places(server: DocumentServer) -> None:
    server.open.clear()
    async with fetching(server.peer.origin) as fetcher:
        documents = RequestDocuments(fetcher, longest_fetch=3.0)
        names = [ClientId(f"client-{number}") for number in range(40)]
        readings = [asyncio.create_task(documents.read(name, server.uri)) for name in names]
        await _busy_with(server, 16)
        await asyncio.gather(*readings, return_exceptions=True)
