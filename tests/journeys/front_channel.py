"""A provider and services of the front channel, for a browser: what each is asked, with which cookies, is kept."""

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import BrowserContext

from idp.edge.cookie_names import cookie_name
from tests.driver import RelyingParty
from tests.server import Installation, Node, free_ports, open_served, serving

FRONT, BACK, POST = "/front-channel-logout", "/signed-out", "/post"
_PAGE = '<!doctype html><html lang="en"><title>Service</title><body id="page-service"><p>%s</p></body></html>'
_KNOWN_TO_NODES = 1.1


@dataclass
class Service:
    """A relying party's web server."""

    client_id: str
    host: str = "localhost"
    slow: float = 0.0
    """Seconds its sign-out page takes."""
    headers: dict[str, str] = field(default_factory=dict)
    """Headers of its sign-out page."""
    body: str = "signed out"
    port: int = 0
    asked: list[tuple[float, str]] = field(default_factory=list)
    """When, on the monotonic clock, which address was asked for."""

    @property
    def origin(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def told(self) -> list[dict[str, str]]:
        """The parameters its sign-out page was loaded with."""
        return [dict(parse_qsl(urlsplit(one).query)) for _, one in self.asked if one.startswith(FRONT)]

    def when(self, path: str) -> float:
        """Return when an address was first asked for."""
        return next(at for at, one in self.asked if one.startswith(path))


def _handler(service: Service) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            service.asked.append((time.monotonic(), self.path))
            is_front = self.path.startswith(FRONT)
            if is_front:
                time.sleep(service.slow)
            with suppress(ConnectionError):  # whoever waited has gone on
                self._answer(is_front)

        def _answer(self, is_front: bool) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            for name, value in service.headers.items() if is_front else ():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write((_PAGE % (service.body if is_front else self.path)).encode())

        def log_message(self, *_args: object) -> None:
            """Say nothing: the test says what matters."""

    return Handler


@dataclass
class Stage:
    """A running provider with these services, and somebody who has signed in at all of them."""

    installation: Installation
    node: Node

    def sign_in(self, context: BrowserContext, services: list[Service]) -> dict[str, str]:
        """Give this browser the session of somebody who is signed in at these; return an ID token of each."""
        with ThreadPoolExecutor(1) as pool:  # the browser's own event loop runs in this thread
            name, session, tokens = pool.submit(asyncio.run, self._arrange(services)).result()
        context.add_cookies([{"name": name, "value": session, "url": self.installation.issuer}])
        return tokens

    async def _arrange(self, services: list[Service]) -> tuple[str, str, dict[str, str]]:
        async with open_served(self.installation, self.node) as world:
            rps: list[RelyingParty] = [
                await world.client(
                    service.client_id,
                    redirect_uris=(f"{service.origin}/callback",),
                    post_logout_redirect_uris=(service.origin + BACK,),
                    frontchannel_logout_uri=service.origin + FRONT,
                    frontchannel_logout_session_required=True,
                )
                for service in services
            ]
            await asyncio.sleep(_KNOWN_TO_NODES)
            visitor = await world.visitor(rps[0], services[0].client_id)
            tokens = {}
            for rp in rps:
                await world.agree(visitor.person.person_id, rp)
                tokens[rp.client_id] = str((await world.tokens(rp, visitor))["id_token"])
            cookie = world.cookie_of(visitor.browser, "session")
            assert cookie is not None
            return cookie_name(world.provider.settings, "session"), cookie, tokens


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Run a provider until the block ends."""
    installation = Installation(folder=folder, port=free_ports(1)[0])
    installation.prepare()
    node = Node(installation)
    with serving(node):
        yield Stage(installation, node)


@contextmanager
def serving_services(*services: Service) -> Iterator[None]:
    """Serve them until the block ends."""
    with ExitStack() as stack:
        for service in services:
            server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), _handler(service)))
            server.daemon_threads = True
            service.port = server.server_port
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
        yield
