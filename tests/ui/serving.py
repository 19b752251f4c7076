"""Serves the sample pages on loopback with the headers they will really have, for the browser to look at."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from idp.ui.headers import page_headers, static_headers
from idp.ui.static import STATIC


@contextmanager
def serving(files: Mapping[str, bytes], *, headers: bool = True) -> Iterator[str]:
    """Serve path → body until the block ends, without those headers if told so; gives the origin."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = files.get(self.path)
            self.send_response(404 if body is None else 200)
            static = STATIC.get(self.path)
            self.send_header("content-type", static[0] if static else "text/html; charset=utf-8")
            own = static_headers(https=False) if static else page_headers(https=False)
            for name, value in own if headers else ():
                self.send_header(name.decode(), value.decode())
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_args: object) -> None:
            """Say nothing: the test says what matters."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
