"""A provider per test, in this process, driven over ASGI."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.world import World, make_state, open_world


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    make_state(folder)
    return folder


@pytest.fixture
async def world(template: Path, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(template, tmp_path) as world:
        yield world
