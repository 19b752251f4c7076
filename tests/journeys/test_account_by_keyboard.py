"""The account without a mouse: signed in to, every section come to, a password set, and out again (WCAG 2.1.1)."""

import pytest
from playwright.sync_api import Browser

from tests.journeys.keyboard import enter, tab_through, tab_to
from tests.journeys.people import prove_nationally
from tests.journeys.stack import Stack
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(240)]

_SECTIONS = ("contacts", "sessions", "services", "history", "mandates", "methods")
_LONG_ENOUGH = "một câu dài để nhớ"


def test_the_account_is_walked_with_tab_and_enter_alone(stack: Stack, browser: Browser) -> None:
    with Visitor(browser) as visitor:
        visitor.open(f"{stack.provider}/account")
        _go(visitor, "submit")
        _go(visitor, "method-national")
        _go(visitor, "submit")
        prove_nationally(visitor, "hoa-new-style")
        assert visitor.at == "account-home"
        for section in _SECTIONS:
            _go(visitor, f"nav-{section}")
            assert visitor.at == section
            assert tab_through(visitor), "the page has something to reach"
            visitor.page.reload()
        _go(visitor, "set-password")
        for id_, text in (("username", "ban-phim"), ("new-password", _LONG_ENOUGH)):
            if visitor.element(id_).count():
                tab_to(visitor, id_)
                visitor.page.keyboard.type(text)
        enter(visitor)
        assert (visitor.at, visitor.sees("notice")) == ("methods", True)
        _go(visitor, "sign-out")
        _go(visitor, "sign-out-here")
        assert visitor.at == "signed-out"


def _go(visitor: Visitor, id_: str) -> None:
    tab_to(visitor, id_)
    enter(visitor)
