"""What stands around every answer: the log line, the headers, the session cookie, POSTs from our own pages.

City systems are same-site with each other, so SameSite=Lax alone does not stop a forged form: the Origin
must be ours.
"""

import time
from collections.abc import Callable
from http.cookies import SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo.apps.common.log import log
from demo.apps.common.sessions import SessionStore


class RequestLog:
    """One line per request: method, path without query, status, milliseconds."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 0

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            milliseconds = round((time.perf_counter() - started) * 1000, 1)
            log("request", method=scope["method"], path=scope["path"], status=status, ms=milliseconds)


class SecurityHeaders:
    """Our own styles and pictures only; no framing; forms go to us and, by redirect, to the provider."""

    def __init__(self, app: ASGIApp, *, issuer: str, is_https: bool) -> None:
        self._app = app
        self._headers = {
            "Content-Security-Policy": (
                "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
                f"form-action 'self' {issuer}; frame-ancestors 'none'"
            ),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",  # no-referrer would blank the Origin of our own forms
            "Cross-Origin-Opener-Policy": "same-origin",
        }
        if is_https:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Cache-Control", "no-store")
                headers.update(self._headers)
            await send(message)

        await self._app(scope, receive, with_headers)


class SessionCookie:
    """Give each request its browser's session, and the browser its cookie."""

    def __init__(self, app: ASGIApp, *, sessions: SessionStore, name: str, is_https: bool) -> None:
        self._app = app
        self._sessions = sessions
        self._name = name
        self._is_https = is_https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        session = self._sessions.open(HTTPConnection(scope).cookies.get(self._name))
        scope["session"] = session

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                value = self._sessions.keep(session)
                if value is not None:
                    MutableHeaders(scope=message).append("Set-Cookie", self._cookie(value))
            await send(message)

        await self._app(scope, receive, with_cookie)

    def _cookie(self, value: str) -> str:
        cookie: SimpleCookie = SimpleCookie({self._name: value})
        morsel = cookie[self._name]
        morsel["path"], morsel["httponly"], morsel["samesite"] = "/", True, "Lax"
        if self._is_https:
            morsel["secure"] = True
        if not value:
            morsel["max-age"] = 0
        return morsel.OutputString()


class OwnPostsOnly:
    """Refuse a POST that comes from no page of this service; the machines' paths carry their own proof."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        origin: str,
        machine_paths: tuple[str, ...],
        refusal: Callable[[Scope], Response],
    ) -> None:
        self._app = app
        self._origin = origin
        self._machine_paths = machine_paths
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and not self._is_trusted(scope):
            await self._refusal(scope)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_trusted(self, scope: Scope) -> bool:
        return (
            scope["path"].startswith(self._machine_paths)
            or Headers(scope=scope).get("origin") == self._origin
        )
