"""Faults to order: how the national system can fail or lie, for tests and rehearsals.

``POST /__faults {"mode": …, "seconds": n}`` from a program on this machine, if the setting allows it. With
``slow``, ``seconds`` is how long each answer is held back (10 if not said); with any other mode, when the
fault ends by itself (never if not said). ``/health`` and ``/__faults`` always answer. Token faults are in
broken_tokens.py.
"""

import asyncio
import json
from collections.abc import Callable

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from federation.national_mock import broken_tokens
from federation.national_mock.edge import no_store, read_body
from federation.national_mock.loopback import check_program

_NO_FAULT = "none"
_SERVICE = ("down", "http500", "slow", "maintenance")
_ANSWERS = ("userinfo_sub_mismatch", "wrong_iss_parameter")
MODES = (_NO_FAULT, *_SERVICE, *_ANSWERS, *broken_tokens.MODES)
_ALWAYS_UP = ("/health", "/__faults", "/__events")


class FaultOrder(BaseModel):
    """The body of ``POST /__faults``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: str
    seconds: float = Field(default=0, ge=0, le=86400)


class Faults:
    """The fault in force; none at start."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._order = FaultOrder(mode=_NO_FAULT)
        self._ends_at: float | None = None

    def order(self, order: FaultOrder) -> None:
        """Put a fault in force, or end it with mode none."""
        ends = order.seconds > 0 and order.mode != "slow"
        self._ends_at = self._now() + order.seconds if ends else None
        self._order = order

    @property
    def mode(self) -> str:
        if self._ends_at is not None and self._now() >= self._ends_at:
            return _NO_FAULT
        return self._order.mode

    @property
    def delay(self) -> float:
        """Seconds by which ``slow`` holds an answer back."""
        return self._order.seconds or 10.0

    @property
    def token_mode(self) -> str | None:
        """The way in which ID tokens are wrong now, if they are."""
        return self.mode if self.mode in broken_tokens.MODES else None


class FaultyService:
    """ASGI middleware for the faults that hit every address alike."""

    def __init__(self, app: ASGIApp, faults: Faults, maintenance_page: Callable[[], Response]) -> None:
        self._app = app
        self._faults = faults
        self._maintenance_page = maintenance_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        mode = self._faults.mode
        if mode not in _SERVICE or scope["type"] != "http" or scope["path"] in _ALWAYS_UP:
            await self._app(scope, receive, send)
        elif mode == "slow":
            await asyncio.sleep(self._faults.delay)
            await self._app(scope, receive, send)
        elif mode == "down":
            await _break_the_connection(send)
        elif mode == "http500":
            await Response("Internal Server Error", status_code=500)(scope, receive, send)
        else:
            await self._maintenance_page()(scope, receive, send)


async def faults_endpoint(request: Request) -> Response:
    """Tell (GET) or change (POST) the fault in force."""
    faults: Faults = request.app.state.service.faults
    check_program(request)
    if request.method == "POST":
        try:
            order = FaultOrder.model_validate(json.loads(await read_body(request)))
        except (ValidationError, ValueError):
            return JSONResponse({"error": "send {mode, seconds}"}, status_code=400)
        if order.mode not in MODES:
            return JSONResponse({"error": "unknown mode", "modes": MODES}, status_code=400)
        faults.order(order)
    return no_store(JSONResponse({"mode": faults.mode, "modes": MODES}))


async def _break_the_connection(send: Send) -> None:
    """Promise an answer and never finish it: the server drops the connection, as a crash would."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
    await send({"type": "http.response.body", "body": b" ", "more_body": True})
