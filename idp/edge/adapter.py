"""The ASGI adapter: protocol endpoints by one dictionary look-up, pages behind them (DESIGN 5.11).

Size limits and strictness stand here, in front of FastAPI too; so do the access line and the last resort for a fault.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import replace
from typing import Any

from idp.admission import Busy, Kind
from idp.edge.answer import Answer
from idp.edge.busy import BusyAnswers
from idp.edge.call import BadCall, Call, Endpoint
from idp.edge.cors import PATHS as CORS_PATHS
from idp.edge.cors import cors_headers
from idp.edge.kinds import kind_of
from idp.edge.page import bare_error_page
from idp.edge.page_route import page_route
from idp.edge.peer import peer_address, peer_prefix
from idp.log import fields
from idp.metrics import REQUEST_SECONDS
from idp.provider import Provider

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Render = Callable[[Call, Exception], Answer]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

_LARGEST_BODY = 64 * 1024
_LARGEST_HEADERS = 16 * 1024
_LONGEST_QUERY = 16 * 1024
_BODY_SECONDS = 10.0
_CLOSE = (b"connection", b"close")
_WITH_BODY = frozenset({"POST", "PUT"})
_TXN_ALPHABET = b"23456789BCDFGHJKMNPQRSTVWXYZ"
_TXN_LETTERS = bytes(_TXN_ALPHABET[byte % len(_TXN_ALPHABET)] for byte in range(256))
_CLASSES = ("none", "1xx", "2xx", "3xx", "4xx", "5xx")
"""What a status is counted as; none was sent to who went away before."""
_access = logging.getLogger("hpid.access")
_faults = logging.getLogger("hpid.fault")


class Edge:
    """Routes = path → method → endpoint; everything else goes to `pages`."""

    def __init__(
        self,
        provider: Provider,
        *,
        routes: Mapping[str, Mapping[str, Endpoint]],
        pages: Asgi,
        render: Render,
    ) -> None:
        self._provider = provider
        self._routes = routes
        self._pages = pages
        self._render = render
        self._busy = BusyAnswers(provider)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection; lifespan belongs to the pages' application."""
        if scope["type"] != "http":
            await self._pages(scope, receive, send)
            return
        provider = self._provider
        kind = kind_of(scope["path"], scope["headers"])
        if not provider.admission.admits(kind):
            await self._refuse(kind, scope, send)
            return
        started = provider.clock.stopwatch()
        call = _call_of(scope, provider)
        scope["hpid.txn"] = call.txn
        seen = _Seen(closes=self._closes(scope))
        if call.method == "HEAD":
            send = _headers_alone(send)
        try:
            await self._serve(call, kind, scope, receive, seen.watch(send))
        except Busy:
            await self._refuse(kind, scope, send)
            return
        except Exception as fault:
            # the last resort: whatever it is, the person gets a page and we get a line
            answer = _rendered(call, fault, self._render)
            if not seen.status:
                await _send_answer(answer, seen.watch(send))
        seconds = provider.clock.stopwatch() - started
        route = call.path if call.path in self._routes else page_route(scope)
        REQUEST_SECONDS.add(seconds, route, _CLASSES[seen.status // 100])
        _access.info(
            "request",
            extra=fields(
                txn=call.txn,
                method=call.method,
                path=call.path,
                status=seen.status,
                ms=round(seconds * 1000, 1),
                peer=peer_prefix(call.peer),
            ),
        )

    def _closes(self, scope: Scope) -> bool:
        """Tell whether the connection must end with this answer; HTTP/2 has frames for that, which the server sends."""
        return self._provider.admission.is_leaving and bool(scope["http_version"][0] == "1")

    async def _refuse(self, kind: Kind, scope: Scope, send: Send) -> None:
        """Tell whoever there is no room for when to come again; no line in the log, there would be too many."""
        retry_after = self._provider.admission.refused(kind)
        headers, body = self._busy.answer(scope["path"], scope["headers"], retry_after)
        if self._closes(scope):
            headers.append(_CLOSE)
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _serve(self, call: Call, kind: Kind, scope: Scope, receive: Receive, send: Send) -> None:
        _check_head(scope, call)
        methods = self._routes.get(call.path)
        if methods is None:
            if call.path != "/" and call.path.endswith("/"):
                # no address of ours ends so; a framework would redirect by 307, to the host the request names
                raise BadCall(404, "no such address")
            scope["hpid.call"] = call
            body = await _read_body(receive) if call.method in _WITH_BODY else b""
            with self._provider.admission.room(kind):
                await self._pages(scope, _replay(body, receive), send)
            return
        await _send_answer(await self._answer(call, kind, methods, receive), send)

    async def _answer(
        self, call: Call, kind: Kind, methods: Mapping[str, Endpoint], receive: Receive
    ) -> Answer:
        """Run one protocol endpoint; what it refuses is rendered here so that CORS headers ride along."""
        endpoint = methods.get("GET" if call.method == "HEAD" else call.method)
        origin = call.headers.get("origin") if call.path in CORS_PATHS else None
        if endpoint is None and call.method == "OPTIONS" and origin is not None:
            origins = self._provider.configuration.origins
            return Answer(status=204, headers=cors_headers(origin, origins, preflight=True))
        if endpoint is None:
            allowed = ", ".join(sorted(methods))
            return Answer.json(
                {"error": "invalid_request", "error_description": "method not allowed"}, status=405
            ).with_headers(("allow", allowed))
        body = await _read_body(receive) if call.method in _WITH_BODY else b""
        with self._provider.admission.room(kind):
            answer = await run(endpoint, with_body(call, body), self._render)
        if origin is None:
            return answer
        return answer.with_headers(
            *cors_headers(origin, self._provider.configuration.origins, preflight=False)
        )


async def run(endpoint: Endpoint, call: Call, render: Render) -> Answer:
    """Run an endpoint or a page; whatever it raises is rendered by the one exit."""
    try:
        return await endpoint(call)
    except Exception as refusal:  # the exit knows refusals from faults
        return _rendered(call, refusal, render)


def _rendered(call: Call, error: Exception, render: Render) -> Answer:
    try:
        answer = render(call, error)
    except Exception as broken:  # not even its page can be made
        _faults.error("fault", exc_info=broken, extra=fields(txn=call.txn, path=call.path))
        answer = bare_error_page(call)
    if answer.status >= 500 and answer.note != "expected":
        _faults.error("fault", exc_info=error, extra=fields(txn=call.txn, path=call.path))
    return answer


class _Seen:
    """Watches what was sent, for the access line; ends a connection that must not be kept."""

    def __init__(self, *, closes: bool) -> None:
        self.status = 0
        self._closes = closes

    def watch(self, send: Send) -> Send:
        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.status = message["status"]
                if self._closes:
                    message["headers"] = [*message["headers"], _CLOSE]
            await send(message)

        return watched


def _call_of(scope: Scope, provider: Provider) -> Call:
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if name == "x-forwarded-for" and name in headers:  # each proxy may have written a line of its own
            headers[name] = f"{headers[name]}, {value}"
        elif name == "cookie" and name in headers:
            headers[name] = f"{headers[name]}; {value}"
        else:
            headers.setdefault(name, value)
    client = scope.get("client")
    letters = provider.clock.random_bytes(12).translate(_TXN_LETTERS).decode("ascii")
    return Call(
        provider=provider,
        method=scope["method"],
        path=scope["path"],
        query_string=scope.get("query_string", b""),
        headers=headers,
        peer=peer_address(client[0] if client else "", headers, provider.settings.trusted_proxies),
        txn=f"{letters[:4]}-{letters[4:8]}-{letters[8:]}",
    )


def with_body(call: Call, body: bytes) -> Call:
    """Return the call with its body read."""
    return replace(call, body=body)


def _check_head(scope: Scope, call: Call) -> None:
    if sum(len(name) + len(value) for name, value in scope["headers"]) > _LARGEST_HEADERS:
        raise BadCall(431, "headers are too large")
    if len(call.query_string) > _LONGEST_QUERY:
        raise BadCall(414, "the query is too long")
    if "\x00" in call.path:
        raise BadCall(400, "malformed path")
    length = call.headers.get("content-length", "0")
    if not length.isdecimal() or len(length) > 12 or int(length) > _LARGEST_BODY:
        raise BadCall(413, "the body is too large")
    if call.headers.get("content-encoding", "identity") != "identity":
        raise BadCall(415, "content encodings are not accepted")


async def _read_body(receive: Receive) -> bytes:
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            return await _whole_body(receive)
    except TimeoutError:
        raise BadCall(408, "the body did not come in time") from None


async def _whole_body(receive: Receive) -> bytes:
    chunks: list[bytes] = []
    total = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadCall(400, "the connection was closed")
        chunk: bytes = message.get("body", b"")
        total += len(chunk)
        if total > _LARGEST_BODY:
            raise BadCall(413, "the body is too large")
        chunks.append(chunk)
        if not message.get("more_body"):
            return b"".join(chunks)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Hand a framework the body that was read."""
    given = False

    async def replayed() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed


def _headers_alone(send: Send) -> Send:
    """Leave the body out and its length in (RFC 9110 §9.3.2): over HTTP/2 no server below does it for us."""

    async def bodiless(message: Message) -> None:
        if message["type"] != "http.response.body":
            await send(message)
        elif not message.get("more_body"):
            await send({"type": "http.response.body", "body": b""})

    return bodiless


async def _send_answer(answer: Answer, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    if answer.status not in {204, 304}:  # nothing follows, so it has neither length nor type (RFC 9110 §8.6)
        headers.append((b"content-length", str(len(answer.body)).encode()))
        if not any(name == b"x-content-type-options" for name, _ in headers):
            headers.append((b"x-content-type-options", b"nosniff"))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
