"""A small service that takes city credentials: registered by the operator's command, its callback served on loopback."""

import json
import threading
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import httpx

from tests.driver import RelyingParty
from tests.journeys.stack import SAME_SITE, Stack, wait_until

_PAGE = (
    '<!doctype html><html lang="vi"><title>Dịch vụ thử</title><body id="page-callback"><h1>Đã về dịch vụ</h1>'
)


class _Callback(BaseHTTPRequestHandler):
    goes_on_to: str | None = None
    """The address of another origin, for a service whose callback shows nothing itself."""

    def do_GET(self) -> None:
        if self.goes_on_to is None or not self.path.startswith("/callback"):
            self._show()
            return
        self.send_response(303)
        self.send_header("location", self.goes_on_to)
        self.end_headers()

    def do_POST(self) -> None:
        """Show what was posted, as JSON."""
        form = self.rfile.read(int(self.headers["content-length"])).decode()
        posted = json.dumps(dict(parse_qsl(form, keep_blank_values=True)))
        self._show(f'<pre id="posted">{escape(posted)}</pre>')

    def _show(self, more: str = "") -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write((_PAGE + more).encode())

    def log_message(self, *_args: object) -> None:
        """Say nothing: the test says what matters."""


@contextmanager
def local_service(
    stack: Stack,
    client_id: str,
    host: str = SAME_SITE,
    *,
    terms: tuple[str, ...] = ("--local-login", "low", "--acr", "LoA1"),
    goes_on_to: str | None = None,
) -> Iterator[RelyingParty]:
    """Register it and serve its callback until the block ends."""
    callback = type("Callback", (_Callback,), {"goes_on_to": goes_on_to})
    with ThreadingHTTPServer(("127.0.0.1", 0), callback) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        service = RelyingParty(
            client_id=client_id, redirect_uri=f"http://{host}:{server.server_port}/callback"
        )
        _register(stack, service, terms)
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()


def _register(stack: Stack, service: RelyingParty, terms: tuple[str, ...]) -> None:
    """Register a public client on these terms for city credentials, and wait until the provider knows it."""
    stack.hpid(
        *("clients", "add", service.client_id, "--name", "Dịch vụ thử", "--name-en", "Trial service"),
        *("--redirect-uri", service.redirect_uri, "--auth-method", "none"),
        *(*terms, "--scope", "openid profile"),
    )
    url = stack.provider + service.authorize_url()
    wait_until(lambda: httpx.get(url).status_code == httpx.codes.SEE_OTHER, seconds=5)


def name_and_level(stack: Stack, service: RelyingParty, code: str) -> tuple[str, str]:
    """Redeem a code as the service does; return who signed in, and how strongly."""
    form = {
        "grant_type": "authorization_code",
        "client_id": service.client_id,
        "code": code,
        "redirect_uri": service.redirect_uri,
        "code_verifier": service.verifier,
    }
    tokens = httpx.post(f"{stack.provider}/token", data=form).raise_for_status().json()
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    claims = httpx.get(f"{stack.provider}/userinfo", headers=bearer).raise_for_status().json()
    payload = urlsafe_b64decode(tokens["id_token"].split(".")[1] + "==")
    return claims["name"], json.loads(payload)["acr"]
