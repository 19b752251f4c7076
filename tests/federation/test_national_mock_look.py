"""The simulated national system in Chromium without JavaScript; its colours – WCAG 2.2 SC 1.4.3, 1.4.11."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.colours import contrast
from tests.federation.national_driver import CLIENTS
from tests.federation.national_process import Process

_CSS = Path(__file__).parents[2] / "federation" / "national_mock" / "static" / "national.css"
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_TEXT = [  # text on its background: 4.5
    *((ink, ground) for ink in ("ink", "muted", "link", "plum") for ground in ("page", "surface")),
    *((ink, "tint") for ink in ("ink", "plum", "muted")),
    *((ink, "panel") for ink in ("panel-ink", "panel-muted")),
    *(("banner-ink", ground) for ground in ("banner", "banner-hatch")),
    ("on-plum", "plum"),
    ("on-plum", "plum-strong"),
    ("danger", "danger-tint"),
]
_EDGES = [
    ("control", "page"),
    ("control", "surface"),
    ("danger", "surface"),
    ("focus", "page"),
    ("focus", "surface"),
]


def _themes() -> dict[str, dict[str, str]]:
    light, dark = re.findall(r":root \{(.*?)\}", _CSS.read_text(encoding="utf-8"), re.DOTALL)[:2]
    tokens = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", theme)) for theme in (light, dark)]
    return {"light": tokens[0], "dark": tokens[0] | tokens[1]}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(_TEXT, 4.5), (_EDGES, 3.0)])
def test_colours_keep_their_distance(theme: str, pairs: list[tuple[str, str]], least: float) -> None:
    tokens = _themes()[theme]
    for ink, ground in pairs:
        assert contrast(tokens[ink], tokens[ground]) >= least, f"{theme}: {ink} on {ground}"


@contextmanager
def _site(respond: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[int]:
    """A web site on a port of its own, for as long as it is needed."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            respond(self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _arrived(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(b"arrived")


def _send_on_to(port: int) -> Callable[[BaseHTTPRequestHandler], None]:
    def send_on(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(303)
        handler.send_header("Location", f"http://localhost:{port}/")
        handler.end_headers()

    return send_on


@contextmanager
def _chromium(path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield browser
        browser.close()


def _has_no_sideways_scroll(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.browser
def test_a_person_without_javascript_passes_every_page_and_arrives_beyond_the_relying_party(
    tmp_path: Path, chromium: str
) -> None:
    """The relying party sends the person on to a third site, which a narrow form-action would forbid."""
    with _site(_arrived) as city, _site(_send_on_to(city)) as relying_party, _chromium(chromium) as browser:
        redirect_uri = f"http://localhost:{relying_party}/callback"
        clients = json.dumps([CLIENTS[0] | {"redirect_uris": [redirect_uri]}])
        with Process(tmp_path, clients=clients, show_personas="true") as process:
            context = browser.new_context(viewport={"width": 320, "height": 640}, java_script_enabled=False)
            page = context.new_page()
            page.goto(
                f"{process.issuer}/oauth2/authorize?client_id=haiphong-id&response_type=code&scope=openid"
                f"&acr_values=LoA3&redirect_uri={redirect_uri}"
            )
            _sign_in(page)
            page.wait_for_url(f"http://localhost:{city}/")
            assert page.text_content("body") == "arrived"


def _sign_in(page: Page) -> None:
    assert _has_no_sideways_scroll(page)
    page.click("#national-submit")
    assert page.locator("#error").evaluate("box => box === document.activeElement")
    page.click("#personas summary")
    assert _has_no_sideways_scroll(page)
    page.click(".fill")
    page.click("#national-submit")
    with page.context.expect_page() as opened:
        page.click("#open-phone")
    otp = opened.value.text_content("#phone-otp") or ""
    assert _has_no_sideways_scroll(opened.value)
    page.click("#pretend-phone summary")
    assert page.text_content("#phone-otp") == otp
    assert _has_no_sideways_scroll(page)
    page.fill("#national-otp", otp)
    page.click("#national-submit")
    assert _has_no_sideways_scroll(page)
    page.click("#face-match")
