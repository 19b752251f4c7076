"""oidc-client-ts in Chromium, on another origin: all by CORS (RFC 9700 §2.1)."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import BrowserContext, expect, sync_playwright

from idp.edge.cookie_names import cookie_name
from tests.interop.conftest import HERE, Stage
from tests.journeys.visitor import FLAGS
from tests.server import open_served

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(240)]

_CLIENT = "single-page-app"
_LIBRARY = HERE / "node_modules" / "oidc-client-ts" / "dist" / "browser" / "oidc-client-ts.min.js"


def test_a_single_page_app_signs_in_renews_and_signs_out(stage: Stage, node_js: str, chromium: str) -> None:
    del node_js  # whoever has it has the library too
    with _app(stage) as origin:
        session = asyncio.run(_arrange(stage, origin))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            with browser.new_context(locale="vi-VN") as context:
                _hold(context, stage, session)
                page = context.new_page()
                state = page.locator("#state")
                page.goto(f"{origin}/")
                expect(state).to_have_text("ready")
                page.click("#sign-in")
                expect(state).to_have_text("signed in Nguyễn Thị Hương", timeout=30_000)
                page.click("#renew")
                expect(state).to_have_text("renewed Nguyễn Thị Hương", timeout=30_000)
                page.click("#sign-out")
                expect(state).to_have_text("signed out", timeout=30_000)
            browser.close()


async def _arrange(stage: Stage, origin: str) -> tuple[str, str]:
    """Register the app and sign its person in; return their session's cookie, name and value."""
    async with open_served(stage.installation, stage.node) as world:
        rp = await world.client(
            _CLIENT,
            secret=False,
            scopes=frozenset({"openid", "profile"}),
            redirect_uris=(f"{origin}/callback",),
            post_logout_redirect_uris=(f"{origin}/signed-out",),
        )
        visitor = await world.visitor(rp, "an")
        await world.agree(visitor.person.person_id, rp, "profile")
        cookie = world.cookie_of(visitor.browser, "session")
        assert cookie is not None
        return cookie_name(world.provider.settings, "session"), cookie


def _hold(context: BrowserContext, stage: Stage, cookie: tuple[str, str]) -> None:
    name, value = cookie
    context.add_cookies([{"name": name, "value": value, "url": stage.installation.issuer, "httpOnly": True}])


@contextmanager
def _app(stage: Stage) -> Iterator[str]:
    """Serve the app on an origin of its own until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_library = self.path == f"/{_LIBRARY.name}"
            body = _LIBRARY.read_bytes() if is_library else page(f"http://127.0.0.1:{server.server_port}")
            self.send_response(200)
            self.send_header("content-type", "text/javascript" if is_library else "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Say nothing: the test says what matters."""

    def page(origin: str) -> bytes:
        part = json.dumps({"issuer": stage.installation.issuer, "client_id": _CLIENT, "origin": origin})
        return (HERE / "single_page_app.html").read_text(encoding="utf-8").replace("%PART%", part).encode()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
