"""Attack row A11 in a real browser: what a URL carries to us, to the portal or back from upstream never runs."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser

from tests.driver import RelyingParty
from tests.journeys.local_service import local_service
from tests.journeys.people import go_to_national
from tests.journeys.stack import Stack
from tests.journeys.visitor import Visitor
from tests.ui.test_escaping import POLYGLOTS

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def service(stack: Stack) -> Iterator[RelyingParty]:
    """One whose requests come in the address; the portal pushes its own."""
    with local_service(stack, "dich-vu-thu-loi") as service:
        yield service


def test_a_script_that_ran_would_be_noticed(stack: Stack, browser: Browser) -> None:
    with Visitor(browser) as visitor:
        visitor.open(stack.provider)
        with visitor.page.expect_event("dialog"):
            visitor.page.evaluate("() => { setTimeout(() => alert(1)) }")
        assert visitor.complaints == ["a dialog: 1"]
        visitor.complaints.clear()
        visitor.page.evaluate("() => { document.body.setAttribute('onclick', 'alert(1)') }")
        assert "Content Security Policy" in visitor.complaints[0]
        visitor.complaints.clear()


@pytest.mark.parametrize("bypass_csp", [False, True])
@pytest.mark.parametrize("polyglot", POLYGLOTS, ids=["tags", "handlers", "templates"])
def test_what_an_authorization_request_carries_stays_text(
    stack: Stack, browser: Browser, service: RelyingParty, polyglot: str, *, bypass_csp: bool
) -> None:
    with Visitor(browser, bypass_csp=bypass_csp) as visitor:
        shown = {"state": polyglot, "login_hint": polyglot, "ui_locales": polyglot, "nonce": polyglot}
        visitor.open(stack.provider + service.authorize_url(**shown))
        assert (visitor.site, visitor.at) == (stack.provider, "sign-in")
        visitor.press("cancel")
        assert visitor.at == "callback"
        assert visitor.query["state"] == polyglot
        for name in ("claims", "id_token_hint", "acr_values", "prompt", "max_age", "scope", "resource"):
            visitor.open(stack.provider + service.authorize_url(state=polyglot, **{name: polyglot}))
            assert visitor.at in {"sign-in", "callback"}
        for name in ("client_id", "redirect_uri"):
            visitor.open(stack.provider + service.authorize_url(**{name: polyglot}))
            assert visitor.problem == "untrusted-client"


@pytest.mark.parametrize("bypass_csp", [False, True])
@pytest.mark.parametrize("polyglot", POLYGLOTS, ids=["tags", "handlers", "templates"])
def test_what_comes_back_from_upstream_or_to_the_portal_stays_text(
    stack: Stack, browser: Browser, polyglot: str, *, bypass_csp: bool
) -> None:
    answer = {"error": polyglot, "error_description": polyglot, "error_uri": polyglot, "iss": stack.national}
    with Visitor(browser, bypass_csp=bypass_csp) as visitor:
        visitor.open(stack.portal)
        visitor.press("sign-in")
        go_to_national(visitor)
        callback = f"{stack.provider}/upstream/national/callback"
        visitor.open(f"{callback}?{urlencode({**answer, 'state': _state_sent_upstream(visitor, stack)})}")
        assert (visitor.site, visitor.at) == (stack.provider, "sign-in")
        visitor.open(f"{callback}?{urlencode({**answer, 'state': polyglot})}")
        assert visitor.problem == "expired"
        visitor.open(f"{stack.portal}/callback?{urlencode({**answer, 'state': polyglot})}")
        assert visitor.at == "sign-in-mismatch"
        visitor.open(f"{stack.portal}/?{urlencode({'lang': polyglot, 'next': polyglot})}")
        assert visitor.at == "home"
        visitor.open(f"{stack.provider}/signed-out?{urlencode({'r': polyglot, 'n': polyglot})}")
        assert visitor.at == "signed-out"


def _state_sent_upstream(visitor: Visitor, stack: Stack) -> str:
    sent = next(url for url in visitor.asked if url.startswith(f"{stack.national}/oauth2/authorize"))
    return parse_qs(urlsplit(sent).query)["state"][0]
