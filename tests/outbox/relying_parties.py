"""Back-channel logout endpoints of relying parties on loopback: good, slow, refusing, broken, dead."""

import asyncio
import json
import re
import time
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qs

PATH = "/backchannel-logout"
_ANSWERS = {
    "good": "200 OK",
    "fickle": "200 OK",
    "empty": "204 No Content",
    "sluggish": "200 OK",
    "compressing": "200 OK\r\nContent-Encoding: gzip",
    "refusing": "400 Bad Request",
    "broken": "500 Internal Server Error",
    "busy": "503 Service Unavailable",
    "moved": "302 Found\r\nLocation: {elsewhere}",
}
SLUGGISH_SECONDS = 2.5
_MOODS = 20
"""Who is fickle answers one of so many, and lets the others hang."""


@dataclass
class Endpoint:
    """One relying party's endpoint; `behaviour` may be changed while it runs."""

    client_id: str
    behaviour: str
    elsewhere: str = ""
    """Where it redirects to, if it does."""
    origin: str = ""
    heard: list[tuple[float, str]] = field(default_factory=list)
    """When, on the monotonic clock, which token came."""
    open_now: int = 0
    most_open: int = 0
    _released: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None
    _known: set[str] = field(default_factory=set)
    _decoded: int = 0

    @property
    def uri(self) -> str:
        return self.origin + PATH

    @property
    def claims(self) -> list[dict[str, object]]:
        """The claims of what it heard, unverified."""
        return [_claims(token) for _, token in self.heard]

    @property
    def known(self) -> set[str]:
        """The sids it has heard of; what it heard is decoded once."""
        for _, token in self.heard[self._decoded :]:
            self._known.add(str(_claims(token)["sid"]))
            self._decoded += 1
        return self._known

    @property
    def sids(self) -> list[str]:
        return [str(claims["sid"]) for claims in self.claims]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._answer(reader, writer)
        finally:
            self.open_now -= 1
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.behaviour == "dropping":
            return
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = re.search(r"(?im)^content-length: ([0-9]+)", head)
        form = parse_qs((await reader.readexactly(int(length[1]) if length else 0)).decode())
        assert form.keys() == {"logout_token"}, form.keys()
        assert head.startswith(f"POST {PATH} HTTP/1.1\r\n"), head
        self.heard.append((time.monotonic(), form["logout_token"][0]))
        is_in_the_mood = len(self.heard) % _MOODS == 1
        if self.behaviour == "hanging" or (self.behaviour == "fickle" and not is_in_the_mood):
            waiting = {
                asyncio.create_task(self._released.wait()),
                asyncio.create_task(reader.read()),  # ends when the caller has had enough
            }
            _, left = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in left:
                task.cancel()
            return
        if self.behaviour == "sluggish":
            await asyncio.sleep(SLUGGISH_SECONDS)
        answer = _ANSWERS[self.behaviour].format(elsewhere=self.elsewhere)
        writer.write(f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()

    async def listen(self) -> None:
        """Take a port of its own, once; one that is dead gives it up, and nobody answers there."""
        port = int(self.origin.rpartition(":")[2]) if self.origin else 0
        self._server = await asyncio.start_server(self.serve, "127.0.0.1", port, backlog=512)
        self.origin = f"http://localhost:{self._server.sockets[0].getsockname()[1]}"
        if self.behaviour == "dead":
            self.close()

    async def come_back(self) -> None:
        """Answer properly from now on, whatever it did before."""
        was, self.behaviour = self.behaviour, "good"
        self._released.set()
        if was == "dead":
            await self.listen()

    def close(self) -> None:
        """Let go of everybody who hangs, and listen no more."""
        self._released.set()
        if self._server is not None:
            self._server.close()


def _claims(token: str) -> dict[str, object]:
    return dict(json.loads(urlsafe_b64decode(token.split(".")[1] + "==")))


@asynccontextmanager
async def listening(*endpoints: Endpoint) -> AsyncIterator[tuple[str, ...]]:
    """Serve them, each on a port of its own; one that is `dead` has a port on which nobody answers. Yield the origins."""
    for endpoint in endpoints:
        await endpoint.listen()
    try:
        yield tuple(endpoint.origin for endpoint in endpoints)
    finally:
        for endpoint in endpoints:
            endpoint.close()
