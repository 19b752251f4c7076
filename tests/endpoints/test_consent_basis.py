"""What was told is no consent, and what was asked is no notice: a scope's basis changes, and everybody hears of it anew.

Law 91/2025/QH15; PAGES §3.1.7. An operator changes it, with the law or when a mistake is found.
"""

from typing import Any

import pytest

from idp.protocol.acting import ContextKind
from idp.protocol.scopes import LegalBasis
from tests.driver import Browser, Page, RelyingParty
from tests.endpoints.test_account_data import send
from tests.endpoints.test_minors import a_child
from tests.world import Visitor, World

SCOPE = "openid email"
TOLD = {"email": LegalBasis.PUBLIC_TASK}


@pytest.fixture
async def browser(world: World) -> Browser:
    person = await world.person()
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    return browser


async def _told(world: World, rp: RelyingParty, page: Page) -> dict[str, Any]:
    tokens = (await rp.redeem(world.http, page.answer["code"])).json()
    return dict((await world.userinfo(tokens["access_token"])).json())


async def _by_law(world: World, browser: Browser, **changes: Any) -> RelyingParty:
    """A service that was sent the address by law, which this browser's person was told."""
    rp = await world.client("rp-law", legal_basis=TOLD, **changes)
    page = await browser.get(rp.authorize_url(scope=SCOPE))
    assert page.checkboxes == []
    assert "email" in await _told(world, rp, await browser.press(page, "allow"))
    world.time.move(seconds=1)
    return rp


async def test_who_was_told_has_not_agreed(world: World, browser: Browser) -> None:
    rp = await _by_law(world, browser)
    await world.change_client(
        "rp-law", legal_basis={}
    )  # the law is no ground any more: consent is the scope's own
    silent = await browser.get(rp.authorize_url(scope=SCOPE, prompt="none"))
    assert silent.answer["error"] == "consent_required"
    page = await browser.get(rp.authorize_url(scope=SCOPE))
    assert page.checkboxes == ["email"]
    assert "email" not in await _told(world, rp, await browser.press(page, "allow"))
    world.time.move(seconds=1)
    assert "email" not in await _told(world, rp, await browser.get(rp.authorize_url(scope=SCOPE)))


async def test_who_agrees_then_has_agreed(world: World, browser: Browser) -> None:
    rp = await _by_law(world, browser)
    await world.change_client("rp-law", legal_basis={})
    page = await browser.get(rp.authorize_url(scope=SCOPE))
    page = await browser.press(page, "allow", extra=[("scope", "email")])
    assert "email" in await _told(world, rp, page)
    assert "email" in await _told(world, rp, await browser.get(rp.authorize_url(scope=SCOPE)))


async def test_who_said_no_is_told_once_the_law_orders_it(world: World, browser: Browser) -> None:
    rp = await world.client("rp-law")
    page = await browser.get(rp.authorize_url(scope=SCOPE))
    assert "email" not in await _told(world, rp, await browser.press(page, "allow"))
    world.time.move(seconds=1)
    await world.change_client("rp-law", legal_basis=TOLD)
    page = await browser.get(rp.authorize_url(scope=SCOPE))
    assert "claims-public-task" in page.ids
    assert "email" in await _told(world, rp, await browser.press(page, "allow"))


async def test_what_a_child_was_told_no_parent_has_agreed_to(world: World) -> None:
    child = await a_child(world, birthdate=f"{world.time().year - 12}-01-01")
    browser = world.browser()
    await world.signed_in(browser, child.person_id)
    rp = await _by_law(world, browser, subject_contexts=(ContextKind.PERSON, ContextKind.WARD))
    await world.change_client("rp-law", legal_basis={})
    page = await browser.get(rp.authorize_url(scope=SCOPE))
    assert page.checkboxes == []
    assert "email" not in await _told(world, rp, await browser.press(page, "allow"))


async def test_who_was_told_takes_it_back_once_consent_is_the_ground(world: World) -> None:
    visitor, rp, tokens = await _told_before(world)
    page = await visitor.browser.get(f"/account/services/service?c={rp.client_id}")
    page = await visitor.browser.press(page, "withdraw")
    assert "page-service-receipt" in page.ids
    assert (await world.userinfo(tokens["access_token"])).status_code == 401


async def test_a_restriction_stops_what_was_told_once_consent_is_the_ground(world: World) -> None:
    visitor, rp, tokens = await _told_before(world)
    await send(visitor.browser, "restrict")
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    assert (await rp.refresh(world.http, tokens["refresh_token"])).status_code == 400


async def _told_before(world: World) -> tuple[Visitor, RelyingParty, dict[str, Any]]:
    """Somebody whose address a service was sent by law, and is still, though consent is the ground now."""
    by_law = dict.fromkeys(("profile", "email", "phone", "offline_access"), LegalBasis.PUBLIC_TASK)
    rp = await world.client("rp-law", legal_basis=by_law)
    visitor = await world.visitor(rp)
    tokens = await world.tokens(rp, visitor, scope="openid email offline_access")
    await world.change_client("rp-law", legal_basis={**by_law, "email": LegalBasis.CONSENT})
    return visitor, rp, tokens


async def test_who_agreed_to_one_purpose_has_not_agreed_to_another(world: World, browser: Browser) -> None:
    rp = await world.client("rp-purpose", purpose="gửi kết quả", purpose_en="send the result")
    page = await browser.get(rp.authorize_url(scope=SCOPE))
    page = await browser.press(page, "allow", extra=[("scope", "email")])
    assert "email" in await _told(world, rp, page)
    world.time.move(seconds=1)
    await world.change_client("rp-purpose", contacts=("a@example.vn",))
    assert "email" in await _told(world, rp, await browser.get(rp.authorize_url(scope=SCOPE)))
    await world.change_client("rp-purpose", purpose="quảng cáo", purpose_en="advertise")
    silent = await browser.get(rp.authorize_url(scope=SCOPE, prompt="none"))
    assert silent.answer["error"] == "consent_required"
    page = await browser.get(rp.authorize_url(scope=SCOPE))
    assert page.checkboxes == ["email"]
    assert "quảng cáo" in page.response.text
    assert "email" not in await _told(world, rp, await browser.press(page, "allow"))
    world.time.move(seconds=1)
    await world.change_client("rp-purpose", contacts=())
    assert "email" not in await _told(world, rp, await browser.get(rp.authorize_url(scope=SCOPE)))
