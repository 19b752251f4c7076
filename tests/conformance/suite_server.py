"""The suite's own server in small: https on this machine, where the provider fetches documents and tells of sign-outs."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from tests.conformance.throwaway_ca import ThrowawayCa

_PATIENCE_SECONDS = 20.0
_Socket = socket.socket
"""As it is before a test is forbidden to open one."""
_HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    form: dict[str, str]
    tls: str
    """Version of TLS."""


@dataclass
class SuiteServer:
    """Serves what is put into `documents`; an empty page for any other address; notes every request."""

    port: int = 0
    documents: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """Path → content type and body."""
    heard: list[Heard] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def serve(self, path: str, body: bytes | str, content_type: str = "application/json") -> str:
        """Serve a document from now on; return its address."""
        self.documents[path] = content_type, body.encode() if isinstance(body, str) else body
        return self.url + path

    def wait_for(self, method: str, path: str, *, count: int = 1) -> list[Heard]:
        """Return the requests for a path once so many have come."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            found = [one for one in self.heard if (one.method, one.path.partition("?")[0]) == (method, path)]
            if len(found) >= count:
                return found
            time.sleep(0.05)
        raise AssertionError(f"{count} × {method} {path} never came; heard {self.heard}")


class _Server(ThreadingHTTPServer):
    """Takes a connection whenever it comes: the provider tells of sign-outs while tests run that may open no socket."""

    daemon_threads = True

    def __init__(self, ca: ThrowawayCa, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        pair = ca.issue("localhost")
        self._tls.load_cert_chain(pair.certificate, pair.key)

    def get_request(self) -> tuple[socket.socket, Any]:
        # accept() would make the kind of socket that the test at hand may
        descriptor, address = self.socket._accept()  # type: ignore[attr-defined]  # typeshed leaves it out
        plain = _Socket(fileno=descriptor)
        return self._tls.wrap_socket(plain, server_side=True, do_handshake_on_connect=False), address


@contextmanager
def suite_server(ca: ThrowawayCa) -> Iterator[SuiteServer]:
    """Run the server with a certificate of `localhost`."""
    suite = SuiteServer()
    server = _Server(ca, _handler(suite))
    suite.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield suite
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(suite: SuiteServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            self.request.settimeout(_PATIENCE_SECONDS)
            super().setup()

        def do_GET(self) -> None:
            self._answer("")

        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", "0"))
            self._answer(self.rfile.read(length).decode())

        def _answer(self, body: str) -> None:
            suite.heard.append(
                Heard(
                    method=self.command,
                    path=self.path,
                    headers={name.lower(): value for name, value in self.headers.items()},
                    form=dict(parse_qsl(body, keep_blank_values=True)),
                    tls=str(self.connection.version()),
                )
            )
            content_type, content = suite.documents.get(
                self.path.partition("?")[0], (_HTML, b"<!doctype html>")
            )
            self.send_response(200)
            self.send_header("content-type", content_type)
            self.send_header("content-length", str(len(content)))
            self.send_header("cache-control", "no-store")
            self.send_header("connection", "close")
            self.end_headers()
            self.wfile.write(content)
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
