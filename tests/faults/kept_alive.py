"""A load over kept connections, as a proxy or a service's pool makes it, that tells a failed request from an unsent one.

By hand over sockets: a client library would hide what happens when a connection ends.
"""

import asyncio
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.driver import RelyingParty

_LONGEST_ANSWER = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Failed(Exception):
    """A request was sent, and no whole answer came: whoever sent it can't know what was done."""


class Kept:
    """One connection, opened when needed and kept as long as the server keeps it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.opened = 0

    async def open(self) -> None:
        """Open it; raises ConnectionRefusedError when nobody listens any more, and then nothing was sent."""
        if self._streams is not None and self._streams[0].at_eof():
            self.close()
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
            self.opened += 1

    async def send(self, head: bytes) -> None:
        """Send bytes on the open connection."""
        assert self._streams is not None
        with suppress(OSError):  # the answer tells
            self._streams[1].write(head)
            await self._streams[1].drain()

    async def answer(self) -> Answer:
        """Return the answer to what was sent."""
        assert self._streams is not None
        try:
            async with asyncio.timeout(_LONGEST_ANSWER):
                answer = await _read(self._streams[0])
        except (OSError, asyncio.IncompleteReadError) as error:
            raise Failed(repr(error)) from error
        if answer.headers.get("connection") == "close":
            self.close()
        return answer

    async def ask(self, method: str, path: str, form: Mapping[str, str], **headers: str) -> Answer:
        """Send one request and return its answer."""
        await self.open()
        await self.send(request(method, path, form, **headers))
        return await self.answer()

    def close(self) -> None:
        """End it."""
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None


@dataclass(kw_only=True)
class Tally:
    """What a load came to."""

    statuses: Counter[int] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def request(method: str, path: str, form: Mapping[str, str], **headers: str) -> bytes:
    """Return the bytes of a request."""
    body = urlencode(form).encode()
    lines = [f"{method} {path} HTTP/1.1", "host: localhost"]
    if body:
        lines += ["content-type: application/x-www-form-urlencoded", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def basic(rp: RelyingParty) -> str:
    """Return the Authorization header of a client with a secret."""
    return "Basic " + b64encode(f"{rp.client_id}:{rp.client_secret}".encode()).decode()


async def _read(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Answer(status=int(head[0].split()[1]), headers=headers, body=body)
