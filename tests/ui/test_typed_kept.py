"""Another language keeps what was typed and chosen, on every page; passwords and codes are typed again (PAGES §5)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from idp.ui.language import Language
from tests.ui.gallery import render_all
from tests.ui.samples import SAMPLES
from tests.ui.serving import serving

pytestmark = [pytest.mark.network, pytest.mark.browser]

TYPED_AGAIN = ("password", "new-password", "otp", "recovery-code", "user-code", "desk-code", "case-number")
FILL = """() => {
  for (const field of document.querySelectorAll("main :is(input, select, textarea)")) {
    if (field.type === "checkbox" || field.type === "radio") field.checked = true;
    else if (field.localName === "select") field.selectedIndex = field.length - 1;
    else if (field.type !== "hidden") field.value = "Đã nhập 12";
  }
}"""
FILLED = """() => [...document.querySelectorAll("main :is(input, select, textarea)")]
  .filter((field) => field.type !== "hidden")
  .map(({name, type, value, checked, selectedIndex}) =>
    [name, type === "checkbox" || type === "radio" ? checked : selectedIndex ?? value])"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    with serving(render_all()) as origin:
        context = browser.new_context(base_url=origin)
        yield context.new_page()
        context.close()


def test_another_language_keeps_what_was_typed_and_chosen(page: Page) -> None:
    kept = set()
    for name in {sample.template: name for name, sample in SAMPLES.items()}.values():
        page.goto(f"/{Language.VI}/{name}.html")
        page.evaluate(FILL)
        typed = page.evaluate(FILLED)
        if not typed or not page.locator("#lang-en").count():
            continue
        _answer_with(page, f"/{Language.EN}/{name}.html")
        page.click("#lang-en")
        page.wait_for_load_state()
        assert page.locator("html").get_attribute("lang") == "en"
        for before, after in zip(typed, page.evaluate(FILLED), strict=True):
            assert (before == after) is (before[0] not in TYPED_AGAIN), (name, before, after)
        kept |= {field for field, _ in typed} - {*TYPED_AGAIN}
    assert {"username", "scope", "number"} <= kept
    assert page.evaluate("sessionStorage.length") == 0


def _answer_with(page: Page, location: str) -> None:
    page.route("**/language", lambda route: route.fulfill(status=303, headers={"location": location}))
