"""Signing in at a computer by a phone, in two browsers: scanned or typed, matched, and the computer goes on by itself.

PAGES 3.1.9; what it must stand is in tests/attacks/test_f04_phones.py.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.driver import RelyingParty
from tests.journeys.axe import violations
from tests.journeys.local_service import local_service, name_and_level
from tests.journeys.people import full_name, go_to_national, prove_nationally
from tests.journeys.stack import Stack
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def service(stack: Stack) -> Iterator[RelyingParty]:
    with local_service(stack, "dich-vu-qr", terms=("--local-login", "never", "--acr", "LoA2")) as service:
        yield service


def check(visitor: Visitor) -> None:
    """Every page of this way in is accessible and fits."""
    if visitor.at.startswith(("qr", "sign-in")):
        assert violations(visitor) == [], visitor.at
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), visitor.at


def test_a_number_typed_on_a_phone_brings_the_computer_in(
    stack: Stack, browser: Browser, service: RelyingParty
) -> None:
    with (
        Visitor(browser, language="en-GB", dark=True, arrive=check) as computer,
        Visitor(browser, width=320, arrive=check) as phone,
    ):
        computer.open(stack.provider + service.authorize_url())
        computer.press("method-qr")
        assert computer.at == "qr"
        assert computer.page.evaluate("getComputedStyle(document.getElementById('match')).fontSize") == "44px"
        assert (
            computer.page.evaluate(
                "getComputedStyle(document.querySelector('#qr-code svg').parentElement).backgroundColor"
            )
            == "rgb(255, 255, 255)"
        ), "in dark mode too"

        phone.open(f"{stack.provider}/q/{computer.element('user-code').locator('.mono').text_content()}")
        assert phone.at == "qr-sign-in"
        phone.press("submit")
        go_to_national(phone)
        prove_nationally(phone, "level-02-adult")
        assert phone.at == "qr-confirm"
        number = computer.text("match")
        phone.type(number=str(10 + (int(number) - 9) % 90))
        phone.press("submit")
        assert phone.page.evaluate("document.activeElement.id") == "error"
        phone.type(number=number)
        with computer.page.expect_navigation(url="**/consent*"):  # its script presses the button
            phone.press("submit")
        assert "Đã xác nhận" in phone.text("title")
        computer.press("allow")
        name, level = name_and_level(stack, service, computer.query["code"])
        assert (name, level) == (full_name("level-02-adult"), "urn:haiphong:acr:substantial")

        computer.context.clear_cookies()  # typed this time, and refused
        computer.open(stack.provider + service.authorize_url())
        computer.press("method-qr")
        phone.open(f"{stack.provider}/q")
        phone.type(user_code=(computer.element("user-code").locator(".mono").text_content() or "").lower())
        phone.press("submit")
        with computer.page.expect_navigation():
            phone.press("deny")
        assert phone.at == "qr-answered"
        assert computer.at == "qr"
        assert computer.sees("error")
        phone.press("lock")
        assert phone.at == "not-me"
