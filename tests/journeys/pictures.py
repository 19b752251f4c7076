"""Makes the pictures of the documentation from a fresh demo: `python -m tests.journeys.pictures docs/pictures`.

CHROMIUM names the browser if it is not on the path; letters look as the fonts of this machine do.
"""

import os
import shutil
import struct
import sys
import tempfile
import zlib
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.journeys.people import go_to_national, prove_nationally, sign_in
from tests.journeys.stack import Stack, start_stack
from tests.journeys.visitor import FLAGS, Visitor

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def main(out: Path) -> None:
    """Start a demo, walk through it, take the pictures, end the demo."""
    out.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        stack = start_stack(Path(folder) / "demo")
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
        _take(visitor, out / "sign-in.png")
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
        _take(visitor, out / "signed-out.png")


def _take_phone(browser: Browser, stack: Stack, out: Path) -> None:
    with Visitor(browser, language="en-GB", width=390, dark=True) as visitor:
        sign_in(visitor, stack.portal, "other-parent")
        visitor.open(stack.provider)
        visitor.press("sign-out")
        _take(visitor, out / "phone-dark.png")


def _take(visitor: Visitor, path: Path, *, is_whole: bool = False) -> None:
    path.write_bytes(_smaller(visitor.page.screenshot(full_page=is_whole)))


def _smaller(png: bytes) -> bytes:
    """Compress the picture's lines as well as zlib can (PNG, third edition, §10.2)."""
    before, lines, after = bytearray(), bytearray(), bytearray()
    at = len(_SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        chunk = png[at : at + length + 12]
        if chunk[4:8] == b"IDAT":
            lines += chunk[8:-4]
        elif lines:
            after += chunk
        else:
            before += chunk
        at += len(chunk)
    packed = b"IDAT" + zlib.compress(zlib.decompress(lines), 9)
    data = struct.pack(">I", len(packed) - 4) + packed + struct.pack(">I", zlib.crc32(packed))
    return _SIGNATURE + bytes(before) + data + bytes(after)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
