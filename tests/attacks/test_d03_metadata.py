"""D03: metadata of the national system that is another's, or leads elsewhere or to us: refused, kept out, told of."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from federation.national_eid import NationalEid
from idp.upstreams.probing import probe
from tests.attacks.log_lines import LogLines
from tests.attacks.oracle import Oracle
from tests.driver import Browser, Page, RelyingParty
from tests.federation.upstream_double import ISSUER, METADATA, UpstreamDouble
from tests.world import World, open_world

HOUR = timedelta(hours=1)
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
ELSEWHERE = (
    "https://evil.example/oauth2/x",
    "https://upstream.example.evil.example/x",
    "https://upstream.example@evil.example/x",
    "https://upstream.example:8443/x",
    "http://upstream.example/oauth2/x",
    "http://127.0.0.1:8000/token",
    "http://localhost:8000/token",
    "https://[::1]/token",
    "file:///etc/passwd",
    "//evil.example/x",
    "javascript:alert(1)",
    None,
)
LIES: list[dict[str, Any]] = [
    *({"issuer": value} for value in ("https://evil.example", f"{ISSUER}/", ISSUER.upper(), None, [ISSUER])),
    {"issuer": "http://localhost:8000"},
    *({name: value} for name in ENDPOINTS for value in ELSEWHERE),
    {name: f"https://evil.example/{name}" for name in ("issuer", *ENDPOINTS)},
]
"""One part or all of it is another's."""


@dataclass
class City:
    """A provider, and the national system it asks."""

    world: World
    upstream: UpstreamDouble
    rp: RelyingParty

    async def goes(self) -> tuple[Browser, Page]:
        """Somebody chooses to sign in there."""
        browser = self.world.browser()
        page = await browser.get(self.rp.authorize_url())
        page = await browser.get(f"/sign-in/national?i={page.interaction}")
        if page.left_for is None and "submit" in page.buttons:
            page = await browser.press(page, "submit")
        return browser, page


@pytest.fixture
def upstream() -> UpstreamDouble:
    return UpstreamDouble()


@pytest.fixture
async def world(
    template: Path, tmp_path: Path, log: LogLines, upstream: UpstreamDouble
) -> AsyncIterator[World]:
    async with open_world(template, tmp_path, registration="token") as world:
        provider = replace(world.provider, national=NationalEid(upstream.relying_party()))
        yield World(provider, world.time)


@pytest.fixture
async def city(world: World, oracle: Oracle, upstream: UpstreamDouble) -> City:
    return City(world=world, upstream=upstream, rp=await world.client())


@pytest.mark.parametrize("lie", LIES, ids=str)
async def test_d03_nobody_is_sent_where_it_says_and_no_address_of_it_is_called(
    city: City, oracle: Oracle, lie: dict[str, Any]
) -> None:
    city.upstream.metadata |= lie
    async with oracle.refusing(lie, status={200, 303, 503}, events=()) as watch:
        _, page = await city.goes()
    assert page.left_for is None, page.left_for
    assert set(city.upstream.calls) == {METADATA}
    assert "evil.example" not in watch.last.text


@pytest.mark.parametrize("lie", LIES, ids=str)
async def test_d03_after_a_change_the_last_good_copy_serves_for_a_day_and_the_log_says_why(
    city: City, oracle: Oracle, lie: dict[str, Any]
) -> None:
    _, before = await city.goes()
    assert before.left_for is not None
    assert before.left_for.startswith(f"{ISSUER}/oauth2/authorize?")
    city.upstream.metadata |= lie
    for hours in (1, 12, 10):
        city.world.time.move(hours * HOUR)
        _, page = await city.goes()
        assert page.left_for is not None
        assert page.left_for.startswith(f"{ISSUER}/oauth2/authorize?")
    city.world.time.move(3 * HOUR)
    _, page = await city.goes()
    assert page.left_for is None, "for a day, and no longer"
    assert set(city.upstream.calls) == {METADATA}


@pytest.mark.parametrize("lie", LIES, ids=str)
async def test_d03_three_looks_raise_the_alarm_and_truth_ends_it(
    city: City, oracle: Oracle, lie: dict[str, Any]
) -> None:
    """What the operator is alarmed by: the log at WARNING, once and with the reason, and the gauge of the outage."""
    await _look(city)
    truth = dict(city.upstream.metadata)
    city.upstream.metadata |= lie
    city.upstream.calls.clear()
    for _ in range(3):
        city.world.time.move(seconds=10)
        await _look(city)
    assert set(city.upstream.calls) == {METADATA}, "keys are asked for nowhere else"
    (alarm,) = [line for line in oracle.log.parsed() if line["level"] == "WARNING"]
    assert alarm["event"] == "the national system does not answer"
    assert "metadata" in alarm["reason"]
    assert "evil.example" not in str(alarm)
    assert city.world.provider.national_circuit.is_open(city.world.time())
    _, page = await city.goes()
    assert page.left_for is None, "and nobody is sent there meanwhile"
    city.upstream.metadata = truth
    for _ in range(4):
        city.world.time.move(seconds=10)
        await _look(city)
    assert oracle.log.parsed()[-1]["event"] == "the national system answers again"
    _, page = await city.goes()
    assert page.left_for is not None


async def _look(city: City) -> None:
    """As the worker of every node does."""
    provider = city.world.provider
    assert provider.national is not None
    await probe(provider.national, provider.national_circuit, provider.clock)
