"""A service that gets some things by law and some by consent: only consent is taken back (PAGES §3.1.16).

A public task is told and may be objected to; a button that took it back would be a false choice (Law 91/2025/QH15).
"""

from typing import Any

import pytest

from idp.audit.events import EventType
from idp.ids import ClientId
from idp.protocol.scopes import LegalBasis
from tests.driver import Browser, Page, RelyingParty
from tests.world import Visitor, World

HERE = "/account/services"
SCOPE = "openid profile email phone offline_access"
LAW = "Nghị định 1/2026/NĐ-CP"
WORDS = {
    "vi": ("Họ và tên, Giới tính, Ngày sinh", "Thư điện tử", "Nhiệm vụ công", "Đồng ý"),
    "en": ("Full name, Sex, Birth date", "Email", "Public task", "Consent"),
}


@pytest.fixture
async def rp(world: World) -> RelyingParty:
    return await world.client(law=LAW, backchannel_logout_uri="https://rp.example/logout")


@pytest.fixture
async def alice(world: World, rp: RelyingParty) -> Visitor:
    """Somebody who was told of their profile and agreed to e-mail and offline access, not to the phone number."""
    person = await world.person()
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    ticked = [("scope", "email"), ("scope", "offline_access")]
    await browser.press(await browser.get(rp.authorize_url(scope=SCOPE)), "allow", extra=ticked)
    world.time.move(seconds=1)
    return Visitor(person=person, browser=browser)


async def _one(browser: Browser, rp: RelyingParty, page: str = "service") -> Page:
    return await browser.get(f"{HERE}/{page}?c={rp.client_id}")


async def _withdrawn(world: World, rp: RelyingParty, alice: Visitor) -> dict[str, bool]:
    held = await world.provider.database.read(
        lambda tx: tx.consents.of_client(alice.person.person_id, ClientId(rp.client_id))
    )
    return {one.scope: one.withdrawn_at is not None for one in held}


async def test_both_are_named_apart_and_only_consent_has_a_button(rp: RelyingParty, alice: Visitor) -> None:
    page = await _one(alice.browser, rp)
    assert {"withdraw", "agreed", "by-law", "object", "send-objection", "ask-deletion"} <= page.ids
    assert LAW in page.response.text
    listed = (await alice.browser.get(HERE)).response.text
    assert listed.count("Nhiệm vụ công</span>") == listed.count("Đồng ý</span>") == 1


@pytest.mark.parametrize("language", WORDS)
async def test_withdrawing_ends_consent_and_the_receipt_names_only_that(
    world: World, rp: RelyingParty, alice: Visitor, language: str
) -> None:
    browser = alice.browser
    if language == "en":
        await browser.press(await browser.get(HERE), "lang-en")
    by_law, agreed, told, asked = WORDS[language]
    receipt = await browser.press(await _one(browser, rp), "withdraw")
    assert {"page-service-receipt", "withdrawn", "taken-back", "by-law"} <= receipt.ids
    assert f'<dd id="taken-back">{agreed}' in receipt.response.text
    assert f'<dd id="by-law">{by_law}' in receipt.response.text
    assert LAW in receipt.response.text
    assert f">{asked}</span>" not in receipt.response.text.replace("</svg>", ">")
    assert await _withdrawn(world, rp, alice) == {
        "profile": False,
        "email": True,
        "offline_access": True,
        "phone": False,
    }
    page = await _one(browser, rp)
    assert {"is-withdrawn", "ask-deletion", "by-law", "object", "send-objection"} <= page.ids
    assert not {"withdraw", "agreed"} & page.ids
    services = await browser.get(HERE)
    assert {f"service-{rp.client_id}", f"open-receipt-{rp.client_id}"} <= services.ids
    assert told in services.response.text
    assert asked not in services.response.text.split('id="withdrawn-title"')[0].split('id="services"')[1]


async def test_tokens_end_and_the_next_sign_in_sends_what_the_law_orders_and_asks_for_the_rest(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    tokens = await world.tokens(rp, alice, scope=SCOPE)
    assert "email" in (await world.userinfo(tokens["access_token"])).json()
    await alice.browser.press(await _one(alice.browser, rp), "withdraw")
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    assert (await rp.refresh(world.http, tokens["refresh_token"])).status_code == 400
    by_law = await world.tokens(rp, alice, scope="openid profile", prompt="none")
    claims: dict[str, Any] = (await world.userinfo(by_law["access_token"])).json()
    assert claims["name"] == alice.person.profile.full_name
    assert "email" not in claims
    page = await alice.browser.get(rp.authorize_url(scope=SCOPE))
    assert page.checkboxes == ["email", "offline_access"], "not what was refused, nor what was told"
    assert "claims-public-task" not in page.ids


async def test_who_agrees_again_may_take_it_back_again(
    world: World, rp: RelyingParty, alice: Visitor
) -> None:
    for _ in range(2):
        page = await alice.browser.press(await _one(alice.browser, rp), "withdraw")
        assert "taken-back" in page.ids
        world.time.move(seconds=1)
        page = await alice.browser.get(rp.authorize_url(scope=SCOPE))
        await alice.browser.press(page, "allow", extra=[("scope", "email")])
        page = await _one(alice.browser, rp)
        assert {"withdraw", "object"} <= page.ids
        assert "is-withdrawn" not in page.ids
    assert len(await world.records(EventType.CONSENT_WITHDRAWN)) == 2


async def test_where_all_is_by_law_pressing_changes_nothing(world: World, alice: Visitor) -> None:
    by_law = dict.fromkeys(("profile", "email"), LegalBasis.PUBLIC_TASK)
    rp = await world.client("rp-law", legal_basis=by_law)
    browser = alice.browser
    await browser.press(await browser.get(rp.authorize_url(scope="openid profile email")), "allow")
    tokens = await world.tokens(rp, alice, scope="openid profile email")
    page = await _one(browser, rp)
    assert "withdraw" not in page.ids
    csrf = page.form("lang-en")["fields"]["csrf"]
    page = await browser.post(f"{HERE}/withdraw", {"csrf": csrf, "service": rp.client_id})
    assert "page-services" in page.ids
    assert await _withdrawn(world, rp, alice) == {"profile": False, "email": False}
    assert await world.records(EventType.CONSENT_WITHDRAWN) == []
    assert (await world.userinfo(tokens["access_token"])).status_code == 200
