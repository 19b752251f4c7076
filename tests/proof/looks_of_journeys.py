"""axe-core and 320 px on every live page of the journey, in other looks than tests/journeys/test_accessibility.py has."""

import os
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.journeys.stack import start_stack
from tests.journeys.test_accessibility import NARROW, WIDE, Look, go_beside, go_the_journey
from tests.journeys.visitor import FLAGS


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        stack = start_stack(Path(folder) / "demo")
        try:
            browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=FLAGS)
            go_the_journey(stack, browser, Look("en-GB", WIDE, dark=True), "accountant")
            go_beside(stack, browser, Look("vi-VN", WIDE, dark=True))
            go_beside(stack, browser, Look("en-GB", NARROW, dark=False))
            browser.close()
        finally:
            stack.stop()


if __name__ == "__main__":
    main()
