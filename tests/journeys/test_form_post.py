"""Answers by POST in a real browser – Form Post Response Mode §2; PROTOCOL rules 10 and 17; attack row A11."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Route

from idp.ui.answering import SCRIPT
from tests.driver import RelyingParty
from tests.journeys.axe import violations
from tests.journeys.local_service import local_service, name_and_level
from tests.journeys.people import full_name, sign_in
from tests.journeys.stack import OTHER_SITE, SAME_SITE, Stack
from tests.journeys.visitor import Visitor
from tests.ui.test_escaping import POLYGLOTS

pytestmark = [pytest.mark.network, pytest.mark.browser, pytest.mark.timeout(240)]

_POST_A_REQUEST = """([address, fields]) => {
  const form = document.createElement("form");
  form.method = "post";
  form.action = address;
  for (const [name, value] of Object.entries(fields)) {
    const field = document.createElement("input");
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}"""


@pytest.fixture(scope="module")
def service(stack: Stack) -> Iterator[RelyingParty]:
    with local_service(stack, "dich-vu-nhan-post") as service:
        yield service


@pytest.fixture(scope="module")
def far_service(stack: Stack) -> Iterator[RelyingParty]:
    with local_service(stack, "dich-vu-noi-khac", OTHER_SITE) as service:
        yield service


def _posted(visitor: Visitor, service: RelyingParty) -> dict[str, Any]:
    """What the service was sent: all of it in the form, nothing in the address."""
    assert (visitor.at, visitor.page.url) == ("callback", service.redirect_uri)
    return dict(json.loads(visitor.text("posted")))


def test_with_scripts_the_page_sends_itself(stack: Stack, browser: Browser, service: RelyingParty) -> None:
    with Visitor(browser) as visitor:
        visitor.open(stack.provider + service.authorize_url(response_mode="form_post"))
        visitor.press("cancel")
        visitor.page.wait_for_url(service.redirect_uri)
        told = _posted(visitor, service)
        assert (told["error"], told["state"], told["iss"]) == ("access_denied", service.state, stack.provider)


def test_without_scripts_a_button_sends_it(stack: Stack, browser: Browser, service: RelyingParty) -> None:
    with Visitor(browser, scripts=False) as visitor:
        visitor.open(stack.provider + service.authorize_url(response_mode="form_post"))
        visitor.press("cancel")
        assert (visitor.site, visitor.at) == (stack.provider, "answering")
        visitor.press("submit")
        assert _posted(visitor, service)["error"] == "access_denied"


def test_the_page_has_no_fault_that_axe_finds(stack: Stack, browser: Browser, service: RelyingParty) -> None:
    def stay_there(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace(SCRIPT, ""))

    address = stack.provider + service.authorize_url(response_mode="form_post", prompt="none")
    with Visitor(browser, width=320) as visitor:
        visitor.page.route(address, stay_there)
        visitor.open(address)
        assert visitor.at == "answering"
        assert violations(visitor) == []


@pytest.mark.parametrize("slug", ["company-staff"])
def test_a_request_posted_from_another_site_is_answered_by_the_session(
    stack: Stack, browser: Browser, far_service: RelyingParty, slug: str
) -> None:
    assert OTHER_SITE != SAME_SITE
    with Visitor(browser) as visitor:
        sign_in(visitor, stack.portal, slug)
        visitor.open(stack.provider + far_service.authorize_url())
        assert visitor.at == "consent"
        visitor.press("allow")
        for mode in ("query", "form_post"):
            visitor.open(far_service.redirect_uri.replace("/callback", "/"))
            asked = far_service.parameters(response_mode=mode, prompt="none")
            with visitor.page.expect_navigation(url=f"{far_service.redirect_uri}*"):
                visitor.page.evaluate(_POST_A_REQUEST, [f"{stack.provider}/authorize", asked])
            told = visitor.query if mode == "query" else _posted(visitor, far_service)
            assert told["state"] == far_service.state
            assert name_and_level(stack, far_service, told["code"])[0] == full_name(slug)


@pytest.mark.parametrize("bypass_csp", [False, True])
@pytest.mark.parametrize("polyglot", POLYGLOTS, ids=["tags", "handlers", "templates"])
def test_what_is_posted_stays_text_on_the_way(
    stack: Stack, browser: Browser, service: RelyingParty, polyglot: str, *, bypass_csp: bool
) -> None:
    with Visitor(browser, bypass_csp=bypass_csp) as visitor:
        asked = service.authorize_url(response_mode="form_post", prompt="none", state=polyglot)
        visitor.open(stack.provider + asked)
        visitor.page.wait_for_url(service.redirect_uri)
        assert _posted(visitor, service)["state"] == polyglot
