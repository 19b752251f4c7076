"""auth_time is when the person signed in at the national system – OpenID Connect Core §2, §3.1.2.1; adr/0015.

The national system is a process of its own, in real time; ours is moved, as if one clock ran ahead of the other or the
way back took long. An answer that states no auth_time: tests/federation/test_oidc_id_token.py.
"""

from datetime import UTC, datetime, timedelta

import pytest

from tests.driver import Page, RelyingParty
from tests.national import Traveller
from tests.world import World

pytestmark = pytest.mark.network


async def _auth_time(world: World, rp: RelyingParty, page: Page) -> datetime:
    """Return what the ID token of this page's code says."""
    response = await rp.redeem(world.http, page.answer["code"])
    claims = await rp.verify(world.http, response.json()["id_token"])
    return datetime.fromtimestamp(claims["auth_time"], UTC)


async def _agreed(huong: Traveller, page: Page) -> Page:
    """Return the page after the notice, which only the first sign-in shows."""
    return page if page.left_for else await huong.browser.press(page, "allow")


async def test_it_is_the_moment_there_however_long_the_way_back_takes(
    world: World, rp: RelyingParty, huong: Traveller
) -> None:
    address = await huong.sign_in_there(await huong.leave(rp))
    there = datetime.now(UTC)
    world.time.moment = there + timedelta(minutes=4)
    page = await _agreed(huong, await huong.browser.get(address))
    told = await _auth_time(world, rp, page)
    assert there - timedelta(seconds=60) <= told <= there
    world.time.move(seconds=90)
    page = await huong.browser.get(rp.authorize_url(max_age="300", prompt="none"))
    assert page.answer["error"] == "login_required", "it is five and a half minutes ago, not one and a half"
    assert "code" in (await huong.browser.get(rp.authorize_url(max_age="400", prompt="none"))).answer


@pytest.mark.parametrize("asked", [{"prompt": "login"}, {"max_age": "0"}, {"prompt": "select_account"}])
async def test_a_new_sign_in_that_was_asked_for_is_later_than_the_request(
    world: World, rp: RelyingParty, huong: Traveller, asked: dict[str, str]
) -> None:
    first = await _auth_time(world, rp, await _agreed(huong, await huong.sign_in(rp)))
    world.time.move(seconds=2)
    began = world.time()
    page = await huong.browser.get(rp.authorize_url(**asked))
    assert "page-sign-in" in page.ids
    door = await huong.browser.get(f"/sign-in/national?i={page.interaction}")
    assert door.left_for is not None
    address = await huong.sign_in_there(door.left_for)
    world.time.moment = max(datetime.now(UTC), began) + timedelta(seconds=5)
    again = await _auth_time(world, rp, await huong.browser.get(address))
    assert began.replace(microsecond=0) <= again <= world.time()
    assert again > first


@pytest.mark.parametrize("ahead", [30, 59], ids=lambda seconds: f"{seconds} s")
async def test_a_clock_there_that_is_slow_makes_no_loop_and_no_sign_in_before_the_request(
    world: World, rp: RelyingParty, huong: Traveller, ahead: int
) -> None:
    await _agreed(huong, await huong.sign_in(rp))
    world.time.moment = began = datetime.now(UTC) + timedelta(seconds=ahead)
    page = await huong.browser.get(rp.authorize_url(prompt="login"))
    door = await huong.browser.get(f"/sign-in/national?i={page.interaction}")
    assert door.left_for is not None
    address = await huong.sign_in_there(door.left_for)
    world.time.moment = began + timedelta(seconds=1)
    told = await _auth_time(world, rp, await huong.browser.get(address))
    assert told == began.replace(microsecond=0)


async def test_a_clock_there_that_is_fast_makes_no_sign_in_of_the_future(
    world: World, rp: RelyingParty, huong: Traveller
) -> None:
    world.time.moment = datetime.now(UTC) - timedelta(seconds=30)
    page = await huong.browser.get(rp.authorize_url())
    door = await huong.browser.get(f"/sign-in/national?i={page.interaction}")
    door = await huong.browser.press(door, "submit")
    assert door.left_for is not None
    address = await huong.sign_in_there(door.left_for)
    world.time.move(seconds=1)
    page = await _agreed(huong, await huong.browser.get(address))
    assert await _auth_time(world, rp, page) == world.time().replace(microsecond=0)


async def test_another_tab_s_request_begun_after_the_sign_in_there_asks_for_one_of_its_own(
    world: World, rp: RelyingParty, huong: Traveller
) -> None:
    """What counts is when the person proved themselves, not when the browser came back."""
    address = await huong.sign_in_there(await huong.leave(rp))
    world.time.moment = datetime.now(UTC) + timedelta(minutes=1)
    other = await huong.browser.get(rp.authorize_url(prompt="login"))
    world.time.move(seconds=30)
    await _agreed(huong, await huong.browser.get(address))
    resumed = await huong.browser.get(f"/authorize/resume?i={other.interaction}")
    assert "page-sign-in" in resumed.ids
