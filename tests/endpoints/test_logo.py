"""Logos of services: copied when registered, shown from our own origin – Registration §2; PROTOCOL rule 21, G08."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from idp.ids import ClientId
from tests.clients.test_logo import HOSTILE, SCRIPT, image
from tests.driver import Page
from tests.federation.fetch_peers import Peer, serving
from tests.registrant import Registered, invite, send
from tests.world import World, open_world

pytestmark = pytest.mark.network


def answer(body: bytes, *, status: str = "200 OK", content_type: str = "image/png") -> bytes:
    head = f"HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


@dataclass
class Gallery:
    """A provider, and one server on this machine for each answer that is hung there."""

    stack: AsyncExitStack
    template: Path
    folder: Path
    world: World = field(init=False)
    peers: list[Peer] = field(default_factory=list)

    async def open(self, *replies: bytes) -> list[str]:
        self.peers = [await self.stack.enter_async_context(serving(reply)) for reply in replies]
        self.world = await self.stack.enter_async_context(
            open_world(
                self.template,
                self.folder,
                registration="token",
                loopback_origins=tuple(peer.origin for peer in self.peers),
            )
        )
        return [f"{peer.origin}/logo" for peer in self.peers]

    async def register(self, logo_uri: str) -> Registered:
        response = await send(self.world, await invite(self.world), logo_uri=logo_uri, **LINKS)
        assert response.status_code == 201, response.text
        return Registered(self.world.http, response.json())


LINKS = {"policy_uri": "https://rp-d.example/policy", "tos_uri": "https://rp-d.example/terms"}


@pytest.fixture
async def gallery(template: Path, tmp_path: Path) -> AsyncIterator[Gallery]:
    async with AsyncExitStack() as stack:
        yield Gallery(stack, template, tmp_path)


def _shown(page: Page) -> str:
    """The address of the logo on a page."""
    before, found, after = page.response.text.partition('<img id="rp-logo" src="')
    assert found, before[-300:]
    return after.partition('"')[0]


async def test_the_sign_in_page_and_consent_show_logo_policy_and_terms(gallery: Gallery) -> None:
    (uri,) = await gallery.open(answer(image(), content_type="text/html"))
    world = gallery.world
    registered = await gallery.register(uri)
    assert registered.metadata["logo_uri"] == uri
    rp = registered.rp()
    browser = world.browser()
    person = await world.person()
    pages = [await browser.get(rp.authorize_url())]
    await world.signed_in(browser, person.person_id)
    pages.append(await browser.get(rp.authorize_url(scope="openid email")))
    assert {"consent", "sign-in"} == {page.response.url.path.lstrip("/") for page in pages}
    for page in pages:
        assert (page.links["rp-policy"], page.links["rp-tos"]) == (LINKS["policy_uri"], LINKS["tos_uri"])
        assert uri not in page.response.text
        assert "img-src 'self'" in page.response.headers["content-security-policy"]
    assert _shown(pages[0]) == _shown(pages[1])
    assert len(gallery.peers[0].connections) == 1


async def test_a_logo_is_a_png_of_ours_that_never_changes(gallery: Gallery) -> None:
    (uri,) = await gallery.open(answer(image() + SCRIPT))
    registered = await gallery.register(uri)
    page = await gallery.world.browser().get(registered.rp().authorize_url())
    response = await gallery.world.http.get(_shown(page))
    assert response.status_code == 200
    assert response.headers["content-type"] == "image/png"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert response.headers["cross-origin-resource-policy"] == "same-origin"
    assert response.content.startswith(b"\x89PNG")
    assert SCRIPT not in response.content
    head = await gallery.world.http.head(_shown(page))
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize(
    "reply",
    [
        *(answer(make()) for make in list(HOSTILE.values())[:8]),
        answer(image(), status="404 Not Found"),
        answer(b"<svg onload=alert(1)>", content_type="image/svg+xml"),
        answer(image() + b"\0" * (256 * 1024)),
        b"HTTP/1.1 302 Found\r\nlocation: /logo.png\r\ncontent-length: 0\r\n\r\n",
    ],
    ids=lambda reply: ascii(reply)[-24:],
)
async def test_g08_what_is_no_logo_is_refused_and_nothing_is_stored(gallery: Gallery, reply: bytes) -> None:
    (uri,) = await gallery.open(reply)
    world = gallery.world
    response = await send(world, await invite(world), logo_uri=uri)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_client_metadata")
    assert response.json()["error_description"].startswith("logo_uri: ")
    assert world.provider.configuration.logos == frozenset()
    assert not await world.provider.database.read(lambda tx: tx.clients.all())


async def test_a_logo_that_is_taken_away_is_gone(gallery: Gallery) -> None:
    (uri,) = await gallery.open(answer(image()))
    registered = await gallery.register(uri)
    browser = gallery.world.browser()
    path = _shown(await browser.get(registered.rp().authorize_url()))
    assert (await registered.replace()).status_code == 200
    assert (await gallery.world.http.get(path)).status_code == 404
    assert "rp-logo" not in (await browser.get(registered.rp().authorize_url())).response.text

    assert (await registered.replace(logo_uri=uri)).status_code == 200
    assert (await gallery.world.http.get(path)).status_code == 200
    assert (await registered.remove()).status_code == 204
    assert (await gallery.world.http.get(path)).status_code == 404


async def test_while_its_server_is_away_a_logo_stays_and_another_is_refused(gallery: Gallery) -> None:
    one, other = await gallery.open(answer(image()), answer(b"", status="503 Away"))
    registered = await gallery.register(one)
    browser = gallery.world.browser()
    path = _shown(await browser.get(registered.rp().authorize_url()))
    _cut_off(gallery.world)
    assert (await registered.replace(logo_uri=one)).status_code == 200
    assert (await gallery.world.http.get(path)).status_code == 200
    assert (await registered.replace(logo_uri=other)).status_code == 400
    assert (await gallery.world.http.get(path)).status_code == 200


async def test_a_logo_nobody_shows_costs_no_statement(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    await gallery.open()

    async def fail(_work: object) -> None:
        raise AssertionError("the database was asked")

    monkeypatch.setattr(gallery.world.provider.database, "read", fail)
    names = ("0" * 64 + ".png", "0" * 64, "x.png", "..%2f..%2fetc%2fpasswd", "%00", "A" * 64 + ".png", "")
    for name in names:
        response: httpx.Response = await gallery.world.http.get(f"/logo/{name}")
        assert response.status_code in {400, 404}, name


def _cut_off(world: World) -> None:
    """Let every call of the provider fail from now on."""

    async def nowhere(_host: str, _port: int) -> list[str]:
        raise OSError("no such name")

    world.provider.registration_fetcher._resolve = nowhere


async def test_an_operator_s_registration_keeps_the_copy(gallery: Gallery) -> None:
    (uri,) = await gallery.open(answer(image()))
    registered = await gallery.register(uri)
    await gallery.world.change_client(registered.client_id, law="Luật thử")
    page = await gallery.world.browser().get(registered.rp().authorize_url())
    assert (await gallery.world.http.get(_shown(page))).status_code == 200
    client = await gallery.world.provider.configuration.client(ClientId(registered.client_id))
    assert client is not None
    assert client.facts.law == "Luật thử"
