"""Servers on loopback that note what they are sent, and fetchers that may call them."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from federation.fetch import Fetcher, FetchFailed, FetchFailure, Resolve

Reply = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class Peer:
    """A server on loopback that notes what it is sent."""

    def __init__(self) -> None:
        self.port = 0
        self.requests: list[bytes] = []
        self.connections: list[str] = []

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"


@asynccontextmanager
async def serving(
    reply: bytes | Reply = OK, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Peer]:
    peer = Peer()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer.connections.append(writer.get_extra_info("sockname")[0])
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            body = await reader.readexactly(int(lengths[0].split(b":")[1])) if lengths else b""
            peer.requests.append(head + body)
            if isinstance(reply, bytes):
                writer.write(reply)
                await writer.drain()
            else:
                await reply(head, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, host, 0, ssl=tls)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        server.close()


@asynccontextmanager
async def fetching(
    *origins: str,
    resolve: Resolve | None = None,
    total_timeout: float = 5.0,
    max_bytes: int = 1000,
    ca_bundle: Path | None = None,
    loopback_hosts: frozenset[str] = frozenset(),
) -> AsyncIterator[Fetcher]:
    fetcher = Fetcher(
        allowed_loopback=frozenset(origins),
        loopback_hosts=loopback_hosts,
        resolve=resolve,
        connect_timeout=1.0,
        total_timeout=total_timeout,
        max_bytes=max_bytes,
        ca_bundle=ca_bundle,
    )
    try:
        yield fetcher
    finally:
        await fetcher.aclose()


class Names:
    """A resolver that gives the prepared answers in turn, the last one for ever."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


async def failure(call: Awaitable[object]) -> FetchFailure:
    with pytest.raises(FetchFailed) as failed:
        await call
    assert str(failed.value) == f"fetch failed: {failed.value.reason.value}"
    return failed.value.reason
