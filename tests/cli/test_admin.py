"""`hpid admin bootstrap`: one link, one administrator – SECURITY E08."""

import re
import time

import pyotp
import pytest

from tests.cli.conftest import Office
from tests.driver import Browser, Page
from tests.server import ServedWorld

pytestmark = pytest.mark.network
_FORM = {"name": "Phạm Văn Cảng", "username": "cang.pham", "new-password": "một câu dài dễ nhớ của tôi"}


async def _link(office: Office) -> str:
    shown = (await office.installation.run("admin", "bootstrap", "--json")).json
    assert shown["link"].startswith(f"{office.installation.issuer}/administrator?link=hp_link_")
    return str(shown["link"])


async def _finish(browser: Browser, page: Page) -> Page:
    key = re.search(r'id="totp-key">([A-Z2-7 ]+)<', page.response.text)
    assert key is not None
    return await browser.press(page, "submit", otp=pyotp.TOTP(key[1].replace(" ", "")).at(int(time.time())))


async def test_the_newest_link_makes_one_administrator_once(office: Office, world: ServedWorld) -> None:
    older, link = await _link(office), await _link(office)
    browser = world.browser()
    assert (await browser.get(older)).case == "expired"

    page = await browser.press(await browser.get(link), "submit", None, **_FORM)
    assert "page-administrator-done" in (await _finish(browser, page)).ids
    assert (await browser.get(link)).case == "expired"
    find = ("people", "find", "--username", "cang.pham", "--reason", "upkeep", "--json")
    (found,) = (await office.installation.run(*find)).json["people"]
    assert found["name"] == "Phạm Văn Cảng"
