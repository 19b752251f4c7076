"""A callback that goes on to another origin at once, from `login.` to `www.` (adr/0054).

Chromium checks the policy of our forms along all redirects that answer them, those of the service too (CSP 3 §6.4.2).
"""

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Error as PlaywrightError

from tests.journeys.local_service import local_service
from tests.journeys.stack import OTHER_SITE, Stack
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(240)]

_TERMS = ("--local-login", "low", "--acr", "LoA1")


@pytest.mark.parametrize("is_registered", [True, False])
def test_an_origin_is_reached_if_it_is_registered_and_no_other_is(
    stack: Stack, browser: Browser, *, is_registered: bool
) -> None:
    with local_service(stack, f"dich-vu-den-{is_registered}".lower(), OTHER_SITE) as far:
        there = far.redirect_uri.replace("/callback", "/home")
        terms = (*_TERMS, "--redirect-uri", there) if is_registered else _TERMS
        with (
            local_service(
                stack, f"dich-vu-di-{is_registered}".lower(), terms=terms, goes_on_to=there
            ) as near,
            Visitor(browser) as visitor,
        ):
            visitor.open(stack.provider + near.authorize_url())
            if is_registered:
                visitor.press("cancel")
                assert visitor.page.url == there
            else:
                with (
                    visitor.page.expect_console_message(lambda message: "form-action" in message.text),
                    pytest.raises(PlaywrightError, match="ERR_ABORTED"),
                ):
                    visitor.press("cancel")
                assert all("form-action" in complaint for complaint in visitor.complaints)
                visitor.complaints.clear()
