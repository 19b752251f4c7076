"""`/status`: anybody sees how the national system is, and which service takes which way to sign in – PAGES 3.1.10.

And the banner, which promises no more than that: by the services that are registered, and the settings.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from idp.citizen.status import MOST_NAMED
from idp.cli.upstreams import set_maintenance
from idp.database import Done
from idp.ids import ClientId
from idp.protocol.acting import ContextKind
from idp.protocol.assurance import Acr
from idp.protocol.facts import LocalLogin
from idp.transaction import Tx
from tests import make
from tests.driver import Page
from tests.world import World, open_world

CITY = "vẫn đăng nhập được vào một số dịch vụ"
SUBSTANTIAL: dict[str, Any] = {"default_acr": Acr.SUBSTANTIAL}
NEVER: dict[str, Any] = {"local_login": LocalLogin.NEVER, **SUBSTANTIAL}
HALF: dict[str, Any] = {"local_login": LocalLogin.DEGRADED, **SUBSTANTIAL}
ACCEPTS: dict[str, Any] = {**HALF, "accept_degraded": True}
LOW: dict[str, Any] = {"local_login": LocalLogin.LOW, "default_acr": Acr.LOW}
LOW_IN_NAME: dict[str, Any] = {"local_login": LocalLogin.LOW, **SUBSTANTIAL}
OFFICIALS: dict[str, Any] = {"subject_contexts": (ContextKind.OFFICIAL,), **NEVER}
KINDS = {
    "never": NEVER,
    "half": HALF,
    "accepts": ACCEPTS,
    "low": LOW,
    "low-in-name": LOW_IN_NAME,
    "officials": OFFICIALS,
}


@pytest.fixture(name="opened")
async def _opened(template: Path, tmp_path: Path) -> AsyncIterator[World]:
    async with _open(template, tmp_path, degraded_sign_in=True) as world:
        yield world


@asynccontextmanager
async def _open(template: Path, folder: Path, **settings: Any) -> AsyncIterator[World]:
    named = {"national_issuer": "https://national.example", "qr_sign_in": False, **settings}
    async with open_world(template, folder, **named) as world:
        yield world


def goes_down(world: World) -> None:
    for _ in range(3):
        world.provider.national_circuit.failed(world.time())


def by(page: Page) -> dict[str, list[str]]:
    """Ways, as the ids of the blocks name them → the services that stand under them."""
    blocks = re.findall(
        r'<section class="card stack-s" id="by-([a-z-]+)"(.*?)</section>', page.response.text, re.DOTALL
    )
    return {ways: re.findall(r"<li>(.*?)</li>", inside) for ways, inside in blocks}


async def test_it_is_the_same_for_all_who_ask_alike_and_may_be_kept_for_half_a_minute(
    opened: World,
) -> None:  # RFC 9111 §5.2.2, RFC 9110 §12.5.5
    rp = await opened.client()
    signed_in = (await opened.visitor(rp)).browser
    seen = await signed_in.get("/status")
    told = seen.response.headers
    assert (seen.status, told["cache-control"]) == (200, "public, max-age=30")
    assert {one.strip().lower() for one in told["vary"].split(",")} == {"accept-language", "cookie"}
    assert "set-cookie" not in told
    stranger = await opened.http.get("/status", headers={"accept-language": "vi"})
    assert "set-cookie" not in stranger.headers
    assert stranger.text == seen.response.text
    assert "<form" not in stranger.text
    assert "csrf" not in stranger.text
    assert "sign-out" not in seen.ids


async def test_it_asks_the_database_nothing_of_its_own(opened: World) -> None:
    rp = await opened.client()
    signed_in = (await opened.visitor(rp)).browser
    await opened.provider.configuration.refresh()
    asked: list[str] = []

    def note(*arguments: Any) -> None:
        asked.append(arguments[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert (await signed_in.get("/status")).status == 200
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert asked == []


@pytest.mark.parametrize(
    ("address", "headers", "language"),
    [
        ("/status", {"accept-language": "en"}, "en"),
        ("/status", {"accept-language": "vi"}, "vi"),
        ("/status?ui_locales=en", {"accept-language": "vi"}, "en"),
        ("/status?ui_locales=vi", {"accept-language": "en", "cookie": "hpid-lang=en"}, "vi"),
        ("/status", {"accept-language": "vi", "cookie": "hpid-lang=en"}, "en"),
    ],
)
async def test_it_speaks_both_languages_and_leads_to_the_other_by_a_link(
    opened: World, address: str, headers: dict[str, str], language: str
) -> None:
    page = Page(await opened.http.get(address, headers=headers))
    assert f'<html lang="{language}"' in page.response.text
    other = "vi" if language == "en" else "en"
    assert page.links[f"lang-{other}"] == f"/status?ui_locales={other}"


async def test_each_service_stands_under_the_ways_that_lead_into_it_now(opened: World) -> None:
    for name, terms in KINDS.items():
        await opened.client(name, name=name, **terms)
    browser = opened.browser()
    page = await browser.get("/status")
    assert {"national", "national-up"} <= page.ids
    assert "banner" not in page.ids
    assert by(page) == {
        "national": ["accepts", "half", "low-in-name", "never"],
        "national-passkey-password": ["low"],
        "passkey-password": ["officials"],
    }
    goes_down(opened)
    page = await browser.get("/status")
    assert {"national-down", "banner"} <= page.ids
    assert by(page) == {
        "passkey-password": ["accepts", "low", "officials"],
        "none": ["half", "low-in-name", "never"],
    }


async def test_where_city_credentials_may_not_stand_in_no_service_is_said_to_take_them(
    template: Path, tmp_path: Path
) -> None:
    async with _open(template, tmp_path, degraded_sign_in=False) as world:
        for name in ("accepts", "low"):
            await world.client(name, name=name, **KINDS[name])
        goes_down(world)
        assert by(await world.browser().get("/status")) == {"passkey-password": ["low"], "none": ["accepts"]}


@pytest.mark.parametrize("degraded", [True, False])
@pytest.mark.parametrize("is_down", [True, False])
async def test_what_it_says_a_sign_in_page_offers(
    template: Path, tmp_path: Path, degraded: bool, is_down: bool
) -> None:
    async with _open(template, tmp_path, degraded_sign_in=degraded) as world:
        services = {name: await world.client(name, name=name, **terms) for name, terms in KINDS.items()}
        if is_down:
            goes_down(world)
        for ways, names in by(await world.browser().get("/status")).items():
            for name in names:
                offered = await world.browser().get(services[name].authorize_url())
                assert ("method-national" in offered.ids) is ("national" in ways), (name, ways)
                takes_city = {"method-password", "password"} & offered.ids
                assert takes_city or "password" not in ways, (name, ways)


async def test_named_are_services_that_people_sign_in_at_and_no_others(opened: World) -> None:
    await opened.client("open", name="Dịch vụ mở", name_en="Open service", **NEVER)
    await opened.client("shut", name="Đã tắt", enabled=False, **NEVER)
    await opened.client(
        "machine",
        name="Máy",
        grant_types=("client_credentials",),
        redirect_uris=(),
        post_logout_redirect_uris=(),
        scopes=frozenset({"openid"}),
        local_login=LocalLogin.NEVER,
        unchecked=True,
    )
    assert by(await opened.browser().get("/status")) == {"national": ["Dịch vụ mở"]}
    english = Page(await opened.http.get("/status?ui_locales=en"))
    assert by(english) == {"national": ["Open service"]}


async def test_no_service_is_told_too(opened: World) -> None:
    assert "no-services" in (await opened.browser().get("/status")).ids


async def test_the_banner_leads_there_from_every_page_and_tells_of_an_end_only_who_gave_one(
    opened: World,
) -> None:
    rp = await opened.client(**NEVER)
    goes_down(opened)
    for address in ("/", "/help", "/nowhere", rp.authorize_url()):
        assert (await opened.browser().get(address)).links["banner-more"] == "/status", address
    there = await opened.browser().get("/status")
    assert {"banner", "national-down"} <= there.ids
    assert "banner-more" not in there.ids, "it leads nowhere from there"
    until = opened.time() + timedelta(hours=2)
    await opened.write(partial(set_maintenance, until=until, occasion=opened.occasion))
    planned = await opened.browser().get("/status")
    assert {"banner", "national-planned"} <= planned.ids
    assert (await opened.browser().get("/help")).links["banner-more"] == "/status"


@pytest.mark.parametrize(
    ("degraded", "services", "is_true"),
    [
        (False, (), False),
        (False, ("accepts", "half", "never", "low-in-name", "officials"), False),
        (False, ("never", "low"), True),
        (True, (), False),
        (True, ("half", "never", "officials"), False),
        (True, ("never", "accepts"), True),
    ],
)
async def test_the_banner_speaks_of_passkeys_and_passwords_only_where_they_lead_somewhere(
    template: Path, tmp_path: Path, degraded: bool, services: tuple[str, ...], is_true: bool
) -> None:
    async with _open(template, tmp_path, degraded_sign_in=degraded) as world:
        for name in services:
            await world.client(name, **KINDS[name])
        await world.client("shut", enabled=False, **LOW)
        goes_down(world)
        await world.provider.configuration.refresh()
        for address in ("/", "/help", "/status"):
            page = await world.browser().get(address)
            assert "banner" in page.ids
            assert (CITY in page.response.text) is is_true, address


async def test_where_more_are_registered_than_anybody_reads_it_says_how_many_are_left_out(
    opened: World,
) -> None:
    def many(tx: Tx) -> Done[None]:
        for number in range(MOST_NAMED + 3):
            name = f"rp-{number:03}"
            tx.clients.put(make.client(client_id=ClientId(name), sector=name, name=name), opened.time())
        tx.configuration.raise_version()
        return Done(None)

    await opened.write(many)
    page = await opened.browser().get("/status")
    assert sum(len(names) for names in by(page).values()) == MOST_NAMED
    assert re.search(r'id="more">Còn 3 ', page.response.text)
