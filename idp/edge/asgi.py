"""The words of ASGI, and an Answer on its way to the server below – ASGI 3.0, RFC 9110 §8.6, §9.3.2."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from idp.edge.answer import Answer, RawHeaders

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

CLOSE = (b"connection", b"close")


class Reply:
    """What is sent for one request, by us or by a framework; `status` is the one that was sent, 0 before.

    HEAD: the body is left out and its length in (RFC 9110 §9.3.2); over HTTP/2 no server below does it for us.
    """

    __slots__ = ("_closes", "_is_head", "_send", "status")

    def __init__(self, send: Send, *, is_head: bool, closes: bool) -> None:
        self._send = send
        self._is_head = is_head
        self._closes = closes
        self.status = 0

    async def give(self, answer: Answer) -> None:
        """Send an answer of ours."""
        headers: RawHeaders | list[tuple[bytes, bytes]] = answer.raw or answer.raw_headers()
        if self._closes:
            headers = [*headers, CLOSE]
        self.status = answer.status
        send = self._send
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if self._is_head else answer.body})

    async def __call__(self, message: Message) -> None:
        """Pass on a message of a framework."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self._closes:
                message["headers"] = [*message["headers"], CLOSE]
        elif self._is_head:
            if message.get("more_body"):
                return
            message = {"type": "http.response.body", "body": b""}
        await self._send(message)
