"""Officials are known by another `sub` than citizens: no sector has services of both (DESIGN 5.2)."""

from pathlib import Path
from typing import Any

import pytest

from idp.protocol.acting import ContextKind
from idp.protocol.errors import InvalidClientMetadata
from tests.registrant import invite, send
from tests.world import World, open_world

_OFFICIALS: dict[str, Any] = {"subject_contexts": (ContextKind.OFFICIAL,)}
_CITIZENS: dict[str, Any] = {}


@pytest.mark.parametrize(
    ("first", "second"), [(_OFFICIALS, _CITIZENS), (_CITIZENS, _OFFICIALS)], ids=["citizens", "officials"]
)
@pytest.mark.parametrize("shared", [{"sector": "city"}, {"subject_type": "public"}], ids=["sector", "public"])
async def test_the_second_to_come_is_refused(
    world: World, first: dict[str, Any], second: dict[str, Any], shared: dict[str, Any]
) -> None:
    await world.client("rp-one", **first, **shared)
    await world.client("rp-same", **first, **shared)
    with pytest.raises(InvalidClientMetadata, match="hpid_sector: "):
        await world.client("rp-two", **second, **shared)
    await world.client("rp-two", **second)


async def test_a_service_keeps_to_those_it_was_made_for(world: World) -> None:
    await world.client("rp-one")
    with pytest.raises(InvalidClientMetadata, match="hpid_sector: "):
        await world.change_client("rp-one", **_OFFICIALS)
    await world.change_client("rp-one", subject_contexts=(ContextKind.PERSON, ContextKind.WARD), name="Khác")


async def test_who_registers_themselves_comes_into_no_sector_of_officials(
    template: Path, tmp_path: Path
) -> None:
    async with open_world(template, tmp_path, registration="token") as world:
        await world.client("rp-one", sector="host:rp-d.example", **_OFFICIALS)
        token = await invite(world)
        refused = await send(world, token)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client_metadata")
        assert (await send(world, token, redirect_uris=["https://rp-e.example/callback"])).status_code == 201


async def test_who_shares_one_since_before_and_who_is_told_of_nobody_are_not_in_question(
    world: World,
) -> None:
    await world.client("rp-one", sector="city", **_OFFICIALS)
    await world.client("rp-two", sector="city", unchecked=True)  # as an older release let it
    await world.change_client("rp-two", name="Dịch vụ khác")
    await world.change_client("rp-one", name="Dịch vụ khác")
    await world.machine("machine", sector="city")
