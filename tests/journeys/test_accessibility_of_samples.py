"""axe-core on every sample page: both languages, both themes, narrow and wide (WCAG 2.2 AA, PAGES §5)."""

from collections.abc import Iterator
from functools import cache
from typing import Literal

import pytest
from playwright.sync_api import Browser

from idp.ui.language import Language
from tests.journeys.axe import violations
from tests.journeys.visitor import Visitor
from tests.ui.gallery import render_all
from tests.ui.serving import serving

pytestmark = [pytest.mark.network, pytest.mark.browser]

rendered = cache(render_all)


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with serving(rendered()) as origin:
        yield origin


@pytest.mark.parametrize(
    ("language", "looks"),
    [
        (Language.VI, {320: "light", 1280: "dark"}),
        (Language.EN, {320: "dark", 1280: "light"}),
    ],
)
def test_no_sample_page_has_a_fault_that_axe_finds(
    browser: Browser, origin: str, language: Language, looks: dict[int, Literal["light", "dark"]]
) -> None:
    paths = [path for path in rendered() if path.startswith(f"/{language}/")]
    assert len(paths) > 50
    with Visitor(browser) as visitor:
        found = {}
        for path in paths:
            visitor.open(origin + path)
            for width, theme in looks.items():
                visitor.page.set_viewport_size({"width": width, "height": 800})
                visitor.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                found[path, width, theme] = violations(visitor)
        assert {look: faults for look, faults in found.items() if faults} == {}
