"""Makes the pictures of the documentation from a fresh demo: `python -m tests.journeys.pictures docs/pictures`.

CHROMIUM names the browser if it is not on the path; letters look as the fonts of this machine do.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, FloatRect, sync_playwright

from tests.journeys.palette import with_palette
from tests.journeys.people import go_to_national, prove_nationally
from tests.journeys.stack import Stack, start_stack
from tests.journeys.visitor import FLAGS, Visitor

_PORT_BASE = 8000
"""The usual one, because the addresses are seen."""


def main(out: Path) -> None:
    """Start a demo, walk through it, take the pictures, end the demo."""
    out.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        stack = start_stack(Path(folder) / "demo", port_base=_PORT_BASE)
        try:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            _take_desktop(browser, stack, out)
            _take_phone(browser, stack, out)
            browser.close()
        finally:
            stack.stop()


def _take_desktop(browser: Browser, stack: Stack, out: Path) -> None:
    with Visitor(browser) as visitor:
        visitor.open(stack.portal)
        visitor.press("sign-in")
        _take(visitor, out / "sign-in.png", is_whole=True)
        go_to_national(visitor)
        prove_nationally(visitor, "level-02-adult")
        _take(visitor, out / "consent.png", is_whole=True)
        visitor.press("allow")
        _take(visitor, out / "portal.png")
        visitor.press("procedure-house-number")
        visitor.press("start")
        visitor.type(where="Ngõ 12 Lạch Tray, phường Ngô Quyền")
        visitor.press("submit")
        visitor.press("submit")
        visitor.press("open-data-store")
        _take(visitor, out / "data-store.png")
        visitor.open(stack.provider)
        visitor.press("sign-out")
        visitor.press("sign-out-all")
        while visitor.sees("refresh"):
            visitor.press("refresh")
        _take(visitor, out / "signed-out.png", is_whole=True)


def _take_phone(browser: Browser, stack: Stack, out: Path) -> None:
    with Visitor(browser, language="en-GB", width=390, dark=True) as visitor:
        visitor.open(stack.portal)
        visitor.press("sign-in")
        _take(visitor, out / "phone-dark.png", is_whole=True)


def _take(visitor: Visitor, path: Path, *, is_whole: bool = False) -> None:
    """Take what fits the window, or the whole page without its foot."""
    if not is_whole:
        path.write_bytes(with_palette(visitor.page.screenshot()))
        return
    main = visitor.page.locator("main").bounding_box()
    assert main is not None
    area = FloatRect(x=0, y=0, width=main["width"], height=main["y"] + main["height"])
    path.write_bytes(with_palette(visitor.page.screenshot(full_page=True, clip=area)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
