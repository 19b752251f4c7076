"""A provider per test, in this process, driven over ASGI."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.driver import RelyingParty
from tests.world import Visitor, World, open_world


@pytest.fixture
async def world(template: Path, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(template, tmp_path) as world:
        yield world


@pytest.fixture
async def rp(world: World) -> RelyingParty:
    """A confidential client of the city, valid by default."""
    return await world.client()


@pytest.fixture
async def alice(world: World, rp: RelyingParty) -> Visitor:
    """Somebody signed in who has agreed to what `rp` asks."""
    return await world.visitor(rp)


@pytest.fixture
async def hint(world: World, rp: RelyingParty, alice: Visitor) -> str:
    """An ID token of alice's session at rp."""
    return str((await world.tokens(rp, alice))["id_token"])
