"""What somebody offered or proposed for an organisation before "this wasn't me", or a recovery, is not had afterwards.

Whoever passed for them may have done it: to let an accomplice in, or the last administrator out (adr/0048, adr/0051).
"""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from idp.audit.events import EventType
from idp.database import Done
from idp.ids import OrganisationId
from idp.life_events.service import unlock_own
from idp.mandates.service import replace_representatives
from idp.organisations.model import Organisation
from idp.protocol.assurance import Acr
from idp.transaction import Tx
from tests.endpoints import mandating
from tests.endpoints.mandating import Somebody, somebody
from tests.endpoints.test_recover import RENEW, _recover
from tests.world import World

lan, minh, harbour = mandating.lan, mandating.minh, mandating.harbour  # fixtures
Disown = Callable[[World, Somebody], Awaitable[None]]


async def locked_and_opened(world: World, who: Somebody) -> None:
    """They see the notice, lock, and open their account again minutes later."""
    await who.browser.press(await who.browser.get("/lock"), "lock-signed-in")
    world.time.move(minutes=5)

    def unlock(tx: Tx) -> Done[bool]:
        person_id, now = who.person.person_id, world.time()
        return Done(unlock_own(tx, person_id, Acr.HIGH, begun_at=now, occasion=world.occasion))

    assert await world.write(unlock)


async def recovered(world: World, who: Somebody) -> None:
    """They recover their account, and the days of caution are over."""
    assert "page-recover-done" in (await _recover(who.browser, await who.browser.get(RENEW))).ids
    world.time.move(seconds=world.provider.settings.life.recovery_hold.total_seconds() + 1)


both = pytest.mark.parametrize("disown", [locked_and_opened, recovered])


@both
@pytest.mark.usefixtures("harbour")
async def test_nobody_takes_what_was_offered_before(
    world: World, lan: Somebody, minh: Somebody, disown: Disown
) -> None:
    await lan.offer(minh.person, role="administrator")
    home = await minh.home()
    left_open = await minh.browser.get(
        next(url for id_, url in home.links.items() if id_.startswith("answer-offer-"))
    )
    await disown(world, lan)
    await world.signed_in(minh.browser, minh.person.person_id)
    await minh.browser.press(left_open, "submit")
    assert not any(one.startswith("answer-offer-") for one in (await minh.home()).links)
    assert len(await world.records(EventType.MANDATE_GIVEN)) == 1, "the director's own alone"
    (closed,) = await world.records(EventType.MANDATE_OFFER_CLOSED)
    assert closed.subject_ref == f"person:{lan.person.person_id}"
    await world.signed_in(lan.browser, lan.person.person_id)
    page, _ = await lan.manage()
    assert "Vũ Đức Minh" not in page.response.text


@both
async def test_nobody_confirms_what_was_proposed_before(
    world: World, lan: Somebody, minh: Somebody, harbour: Organisation, disown: Disown
) -> None:
    await lan.offer(minh.person, role="administrator")
    await minh.answer()
    second = await somebody(world, "Phạm Văn Hai")

    def two(tx: Any) -> Done[None]:
        ids = [lan.person.person_id, second.person.person_id]
        organisation_id = OrganisationId(harbour.organisation_id)
        replace_representatives(tx, organisation_id, ids, actor="register", occasion=world.occasion)
        return Done(None)

    await world.write(two)
    page, _ = await lan.manage()
    await lan.act(page, "revoke-")
    page, _ = await second.manage()
    assert any(one.startswith("confirm-removal-") for one in page.links)
    await disown(world, lan)
    await world.signed_in(second.browser, second.person.person_id)
    page, _ = await second.manage()
    assert not any(one.startswith("confirm-removal-") for one in page.links)


@pytest.mark.usefixtures("harbour")
async def test_what_others_offered_for_the_same_organisation_goes_on(
    world: World, lan: Somebody, minh: Somebody
) -> None:
    await lan.offer(minh.person, role="administrator")
    await minh.answer()
    third = await somebody(world, "Trần Thị Hải")
    await minh.offer(third.person)
    await locked_and_opened(world, lan)
    assert "Đã nhận lời" in (await third.answer()).response.text
