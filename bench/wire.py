"""One HTTP/1.1 connection of the load generator: it must cost less than what it measures, so it parses only what it must.

Requests are bytes, answers a status, a head and a body whose length the head names. No other client library is as cheap.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote_plus

_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer; `head` is raw, with names as the server wrote them."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str:
        """Return a header's value, or nothing."""
        mark = b"\r\n" + name.lower().encode() + b":"
        at = self.head.lower().find(mark)
        if at < 0:
            return ""
        begin = at + len(mark)
        end = self.head.find(b"\r\n", begin)
        return self.head[begin : end if end >= 0 else None].strip().decode("latin-1")


class BrokenReply(Exception):
    """The connection ended, or what came is not an answer of known length."""


class Wire(asyncio.Protocol):
    """A kept connection with at most one request on its way."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._waiting: asyncio.Future[Reply] | None = None

    @classmethod
    async def to(cls, port: int) -> "Wire":
        """Connect to a port of this machine."""
        _, wire = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return wire

    async def send(self, request: bytes) -> Reply:
        """Send one request and return its answer.

        Raises:
            BrokenReply: the connection ended, or the answer's length is not told.
            TimeoutError: nothing came for half a minute.
        """
        if self._transport is None or self._transport.is_closing():
            raise BrokenReply("closed")
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        late = loop.call_later(_PATIENCE, self._fail, TimeoutError())
        self._transport.write(request)
        try:
            return await self._waiting
        finally:
            late.cancel()

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(BrokenReply(str(exc or "closed")))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0 or self._waiting is None:
            return
        head = bytes(self._buffer[:end])
        length = _length(head)
        if length is None:
            self._fail(BrokenReply("the answer does not tell its length"))
            return
        if len(self._buffer) < end + 4 + length:
            return
        body = bytes(self._buffer[end + 4 : end + 4 + length])
        del self._buffer[: end + 4 + length]
        waiting, self._waiting = self._waiting, None
        if not waiting.done():
            waiting.set_result(Reply(int(head[9:12]), head, body))

    def _fail(self, error: Exception) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_exception(error)


def _length(head: bytes) -> int | None:
    small = head.lower()
    at = small.find(b"\r\ncontent-length:")
    if at < 0:
        return 0 if head[9:12] in {b"204", b"304"} else None
    begin = at + 17
    end = small.find(b"\r\n", begin)
    return int(small[begin : end if end >= 0 else None])


def get(path: str, host: str, **headers: str) -> bytes:
    """Return a GET request."""
    return f"GET {path} HTTP/1.1\r\nhost: {host}\r\n{_lines(headers)}\r\n".encode()


def post(path: str, host: str, form: Mapping[str, str], **headers: str) -> bytes:
    """Return a POST request with a form."""
    body = "&".join(f"{name}={quote_plus(value)}" for name, value in form.items()).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nhost: {host}\r\n{_lines(headers)}"
        f"content-type: application/x-www-form-urlencoded\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _lines(headers: Mapping[str, str]) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())
