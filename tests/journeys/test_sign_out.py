"""Signing out everywhere within two seconds by Back-Channel Logout 1.0, or here only; old cookies open nothing."""

import time

import pytest
from playwright.sync_api import Browser

from tests.journeys.held_cookies import HeldCookies, take_cookies
from tests.journeys.people import go_to_national, prove_nationally, sign_in
from tests.journeys.stack import Stack, wait_until
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(240)]

EVERYWHERE_SECONDS = 2.0
ALL = {"portal", "data store", "provider"}


@pytest.mark.parametrize(
    ("slug", "service"), [("director-of-1", "portal"), ("household-business-owner", "data store")]
)
def test_signing_out_everywhere_at_one_service_ends_all_sessions_within_two_seconds(
    stack: Stack, browser: Browser, slug: str, service: str
) -> None:
    with Visitor(browser) as visitor:
        held = _signed_in_everywhere(visitor, stack, slug)
        visitor.open({"portal": stack.portal, "data store": f"{stack.data_store}/documents"}[service])
        began = time.monotonic()
        visitor.press("sign-out-everywhere")
        wait_until(lambda: held.open_sessions() == set(), seconds=10)
        assert time.monotonic() - began <= EVERYWHERE_SECONDS
        assert visitor.at == "signed-out"
        assert visitor.text("title") == "Đã đăng xuất mọi nơi"
        visitor.open(stack.portal)
        assert visitor.sees("sign-in")
        visitor.open(f"{stack.data_store}/documents")
        assert (visitor.site, visitor.at) == (stack.provider, "sign-in")


def test_signing_out_at_the_provider_ends_the_services_and_the_page_tells_what_each_answered(
    stack: Stack, browser: Browser
) -> None:
    with Visitor(browser) as visitor, Visitor(browser) as phone:
        held = _signed_in_everywhere(visitor, stack, "company-administrator")
        held_on_phone = _signed_in_everywhere(phone, stack, "company-administrator")
        visitor.open(stack.provider)
        visitor.press("sign-out")
        assert visitor.at == "sign-out"
        began = time.monotonic()
        visitor.press("sign-out-all")
        wait_until(lambda: held.open_sessions() | held_on_phone.open_sessions() == set(), seconds=10)
        assert time.monotonic() - began <= EVERYWHERE_SECONDS
        assert visitor.at == "signed-out"
        if visitor.sees("refresh"):
            visitor.press("refresh")
        assert visitor.page.locator(".tag-ok").count() == 4, "two services on two devices"
        assert not visitor.sees("open-services")


def test_who_signs_in_again_from_the_page_that_tells_finds_the_draft_as_it_was(
    stack: Stack, browser: Browser
) -> None:
    """Journey 14 (PAGES §3.1.12): everything was signed out while a form of the portal was half filled in."""
    slug, form = "dissolved-company-director", f"{stack.portal}/procedures/civil-status-extract/form"
    with Visitor(browser, width=320) as visitor:
        held = _signed_in_everywhere(visitor, stack, slug)
        visitor.open(form)
        visitor.type(registered_name="Mai Văn Sơn, bản thứ hai")
        visitor.press("submit")
        assert visitor.at == "form", "half done: it is a draft"
        visitor.open(stack.provider)
        visitor.press("sign-out")
        visitor.press("sign-out-all")
        assert visitor.at == "signed-out"
        wait_until(lambda: held.open_sessions() == set(), seconds=10)
        visitor.press("submit")
        assert (visitor.site, visitor.at) == (stack.provider, "sign-in")
        go_to_national(visitor)
        prove_nationally(visitor, slug)
        assert (visitor.site, visitor.at) == (stack.provider, "account-home")
        visitor.open(form)
        assert visitor.page.url == form, "the portal asks nothing more"
        assert visitor.element("registered-name").input_value() == "Mai Văn Sơn, bản thứ hai"


def test_signing_out_of_one_device_leaves_the_other_signed_in(stack: Stack, browser: Browser) -> None:
    with Visitor(browser) as visitor, Visitor(browser) as phone:
        held = _signed_in_everywhere(visitor, stack, "expired-mandate")
        held_on_phone = _signed_in_everywhere(phone, stack, "expired-mandate")
        visitor.open(stack.provider)
        visitor.press("sign-out")
        visitor.press("sign-out-here")
        wait_until(lambda: held.open_sessions() == set(), seconds=EVERYWHERE_SECONDS)
        assert held_on_phone.open_sessions() == ALL


def test_signing_out_of_one_service_leaves_the_rest_signed_in(stack: Stack, browser: Browser) -> None:
    with Visitor(browser) as visitor:
        held = _signed_in_everywhere(visitor, stack, "company-staff")
        visitor.open(stack.portal)
        visitor.press("sign-out-here")
        assert visitor.at == "signed-out-here"
        assert held.open_sessions() == ALL - {"portal"}
        acts = visitor.acts
        visitor.open(stack.portal)
        visitor.press("sign-in")
        assert (visitor.at, visitor.acts) == ("home", acts + 1), "back in without a page in between"


def test_whoever_thinks_again_stays_signed_in(stack: Stack, browser: Browser) -> None:
    with Visitor(browser) as visitor:
        held = _signed_in_everywhere(visitor, stack, "dissolved-company-director")
        visitor.open(stack.provider)
        visitor.press("sign-out")
        visitor.press("cancel")
        assert visitor.sees("signed-in")
        assert held.open_sessions() == ALL


def _signed_in_everywhere(visitor: Visitor, stack: Stack, slug: str) -> HeldCookies:
    sign_in(visitor, stack.portal, slug)
    visitor.open(f"{stack.data_store}/documents")
    held = take_cookies(visitor, stack)
    assert held.open_sessions() == ALL
    return held
