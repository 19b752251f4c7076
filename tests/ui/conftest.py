"""Rendered pages, and a browser to show them, for every test of this folder."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from idp.ui.language import Language
from idp.ui.pages import Pages
from tests.journeys.visitor import FLAGS
from tests.ui.html import Page
from tests.ui.sample import SITE
from tests.ui.samples import SAMPLES


@pytest.fixture(scope="session")
def pages() -> Pages:
    return Pages(SITE)


@pytest.fixture(scope="session")
def rendered(pages: Pages) -> dict[tuple[str, Language], str]:
    """Every sample in both languages, as HTML."""
    return {
        (name, language): sample.render(pages, language)
        for name, sample in SAMPLES.items()
        for language in Language
    }


@pytest.fixture(scope="session")
def parsed(rendered: dict[tuple[str, Language], str]) -> dict[tuple[str, Language], Page]:
    """Every sample in both languages, read strictly."""
    return {key: Page(html) for key, html in rendered.items()}


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()
