"""How tests sign in on one device by confirming it on another."""

import re
from dataclasses import dataclass
from typing import Any

import httpx

from tests.driver import Browser, Page, RelyingParty
from tests.world import World

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36"
PHONE = (
    "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Mobile Safari/537.36"
)
_TYPED = re.compile(r'id="user-code">.*?<span class="mono">([A-Z]{4}-[A-Z]{4})</span>', re.DOTALL)
_NUMBER = re.compile(r'id="match">([0-9]{2})<')


def at(world: World, address: str = "127.0.0.1", agent: str = CHROME) -> Browser:
    """A browser at an address."""
    transport = httpx.ASGITransport(app=world.app, raise_app_exceptions=False, client=(address, 40_000))
    browser = Browser(transport, world.issuer)
    browser.client.headers["user-agent"] = agent
    return browser


@dataclass
class Screen:
    """The device that asks, with what stands on its screen."""

    browser: Browser
    page: Page

    @property
    def code(self) -> str:
        (code,) = _TYPED.findall(self.page.response.text)
        return str(code)

    @property
    def number(self) -> str:
        (number,) = _NUMBER.findall(self.page.response.text)
        return str(number)

    @property
    def wrong(self) -> str:
        """A number that is not on the screen."""
        return str(10 + (int(self.number) - 10 + 1) % 90)

    async def go_on(self) -> Page:
        return await self.browser.press(self.page, "submit")

    async def state(self) -> int:
        response = await self.browser.client.get(f"/sign-in/qr/state?i={self.page.interaction}")
        return response.status_code


def user_code(typed: str) -> dict[str, Any]:
    """Return the field for the code of who can't scan it."""
    return {"user-code": typed}


async def screen(world: World, rp: RelyingParty, address: str = "127.0.0.1", **changes: str | None) -> Screen:
    """Open the sign-in page somewhere and choose the QR code."""
    browser = at(world, address)
    page = await browser.get(rp.authorize_url(**changes))
    page = await browser.press(page, "method-qr")
    assert "page-qr" in page.ids, page.response.text
    return Screen(browser, page)


async def phone(world: World, person_id: Any, address: str = "127.0.0.1", **how: Any) -> Browser:
    """A phone that somebody is signed in on."""
    browser = at(world, address, PHONE)
    await world.signed_in(browser, person_id, **how)
    return browser


async def open_code(browser: Browser, code: str) -> Page:
    return await browser.get(f"/q/{code}")


async def confirm(browser: Browser, shown: Screen) -> Page:
    """Do on the phone all that it takes."""
    page = await open_code(browser, shown.code)
    assert "page-qr-confirm" in page.ids, page.response.text
    return await browser.press(page, "submit", number=shown.number)
