"""Cancelled at any page, refused, gone back to, opened twice: a page that says what to do (PAGES §5)."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.people import (
    full_name,
    give_password,
    go_to_national,
    prove_nationally,
    reach_consent,
    sign_in,
)
from tests.journeys.stack import Stack
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.mark.parametrize("stop_at", ["sign-in", "national", "password", "code", "consent"])
def test_cancelled_at_any_page_the_portal_says_so_and_offers_to_sign_in_again(
    stack: Stack, browser: Browser, stop_at: str
) -> None:
    with Visitor(browser) as visitor:
        if stop_at == "consent":
            reach_consent(visitor, stack.portal, "leaver")
            visitor.press("deny")
        else:
            visitor.open(stack.portal)
            visitor.press("sign-in")
            _leave_national(visitor, stop_at)
            visitor.press("cancel")
        assert (visitor.site, visitor.at) == (stack.portal, "not-signed-in")
        assert visitor.text("title") == "Chưa đăng nhập"
        assert not visitor.sees("signed-in-name")
        visitor.press("sign-in-again")
        assert visitor.site == stack.provider


def _leave_national(visitor: Visitor, stop_at: str) -> None:
    """Turn back at a page beyond the sign-in page, to the sign-in page."""
    if stop_at == "sign-in":
        return
    visitor.press("method-national")
    if stop_at == "national":
        visitor.press("cancel")
    else:
        visitor.press("submit")
        if stop_at == "code":
            give_password(visitor, "leaver")
        visitor.press("national-cancel")
        assert visitor.text("notice") == "Đã hủy ở trang Định danh quốc gia (mô phỏng)."
    assert visitor.at == "sign-in"


def test_an_account_of_level_01_can_go_back_and_is_told_what_the_service_needs(
    stack: Stack, browser: Browser
) -> None:
    with Visitor(browser) as visitor:
        reach_consent(visitor, stack.portal, "level-01-adult")
        assert (visitor.site, visitor.at) == (stack.provider, "step-up")
        assert visitor.sees("error")
        assert visitor.sees("level-01")
        visitor.press("cancel")
        assert (visitor.site, visitor.at) == (stack.portal, "level-too-low")
        assert "công an cấp xã" in visitor.page.locator("main").inner_text()


def test_an_account_of_an_organisation_stays_at_the_choice_of_ways(stack: Stack, browser: Browser) -> None:
    with Visitor(browser) as visitor:
        reach_consent(visitor, stack.portal, "enterprise-account-named")
        assert (visitor.site, visitor.at) == (stack.provider, "sign-in")
        assert visitor.sees("error")


def test_an_account_locked_by_the_police_is_told_there_and_gets_back_to_the_portal(
    stack: Stack, browser: Browser
) -> None:
    with Visitor(browser) as visitor:
        visitor.open(stack.portal)
        visitor.press("sign-in")
        go_to_national(visitor)
        give_password(visitor, "locked-by-police")
        assert visitor.text("refusal").startswith("Tài khoản đang bị khóa.")
        visitor.press("national-return")
        assert (visitor.site, visitor.at) == (stack.provider, "sign-in")
        visitor.press("cancel")
        assert (visitor.site, visitor.at) == (stack.portal, "not-signed-in")


@pytest.mark.parametrize("scripts", [True, False])
def test_back_over_a_finished_sign_in_shows_only_pages_that_explain(
    stack: Stack, browser: Browser, *, scripts: bool
) -> None:
    slug = "expired-mandate"
    with Visitor(browser, scripts=scripts) as visitor:
        visitor.open(stack.portal)
        sign_in(visitor, stack.portal, slug)
        met = []
        while visitor.page.go_back() and visitor.site != stack.portal:
            assert visitor.page.locator("h1").count() == 1
            if visitor.site == stack.provider:
                met.append(visitor.problem)
        assert set(met) == {"expired"}
        assert visitor.site == stack.portal
        visitor.open(f"{stack.portal}/my-files")
        assert visitor.text("signed-in-name") == full_name(slug)


def test_a_sign_in_begun_in_two_tabs_ends_in_one_and_harms_nothing_in_the_other(
    stack: Stack, browser: Browser
) -> None:
    slug = "desk-official"
    with Visitor(browser) as visitor:
        visitor.open(stack.portal)
        visitor.press("sign-in")
        first, visitor.page = visitor.page, visitor.new_tab()
        sign_in(visitor, stack.portal, slug)
        assert visitor.text("signed-in-name") == full_name(slug)
        visitor.page = first
        visitor.press("method-national")
        assert (visitor.site, visitor.at) == (stack.portal, "sign-in-mismatch")
        visitor.open(f"{stack.portal}/my-files")
        assert visitor.text("signed-in-name") == full_name(slug)


@pytest.mark.parametrize(("slug", "scripts"), [("same-name-a", True), ("same-name-b", False)])
def test_consent_pressed_twice_counts_once(
    stack: Stack, browser: Browser, slug: str, *, scripts: bool
) -> None:
    with Visitor(browser, scripts=scripts) as visitor:
        reach_consent(visitor, stack.portal, slug)
        assert visitor.at == "consent"
        visitor.element("allow").dblclick()
        expect(visitor.page.locator("#signed-in-name, #error")).to_be_visible(timeout=20_000)
        if not scripts and visitor.at == "error":  # the first press was through when the second went
            assert visitor.problem == "expired"
            visitor.open(stack.portal)
            if visitor.sees("sign-in"):
                visitor.press("sign-in")
        assert visitor.page.url == f"{stack.portal}/", "asked again, or nowhere"
        assert visitor.text("signed-in-name") == full_name(slug)
        visitor.open(f"{stack.portal}/my-files")
        assert visitor.text("signed-in-name") == full_name(slug)


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("gap_ms", [5, 15, 30])
def test_cancel_pressed_twice_goes_back_to_the_service(
    stack: Stack, browser: Browser, gap_ms: int, *, scripts: bool
) -> None:
    """The second press comes before the first is answered, or between the answer and the service's page."""
    with Visitor(browser, scripts=scripts) as visitor:
        visitor.open(stack.portal)
        visitor.press("sign-in")
        visitor.element("cancel").click(click_count=2, delay=gap_ms, no_wait_after=True)
        expect(visitor.page).to_have_url(re.compile(f"^{re.escape(stack.portal)}/"), timeout=20_000)
        if scripts:  # one press was sent; without, the service may have had its answer before
            assert visitor.at == "not-signed-in"


