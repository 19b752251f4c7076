"""People open what they locked themselves, by a fresh sign-in at the level high – and nothing else (PAGES §3.1.18)."""

from datetime import UTC, datetime, timedelta

import pytest

from idp.audit.events import EventType
from idp.cases.model import CaseKind, CaseState
from idp.credentials.model import TotpCredential
from idp.database import Done
from idp.ids import PersonId
from idp.life_events.model import CardStatus, Ground
from idp.life_events.service import lock_own, open_ground
from idp.people.model import PersonStatus
from tests.driver import Page
from tests.endpoints.public_computer import TICK
from tests.federation.national_process import Process
from tests.national import Traveller
from tests.told import messages_of
from tests.world import World

pytestmark = pytest.mark.network


async def locked_by_herself(world: World, huong: Traveller) -> PersonId:
    """Sign in once, then lock as the person does."""
    await huong.sign_in(await world.client())
    (started,) = await world.records(EventType.SESSION_STARTED)
    person_id = PersonId(started.subject_ref.removeprefix("person:"))
    page = await huong.browser.press(await huong.browser.get("/lock"), "lock-signed-in")
    assert "page-account-locked" in page.ids
    return person_id


async def unlock(world: World, huong: Traveller) -> Page:
    """Press the button and go through the national system."""
    world.time.moment = datetime.now(UTC)
    page = await huong.browser.press(await huong.browser.get("/unlock"), "submit")
    if page.left_for is None:
        page = await huong.browser.press(page, "submit")
    assert page.left_for is not None, page.response.text
    return await huong.return_with(await huong.sign_in_there(page.left_for))


async def test_a_locked_person_is_told_the_way_and_opens_their_account(
    world: World, huong: Traveller
) -> None:
    person_id = await locked_by_herself(world, huong)
    page = await huong.sign_in(await world.client("other"))
    assert (page.case, "unlock" in page.ids) == ("locked", True), "an ordinary sign-in opens nothing"
    assert await world.status_of(person_id) is PersonStatus.LOCKED
    page = await unlock(world, huong)
    assert "page-account-home" in page.ids, page.response.text
    assert await world.status_of(person_id) is PersonStatus.ACTIVE
    (opened,) = await world.records(EventType.PERSON_UNLOCKED)
    assert opened.actor == opened.subject_ref
    *_, started = await world.records(EventType.SESSION_STARTED)
    assert started.payload["acr"] == "urn:haiphong:acr:high"
    told = await world.provider.database.read(lambda tx: messages_of(tx, person_id))
    assert "unlocked" in {one.payload.get("act") for one in told}
    assert await world.provider.database.read(lambda tx: tx.cases.list(CaseState.OPEN, 10)) == ()
    (case,) = await world.provider.database.read(lambda tx: tx.cases.of_person(person_id, 10))
    assert (case.kind, case.state) == (CaseKind.LOCKED, CaseState.CLOSED)


async def test_who_unlocks_at_a_public_computer_can_say_so_where_somebody_is_known_already(
    world: World, huong: Traveller
) -> None:
    await locked_by_herself(world, huong)
    assert world.cookie_of(huong.browser, "device"), "no browser that is new"
    page = await huong.browser.press(await huong.browser.get("/unlock"), "submit")
    assert {"page-national", "public", "upstream-host"} <= page.ids
    page = await huong.browser.press(page, "submit", TICK)
    assert page.left_for is not None
    page = await huong.return_with(await huong.sign_in_there(page.left_for))
    assert "page-account-home" in page.ids
    assert world.cookie_of(huong.browser, "device") is None
    world.time.move(minutes=10)
    assert "page-account-sign-in" in (await huong.browser.get("/account")).ids


@pytest.mark.parametrize("ground", [Ground.REQUEST, Ground.CITY, Ground.NATIONAL, Ground.RESIDENCE])
async def test_what_others_locked_stays_locked_and_so_does_the_holders_own(
    world: World, huong: Traveller, ground: Ground
) -> None:
    person_id = await locked_by_herself(world, huong)
    await world.write(
        lambda tx: Done(open_ground(tx, person_id, ground, "1", actor="operator:a", occasion=world.occasion))
    )
    page = await unlock(world, huong)
    assert page.case == "locked"
    grounds = await world.provider.database.read(lambda tx: tx.life_grounds.of_person(person_id))
    assert {one.ground for one in grounds} == {Ground.HOLDER, ground}
    assert await world.records(EventType.PERSON_UNLOCKED, EventType.PERSON_GROUND_LIFTED) == []


