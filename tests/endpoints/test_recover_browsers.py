"""Known browsers after a recovery: the phone that was lost is one of them – adr/0048; SECURITY E12, E19."""

from idp.ids import ClientId, PersonId
from idp.risk.model import Arrival
from tests.driver import Browser, RelyingParty
from tests.endpoints.test_devices import come, devices, keep, told
from tests.endpoints.test_recover import RENEW, _recover
from tests.endpoints.test_recover_desk import _bind, _codes, _enter, _paper
from tests.world import World

_ARRIVED = Arrival(client_id=ClientId("hpid-account"), fresh="b" * 43)


async def _known(world: World, browser: Browser, person_id: PersonId) -> None:
    """Sign in at the national system in a browser that is remembered."""
    await world.signed_in(browser, person_id, arrival=_ARRIVED)
    keep(browser, world, "device", _ARRIVED.fresh)


async def test_whoever_comes_with_the_lost_phone_afterwards_is_told_of(
    world: World, rp: RelyingParty
) -> None:
    person, citizen = await world.citizen()
    phone, own = world.browser(), world.browser()
    await come(world, rp, citizen, phone)
    await _known(world, own, person.person_id)
    before = (await told(world, person.person_id)).count("new_device")
    await _recover(own, await own.get(RENEW))
    (kept,) = await devices(world, person.person_id)
    await come(world, rp, citizen, own)
    assert [one.device_id for one in await devices(world, person.person_id)] == [kept.device_id]
    assert (await told(world, person.person_id)).count("new_device") == before, (
        "where it was recovered goes on"
    )
    await come(world, rp, citizen, phone)
    assert (await told(world, person.person_id)).count("new_device") == before + 1


async def test_a_recovery_at_a_desk_forgets_every_browser(world: World, rp: RelyingParty) -> None:
    person, citizen = await world.citizen()
    await come(world, rp, citizen, world.browser())
    paper = await _paper(world, person)
    browser = world.browser()
    page = await _enter(browser, paper.case.case_id, paper.code or "")
    totp = await _codes(page)
    page = await _bind(browser, page, otp=totp.at(int(world.time().timestamp())))
    assert "page-recover-desk-done" in page.ids
    assert await devices(world, person.person_id) == ()
