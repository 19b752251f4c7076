"""Signing out at the national system, end to end: the simulated one tells the provider by both channels, over sockets."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from idp.endpoints.upstream_logout import BACK_CHANNEL, FRONT_CHANNEL
from idp.ids import ClientId
from idp.outbox.model import OutboxKind
from tests.driver import RelyingParty
from tests.federation.national_driver import CLIENT_ID, CLIENTS, HUONG, PASSWORDS
from tests.federation.national_driver import Browser as NationalBrowser
from tests.federation.national_process import Process
from tests.national import OUR_ISSUER, Traveller, open_federated_world
from tests.world import World

pytestmark = pytest.mark.network


@dataclass
class Door:
    """A socket before the provider of the test: what is posted to it is handed on, unless it is shut."""

    http: httpx.AsyncClient | None = None
    loop: asyncio.AbstractEventLoop | None = None
    answered: list[int] = field(default_factory=list)

    def hand_on(self, path: str, body: bytes, content_type: str) -> int:
        if self.http is None or self.loop is None:
            return 503
        sent = self.http.post(path, content=body, headers={"content-type": content_type})
        status = asyncio.run_coroutine_threadsafe(sent, self.loop).result(20).status_code
        self.answered.append(status)
        return status


@pytest.fixture(scope="module")
def door() -> Iterator[tuple[Door, int]]:
    door = Door()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(door.hand_on(self.path, body, self.headers["content-type"]))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield door, server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def national(door: tuple[Door, int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A national system that knows where we hear of sign-outs."""
    told = {
        "backchannel_logout_uri": f"http://127.0.0.1:{door[1]}{BACK_CHANNEL}",
        "frontchannel_logout_uri": f"{OUR_ISSUER}{FRONT_CHANNEL}",
    }
    clients = [one | (told if one["client_id"] == CLIENT_ID else {}) for one in CLIENTS]
    with Process(tmp_path_factory.mktemp("national"), clients=json.dumps(clients)) as process:
        yield process


@pytest.fixture
async def world(
    template: Path, tmp_path: Path, national: Process, door: tuple[Door, int]
) -> AsyncIterator[World]:
    async with open_federated_world(template, tmp_path, national) as world:
        door[0].http, door[0].loop = world.http, asyncio.get_running_loop()
        yield world
        door[0].http = None


@pytest.fixture
async def there(national: Process) -> AsyncIterator[NationalBrowser]:
    async with httpx.AsyncClient(base_url=national.issuer) as http:
        yield NationalBrowser(http)


async def signed_in(
    world: World, national: Process, huong: Traveller, there: NationalBrowser
) -> tuple[RelyingParty, dict[str, Any]]:
    """Sign in through the national system, and stay signed in there; return the service and its tokens."""
    rp = await world.client("rp-told", backchannel_logout_uri="https://rp-told.example/hear")
    await there.open(await huong.leave(rp))
    await there.press(origin=national.issuer, number=HUONG, password=PASSWORDS[HUONG])
    if there.page.url.path.endswith("otp.do"):
        await there.press(origin=national.issuer, otp=there.otp())
    page = await huong.return_with(str(there.page.headers["location"]))
    page = await huong.browser.press(page, "allow")
    return rp, dict((await rp.redeem(world.http, page.answer["code"])).json())


async def assert_signed_out(world: World, huong: Traveller, rp: RelyingParty, tokens: dict[str, Any]) -> None:
    """Here, at the service's tokens, and the service is told."""
    silent = await huong.browser.get(rp.authorize_url(prompt="none"))
    assert silent.answer["error"] == "login_required"
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    client_id = ClientId(rp.client_id)
    told = await world.provider.database.read(lambda tx: tx.deliveries.of_client(client_id, 10))
    assert [one.kind for one in told] == [OutboxKind.BACKCHANNEL_LOGOUT]


async def test_who_signs_out_in_the_app_there_is_signed_out_here_and_the_service_is_told(
    world: World, national: Process, huong: Traveller, there: NationalBrowser, door: tuple[Door, int]
) -> None:
    rp, tokens = await signed_in(world, national, huong, there)
    assert "code" in (await huong.browser.get(rp.authorize_url(prompt="none"))).answer
    async with httpx.AsyncClient() as app:
        told = await app.post(f"{national.url}/__sign_out", json={"number": HUONG}, timeout=30)
    assert told.json() == {"ended": 1, "heard": 1, "silent": 0}
    assert door[0].answered == [200]
    await assert_signed_out(world, huong, rp, tokens)


async def test_where_the_back_channel_is_not_heard_the_browser_s_frame_signs_out(
    world: World, national: Process, huong: Traveller, there: NationalBrowser, door: tuple[Door, int]
) -> None:
    rp, tokens = await signed_in(world, national, huong, there)
    door[0].http = None
    await there.open("/authenticationendpoint/profile.do")
    page = await there.press("sign_out", origin=national.issuer)
    assert 'id="silent"' in page.text
    assert "code" in (await huong.browser.get(rp.authorize_url(prompt="none"))).answer, (
        "nothing was heard yet"
    )
    (framed,) = re.findall(rf'src="({re.escape(OUR_ISSUER + FRONT_CHANNEL)}[^"]*)"', page.text)
    assert (await huong.browser.get(unescape(framed))).status == 200
    await assert_signed_out(world, huong, rp, tokens)
