"""City credentials in the browser: by keyboard alone, wrong, sent twice, in two languages; the first administrator.

PAGES 3.1.3, 3.1.4; the administrator's link is SECURITY E08.
"""

import json
import time
from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Browser

from demo.city.personas import CitySignIn
from tests.driver import RelyingParty
from tests.journeys.keyboard import enter, tab_to
from tests.journeys.local_service import local_service, name_and_level
from tests.journeys.people import city_account, code_of, full_name
from tests.journeys.stack import Stack
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(240)]

LONG_ENOUGH = "một câu dài để nhớ"


@pytest.fixture(scope="module")
def service(stack: Stack) -> Iterator[RelyingParty]:
    with local_service(stack, "dich-vu-thu") as service:
        yield service


def test_a_person_signs_in_with_password_and_code_by_keyboard_alone(
    stack: Stack, browser: Browser, service: RelyingParty
) -> None:
    account = city_account("desk-official")
    with Visitor(browser) as visitor:
        visitor.open(stack.provider + service.authorize_url())
        tab_to(visitor, "method-password")
        enter(visitor)
        tab_to(visitor, "username")
        visitor.page.keyboard.type(account.username)
        visitor.page.keyboard.press("Tab")
        visitor.page.keyboard.type(account.password)
        enter(visitor)
        assert visitor.at == "otp"
        tab_to(visitor, "otp")
        visitor.page.keyboard.type(code_of(account))
        enter(visitor)
        assert visitor.at == "consent"
        tab_to(visitor, "allow")
        enter(visitor)
        assert visitor.at == "callback"
        name, level = name_and_level(stack, service, visitor.query["code"])
        assert (name, level) == (full_name("desk-official"), "urn:haiphong:acr:low")


def test_a_change_of_language_or_appearance_keeps_what_was_typed_but_no_password(
    stack: Stack, browser: Browser, service: RelyingParty
) -> None:
    with Visitor(browser) as visitor:
        visitor.open(stack.provider + service.authorize_url())
        visitor.press("method-password")
        for button in ("lang-en", "theme-dark"):
            visitor.type(username="an.nguyen", password=LONG_ENOUGH)
            visitor.press(button)
            assert visitor.at == "password"
            typed = [visitor.page.input_value(field) for field in ("#username", "#password")]
            assert typed == ["an.nguyen", ""], button
        assert visitor.page.evaluate("Object.keys(sessionStorage)") == []
        visitor.page.reload()
        assert visitor.page.input_value("#username") == "", "kept longer than the change takes"


@pytest.mark.parametrize("scripts", [True, False])
def test_wrong_tries_are_explained_and_a_change_of_language_keeps_the_step(
    stack: Stack, browser: Browser, service: RelyingParty, *, scripts: bool
) -> None:
    account = city_account("accountant" if scripts else "agency-admin")
    with Visitor(browser, scripts=scripts) as visitor:
        visitor.open(stack.provider + service.authorize_url())
        visitor.press("method-password")
        visitor.type(username=account.username)
        visitor.press("submit")
        assert (visitor.text("error-password"), visitor.page.title()[:4]) == ("Lỗi: Nhập mật khẩu", "Lỗi:")
        visitor.type(password="không phải mật khẩu này")
        visitor.press("submit")
        assert "Tên đăng nhập hoặc mật khẩu chưa đúng" in visitor.text("error")
        visitor.press("lang-en")
        assert (visitor.at, visitor.language) == ("password", "en")
        _give_password(visitor, account)
        visitor.type(otp="12 34")
        visitor.press("submit")
        assert "Enter all 6 digits" in visitor.text("error")
        visitor.press("theme-dark")
        assert visitor.at == "otp"
        visitor.type(otp=str((int(code_of(account)) + 1) % 10**6).zfill(6))
        visitor.press("submit")
        assert "tries left" in visitor.text("error")
        visitor.press("lang-vi")
        assert (visitor.at, visitor.language) == ("otp", "vi")
        visitor.type(otp=f"{code_of(account)[:3]} {code_of(account)[3:]}")
        visitor.press("submit")
        assert visitor.at == "consent"


def test_a_code_sent_twice_ends_at_a_page_that_goes_on(
    stack: Stack, browser: Browser, service: RelyingParty
) -> None:
    account = city_account("identity-steward")
    with Visitor(browser) as visitor:
        visitor.open(stack.provider + service.authorize_url())
        visitor.press("method-password")
        _give_password(visitor, account)
        visitor.type(otp=code_of(account))
        visitor.element("submit").dblclick()
        visitor.page.wait_for_url(lambda url: "/sign-in/otp" not in url)
        visitor.page.wait_for_load_state()
        assert visitor.at in {"consent", "sign-in"}


@pytest.mark.parametrize("scripts", [True, False])
def test_the_first_administrators_link_makes_an_account_once(
    stack: Stack, browser: Browser, service: RelyingParty, *, scripts: bool
) -> None:
    link = json.loads(stack.hpid("admin", "bootstrap", "--json"))["link"]
    username = f"quan.tri.{'co' if scripts else 'khong'}"
    with Visitor(browser, scripts=scripts) as visitor:
        visitor.open(link)
        visitor.type(name="Vũ Thị Hạnh", username="Vũ Hạnh", new_password="ngắn")
        visitor.press("submit")
        assert visitor.page.locator("#error li").count() == 2
        visitor.press("lang-en")
        assert (visitor.at, visitor.language) == ("administrator", "en")
        visitor.press("lang-vi")
        visitor.type(name="Vũ Thị Hạnh", username=username, new_password=LONG_ENOUGH)
        visitor.press("submit")
        assert visitor.at == "administrator-totp"
        totp = pyotp.TOTP(visitor.text("totp-key").replace(" ", ""))
        visitor.type(otp=totp.now())
        visitor.press("submit")
        assert visitor.at == "administrator-done"
        assert username in visitor.page.locator("main").inner_text()
        visitor.open(link)
        assert visitor.problem == "expired"

        visitor.open(stack.provider + service.authorize_url())
        visitor.press("method-password")
        visitor.type(username=username, password=LONG_ENOUGH)
        visitor.press("submit")
        visitor.type(otp=totp.at(int(time.time()) + 30))  # each counts once: the one that comes next
        visitor.press("submit")
        assert visitor.at == "consent"
        assert visitor.text("claim-name").endswith("Vũ Thị Hạnh")


def _give_password(visitor: Visitor, account: CitySignIn) -> None:
    visitor.type(username=account.username, password=account.password)
    visitor.press("submit")
    assert visitor.at == "otp"
