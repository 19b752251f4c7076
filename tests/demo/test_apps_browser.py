"""A real browser, scripts off, on a small screen: the journey from a procedure to the data store and out again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

from tests.demo.apps_city import city

pytestmark = pytest.mark.browser

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-sync",
]


@asynccontextmanager
async def small_screen(chromium: str) -> AsyncIterator[tuple[Page, list[str]]]:
    """A page 320 pixels wide without scripts, and what the browser complains of."""
    complaints: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        context = await browser.new_context(
            viewport={"width": 320, "height": 640}, java_script_enabled=False, locale="vi-VN"
        )
        page = await context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        yield page, complaints
        await browser.close()


async def fits(page: Page) -> bool:
    """Tell whether nothing sticks out sideways."""
    box = await page.locator("body").bounding_box()
    widest = [await element.bounding_box() for element in await page.locator("main *").all()]
    return box is not None and all(found["x"] + found["width"] <= 320.5 for found in widest if found)


async def test_a_procedure_is_filed_and_found_again_without_scripts(tmp_path: Path, chromium: str) -> None:
    async with city(tmp_path) as c, small_screen(chromium) as (page, complaints):
        c.provider.token_seconds = 1  # so that submitting goes through a silent trip to the provider
        await page.goto(c.portal)
        await page.click("#sign-in")
        assert await page.inner_text("#signed-in-name") == "Nguyễn Thị Hương"
        c.provider.token_seconds = 60
        await page.click("#procedure-house-number")
        await page.click("#start")
        await page.click("#submit")
        assert await page.locator("#error").is_visible()
        assert await fits(page)
        await page.fill("#where", "Ngõ 12 Lạch Tray, phường Ngô Quyền")
        await page.click("#submit")
        assert await fits(page)
        await page.click("#submit")
        assert await page.locator("#delivered").is_visible()
        assert await fits(page)
        await page.click("#open-data-store")
        assert await page.inner_text("#document-count") == "4 giấy tờ"
        assert await fits(page)
        await page.click("#sign-out-everywhere")
        assert await page.inner_text("#title") == "Đã đăng xuất mọi nơi"
        await page.goto(c.portal)
        assert await page.locator("#sign-in").is_visible()
        assert complaints == []
