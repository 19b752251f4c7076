"""A provider whose national system is a process of its own, and somebody who goes there."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.federation.national_process import Process
from tests.national import Traveller, open_federated_world
from tests.world import World


@pytest.fixture(scope="module")
def national(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with Process(tmp_path_factory.mktemp("national")) as process:
        yield process


@pytest.fixture
async def world(template: Path, tmp_path: Path, national: Process) -> AsyncIterator[World]:
    async with open_federated_world(template, tmp_path, national, degraded_sign_in=True) as world:
        yield world


@pytest.fixture
def huong(world: World, national: Process) -> Traveller:
    return Traveller(world, national, world.browser())
