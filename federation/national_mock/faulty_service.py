"""The faults that hit every address alike: gone, late, in drops, broken, under maintenance.

What a tester needs always answers: health, the panel, the entry of events, style and icon.
"""

import asyncio
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from federation.national_mock.fault_list import GROUPS
from federation.national_mock.faults import Faults

_SERVICE = tuple(fault.mode for fault in GROUPS["service"])
_ALWAYS_UP = ("/health", "/__faults", "/__events", "/__sign_out", "/faults", "/static")


class FaultyService:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, faults: Faults, maintenance_page: Callable[[], Response]) -> None:
        self._app = app
        self._faults = faults
        self._maintenance_page = maintenance_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        mode = self._faults.mode
        if mode not in _SERVICE or scope["type"] != "http" or _is_always_up(scope["path"]):
            await self._app(scope, receive, send)
        elif mode == "slow":
            await asyncio.sleep(self._faults.amount)
            await self._app(scope, receive, send)
        elif mode == "drip":
            await self._app(scope, receive, _dripping(send, gap=self._faults.amount))
        elif mode == "down":
            await _break_the_connection(send)
        elif mode == "http500":
            await Response("Internal Server Error", status_code=500)(scope, receive, send)
        else:
            await self._maintenance_page()(scope, receive, send)


def _is_always_up(path: str) -> bool:
    return any(path == known or path.startswith(f"{known}/") for known in _ALWAYS_UP)


def _dripping(send: Send, *, gap: float) -> Send:
    """Send a body byte by byte."""

    async def drip(message: Message) -> None:
        body: bytes = message.get("body", b"")
        if message["type"] != "http.response.body" or len(body) < 2:
            await send(message)
            return
        for at in range(len(body) - 1):
            await send({"type": message["type"], "body": body[at : at + 1], "more_body": True})
            await asyncio.sleep(gap)
        await send({**message, "body": body[-1:]})

    return drip


async def _break_the_connection(send: Send) -> None:
    """Promise an answer and never finish it: the server drops the connection, as a crash would."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
    await send({"type": "http.response.body", "body": b" ", "more_body": True})
