"""A relying party's server on loopback that shows a request object, and may be changed, slowed or broken."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.federation.fetch_peers import Peer, serving


@dataclass
class DocumentServer:
    """What it shows next; `asked` counts the requests."""

    body: bytes = b""
    status: int = 200
    headers: str = "Content-Type: application/oauth-authz-req+jwt"
    open: asyncio.Event = field(default_factory=asyncio.Event)
    peer: Peer = field(default_factory=Peer)
    busy: int = 0
    most_busy: int = 0

    async def reply(self, _head: bytes, writer: asyncio.StreamWriter) -> None:
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        try:
            await self.open.wait()
        finally:
            self.busy -= 1
        head = f"HTTP/1.1 {self.status} Status\r\n{self.headers}\r\nContent-Length: {len(self.body)}\r\n\r\n"
        writer.write(head.encode() + self.body)
        await writer.drain()

    @property
    def uri(self) -> str:
        return f"{self.peer.origin}/request.jwt"

    @property
    def asked(self) -> int:
        return len(self.peer.requests)


@asynccontextmanager
async def document_server() -> AsyncIterator[DocumentServer]:
    """Serve at once; `open.clear()` makes it slow."""
    server = DocumentServer()
    server.open.set()
    async with serving(server.reply) as server.peer:
        yield server
        server.open.set()
