"""A span per request – OpenTelemetry semantic conventions for HTTP servers, W3C Trace Context §3.2 (traceparent).

Whose trace a request belongs to is believed from a trusted proxy alone, as its address is: anybody else's traceparent
would let strangers choose our ids and fill the collector.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from idp.setting_values import plain_address
from idp.tracing import Tracing

_Scope = MutableMapping[str, Any]
_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]
_App = Callable[[_Scope, _Receive, _Send], Awaitable[None]]
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})
_propagator = TraceContextTextMapPropagator()


def traced(
    app: _App, tracing: Tracing, *, trusted_proxies: tuple[str, ...], route_of: Callable[[_Scope], str]
) -> _App:
    """Return the application with a span around each request."""

    async def serve(scope: _Scope, receive: _Receive, send: _Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in _METHODS else "_OTHER"
        with tracing.tracer.start_as_current_span(
            method,
            context=_parent(scope, trusted_proxies),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": method, "url.scheme": scope.get("scheme", "http")},
            record_exception=False,  # its text may repeat what somebody sent
            set_status_on_exception=False,
        ) as span:

            async def watched(message: _Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= 500:
                        span.set_status(Status(StatusCode.ERROR))
                await send(message)

            await app(scope, receive, watched)
            route = route_of(scope)
            span.update_name(f"{method} {route}")
            span.set_attribute("http.route", route)
            if (txn := scope.get("hpid.txn")) is not None:
                span.set_attribute("hpid.txn", txn)

    return serve


def _parent(scope: _Scope, trusted_proxies: tuple[str, ...]) -> Context:
    """Return the trace that a trusted proxy says this request belongs to; else it begins one."""
    client = scope.get("client")
    found = [value for name, value in scope["headers"] if name.lower() == b"traceparent"]
    if client is None or len(found) != 1 or plain_address(client[0]) not in trusted_proxies:
        return Context()
    return _propagator.extract({"traceparent": found[0].decode("latin-1")}, context=Context())
