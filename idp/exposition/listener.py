"""The listener that Prometheus asks: a thread and a port of its own, so that no scrape stands in a person's way.

It answers GET /metrics and nothing else. Who connects and says nothing is in nobody's way: each connection has a thread
and an end, and the oldest of too many is ended at once. It speaks no TLS and knows no passwords: it listens on loopback
unless told otherwise, and only the monitoring may reach it.
"""

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from idp.clock import Clock
from idp.exposition.families import Instruments
from idp.exposition.state import State
from idp.provider import Provider

_POLL_SECONDS = 0.1
_MOST_AT_ONCE = 8
"""Connections; a scrape has answered long before so many others have come."""


class PortTaken(Exception):
    """Metrics can't be served there; the text says why."""


@contextmanager
def exposed(
    provider: Provider,
    *,
    release: str,
    certificate_expires: datetime | None = None,
    patience: float = 5.0,
) -> Iterator[None]:
    """Serve this process's metrics while the block runs, if its settings name a port for them.

    `patience` is how many seconds a connection may take in all. Raises PortTaken.
    """
    port = provider.settings.metrics_port
    if port is None:
        yield
        return
    registry = CollectorRegistry()
    registry.register(Instruments())
    registry.register(State(provider, release=release, certificate_expires=certificate_expires))
    ProcessCollector(registry=registry)
    host = provider.settings.metrics_host
    server_type = _ServerOfIpv6 if ":" in host else _Server
    try:
        server = server_type((host, port), registry, clock=provider.clock, patience=patience)
    except OSError as error:
        raise PortTaken(f"port {port} of {host} can't be used for metrics: {error.strerror}") from error
    thread = threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,), name="metrics", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    """The listener; a process that ends waits for none of its threads."""

    def __init__(
        self, address: tuple[str, int], registry: CollectorRegistry, *, clock: Clock, patience: float
    ) -> None:
        self._registry = registry
        self._collecting = threading.Lock()
        self._clock = clock
        self._patience = patience
        self._ends: dict[Any, float] = {}
        """Each open connection, the oldest first, and when its time is over."""
        super().__init__(address, _Handler)

    def text(self) -> bytes:
        """Return all metrics; one asks after the other, for the process has better things to do."""
        with self._collecting:
            return generate_latest(self._registry)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection, if need be in the place of the one that has been silent for longest."""
        self._ends[request] = self._clock.stopwatch() + self._patience
        for oldest in list(self._ends)[:-_MOST_AT_ONCE]:
            self._cut(oldest)
        super().process_request(request, client_address)

    def service_actions(self) -> None:
        """End whatever took too long: who sends byte after byte would stay for ever."""
        now = self._clock.stopwatch()
        for request, end in list(self._ends.items()):
            if end <= now:
                self._cut(request)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection that was answered or cut off."""
        self._ends.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of one that went away or was cut off; a fault of ours is told."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def _cut(self, request: socket.socket) -> None:
        self._ends.pop(request, None)
        with suppress(OSError):
            request.shutdown(socket.SHUT_RDWR)


class _ServerOfIpv6(_Server):
    address_family = socket.AF_INET6


class _Handler(BaseHTTPRequestHandler):
    """One request; HTTP/1.0, so the connection ends with it."""

    server_version = "hpid"
    sys_version = ""

    server: _Server

    def do_GET(self) -> None:
        """Answer the metrics, or that there is nothing else."""
        found = self.path.partition("?")[0] == "/metrics"
        body = self.server.text() if found else b"only /metrics is here\n"
        self.send_response(200 if found else 404)
        self.send_header("content-type", CONTENT_TYPE_PLAIN_0_0_4 if found else "text/plain; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing: a scrape is no event."""
