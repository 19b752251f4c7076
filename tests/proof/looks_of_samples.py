"""axe-core finds no fault on any sample page: both languages, narrow and wide, light and dark (WCAG 2.2 AA)."""

import os

from playwright.sync_api import sync_playwright

from tests.journeys.sample_looks import LOOKS, faults
from tests.journeys.visitor import FLAGS
from tests.ui.gallery import render_all
from tests.ui.serving import serving


def main() -> None:
    files = render_all()
    looks = {path: LOOKS for path in files if path.startswith(("/vi/", "/en/"))}
    assert len(looks) > 150
    with serving(files) as origin, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=FLAGS)
        found = faults(browser, origin, looks)
        browser.close()
    assert found == {}, found


if __name__ == "__main__":
    main()
