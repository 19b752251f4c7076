"""Which services get what, and taking it back (PAGES §3.1.16, DOMAIN §4 journey 9); attack row G01."""

import pytest

from idp.audit.events import EventType
from idp.outbox.model import OutboxKind
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
    page = await visitor.browser.get(HERE)
    assert f"open-receipt-{rp.client_id}" in page.ids
    assert f"service-{rp.client_id}" not in page.ids
    page = await visitor.browser.get(rp.authorize_url())
    assert "page-consent" in page.ids, "it must ask again"


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
