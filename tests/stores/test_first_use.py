"""A person hears of each service that is used as them for the first time, once (DESIGN 5.19)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from idp.ids import PersonId
from keys.master import MasterKey
from tests.driver import Browser, RelyingParty
from tests.told import messages_of
from tests.world import World, open_world

BARE = frozenset({"openid"})
MONTHS = timedelta(days=200)
"""By then no grant of before is kept."""


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """A whole provider, on either engine."""
    MasterKey.create(tmp_path / "master.json")
    async with open_world(tmp_path, tmp_path, database_url) as world:
        yield world


async def told(world: World, person_id: PersonId) -> list[str]:
    """Return the services somebody was told they used for the first time, the latest first."""
    messages = await world.provider.database.read(lambda tx: messages_of(tx, person_id))
    return [str(one.payload["client_id"]) for one in messages if one.payload["notice"] == "new_service"]


async def signed_in(world: World, name: str = "alice") -> tuple[PersonId, Browser]:
    """Somebody signed in who knows no service yet."""
    person, browser = await world.person(name), world.browser()
    await world.signed_in(browser, person.person_id)
    return person.person_id, browser


async def back(world: World, person_id: PersonId, browser: Browser, after: timedelta) -> None:
    """Sign in anew after some time, in which the jobs ran."""
    world.time.move(after)
    await world.clean_up()
    await world.signed_in(browser, person_id)


async def come(browser: Browser, rp: RelyingParty, **changes: str) -> str:
    """Return the code, given without a page in between."""
    return (await browser.get(rp.authorize_url(**changes))).answer["code"]


async def test_who_comes_to_a_service_with_nothing_to_show_is_told_once(world: World) -> None:
    person_id, browser = await signed_in(world)
    rp = await world.client(scopes=BARE)
    await come(browser, rp, scope="openid")
    await come(browser, rp, scope="openid")
    await come(browser, rp, scope="openid", prompt="none")
    assert await told(world, person_id) == [rp.client_id]
    other = await world.client("rp-other", scopes=BARE)
    await come(browser, other, scope="openid")
    assert sorted(await told(world, person_id)) == sorted([rp.client_id, other.client_id])


async def test_who_is_told_or_asked_on_a_page_hears_once_it_led_somewhere(world: World) -> None:
    person_id, browser = await signed_in(world)
    rp = await world.client()
    page = await browser.get(rp.authorize_url(scope="openid profile email"))
    assert await told(world, person_id) == []
    await browser.press(page, "allow")
    assert await told(world, person_id) == [rp.client_id]
    page = await browser.get(rp.authorize_url(scope="openid profile phone"))
    await browser.press(page, "allow")
    assert await told(world, person_id) == [rp.client_id], "the service is the same"


@pytest.mark.parametrize("after", [timedelta(days=30), MONTHS])
@pytest.mark.parametrize("scope", ["openid", "openid profile"])
async def test_a_return_is_no_first_use(world: World, scope: str, after: timedelta) -> None:
    person_id, browser = await signed_in(world)
    rp = await world.client(scopes=frozenset(scope.split()))
    page = await browser.get(rp.authorize_url(scope=scope))
    if scope != "openid":
        await browser.press(page, "allow")
    await back(world, person_id, browser, after)
    await come(browser, rp, scope=scope)
    assert await told(world, person_id) == [rp.client_id]


@pytest.mark.parametrize("shared", [{"sector": "city"}, {"subject_type": "public"}])
async def test_a_service_that_knows_them_as_another_does_is_new_all_the_same(
    world: World, shared: dict[str, Any]
) -> None:
    person_id, browser = await signed_in(world)
    rp = await world.client(scopes=BARE, **shared)
    other = await world.client("rp-other", scopes=BARE, **shared)
    third = await world.client("rp-third", **shared)
    for one in (rp, other, rp):
        await come(browser, one, scope="openid")
    await browser.press(await browser.get(third.authorize_url(scope="openid profile")), "allow")
    services = sorted(one.client_id for one in (rp, other, third))
    assert sorted(await told(world, person_id)) == services
    await back(world, person_id, browser, MONTHS)
    await come(browser, third, scope="openid profile")
    assert sorted(await told(world, person_id)) == services, "they answered there long ago"


async def test_an_answer_that_led_nowhere_hides_no_first_use(world: World) -> None:
    """Whoever holds somebody's session can't have the notice go by answering for them and coming again."""
    person_id, browser = await signed_in(world)
    rp = await world.client(sector="city")
    other = await world.client("rp-other", sector="city", scopes=BARE)
    await come(browser, other, scope="openid")
    await world.agree(person_id, rp)
    world.time.move(timedelta(minutes=5))
    await come(browser, rp, scope="openid profile")
    assert sorted(await told(world, person_id)) == sorted([rp.client_id, other.client_id])


async def test_of_many_tabs_at_once_one_tells(world: World) -> None:
    person_id, browser = await signed_in(world)
    rp = await world.client(scopes=BARE)
    await asyncio.gather(*(come(browser, rp, scope="openid", prompt="none") for _ in range(6)))
    assert await told(world, person_id) == [rp.client_id]
