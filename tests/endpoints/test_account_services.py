"""Which services get what, and taking it back (PAGES §3.1.16, DOMAIN §4 journey 9); attack row G01."""

import pytest

from idp.audit.events import EventType
from idp.outbox.model import OutboxKind
from idp.protocol.scopes import LegalBasis
from tests.driver import RelyingParty
from tests.world import Visitor, World

HERE = "/account/services"


async def _connected(world: World) -> tuple[RelyingParty, Visitor]:
    rp = await world.client(backchannel_logout_uri="https://rp.example/logout")
    return rp, await world.visitor(rp)


async def test_a_service_stands_there_with_what_it_gets_and_since_when(world: World) -> None:
    rp, visitor = await _connected(world)
    await world.tokens(rp, visitor)
    page = await visitor.browser.get(HERE)
    assert {f"service-{rp.client_id}", f"open-service-{rp.client_id}"} <= page.ids
    page = await visitor.browser.get(f"{HERE}/service?c={rp.client_id}")
    assert {"page-service", "receipt"} <= page.ids


async def test_withdrawing_ends_its_tokens_tells_it_and_gives_a_receipt(world: World) -> None:
    rp, visitor = await _connected(world)
    tokens = await world.tokens(rp, visitor)
    page = await visitor.browser.get(f"{HERE}/service?c={rp.client_id}")
    page = await visitor.browser.press(page, "withdraw")
    assert {"page-service-receipt", "withdrawn", "receipt-number"} <= page.ids
    assert (await world.userinfo(tokens["access_token"])).status_code == 401
    (event,) = await world.records(EventType.CONSENT_WITHDRAWN)
    assert event.actor == event.subject_ref == f"person:{visitor.person.person_id}"
    told = await world.provider.database.read(
        lambda tx: tx.connection.exec_driver_sql("SELECT kind FROM outbox").scalars().all()
    )
    assert OutboxKind.BACKCHANNEL_LOGOUT.value in told
    assert f"open-receipt-{rp.client_id}" in (await visitor.browser.get(HERE)).ids
    page = await visitor.browser.get(rp.authorize_url(scope="openid email"))
    assert "page-consent" in page.ids, "it must ask again"


async def test_a_service_that_got_nothing_but_by_consent_leaves_the_list(world: World) -> None:
    rp = await world.client()
    person, browser = await world.person(), world.browser()
    await world.signed_in(browser, person.person_id)
    await world.agree(person.person_id, rp, "email", "phone")
    page = await browser.press(await browser.get(f"{HERE}/service?c={rp.client_id}"), "withdraw")
    assert "by-law" not in page.ids
    page = await browser.get(HERE)
    assert f"open-receipt-{rp.client_id}" in page.ids
    assert f"service-{rp.client_id}" not in page.ids


@pytest.mark.parametrize("path", ["service", "receipt"])
async def test_g01_a_service_that_is_anothers_reads_like_none(world: World, path: str) -> None:
    rp, visitor = await _connected(world)
    await world.tokens(rp, visitor)
    stranger = world.browser()
    await world.signed_in(stranger, (await world.person("bob")).person_id)
    seen = []
    for client_id in (rp.client_id, "nobody"):
        page = await stranger.get(f"{HERE}/{path}?c={client_id}")
        seen.append((page.status, str(page.response.url), page.ids))
    assert seen[0] == seen[1]
    assert "page-services" in seen[0][2]


async def test_g01_nobody_withdraws_for_another_and_nothing_happens(world: World) -> None:
    rp, visitor = await _connected(world)
    tokens = await world.tokens(rp, visitor)
    csrf = (await visitor.browser.get(f"{HERE}/service?c={rp.client_id}")).form("withdraw")["fields"]["csrf"]
    assert (await visitor.browser.post(f"{HERE}/withdraw", {"service": rp.client_id})).status == 403
    assert (await visitor.browser.post(f"{HERE}/withdraw", {"csrf": csrf, "service": "nobody"})).status == 200
    stranger = world.browser()
    await world.signed_in(stranger, (await world.person("bob")).person_id)
    page = await stranger.get("/account/sessions")
    csrf = page.form("lang-en")["fields"]["csrf"]
    page = await stranger.post(f"{HERE}/withdraw", {"csrf": csrf, "service": rp.client_id})
    assert "page-services" in page.ids
    assert await world.records(EventType.CONSENT_WITHDRAWN) == []
    assert (await world.userinfo(tokens["access_token"])).status_code == 200


async def test_an_objection_begins_at_the_service_and_its_clocks_stand_there_and_among_my_data(
    world: World,
) -> None:
    told = ("profile", "email", "phone", "offline_access")
    rp = await world.client(legal_basis=dict.fromkeys(told, LegalBasis.PUBLIC_TASK))
    visitor = await world.visitor(rp)
    await world.tokens(rp, visitor, scope="openid profile email")
    browser = visitor.browser
    page = await browser.get(f"{HERE}/service?c={rp.client_id}")
    assert "withdraw" not in page.ids
    page = await browser.get(page.links["send-objection"])
    assert f'value="{rp.client_id}" selected' in page.response.text
    page = await browser.press(page, "submit", service=rp.client_id, what="Ngừng mời khảo sát.")
    assert {"page-data", "notice", "requests-title"} <= page.ids
    (number,) = [one.removeprefix("request-") for one in page.ids if one.startswith("request-")]
    assert "Trả lời trước hết ngày" in page.response.text
    page = await browser.get(f"{HERE}/service?c={rp.client_id}")
    assert {"send-objection-sent", f"see-request-{number}"} <= page.ids
    assert "send-objection" not in page.ids, "one about the same is enough"
    assert "Trả lời trước hết ngày" in page.response.text
    page = await browser.press(await browser.get("/account/data"), f"withdraw-request-{number}")
    assert "send-objection" in (await browser.get(f"{HERE}/service?c={rp.client_id}")).ids


async def test_deletion_is_asked_for_after_consent_was_withdrawn_too(world: World) -> None:
    rp, visitor = await _connected(world)
    await world.tokens(rp, visitor)
    here = f"{HERE}/service?c={rp.client_id}"
    page = await visitor.browser.get(here)
    assert "ask-deletion" in page.ids
    await visitor.browser.press(page, "withdraw")
    page = await visitor.browser.get(here)
    assert "is-withdrawn" in page.ids
    page = await visitor.browser.get(page.links["ask-deletion"])
    page = await visitor.browser.press(page, "submit", service=rp.client_id, what="Xóa tất cả.")
    assert {"page-data", "notice"} <= page.ids
    assert "ask-deletion-sent" in (await visitor.browser.get(here)).ids
