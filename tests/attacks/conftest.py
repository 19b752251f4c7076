"""A provider under attack, watched by the oracle."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests.attacks.cast import Cast, make_cast
from tests.attacks.log_lines import LogLines, captured_log
from tests.attacks.oracle import Oracle, Recorder
from tests.world import PASSWORD, TOTP_SECRET, World, open_world


@pytest.fixture
def log() -> Iterator[LogLines]:
    with captured_log() as lines:
        yield lines


@pytest.fixture
async def world(template: Path, tmp_path: Path, log: LogLines) -> AsyncIterator[World]:
    async with open_world(template, tmp_path, registration="token") as world:
        yield world


@pytest.fixture
async def oracle(world: World, log: LogLines) -> AsyncIterator[Oracle]:
    recorder = Recorder(world.transport)
    world.transport = recorder
    world.http = httpx.AsyncClient(transport=recorder, base_url=world.issuer)
    oracle = Oracle(world, log, recorder, planted={PASSWORD, TOTP_SECRET})
    yield oracle
    await oracle.verify_record()
    log.assert_clean(oracle.secrets())


@pytest.fixture
async def cast(world: World, oracle: Oracle) -> Cast:
    cast = await make_cast(world)
    oracle.planted |= {str(rp.client_secret) for rp in cast.clients if rp.client_secret}
    oracle.planted |= {rp.verifier for rp in cast.clients}
    return cast
