"""A relying party's server on loopback that shows its JWK Set, and may be changed, slowed or broken."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from idp.clients.keys import ClientKeys
from idp.clock import Clock
from idp.protocol.facts import ClientFacts
from tests import make
from tests.federation.fetch_peers import Peer, fetching, serving
from tests.keys.forge import keys
from tests.world import MovableTime


@dataclass
class JwksServer:
    """What it shows next; `asked` counts the requests."""

    jwks: Any = field(default_factory=lambda: {"keys": [keys()["p256"].jwk]})
    status: int = 200
    open: asyncio.Event = field(default_factory=asyncio.Event)
    was_asked: asyncio.Event = field(default_factory=asyncio.Event)
    peer: Peer = field(default_factory=Peer)

    async def reply(self, _head: bytes, writer: asyncio.StreamWriter) -> None:
        self.was_asked.set()
        await self.open.wait()
        body = self.jwks if isinstance(self.jwks, bytes) else json.dumps(self.jwks).encode()
        head = f"HTTP/1.1 {self.status} Status\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()

    @property
    def uri(self) -> str:
        return f"{self.peer.origin}/jwks"

    @property
    def asked(self) -> int:
        return len(self.peer.requests)

    def client(self, **changes: Any) -> ClientFacts:
        return make.client(
            **{"jwks_uri": self.uri, "token_endpoint_auth_method": "private_key_jwt", **changes}
        )


@asynccontextmanager
async def jwks_server() -> AsyncIterator[JwksServer]:
    """Serve at once; `open.clear()` makes it slow."""
    server = JwksServer()
    server.open.set()
    async with serving(server.reply) as server.peer:
        yield server
        server.open.set()


@asynccontextmanager
async def client_keys(
    server: JwksServer, time: MovableTime, *, longest_fetch: float = 4.0
) -> AsyncIterator[ClientKeys]:
    """The keys of clients as one process knows them, which may call this server."""
    async with fetching(server.peer.origin, max_bytes=256 * 1024) as fetcher:
        yield ClientKeys(fetcher, Clock(time), longest_fetch=longest_fetch)
