"""axe-core on every sample page: both languages, both themes, narrow and wide (WCAG 2.2 AA, PAGES §5)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from idp.ui.language import Language
from tests.journeys.axe import violations
from tests.journeys.visitor import Visitor
from tests.ui.gallery import render_all
from tests.ui.serving import serving

pytestmark = [pytest.mark.network, pytest.mark.browser]

FILES = render_all()


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with serving(FILES) as origin:
        yield origin


@pytest.mark.parametrize(
    ("language", "width", "dark"),
    [
        (Language.VI, 320, False),
        (Language.VI, 1280, True),
        (Language.EN, 320, True),
        (Language.EN, 1280, False),
    ],
)
def test_no_sample_page_has_a_fault_that_axe_finds(
    browser: Browser, origin: str, language: Language, width: int, *, dark: bool
) -> None:
    paths = [path for path in FILES if path.startswith(f"/{language}/")]
    assert len(paths) > 50
    with Visitor(browser, width=width, dark=dark) as visitor:
        found = {}
        for path in paths:
            visitor.open(origin + path)
            found[path] = violations(visitor)
        assert {path: faults for path, faults in found.items() if faults} == {}
