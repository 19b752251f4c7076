"""One provider in the certification profile for all tests here."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.conformance.certified import Certified, Outside, certified, outside


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Certified]:
    """The provider under test."""
    scaled = {"HPID_LIFE_CODE_RETRY": "1", "HPID_LIFE_ID_TOKEN": "6"}
    with certified(tmp_path_factory.mktemp("certified"), **scaled) as server:
        yield server


@pytest.fixture
async def op(server: Certified) -> AsyncIterator[Outside]:
    """The provider as one sees it from outside."""
    async with outside(server) as op:
        yield op
