"""The listener that Prometheus asks: a thread and a port of its own, so that no scrape stands in a person's way.

It answers GET /metrics and nothing else, one connection after the other, each with an end. It speaks no TLS and knows no
passwords: it listens on loopback unless told otherwise, and only the monitoring may reach it.
"""

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from idp.exposition.families import Instruments
from idp.exposition.state import State
from idp.provider import Provider

_POLL_SECONDS = 0.1


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
    server = _server(provider.settings.metrics_host, port, registry, patience)
    thread = threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,), name="metrics", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _server(host: str, port: int, registry: CollectorRegistry, patience: float) -> HTTPServer:
    class Server(HTTPServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing of one that went away or was cut off; a fault of ours is told."""
            if not isinstance(sys.exception(), OSError):
                super().handle_error(request, client_address)  # type: ignore[arg-type]

    class Handler(_Handler):
        timeout = patience

        def text(self) -> bytes:
            return generate_latest(registry)

    try:
        return Server((host, port), Handler)
    except OSError as error:
        raise PortTaken(f"port {port} of {host} can't be used for metrics: {error.strerror}") from error


class _Handler(BaseHTTPRequestHandler):
    """One request; HTTP/1.0, so the connection ends with it."""

    server_version = "hpid"
    sys_version = ""

    def setup(self) -> None:
        """Give the connection its end: who sends byte after byte would hold up the others, and the process that stops."""
        super().setup()
        self._end = threading.Timer(self.timeout or 0, self._cut)
        self._end.daemon = True
        self._end.start()

    def finish(self) -> None:
        """Close it in time."""
        self._end.cancel()
        super().finish()

    def _cut(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def text(self) -> bytes:
        raise NotImplementedError

    def do_GET(self) -> None:
        """Answer the metrics, or that there is nothing else."""
        found = self.path.partition("?")[0] == "/metrics"
        body = self.text() if found else b"only /metrics is here\n"
        self.send_response(200 if found else 404)
        self.send_header("content-type", CONTENT_TYPE_PLAIN_0_0_4 if found else "text/plain; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing: a scrape is no event."""
