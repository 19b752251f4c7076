"""What meets every request: parameters read strictly, bodies of bounded size, one log line.

A log line carries method, path, status and time. The path is the route's, so no flow id, query, number or
code is ever in it.
"""

import json
import sys
import time
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_MAX_BODY = 16 * 1024
_MAX_FIELDS = 50


class PageRefused(Exception):
    """Answer with the error page, status and word of words.py."""

    def __init__(self, *, status: int, word: str) -> None:
        super().__init__(word)
        self.status = status
        self.word = word


def parse_parameters(raw: bytes) -> dict[str, str]:
    """Query or form parameters, none sent twice – RFC 6749 §3.1.

    What is not UTF-8 is refused, so that ``state`` goes back as it came.
    """
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise PageRefused(status=400, word="error.request") from error
    if len(dict(pairs)) != len(pairs):
        raise PageRefused(status=400, word="error.request")
    return dict(pairs)


async def read_body(request: Request) -> bytes:
    """The body, refused when larger than any form of ours."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BODY:
            raise PageRefused(status=413, word="error.request")
    return body


async def read_form(request: Request) -> dict[str, str]:
    """The fields of an application/x-www-form-urlencoded body."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise PageRefused(status=415, word="error.request")
    return parse_parameters(await read_body(request))


def no_store(response: Response) -> Response:
    """Nothing about a person stays in a cache."""
    response.headers["Cache-Control"] = "no-store"
    return response


class RequestLog:
    """ASGI middleware: one JSON line per request on standard output."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = int(HTTPStatus.INTERNAL_SERVER_ERROR)

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note_status)
        finally:
            elapsed = round((time.perf_counter() - started) * 1000, 1)
            log("request", method=scope["method"], path=_route_of(scope), status=status, ms=elapsed)


def log(event: str, **facts: str | float) -> None:
    """Write one line."""
    line = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event} | facts
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _route_of(scope: Scope) -> str:
    """The path with its parameters put back as names; nothing of an address that we do not serve."""
    if "endpoint" not in scope:
        return "(none)"
    path = str(scope["path"])
    for name, value in scope.get("path_params", {}).items():
        path = path.replace(str(value), f"{{{name}}}")
    return path