@pytest.mark.parametrize(
    ("path", "form", "field"),
    [("/q", "submit", "user-code"), ("/lock", "lock-recovery", "recovery-code")],
)
def test_back_to_a_form_that_came_with_what_is_wrong_shows_the_form(
    stack: Stack, browser: Browser, path: str, form: str, field: str
) -> None:
    with Visitor(browser) as visitor:
        visitor.open(stack.provider + path)
        at = visitor.at
        visitor.type(**{field: "7"})
        visitor.press(form)
        assert visitor.sees("error")
        visitor.press("foot-help")
        visitor.page.go_back()
        assert (visitor.at, visitor.sees("error")) == (at, False)
        visitor.page.reload()
        assert (visitor.at, visitor.sees("error")) == (at, False)


def test_what_was_said_or_shown_once_is_not_there_for_who_goes_back(stack: Stack, browser: Browser) -> None:
    with Visitor(browser) as visitor:
        visitor.open(f"{stack.provider}/account")
        visitor.press("submit")
        go_to_national(visitor)
        prove_nationally(visitor, "hoa-new-style")
        visitor.open(f"{stack.provider}/account/contacts?d=removed")
        assert visitor.sees("notice")
        visitor.page.reload()
        assert (visitor.at, visitor.sees("notice")) == ("contacts", False), "what was done is said once"
        visitor.open(f"{stack.provider}/account/number")
        visitor.press("submit")
        assert visitor.sees("full-number")
        with visitor.page.expect_request("**/account/number") as sent:
            visitor.page.reload()
        assert sent.value.method == "POST", "a browser asks before it sends that"
        assert visitor.sees("full-number")
        visitor.press("foot-help")
        visitor.page.go_back()
        assert (visitor.at, visitor.sees("full-number"), visitor.sees("submit")) == ("number", False, True)
