"""Spans of what a request waits for: the database, and other people's servers. Never a statement, a path or a body.

Only within a request that is traced: what jobs do all day begins no trace. Nobody out there is told of our traces.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

from opentelemetry.trace import Span, SpanKind, Status, StatusCode, get_current_span

from federation.fetch import Asked, Fetcher, Response
from idp.database import Database, Done, Refused
from idp.tracing import Tracing

T = TypeVar("T")
TxT = TypeVar("TxT")


class TracedDatabase(Database[TxT]):
    """The database, with a span around each call: `read`, `write`, `append`."""

    def __init__(self, tracing: Tracing, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._tracing = tracing

    async def read(self, fn: Callable[[TxT], T]) -> T:
        """Run the function on one snapshot."""
        with _span(self._tracing, "database read", {"db.operation.name": "read"}):
            return await super().read(fn)

    async def glance(self, fn: Callable[[TxT], T]) -> T:
        """Run a function of one statement."""
        with _span(self._tracing, "database read", {"db.operation.name": "read"}):
            return await super().glance(fn)

    async def transact(self, fn: Callable[[TxT], Done[T] | Refused]) -> Done[T] | Refused:
        """Commit what the function did."""
        with _span(self._tracing, "database write", {"db.operation.name": "write"}):
            return await super().transact(fn)

    async def add(self, fn: Callable[[TxT], Done[T] | Refused]) -> Done[T] | Refused:
        """Commit what the function added, together with others."""
        with _span(self._tracing, "database append", {"db.operation.name": "append"}):
            return await super().add(fn)

    async def append(self, statement: Any, make: Callable[[], Mapping[str, object]]) -> None:
        """Insert a row together with others that wait."""
        with _span(self._tracing, "database append", {"db.operation.name": "append"}):
            await super().append(statement, make)


class TracedFetcher(Fetcher):
    """The way out, with a span around each call that names the host and nothing more of the URL."""

    def __init__(self, tracing: Tracing, **named: Any) -> None:
        super().__init__(**named)
        self._tracing = tracing

    async def _request(self, url: str, asked: Asked) -> Response:
        about = {"http.request.method": asked.method, "server.address": urlsplit(url).hostname or ""}
        with _span(self._tracing, asked.method, about) as span:
            response = await super()._request(url, asked)
            if span is not None:
                span.set_attribute("http.response.status_code", response.status)
            return response


@contextmanager
def _span(tracing: Tracing, name: str, about: Mapping[str, str]) -> Iterator[Span | None]:
    """Begin a span within the one that is open; none where nothing is traced."""
    if not get_current_span().is_recording():
        yield None
        return
    with tracing.tracer.start_as_current_span(
        name,
        kind=SpanKind.CLIENT,
        attributes=dict(about),
        record_exception=False,  # its text may repeat a value
        set_status_on_exception=False,
    ) as span:
        try:
            yield span
        except Exception as error:
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(Status(StatusCode.ERROR))
            raise
