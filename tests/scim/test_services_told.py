"""Services for officials hear of a post that ended, once each – DESIGN 5.2; Back-Channel Logout 1.0 §2.3."""

import pytest

from idp.database import Done
from idp.ids import ClientId
from idp.organisations.agency_entry import AgencyEntry
from idp.organisations.entry import Said
from idp.organisations.service import register_agency
from tests.driver import RelyingParty, b64decode_json
from tests.scim.hr import HrSystem
from tests.scim.test_leaver import LEAVES, OTHER_ROLES, at_work
from tests.world import World


async def _at_work(world: World, hr: HrSystem) -> tuple[str, RelyingParty, str]:
    """An official at a service that takes logout tokens: their record, the service, and what it knows the session as."""
    official_id, rp, _, tokens = await at_work(world, hr, "trang", "031194990041")
    await world.change_client(rp.client_id, backchannel_logout_uri="https://egov-trang.example/logout")
    return official_id, rp, str(b64decode_json(tokens["id_token"].split(".")[1])["sid"])


async def told(world: World, rp: RelyingParty) -> list[str]:
    """The `sid`s of which the service gets a logout token."""
    found = await world.provider.database.read(
        lambda tx: tx.deliveries.of_client(ClientId(rp.client_id), limit=9)
    )
    return [one.payload["sid"] for one in found]


async def test_a_move_to_another_post(world: World, hr: HrSystem) -> None:
    official_id, rp, sid = await _at_work(world, hr)
    assert (await hr.call("PATCH", f"/Users/{official_id}", OTHER_ROLES)).status_code == 200
    assert await told(world, rp) == [sid]


@pytest.mark.parametrize("how", LEAVES)
async def test_a_leaving(world: World, hr: HrSystem, how: str) -> None:
    official_id, rp, sid = await _at_work(world, hr)
    change = LEAVES[how]
    await hr.call("DELETE" if change is None else "PATCH", f"/Users/{official_id}", change)
    assert await told(world, rp) == [sid]


async def test_the_end_of_the_agency(world: World, hr: HrSystem) -> None:
    _, rp, sid = await _at_work(world, hr)
    agency = await world.provider.database.read(lambda tx: tx.agencies.get("H24.08"))
    assert agency is not None
    entry = AgencyEntry(
        code=agency.code, name=agency.name, kind=agency.kind, ward_code=agency.ward_code, ended=True
    )
    world.time.move(seconds=1)
    said = Said(source=agency.source, at=world.time())
    await world.write(
        lambda tx: Done(register_agency(tx, entry, said, actor="test", occasion=world.occasion))
    )
    assert await told(world, rp) == [sid]
