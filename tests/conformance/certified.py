"""The provider as the conformance suite meets it: `scripts/run --profile certification`, a real process over https.

Its name is known to these tests alone: connections go to this machine, and the certificate must be the name's.
"""

import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from idp.cli.certification_clients import secret_of, static_clients
from idp.cli.certification_person import PASSWORD, USERNAME
from tests.conformance.suite_server import SuiteServer, suite_server
from tests.conformance.throwaway_ca import ThrowawayCa
from tests.driver import Browser, Page, RelyingParty
from tests.processes import ROOT
from tests.server import PATIENCE, free_ports

NAME = "op.test"


class NamedWire(httpx.AsyncBaseTransport):
    """Carries requests for the provider's name to this machine, and trusts the throwaway CA alone."""

    def __init__(self, ca: Path) -> None:
        self._inner = httpx.AsyncHTTPTransport(verify=trusting(ca), trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        carried = httpx.Request(
            request.method,
            request.url.copy_with(host="127.0.0.1"),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": NAME},
        )
        return await self._inner.handle_async_request(carried)

    async def aclose(self) -> None:
        await self._inner.aclose()


def trusting(ca: Path) -> ssl.SSLContext:
    """Return a client's TLS context that trusts this CA and no other."""
    return ssl.create_default_context(cafile=str(ca))


@dataclass
class Certified:
    """A running provider."""

    ca: ThrowawayCa
    folder: Path
    port: int
    suite: SuiteServer
    settings: Mapping[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[str] | None" = None

    @property
    def issuer(self) -> str:
        return f"https://{NAME}:{self.port}"

    def start(self) -> None:
        pair = self.ca.issue(NAME)
        self.process = subprocess.Popen(
            (
                *(sys.executable, "-m", "demo.run", "--profile", "certification"),
                *("--issuer", self.issuer, "--cert", str(pair.certificate), "--key", str(pair.key)),
                *("--ca", str(self.ca.certificate), "--suite", self.suite.url),
            ),
            env={**os.environ, "HPID_DEMO_STATE": str(self.folder / "state"), **self.settings},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + 2 * PATIENCE
        context = trusting(self.ca.certificate)
        with httpx.Client(verify=context, trust_env=False) as client:
            while True:
                assert self.process is not None
                assert self.process.poll() is None, self.process.communicate()[0]
                try:
                    answer = client.get(
                        f"https://127.0.0.1:{self.port}/health/ready", extensions={"sni_hostname": NAME}
                    )
                except httpx.TransportError:
                    answer = None
                if answer is not None and answer.status_code == 200:
                    return
                assert time.monotonic() < deadline, "never ready"
                time.sleep(0.2)

    def stop(self) -> str:
        """Tell it to stop; return all it said."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.communicate(timeout=PATIENCE)[0]


@contextmanager
def certified(folder: Path, **settings: str) -> Iterator[Certified]:
    """Run a provider in the certification profile, and the suite's server; nothing is left behind."""
    ca = ThrowawayCa(folder)
    with suite_server(ca) as suite:
        server = Certified(ca, folder, free_ports(1)[0], suite, settings)
        server.start()
        try:
            server.wait_until_ready()
            yield server
        finally:
            server.stop()


class Outside:
    """Where relying parties and browsers are: nothing but the provider's name and its port."""

    def __init__(self, server: Certified, wire: NamedWire) -> None:
        self.server = server
        self.issuer = server.issuer
        self.suite = server.suite
        self._wire = wire
        self.http = httpx.AsyncClient(transport=wire, base_url=self.issuer, timeout=PATIENCE)

    def browser(self) -> Browser:
        return Browser(self._wire, self.issuer)

    def relying_party(self, client_id: str = "hpid-basic", scope: str = "openid") -> RelyingParty:
        """Return a static client of the plan configurations."""
        clients = static_clients(self.server.suite.url)
        (client,) = [client for client in clients if client.facts.client_id == client_id]
        return RelyingParty(
            client_id=client_id,
            redirect_uri=client.facts.redirect_uris[0],
            client_secret=secret_of(client_id),
            scope=scope,
        )

    async def metadata(self) -> dict[str, Any]:
        return dict((await self.http.get("/.well-known/openid-configuration")).json())

    async def userinfo(self, access_token: str) -> httpx.Response:
        return await self.http.get("/userinfo", headers={"authorization": f"Bearer {access_token}"})


@asynccontextmanager
async def outside(server: Certified) -> AsyncIterator[Outside]:
    """Stand outside; every connection is closed in the end."""
    wire = NamedWire(server.ca.certificate)
    try:
        yield Outside(server, wire)
    finally:
        await wire.aclose()


async def sign_in(browser: Browser, page: Page) -> Page:
    """Fill the form of the sign-in page by the ids that the plan configurations name, and press its button."""
    assert {"username", "password", "submit", "cancel"} <= page.ids, page.response.url
    return await browser.press(page, "submit", username=USERNAME, password=PASSWORD)


async def through(browser: Browser, url: str) -> Page:
    """Go to a relying party's link, and through sign-in and consent as they come."""
    page = await browser.get(url)
    if "username" in page.ids:
        page = await sign_in(browser, page)
    if page.left_for is None and "allow" in page.ids:
        page = await browser.press(page, "allow")
    return page
