"""The national system is not there: seen with no traffic, told on the page, whoever says so – DOMAIN 3.6."""

from datetime import timedelta
from functools import partial

import pytest

from idp import metrics
from idp.audit.events import EventType
from idp.cli.upstreams import set_maintenance
from idp.database import Refused
from idp.exposition.state import State
from idp.metrics import Metric
from idp.worker import look_once
from tests.counted import Since
from tests.driver import Page, RelyingParty
from tests.federation.national_process import Process
from tests.national import order_fault
from tests.world import World

pytestmark = pytest.mark.network


async def _looks(world: World, times: int) -> None:
    for _ in range(times):
        world.time.move(seconds=10)
        await look_once(world.provider)


async def _page(world: World, rp: RelyingParty) -> Page:
    return await world.browser().get(rp.authorize_url())


@pytest.mark.parametrize("mode", ["down", "http500", "maintenance"])
async def test_with_no_traffic_an_outage_is_told_and_so_is_its_end(
    world: World, rp: RelyingParty, national: Process, mode: str
) -> None:
    counted = Since(metrics.UPSTREAM_PROBES)
    order_fault(national, mode)
    await _looks(world, 2)
    assert "banner" not in (await _page(world, rp)).ids
    await _looks(world, 1)
    page = await _page(world, rp)
    assert {"banner", "method-national-down"} <= page.ids
    asked = await world.browser().get(f"/help?i={page.interaction}")
    assert "banner" in asked.ids, "on every page"
    order_fault(national, "none")
    await _looks(world, 2)
    page = await _page(world, rp)
    assert "method-national" in page.ids
    assert {"banner", "method-national-down"}.isdisjoint(page.ids)
    assert counted.counted == {("national", "not-there"): 3, ("national", "there"): 2}


async def test_nobody_is_sent_to_a_system_that_is_down_by_whatever_address(
    world: World, rp: RelyingParty, national: Process
) -> None:
    browser = world.browser()
    page = await browser.get(rp.authorize_url())
    page = await browser.get(f"/sign-in/national?i={page.interaction}")
    order_fault(national, "down")
    await _looks(world, 3)
    page = await browser.press(page, "submit")
    assert page.left_for is None
    assert {"page-sign-in", "method-national-down"} <= page.ids


async def test_an_operator_switches_it_off_for_a_time_and_it_comes_back_by_itself(
    world: World, rp: RelyingParty
) -> None:
    until = world.time() + timedelta(hours=2)
    await world.write(partial(set_maintenance, until=until, occasion=world.occasion))
    page = await _page(world, rp)
    assert {"banner", "method-national-down"} <= page.ids
    assert "Bảo trì theo kế hoạch" in page.response.text
    await _looks(world, 3)
    assert "banner" in (await _page(world, rp)).ids, "that it answers does not end what an operator said"
    world.time.moment = until
    assert "method-national" in (await _page(world, rp)).ids
    (event,) = await world.records(EventType.UPSTREAM_MAINTENANCE_SET)
    assert event.payload == {"upstream": "national", "until": until.isoformat(timespec="seconds")}
    assert event.actor.startswith("operator:")


async def test_an_operator_takes_it_back_before_its_time(world: World, rp: RelyingParty) -> None:
    on = partial(set_maintenance, until=world.time() + timedelta(hours=2))
    for _ in range(2):  # a second word replaces the first
        await world.write(partial(on, occasion=world.occasion))
    await world.write(partial(set_maintenance, until=None, occasion=world.occasion))
    assert "method-national" in (await _page(world, rp)).ids
    assert await world.events(EventType.UPSTREAM_MAINTENANCE_ENDED) == ["upstream:maintenance-ended"]
    refused = await world.provider.database.transact(
        partial(set_maintenance, until=None, occasion=world.occasion)
    )
    assert isinstance(refused, Refused)


async def test_maintenance_is_down_to_whoever_watches(world: World) -> None:
    def down() -> float:
        families = State(world.provider, release="0", certificate_expires=None).collect()
        return next(one.samples[0].value for one in families if one.name == Metric.UPSTREAM_DOWN.value.name)

    assert down() == 0
    until = world.time() + timedelta(hours=1)
    await world.write(partial(set_maintenance, until=until, occasion=world.occasion))
    assert down() == 1
