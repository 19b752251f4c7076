"""Journey 16 of the city: a foreign resident is warned before the end, locked after it, let in again on renewal."""

from datetime import date, timedelta
from typing import Any

import pytest

from idp.database import Done
from idp.days import day_of
from idp.life_events.jobs import end_papers
from idp.life_events.model import LifeEvent, LifeEventType, Outcome, Subject
from idp.life_events.service import apply_event
from idp.transaction import Tx
from tests.driver import Page
from tests.federation.national_driver import KIM
from tests.national import Traveller
from tests.world import World

pytestmark = pytest.mark.network


async def test_warned_before_locked_after_and_in_again_on_renewal(world: World, huong: Traveller) -> None:
    rp = await world.client("rp-residence")
    kim = huong  # the browser is whose it is

    async def sign_in() -> Page:
        page = await kim.sign_in(rp, KIM, prompt="login")
        world.time.moment += timedelta(minutes=2)
        return page

    first = await sign_in()
    assert "page-consent" in first.ids
    today = day_of(world.time())
    await said(world, until=today + timedelta(days=10))
    warned = await sign_in()
    assert "page-papers" in warned.ids
    await said(world, until=today - timedelta(days=1))
    await end_papers(world.provider.database, world.occasion)
    locked = await sign_in()
    assert (locked.status, locked.case) == (403, "locked")
    assert "thời hạn cư trú" in locked.response.text
    silent = await kim.browser.get(rp.authorize_url(prompt="none"))
    assert silent.answer["error"] == "login_required"
    await said(world, until=today + timedelta(days=700))
    again = await sign_in()
    assert "page-consent" in again.ids


async def said(world: World, *, until: date) -> None:
    facts: dict[str, Any] = {"until": until.isoformat()}
    event = LifeEvent(
        event_id=world.provider.clock.token(),
        type=LifeEventType.RESIDENCE,
        entered_at=world.time(),
        subject=Subject(personal_id=KIM),
        facts=facts,
    )

    def apply(tx: Tx) -> Done[Outcome]:
        return Done(apply_event(tx, event, actor="register:test", occasion=world.occasion))

    assert await world.write(apply) is Outcome.APPLIED
    world.time.moment += timedelta(seconds=1)
