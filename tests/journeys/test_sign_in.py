"""One sign-in for every service: the first with its pages counted, the next on the same device (DOMAIN §4.1)."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.journeys.people import full_name, go_to_national, prove_nationally, scan_nationally, sign_in
from tests.journeys.stack import Stack, wait_until
from tests.journeys.visitor import Language, Visitor

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(240)]

# whoever signs in first here signs in nowhere else in these journeys: the link to the account is made and told once
WORDS = {
    "vi-VN": ("Xác thực mức đáng kể", "Cho bản thân", "4 giấy tờ"),
    "en-GB": ("Authenticated at the substantial level", "For myself", "4 documents"),
}
VIETNAMESE = re.compile(r"\b(của|không|đăng|được|tiếp tục|dịch vụ|thông tin|hồ sơ|giấy tờ)\b", re.IGNORECASE)


@pytest.mark.parametrize(
    ("slug", "language", "scripts", "prove"),
    [
        ("year-only-birth-date", "vi-VN", True, "code on the screen"),
        ("director-of-12", "vi-VN", False, "password"),
        ("other-parent", "en-GB", True, "password"),
    ],
)
def test_the_first_sign_in_takes_six_pages_the_next_four_and_other_services_none(
    stack: Stack, browser: Browser, slug: str, language: Language, prove: str, *, scripts: bool
) -> None:
    level, for_whom, papers = WORDS[language]
    with Visitor(browser, language=language, scripts=scripts, arrive=speaks(language)) as visitor:
        began = time.monotonic()
        visitor.open(stack.portal)
        visitor.press("sign-in")
        assert (visitor.site, visitor.at) == (stack.provider, "sign-in")
        go_to_national(visitor)
        assert visitor.site == stack.national
        if prove == "password":
            prove_nationally(visitor, slug)
        else:
            scan_nationally(visitor, browser, slug)
        assert (visitor.site, visitor.at) == (stack.provider, "consent")
        assert full_name(slug) in visitor.text("first-login")
        visitor.press("allow")
        assert (visitor.site, visitor.at) == (stack.portal, "home")
        assert visitor.text("signed-in-name") == full_name(slug)
        assert visitor.text("signed-in-level") == level
        assert visitor.text("acting-for") == for_whom
        assert time.monotonic() - began < 60
        assert visitor.acts <= 6, "pages that want an act the first time on a device, the portal included"

        file_a_procedure(visitor)
        visitor.acts = 0
        visitor.open(f"{stack.data_store}/documents")
        assert (visitor.site, visitor.at) == (stack.data_store, "documents")
        assert visitor.text("document-count") == papers
        assert visitor.acts == 0, "no page in between"

        visitor.press("sign-out-everywhere")
        wait_until(
            lambda: _is_out(visitor, stack.portal), seconds=10
        )  # how soon is for test_sign_out.py to say
        visitor.acts = 0
        sign_in(visitor, stack.portal, slug)
        assert (visitor.at, visitor.text("signed-in-name")) == ("home", full_name(slug))
        assert visitor.acts <= 4, "pages that want an act on a known device"


def test_the_second_service_asks_nothing_whichever_is_opened_first(stack: Stack, browser: Browser) -> None:
    with Visitor(browser) as visitor:
        visitor.open(f"{stack.data_store}/documents")
        go_to_national(visitor)
        prove_nationally(visitor, "child-15")
        assert (visitor.site, visitor.at) == (stack.data_store, "documents")
        visitor.open(stack.portal)
        visitor.press("sign-in")
        assert visitor.at == "consent", "the portal's own claims are told once"
        assert not visitor.sees("first-login")


def _is_out(visitor: Visitor, service: str) -> bool:
    visitor.open(service)
    return visitor.sees("sign-in")


def speaks(language: Language) -> Callable[[Visitor], None]:
    """Return what to look at on every page: its language, and on an English one that no Vietnamese sentence is left."""

    def check(visitor: Visitor) -> None:
        assert visitor.language == language[:2], visitor.page.url
        if language == "en-GB":
            text = visitor.page.locator("main").inner_text()
            for part in visitor.page.locator("main [lang=vi]").all_inner_texts():
                text = text.replace(part, "")
            assert VIETNAMESE.findall(text) == [], visitor.page.url

    return check


def file_a_procedure(visitor: Visitor) -> None:
    """From the portal's first page to the receipt."""
    visitor.press("procedure-house-number")
    visitor.press("start")
    visitor.type(where="Ngõ 12 Lạch Tray, phường Ngô Quyền")
    visitor.press("submit")
    visitor.press("submit")
    assert (visitor.at, visitor.sees("delivered")) == ("receipt", True)