async def test_while_the_card_is_not_good_a_desk_looks(world: World, huong: Traveller) -> None:
    person_id = await locked_by_herself(world, huong)

    def revoke(tx: object) -> Done[None]:
        tx.life_states.set_card(person_id, CardStatus.REVOKED, "")  # type: ignore[attr-defined]
        tx.life_states.suspend(person_id, world.time())  # type: ignore[attr-defined]
        return Done(None)

    await world.write(revoke)
    assert (await unlock(world, huong)).case == "locked"
    assert await world.status_of(person_id) is PersonStatus.LOCKED


async def test_a_factor_the_case_names_sleeps_until_it_is_bound_anew(world: World, huong: Traveller) -> None:
    await huong.sign_in(await world.client(), acr_values="urn:haiphong:acr:substantial")
    (started,) = await world.records(EventType.SESSION_STARTED)
    person_id = PersonId(started.subject_ref.removeprefix("person:"))
    secret = TotpCredential(person_id=person_id, secret="JBSWY3DPEHPK3PXP", last_step=0, confirmed=True)
    await world.write(lambda tx: Done(tx.totp.put(secret)))
    page = await huong.browser.get(f"/account/history/not-me?e={started.event_id}")
    page = await huong.browser.press(page, "submit", what="phone-lost")
    assert "page-account-locked" in page.ids
    assert "page-account-home" in (await unlock(world, huong)).ids
    assert not await world.write(lambda tx: Done(tx.totp.spend_step(person_id, 10**9)))
    assert "totp-asleep" in (await huong.browser.get("/account/methods")).ids
    await world.write(lambda tx: Done(tx.totp.put(secret)))
    assert await world.write(lambda tx: Done(tx.totp.spend_step(person_id, 10**9)))
    (case,) = await world.provider.database.read(lambda tx: tx.cases.list(CaseState.OPEN, 10))
    assert (case.kind, case.facts["factors"]) == (CaseKind.NOT_ME, "passkey phone_code totp")


async def test_the_form_may_lead_to_the_national_system(world: World, national: Process) -> None:
    """A browser holds the whole chain of redirects after a form against the page's own policy."""
    page = await world.browser().get("/unlock")
    (policy,) = [
        one for one in page.response.headers["content-security-policy"].split("; ") if "form-action" in one
    ]
    assert national.issuer in policy


async def test_it_is_a_fresh_proof_that_is_asked_for(
    world: World, huong: Traveller, national: Process
) -> None:
    """Who is still signed in there, or comes with somebody else's account, opens nothing of hers."""
    person_id = await locked_by_herself(world, huong)
    stranger = Traveller(world, national, world.browser())
    page = await stranger.browser.press(await stranger.browser.get("/unlock"), "submit")
    if page.left_for is None:
        page = await stranger.browser.press(page, "submit")
    assert page.left_for is not None
    assert "prompt=login" in page.left_for or "max_age=0" in page.left_for
    assert await world.status_of(person_id) is PersonStatus.LOCKED


@pytest.mark.parametrize("is_locked_already", [False, True])
async def test_a_sign_in_that_was_under_way_does_not_open_what_was_locked_meanwhile(
    world: World, huong: Traveller, is_locked_already: bool
) -> None:
    """Whoever went to the national system before is perhaps whom the lock is for; the holder presses the button anew."""
    await huong.sign_in(await world.client())
    (started,) = await world.records(EventType.SESSION_STARTED)
    person_id = PersonId(started.subject_ref.removeprefix("person:"))
    world.time.moment = datetime.now(UTC) - timedelta(seconds=10)

    async def lock() -> None:
        await world.write(lambda tx: Done(lock_own(tx, person_id, "a code", occasion=world.occasion)))

    if is_locked_already:
        await lock()
        world.time.move(seconds=1)
    page = await huong.browser.press(await huong.browser.get("/unlock"), "submit")
    if page.left_for is None:
        page = await huong.browser.press(page, "submit")
    assert page.left_for is not None
    back = await huong.sign_in_there(page.left_for)
    world.time.move(seconds=5)
    await lock()
    world.time.moment = datetime.now(UTC)
    page = await huong.return_with(back)
    assert page.case == "locked"
    assert await world.status_of(person_id) is PersonStatus.LOCKED
    assert "page-account-home" in (await unlock(world, huong)).ids
