"""axe-core on every sample page, every other one in English, in a look that changes from page to page (PAGES §5).

WCAG 2.2 AA. `scripts/proof looks_of_samples` sees every page in both languages and all its looks.
"""

from collections.abc import Iterator
from functools import cache

import pytest
from playwright.sync_api import Browser

from idp.ui.language import Language
from tests.journeys.sample_looks import LOOKS, faults
from tests.ui.gallery import render_all
from tests.ui.serving import serving

pytestmark = [pytest.mark.network, pytest.mark.browser]

rendered = cache(render_all)


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with serving(rendered()) as origin:
        yield origin


@pytest.mark.parametrize(("language", "first"), [(Language.VI, 0), (Language.EN, 1)])
def test_no_sample_page_has_a_fault_that_axe_finds(
    browser: Browser, origin: str, language: Language, first: int
) -> None:
    paths = [path for path in rendered() if path.startswith(f"/{language}/")][first::2]
    assert len(paths) > 50
    looks = {path: (LOOKS[number % len(LOOKS)],) for number, path in enumerate(paths)}
    assert faults(browser, origin, looks) == {}


def test_a_fault_of_one_look_is_found_and_named(browser: Browser) -> None:
    style = "@media (prefers-color-scheme: dark) { p { color: #888; background: #777 } }"
    page = "<!doctype html><html lang=en><title>x</title>{}<main><h1>x</h1><p>pale</p></main>"
    pale, plain = page.format(f"<style>{style}</style>").encode(), page.format("").encode()
    nameless = b"<!doctype html><html><title>x</title><main><h1>x</h1></main>"
    pages = {"/before": plain, "/pale": pale, "/after": plain, "/nameless": nameless, "/last": plain}
    with serving(pages, headers=False) as origin:
        found = faults(browser, origin, dict.fromkeys(pages, LOOKS))
    expected = {("/nameless", look): ["html-has-lang"] for look in LOOKS}
    expected |= {("/pale", look): ["color-contrast"] for look in LOOKS if look[1] == "dark"}
    assert {where: [fault.partition(":")[0] for fault in said] for where, said in found.items()} == expected
