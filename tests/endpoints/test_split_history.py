"""The history of two people whose records were one for a while: it says so, and what may be the other's (adr/0036)."""

import pytest

from idp.audit.events import EventType
from idp.people.model import Person
from tests.driver import Browser, Page
from tests.endpoints.merged import Duplicates
from tests.world import World


@pytest.fixture
async def two(world: World) -> Duplicates:
    winner, as_winner = await world.citizen("winner")
    loser, as_loser = await world.citizen("loser")
    return Duplicates(world, winner, loser, as_winner, as_loser)


async def test_the_history_tells_both_when_their_records_were_one_and_marks_what_may_be_the_others(
    two: Duplicates,
) -> None:
    world = two.world
    alone = await _started(two, two.winner)
    await two.confirm()
    world.time.move(minutes=1)
    together = await _started(two, two.winner)
    assert "joined-1" not in (await _history(two, two.winner)).ids, "they are one"
    world.time.move(minutes=1)
    await two.split()
    world.time.move(minutes=1)
    page = await _history(two, two.winner)
    assert "joined-1" in page.ids
    mark = "có thể là của người kia"
    for event_id, is_marked in ((alone, False), (together, True)):
        row = page.response.text.partition(f'id="event-{event_id}"')[2].partition("</li>")[0]
        assert (mark in row) == is_marked
    browser = await _browser(two, two.winner)
    assert mark in (await browser.get(f"/account/history/not-me?e={together}")).response.text
    assert (await browser.client.get("/account/history/file")).text.count(mark) == 2
    page = await _history(two, two.loser)
    assert "joined-1" in page.ids
    assert page.response.text.count(mark) == 1, "none of it stands there"


async def _browser(two: Duplicates, who: Person) -> Browser:
    browser = two.world.browser()
    await two.world.signed_in(browser, who.person_id)
    return browser


async def _history(two: Duplicates, who: Person) -> Page:
    return await (await _browser(two, who)).get("/account/history")


async def _started(two: Duplicates, who: Person) -> str:
    """Sign in, and return the event."""
    await _browser(two, who)
    return str((await two.world.records(EventType.SESSION_STARTED))[-1].event_id)
