"""A provider with agencies and an HR system that keeps the records of one of them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from idp.database import Done
from tests.organisations.samples import make_agency
from tests.scim.hr import AGENCIES, HrSystem
from tests.world import World, open_world


@pytest.fixture
async def world(template: Path, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(template, tmp_path) as world:
        await world.write(lambda tx: Done([tx.agencies.put(make_agency(code)) for code in AGENCIES] and None))
        yield world


@pytest.fixture
async def hr(world: World) -> HrSystem:
    """The HR system of the department H24.08."""
    return await HrSystem.of(world, "H24.08")
