"""People withdraw from a service, say that a sign-in was not theirs, and come back: journeys 9 and 10; and one is locked.

DOMAIN §4.1; journey 14 is test_sign_out.py. This persona signs in nowhere else in these journeys.
"""

import json
import time

import pytest
from playwright.sync_api import Browser

from tests.journeys.held_cookies import take_cookies
from tests.journeys.people import go_to_national, national_account, prove_nationally, reach_consent, sign_in
from tests.journeys.stack import Stack, wait_until
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(300)]

WHO = "custody-father"
AT_ONCE = 5.0
"""Seconds at a browser on a busy machine; that whatever asks us refuses within one is tests/races/test_bound_a.py."""


def test_a_person_withdraws_reports_a_sign_in_and_unlocks(stack: Stack, browser: Browser) -> None:
    with Visitor(browser) as visitor, Visitor(browser) as thief:
        reach_consent(visitor, stack.portal, WHO)
        for box in visitor.page.locator("main input[type=checkbox]").all():
            box.check()
        visitor.press("allow")
        visitor.open(f"{stack.data_store}/documents")
        if visitor.at == "consent":
            visitor.press("allow")
        _withdraws(visitor, stack)
        sign_in(thief, stack.portal, WHO)
        held = take_cookies(thief, stack)
        assert "provider" in held.open_sessions()
        case = _disputes(visitor, stack)
        wait_until(lambda: held.open_sessions() == set(), seconds=10)
        assert case in stack.hpid("cases", "list")
        _unlocks(visitor, stack)
        assert held.open_sessions() == set(), "what ended never comes back"
    with Visitor(browser) as visitor:
        _is_told_that_the_city_locked(visitor, stack)


def _withdraws(visitor: Visitor, stack: Stack) -> None:
    """Journey 9: connected services and history are seen, one is withdrawn, with a receipt, and hears of it."""
    visitor.open(f"{stack.provider}/account/services")
    assert visitor.at == "services"
    assert visitor.page.locator("[id^=open-service-]").count() == 2, "both services stand there"
    held = take_cookies(visitor, stack)
    assert "portal" in held.open_sessions()
    visitor.press("open-service-cong-dich-vu-cong")
    began = time.monotonic()
    visitor.press("withdraw")
    assert (visitor.at, visitor.sees("receipt-number")) == ("service-receipt", True)
    wait_until(lambda: "portal" not in held.open_sessions(), seconds=10)
    assert time.monotonic() - began <= AT_ONCE, "the service heard by the back channel"
    visitor.open(f"{stack.provider}/account/history")
    assert visitor.page.locator("[id^=not-me-]").count() > 0


def _disputes(visitor: Visitor, stack: Stack) -> str:
    """Journey 10: the strange sign-in is the latest; the account locks at once, with a case number and the way back."""
    visitor.open(f"{stack.provider}/account/history?kind=sign-in")
    visitor.press(str(visitor.page.locator("[id^=not-me-]").first.get_attribute("id")))
    assert visitor.at == "not-me"
    visitor.element("what-guided").check()
    began = time.monotonic()
    visitor.press("submit")
    assert visitor.at == "account-locked"
    assert time.monotonic() - began <= AT_ONCE
    assert visitor.sees("unlock")
    return visitor.text("case")


def _unlocks(visitor: Visitor, stack: Stack) -> None:
    """An ordinary sign-in says that it is locked and leads to the way back, which asks for the level high."""
    visitor.open(stack.portal)
    visitor.press("sign-in")
    go_to_national(visitor)
    prove_nationally(visitor, WHO)
    assert visitor.problem == "locked"
    visitor.press("unlock")
    assert visitor.at == "unlock"
    visitor.press("submit")
    if visitor.at == "national":
        visitor.press("submit")
    prove_nationally(visitor, WHO)
    visitor.press("face-match")
    assert visitor.at == "account-home"


def _is_told_that_the_city_locked(visitor: Visitor, stack: Stack) -> None:
    """A lock of the city's is no lock of one's own: it says how it is opened, and by whom."""
    sign_in(visitor, stack.portal, WHO)
    number = national_account(WHO).number
    (found,) = json.loads(stack.hpid("people", "find", number, "--reason", "desk", "--json"))["people"]
    stack.hpid("people", "lock", found["person_id"], "--reason", "số 12/TB-CA")
    wait_until(lambda: _is_signed_out(visitor, stack.portal), seconds=30)
    reach_consent(visitor, stack.portal, WHO)
    assert (visitor.site, visitor.problem) == (stack.provider, "locked")
    assert visitor.page.locator("a[href='/help#unlock']").is_visible()


def _is_signed_out(visitor: Visitor, service: str) -> bool:
    """Tell whether the service has heard by the back channel that the session is over."""
    visitor.open(service)
    return visitor.sees("sign-in")
