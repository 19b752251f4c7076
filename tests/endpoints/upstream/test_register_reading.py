"""The population register is read of whoever signs in: who is dead there gets no session; its silence stops nobody."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from idp.audit.events import EventType
from idp.database import Done
from idp.people.model import IdentifierScheme, Person
from idp.protocol.assurance import Acr
from idp.protocol.errors import Refusal
from tests.federation.national_driver import CLIENT_ID, CLIENTS, HUONG
from tests.federation.national_process import Process
from tests.national import Traveller, open_federated_world
from tests.world import World, open_world

A_DAY = timedelta(days=1, seconds=1)
pytestmark = pytest.mark.network


@pytest.fixture(scope="module")
def with_keys(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template whose worlds have the same signing keys."""
    folder = tmp_path_factory.mktemp("keys")

    async def make() -> None:
        async with open_world(template, folder) as world:
            keys = world.provider.keyring.public_jwks()
            (folder / "jwks.json").write_text(json.dumps(keys), encoding="utf-8")

    asyncio.run(make())
    (folder / "hpid.sqlite3").rename(folder / "template.sqlite3")
    shutil.copy2(template / "master.json", folder / "master.json")
    return folder


@pytest.fixture(scope="module")
def national(with_keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A national side that knows our keys."""
    jwks = json.loads((with_keys / "jwks.json").read_text(encoding="utf-8"))
    clients = [one | ({"jwks": jwks} if one["client_id"] == CLIENT_ID else {}) for one in CLIENTS]
    with Process(tmp_path_factory.mktemp("national"), clients=json.dumps(clients)) as process:
        yield process


@pytest.fixture
async def world(with_keys: Path, tmp_path: Path, national: Process) -> AsyncIterator[World]:
    async with open_federated_world(
        with_keys, tmp_path, national, with_keys=False, registers_patience=10.0
    ) as world:
        await world.provider.configuration.refresh()
        yield world


def enter(national: Process, event_type: str, number: str, **facts: object) -> None:
    """Let the register know something that its feed was not read of."""
    event = {"type": event_type, "subject": {"personal_id": number}, "facts": facts}
    httpx.post(f"{national.url}/__events", json=event).raise_for_status()


async def known(world: World, number: str) -> Person:
    found = await world.provider.database.read(
        lambda tx: tx.people.find_by_identifier(IdentifierScheme.PERSONAL_ID, number)
    )
    assert found is not None
    return found


async def read_at(world: World, person: Person) -> Any:
    return await world.provider.database.read(lambda tx: tx.life_readings.read_at(person.person_id))


async def test_at_the_first_sign_in_and_again_after_a_day(
    world: World, national: Process, huong: Traveller
) -> None:
    rp = await world.client("rp-reading")
    enter(national, "person.card", HUONG, status="lost", expires_on="2035-01-01")
    page = await huong.sign_in(rp, acr_values=Acr.HIGH.value)
    assert {"page-step-up", "error"} <= page.ids, "what was proved is not enough"
    person = await known(world, HUONG)
    (session,) = await world.provider.database.read(lambda tx: tx.sessions.of_person(person.person_id))
    assert session.acr is Acr.SUBSTANTIAL, "what it says counts before the session begins"
    first = await read_at(world, person)
    assert first is not None
    state = await world.provider.database.read(lambda tx: tx.life_states.get(person.person_id))
    assert state.suspended_at is not None, "known at the first sign-in, before the feed was read"

    enter(national, "person.card", HUONG, status="valid", expires_on="2040-01-01")
    await huong.sign_in(rp, prompt="login")
    assert await read_at(world, person) == first
    await world.write(lambda tx: Done(tx.life_readings.done(person.person_id, first - A_DAY)))
    await huong.sign_in(rp, prompt="login")
    assert await read_at(world, person) > first
    state = await world.provider.database.read(lambda tx: tx.life_states.get(person.person_id))
    assert state.suspended_at is None


async def test_what_the_register_could_not_say_in_time_it_says_afterwards(
    world: World, national: Process, huong: Traveller
) -> None:
    rp = await world.client("rp-later")
    readings = world.provider.readings
    assert readings is not None
    for _ in range(3):
        readings.circuit.failed(world.time())
    page = await huong.sign_in(rp, HUONG)
    assert "page-consent" in page.ids, "it stops nobody"
    person = await known(world, HUONG)
    assert await readings.run() == 0, "nobody asks while it does not answer"
    readings.circuit.succeeded(world.time())
    await readings.at_sign_in(person, world.occasion, patience=0.000_001)
    assert await read_at(world, person) is None, "it was not waited for"
    assert readings.circuit.failures == 1

    enter(national, "person.died", HUONG, died_on="2026-03-01")
    assert await readings.run() == 1
    assert await read_at(world, person) is not None
    silent = await huong.browser.get(rp.authorize_url(prompt="none"))
    assert silent.answer["error"] == "login_required", "what it says then ends what was begun"
    assert await readings.run() == 0
    enter(national, "person.death_revoked", HUONG)


async def test_who_is_dead_there_gets_no_session_though_they_have_proved_themselves(
    world: World, national: Process, huong: Traveller
) -> None:
    rp = await world.client("rp-dead")
    await huong.sign_in(rp)
    readings, person = world.provider.readings, await known(world, HUONG)
    assert readings is not None
    await world.write(lambda tx: Done(tx.life_readings.done(person.person_id, world.time() - A_DAY)))
    enter(national, "person.died", HUONG, died_on="2026-03-01")
    await readings.at_sign_in(person, world.occasion, patience=10.0)
    enter(national, "person.death_revoked", HUONG)
    with pytest.raises(Refusal):
        await world.signed_in(world.browser(), person.person_id)
    assert await world.events(EventType.SESSION_STARTED) == [EventType.SESSION_STARTED]
