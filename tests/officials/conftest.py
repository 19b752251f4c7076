"""A provider with agencies, in this process."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from idp.database import Done
from tests.organisations.samples import make_agency
from tests.world import World, open_world


@pytest.fixture
async def world(template: Path, tmp_path: Path) -> AsyncIterator[World]:
    codes = ("H24", "H24.08", "H24.10", "H24.101")
    async with open_world(template, tmp_path, with_keys=False) as world:
        await world.write(lambda tx: Done([tx.agencies.put(make_agency(code)) for code in codes] and None))
        yield world
