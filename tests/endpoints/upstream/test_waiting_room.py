"""The waiting room from outside: who waits, in which order, what can't be jumped or forged – DOMAIN 3.6, PAGES 3.1.10."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.driver import Page, RelyingParty
from tests.endpoints.upstream.waiting import SlowUpstream, Walker, with_waiting_room
from tests.world import World, open_world


@pytest.fixture
def upstream() -> SlowUpstream:
    return SlowUpstream()


@pytest.fixture
async def world(template: Path, tmp_path: Path, upstream: SlowUpstream) -> AsyncIterator[World]:
    """One place, and room for three who wait."""
    async with open_world(template, tmp_path) as world:
        yield with_waiting_room(world, upstream, places=1, most_waiting=3)


async def somebody_inside(
    world: World, rp: RelyingParty, upstream: SlowUpstream
) -> tuple[Walker, asyncio.Task[Page]]:
    """Somebody whose answer is being confirmed, and does not come to an end."""
    one = Walker(world, rp)
    door = await one.leave()
    upstream.opened.clear()
    upstream.asked.clear()
    task = asyncio.create_task(one.browser.get(one.answer(door.left_for or "")))
    async with asyncio.timeout(10):
        await upstream.asked.wait()
    return one, task


async def over(upstream: SlowUpstream, task: asyncio.Task[Page]) -> None:
    upstream.opened.set()
    assert "page-consent" in (await task).ids


async def test_who_wants_to_go_while_all_places_are_taken_waits_and_goes_by_itself(
    world: World, rp: RelyingParty, upstream: SlowUpstream
) -> None:
    _, task = await somebody_inside(world, rp, upstream)
    other = Walker(world, rp)
    page = await other.leave()
    assert {"page-waiting", "position", "what-next", "submit", "cancel"} <= page.ids
    assert page.response.status_code == 200
    assert page.response.headers["refresh"] == f"5; url=/sign-in/waiting?i={other.i}"
    assert "stay-still" in page.ids
    still = await other.browser.get(f"/sign-in/waiting?i={other.i}&still=1")
    assert {"page-waiting", "submit"} <= still.ids
    assert "stay-still" not in still.ids
    assert "refresh" not in still.response.headers
    assert "no-store" in page.response.headers["cache-control"]
    assert "page-waiting" in (await other.waiting()).ids
    await over(upstream, task)
    page = await other.waiting()
    assert page.left_for is not None
    assert world.provider.waiting_room.waiting == 0
    page = await other.browser.get(other.answer(page.left_for))
    assert "page-consent" in page.ids
    assert world.cookie_of(other.browser, f"w-{other.i}") is None


async def test_who_comes_back_meanwhile_keeps_what_they_brought_until_their_turn(
    world: World, rp: RelyingParty, upstream: SlowUpstream
) -> None:
    early = Walker(world, rp)
    door = await early.leave()
    _, task = await somebody_inside(world, rp, upstream)
    page = await early.browser.get(early.answer(door.left_for or ""))
    assert "page-waiting" in page.ids
    cookie = world.cookie_of(early.browser, f"w-{early.i}") or ""
    assert cookie
    assert "code" not in cookie
    assert upstream.most_under_way == 1
    again = await early.browser.get(early.answer(door.left_for or ""))
    assert "page-waiting" in again.ids, "reloading what came back takes no second place"
    assert world.provider.waiting_room.waiting == 1
    later = Walker(world, rp)
    assert "page-waiting" in (await later.leave()).ids
    await over(upstream, task)
    assert "page-waiting" in (await later.waiting()).ids, "who has been there goes first"
    page = await early.waiting()
    assert "page-consent" in page.ids
    assert (await later.waiting()).left_for is not None
    gone = await early.browser.get(f"/upstream/national/callback?i={early.i}")
    assert (gone.status, gone.case) == (400, "expired"), "it counted once"


async def test_what_was_brought_waits_no_longer_than_codes_live_and_then_it_is_said(
    world: World, rp: RelyingParty, upstream: SlowUpstream
) -> None:
    early = Walker(world, rp)
    door = await early.leave()
    _, task = await somebody_inside(world, rp, upstream)
    await early.browser.get(early.answer(door.left_for or ""))
    world.time.move(minutes=5)
    page = await early.waiting()
    assert {"page-sign-in", "error"} <= page.ids
    assert "Đăng nhập lại từ đầu" in page.response.text
    assert world.cookie_of(early.browser, f"w-{early.i}") is None
    world.time.move(minutes=-5)
    await over(upstream, task)


async def test_a_ticket_can_t_be_forged_changed_or_carried_to_another_interaction(
    world: World, rp: RelyingParty, upstream: SlowUpstream
) -> None:
    _, task = await somebody_inside(world, rp, upstream)
    first, second = Walker(world, rp), Walker(world, rp)
    await first.leave()
    world.time.move(seconds=10)
    await second.leave()
    mine = world.cookie_of(second.browser, f"w-{second.i}") or ""
    theirs = world.cookie_of(first.browser, f"w-{first.i}") or ""
    seal = world.provider.vault.seal_compact
    early = f'{{"i":"{second.i}","w":0,"t":1,"a":{{"state":"x","code":"y"}}}}'
    for forged in (theirs, "", "x", mine[:-4] + "AAAA", mine + "A", seal(early, purpose="interaction")):
        jar = second.browser.client.cookies
        (held,) = [one for one in jar.jar if one.name.endswith(f"w-{second.i}")]
        held.value = forged
        page = await second.waiting()
        assert page.left_for is None
        assert "page-sign-in" in page.ids, "it is no ticket: begin anew"
        back = await second.browser.get(f"/upstream/national/callback?i={second.i}")
        assert (back.status, back.case) == (400, "expired")
    await over(upstream, task)


async def test_whoever_goes_round_the_waiting_page_gets_no_further(
    world: World, rp: RelyingParty, upstream: SlowUpstream
) -> None:
    _, task = await somebody_inside(world, rp, upstream)
    first, second = Walker(world, rp), Walker(world, rp)
    await first.leave()
    world.time.move(seconds=1)
    await second.leave()
    for _ in range(3):
        page = await second.browser.get(f"/sign-in/national?i={second.i}")
        page = await second.browser.press(page, "submit")
        assert "page-waiting" in page.ids
    assert world.provider.waiting_room.waiting == 2
    await over(upstream, task)
    page = await second.browser.get(f"/sign-in/national?i={second.i}")
    page = await second.browser.press(page, "submit")
    assert "page-waiting" in page.ids, "the first is called"
    assert (await first.waiting()).left_for is not None


async def test_brought_to_another_browser_it_waits_for_nothing_and_is_burnt(
    world: World, rp: RelyingParty, upstream: SlowUpstream
) -> None:  # DESIGN 5.12, SECURITY E02
    early, thief = Walker(world, rp), Walker(world, rp)
    door = await early.leave()
    _, task = await somebody_inside(world, rp, upstream)
    for address in (early.answer(door.left_for or ""), "/upstream/national/callback?state=x&code=y"):
        page = await thief.browser.get(address)
        assert (page.status, page.case) == (400, "expired")
    assert world.provider.waiting_room.waiting == 0
    assert world.provider.waiting_room.busy == 1
    page = await early.browser.get(early.answer(door.left_for or ""))
    assert (page.status, page.case) == (400, "expired")
    await over(upstream, task)
    assert world.provider.waiting_room.busy == 0


async def test_beyond_its_bound_people_are_asked_to_come_again_and_those_inside_stay(
    world: World, rp: RelyingParty, upstream: SlowUpstream
) -> None:
    _, task = await somebody_inside(world, rp, upstream)
    people = [Walker(world, rp) for _ in range(4)]
    pages = [await one.leave() for one in people]
    assert ["page-waiting" in page.ids for page in pages] == [True, True, True, False]
    assert (pages[3].status, pages[3].case) == (503, "waiting-full")
    assert pages[3].response.headers["retry-after"] == "60"
    assert "page-waiting" in (await people[2].waiting()).ids
    await over(upstream, task)


async def test_tokens_sessions_and_city_credentials_wait_for_nobody(
    world: World, rp: RelyingParty, upstream: SlowUpstream
) -> None:
    alice = await world.visitor(rp, "alice")
    _, bob = await world.citizen("bob")
    _, task = await somebody_inside(world, rp, upstream)
    await Walker(world, rp).leave()
    assert "code" in (await alice.browser.get(rp.authorize_url(prompt="none"))).answer
    tokens = await world.tokens(rp, alice, scope="openid offline_access")
    assert (await rp.refresh(world.http, tokens["refresh_token"])).status_code == 200
    browser = world.browser()
    page = await bob.sign_in(browser, await browser.get(rp.authorize_url()), at=world.time().timestamp())
    assert "page-consent" in page.ids
    await over(upstream, task)


async def test_while_it_is_down_one_at_a_time_is_tried_and_who_waits_to_go_is_told(
    world: World, rp: RelyingParty, upstream: SlowUpstream
) -> None:
    world.provider.waiting_room.places = 5
    early = Walker(world, rp)
    door = await early.leave()
    _, task = await somebody_inside(world, rp, upstream)
    world.provider.waiting_room.places = 1
    going = Walker(world, rp)
    assert "page-waiting" in (await going.leave()).ids
    world.provider.waiting_room.places = 5
    for _ in range(3):
        world.provider.national_circuit.failed(world.time())
    page = await going.waiting()
    assert {"page-sign-in", "method-national-down"} <= page.ids
    assert world.cookie_of(going.browser, f"w-{going.i}") is None
    page = await early.browser.get(early.answer(door.left_for or ""))
    assert "page-waiting" in page.ids, "one is being tried"
    await over(upstream, task)
    assert not world.provider.national_circuit.is_open(world.time()), "and got through"
    assert "page-consent" in (await early.waiting()).ids
