"""Rendered pages for every test of this folder."""

import pytest

from idp.ui.language import Language
from idp.ui.pages import Pages
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
