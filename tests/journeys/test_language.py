"""Language and appearance: a service's wish is followed, a person's own choice kept (PAGES §5)."""

import pytest
from playwright.sync_api import Browser

from tests.journeys.people import give_password, prove_nationally
from tests.journeys.stack import Stack
from tests.journeys.visitor import Visitor

_LETTERS = "parseFloat(getComputedStyle(document.body).fontSize)"

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(240)]


def test_a_service_in_english_leads_to_english_pages_all_the_way_and_back(
    stack: Stack, browser: Browser
) -> None:
    with Visitor(browser) as visitor:
        visitor.open(stack.portal)
        assert visitor.language == "vi"
        visitor.press("lang-en")
        visitor.press("sign-in")
        assert (visitor.at, visitor.language) == ("sign-in", "en")
        visitor.press("method-national")
        assert (visitor.at, visitor.language) == ("national", "en")
        visitor.press("submit")
        assert (visitor.site, visitor.language) == (stack.national, "en")
        give_password(visitor, "official-two-posts")
        assert visitor.language == "en"
        visitor.press("national-cancel")
        assert (visitor.at, visitor.language) == ("sign-in", "en")
        visitor.press("cancel")
        assert (visitor.site, visitor.language) == (stack.portal, "en")
        assert visitor.text("title") == "Not signed in"


@pytest.mark.parametrize(("slug", "scripts"), [("child-17", True), ("official-two-posts", False)])
def test_a_change_of_language_or_appearance_keeps_every_step(
    stack: Stack, browser: Browser, slug: str, *, scripts: bool
) -> None:
    with Visitor(browser, scripts=scripts) as visitor:
        visitor.open(stack.portal)
        visitor.press("sign-in")
        _change(visitor, "sign-in")
        visitor.press("method-national")
        _change(visitor, "national")
        visitor.press("submit")
        prove_nationally(visitor, slug)
        _change(visitor, "consent")
        assert visitor.sees("first-login")
        visitor.press("allow")
        assert (visitor.site, visitor.at) == (stack.portal, "home")


def test_what_the_person_chose_holds_at_the_next_visit(stack: Stack, browser: Browser) -> None:
    with Visitor(browser) as visitor:
        visitor.open(stack.provider)
        visitor.press("lang-en")
        visitor.press("theme-dark")
        visitor.open(f"{stack.provider}/help")
        assert visitor.language == "en"
        assert visitor.page.locator("html").get_attribute("data-theme") == "dark"
        visitor.press("theme-device")
        assert visitor.page.locator("html").get_attribute("data-theme") is None
        sizes = {}
        for size in ("larger", "large", "normal"):
            visitor.press(f"text-size-{size}")
            visitor.open(f"{stack.provider}/accessibility")
            sizes[size] = visitor.page.evaluate(_LETTERS)
        assert sizes == {"normal": 17, "large": 17 * 1.25, "larger": 17 * 1.5}


def _change(visitor: Visitor, step: str) -> None:
    """To English and back, to dark and back; the step stays."""
    for button, language in (
        ("lang-en", "en"),
        ("theme-dark", "en"),
        ("text-size-larger", "en"),
        ("lang-vi", "vi"),
        ("text-size-normal", "vi"),
        ("theme-device", "vi"),
    ):
        visitor.press(button)
        assert (visitor.at, visitor.language) == (step, language), button
