"""Every live page of the journey: axe-core finds nothing, 320 px are enough, Tab reaches all of it (WCAG 2.2 AA)."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from tests.journeys.axe import violations
from tests.journeys.keyboard import tab_through
from tests.journeys.people import code_on_phone, give_password, reach_consent
from tests.journeys.stack import Stack
from tests.journeys.visitor import Language, Visitor

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(300)]

NARROW, WIDE = 320, 1280
NATIONAL = ("/faults", "/faults/events?type=person.corrected", "/phone", "/authenticationendpoint/profile.do")
HELP = ("/help", "/phong-lua-dao", "/privacy", "/accessibility", "/status")


@dataclass(frozen=True)
class Look:
    """How pages are seen; `scripts/proof looks_of_journeys` sees these in others than the tests here."""

    language: Language
    width: int
    dark: bool

    def visitor(self, browser: Browser) -> Visitor:
        """Return somebody who sees them so, and checks each page that is come to."""
        return Visitor(browser, language=self.language, width=self.width, dark=self.dark, arrive=check)


def test_every_page_of_the_journey_is_accessible(stack: Stack, browser: Browser) -> None:
    go_the_journey(stack, browser, Look("vi-VN", NARROW, dark=False), "custody-mother")


def test_every_page_beside_the_journey_is_accessible(stack: Stack, browser: Browser) -> None:
    go_beside(stack, browser, Look("en-GB", WIDE, dark=True))


def go_the_journey(stack: Stack, browser: Browser, look: Look, slug: str) -> None:
    """Look at each page that somebody sees who comes with a request, signs in and out."""
    with look.visitor(browser) as visitor:
        visitor.open(stack.portal)
        visitor.press("sign-in")
        visitor.press("method-national")
        visitor.press("submit")
        visitor.press("national-submit")  # empty: the error is a page too
        give_password(visitor, slug)
        visitor.type(national_otp=code_on_phone(visitor))
        visitor.press("national-submit")
        assert visitor.at == "consent"
        visitor.press("allow")
        visitor.press("procedure-house-number")
        visitor.press("start")
        visitor.press("submit")
        visitor.type(where="Ngõ 12 Lạch Tray, phường Ngô Quyền")
        visitor.press("submit")
        visitor.press("submit")
        visitor.open(f"{stack.portal}/my-files")
        visitor.open(f"{stack.data_store}/documents")
        visitor.open(_first_document(visitor, stack))
        visitor.open(stack.data_store)
        visitor.open(stack.provider)
        visitor.press("sign-out")
        visitor.press("sign-out-here")


def go_beside(stack: Stack, browser: Browser, look: Look) -> None:
    """Look at help, errors, refusals and what only the national system shows."""
    with look.visitor(browser) as visitor:
        for path in (*HELP, "/nowhere", "/authorize?client_id=nobody", "/sign-in?i=nothing"):
            visitor.open(stack.provider + path)
        reach_consent(visitor, stack.portal, "level-01-adult")
        visitor.press("cancel")
        assert visitor.at == "level-too-low"
        visitor.open(f"{stack.portal}/callback?error=access_denied&state=nobody's")
        visitor.open(f"{stack.portal}/nowhere")
        for path in NATIONAL:
            visitor.open(stack.national + path)


def test_tab_reaches_everything_in_the_order_it_is_read(stack: Stack, browser: Browser) -> None:
    with Visitor(browser) as visitor:
        visitor.open(stack.portal)
        assert tab_through(visitor)[:5] == ["skip", "brand", "nav-procedures", "nav-my-files", "lang-en"]
        visitor.press("sign-in")
        reached = tab_through(visitor)
        assert reached[:6] == ["skip", "", "brand", "lang-en", "method-national", "method-qr"]
        assert "cancel" in reached
        assert reached[-2:] == ["theme-light", "theme-dark"]


def test_the_skip_link_shows_itself_and_leads_past_the_header(stack: Stack, browser: Browser) -> None:
    with Visitor(browser) as visitor:
        for url, first in ((stack.portal, "sign-in"), (f"{stack.provider}/help", "")):
            visitor.open(url)
            visitor.page.keyboard.press("Tab")
            assert visitor.page.evaluate("document.activeElement.id") == "skip"
            box = visitor.element("skip").bounding_box()
            assert box is not None
            assert box["y"] >= 0
            visitor.page.keyboard.press("Enter")
            visitor.page.keyboard.press("Tab")
            inside = "document.querySelector('main').contains(document.activeElement)"
            assert visitor.page.evaluate(f"{inside} || !document.querySelector('main a, main button')"), url
            if first:
                assert visitor.page.evaluate("document.activeElement.id") == first


def check(visitor: Visitor) -> None:
    """Look at the page that was come to."""
    assert violations(visitor) == [], visitor.page.url
    width = visitor.page.evaluate("innerWidth")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width, visitor.page.url
    assert visitor.page.locator("h1").count() == 1, visitor.page.url


def _first_document(visitor: Visitor, stack: Stack) -> str:
    link = visitor.page.locator("main a[href^='/documents/']").first
    return f"{stack.data_store}{link.get_attribute('href')}"
