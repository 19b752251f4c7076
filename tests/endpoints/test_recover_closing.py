"""A recovery takes back what a thief asked for before it: that the account be closed – adr/0048, adr/0049."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from idp.audit.events import EventType
from idp.data_rights.jobs import close_accounts
from idp.data_rights.model import RequestState, Right
from idp.data_rights.service import Wanted, make_request, requests_of
from idp.people.model import Person, PersonStatus
from tests.endpoints.test_recover import RENEW, _recover, _told
from tests.endpoints.test_recover_desk import _bind, _enter, _paper
from tests.world import World


async def _by_the_national_system(world: World, person: Person) -> None:
    browser = world.browser()
    await world.signed_in(browser, person.person_id)
    page = await _recover(browser, await browser.get(RENEW))
    assert "page-recover-done" in page.ids


async def _at_a_desk(world: World, person: Person) -> None:
    paper, browser = await _paper(world, person), world.browser()
    page = await _bind(browser, await _enter(browser, paper.case.case_id, paper.code or ""))
    assert "page-recover-desk-done" in page.ids


@pytest.mark.parametrize("recovered", [_by_the_national_system, _at_a_desk])
async def test_a_recovery_takes_a_closing_back_that_was_asked_for_before(
    world: World, recovered: Callable[[World, Person], Awaitable[None]]
) -> None:
    person, _ = await world.citizen()
    holidays = world.provider.settings.holidays
    for right in (Right.DELETE, Right.CORRECT):
        wanted = Wanted(right=right, what="x" if right is Right.CORRECT else "")
        await world.write(
            lambda tx, wanted=wanted: make_request(
                tx,
                person.person_id,
                wanted,
                holidays=holidays,
                closing=timedelta(days=7),
                occasion=world.occasion,
            )
        )
    await recovered(world, person)

    left = await world.provider.database.read(lambda tx: requests_of(tx, person.person_id))
    states = {one.right: one.state for one in left}
    assert states == {Right.DELETE: RequestState.WITHDRAWN, Right.CORRECT: RequestState.RECEIVED}
    (event,) = await world.records(EventType.DATA_REQUEST_WITHDRAWN)
    assert (event.payload["right"], event.payload["reason"]) == ("delete", "the account was recovered")
    assert {"notice": "data_request", "step": "closing_taken_back"} in await _told(world, person)

    world.time.move(days=8)
    await close_accounts(world.provider.database, world.occasion)
    found = await world.provider.database.read(lambda tx: tx.people.get(person.person_id))
    assert found is not None
    assert found.status is PersonStatus.ACTIVE
