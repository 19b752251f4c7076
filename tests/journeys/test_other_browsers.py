"""Begun in one browser, brought to another: neither gets a code, nobody becomes somebody else (DESIGN 5.12, E02)."""

import re

import pytest
from playwright.sync_api import Browser

from tests.journeys.people import (
    code_on_phone,
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

CODE_AT_PORTAL = re.compile(r"/callback\?(.*&)?code=")


@pytest.mark.parametrize("at", ["sign-in", "consent"])
def test_a_page_of_somebody_elses_sign_in_opens_in_no_other_browser(
    stack: Stack, browser: Browser, at: str
) -> None:
    with Visitor(browser) as own, Visitor(browser) as other:
        if at == "consent":
            reach_consent(own, stack.portal, "hoa-old-style")
        else:
            own.open(stack.portal)
            own.press("sign-in")
        assert own.at == at
        for url in (own.page.url, f"{stack.provider}/authorize/resume?i={own.query['i']}"):
            other.open(url)
            assert other.problem == "expired"
        assert not _got_a_code(other, stack)
        assert full_name("hoa-old-style") not in other.page.content()


def test_the_way_back_from_upstream_taken_in_another_browser_leads_nowhere_in_both(
    stack: Stack, browser: Browser
) -> None:
    with Visitor(browser) as own, Visitor(browser) as other:
        callback = _callback_kept_back(own, stack, "hoa-new-style")
        other.open(callback)
        assert other.problem == "expired"
        own.open(callback)
        assert own.problem == "expired"
        own.open(f"{stack.provider}/sign-in?i={_interaction(own)}")
        go_to_national(own)
        prove_nationally(own, "hoa-new-style")
        if own.at == "consent":
            own.press("allow")
        assert own.problem in {"expired", "two-tabs"}, "that request is over, however often one signs in"
        for visitor in (own, other):
            assert not _got_a_code(visitor, stack)
            visitor.open(f"{stack.portal}/my-files")
            assert not visitor.sees("signed-in-name")


def test_an_attackers_way_back_leaves_the_victim_who_they_are(stack: Stack, browser: Browser) -> None:
    with Visitor(browser) as attacker, Visitor(browser) as victim:
        sign_in(victim, stack.portal, "split-commune")
        victim.open(_callback_kept_back(attacker, stack, "official-two-posts"))
        assert victim.problem == "expired"
        victim.open(stack.provider)
        assert full_name("split-commune") in victim.text("signed-in")
        victim.open(f"{stack.portal}/my-files")
        assert victim.text("signed-in-name") == full_name("split-commune")


def test_a_way_back_is_taken_once(stack: Stack, browser: Browser) -> None:
    with Visitor(browser) as visitor:
        callback = _callback_kept_back(visitor, stack, "level-02-adult")
        visitor.open(callback)
        assert visitor.at == "consent"
        visitor.open(callback)
        assert visitor.problem == "expired"


def _callback_kept_back(visitor: Visitor, stack: Stack, slug: str) -> str:
    """Prove everything upstream, and return the address of the way back instead of going there."""
    visitor.open(stack.portal)
    visitor.press("sign-in")
    go_to_national(visitor)
    give_password(visitor, slug)
    form = visitor.page.locator("form")
    fields = {str(field.get_attribute("name")): field.input_value() for field in form.locator("input").all()}
    answer = visitor.page.request.post(
        f"{stack.national}{form.get_attribute('action')}",
        form={**fields, "otp": code_on_phone(visitor), "action": "submit"},
        headers={"origin": stack.national},
        max_redirects=0,
    )
    location = answer.headers["location"]
    assert location.startswith(f"{stack.provider}/upstream/national/callback?")
    return location


def _interaction(visitor: Visitor) -> str:
    return next(match[1] for url in visitor.asked if (match := re.search(r"/sign-in\?i=([^&]+)", url)))


def _got_a_code(visitor: Visitor, stack: Stack) -> bool:
    return any(url.startswith(stack.portal) and CODE_AT_PORTAL.search(url) for url in visitor.asked)
