"""A registration replaced by its client while an operator acts on it: what the operator did stays (DESIGN 5.7, R16).

On PostgreSQL alone, where two transactions run at once; SQLite has one that writes.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from idp.cli.client_invitations import end_registration
from idp.cli.clients import set_enabled
from idp.clients.model import Client
from idp.clients.service import put_client
from idp.database import Done
from idp.ids import ClientId
from idp.transaction import Tx
from keys.master import MasterKey
from tests.registrant import Registered, register
from tests.world import World, open_world

_ANOTHER = "https://rp-d.example/another"


@pytest.fixture
async def world(postgresql_url: str, tmp_path: Path) -> AsyncIterator[World]:
    MasterKey.create(tmp_path / "master.json")
    async with open_world(tmp_path, tmp_path, postgresql_url, registration="token") as world:
        yield world


async def _stored(world: World, registered: Registered) -> Client:
    client = await world.provider.database.read(lambda tx: tx.clients.get(ClientId(registered.client_id)))
    assert client is not None
    return client


async def _waits_for_a_lock(world: World) -> bool:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND backend_type = 'client backend' AND wait_event_type = 'Lock'"
    )
    return bool(await world.provider.database.read(lambda tx: tx.connection.execute(waiting).scalar_one()))


async def _during(world: World, act: Callable[[Tx], Any], request: Callable[[], Any]) -> httpx.Response:
    """Send a request once the operator has acted; the operator's commit comes when the request waits for it."""
    acted, go_on = asyncio.Event(), asyncio.Event()

    def operate(tx: Tx) -> Done[None]:
        act(tx).unwrap()
        acted.set()
        for _ in range(200):
            tx.connection.execute(text("SELECT pg_sleep(0.02)"))
            if go_on.is_set():
                break
        return Done(None)

    operator = asyncio.create_task(world.provider.database.transact(operate))
    await acted.wait()
    sent = asyncio.create_task(request())
    for _ in range(150):
        if sent.done() or await _waits_for_a_lock(world):
            break
        await asyncio.sleep(0.02)
    go_on.set()
    await operator
    response: httpx.Response = await sent
    return response


def _disable(world: World, registered: Registered) -> Callable[[Tx], Any]:
    return lambda tx: set_enabled(tx, registered.client_id, enabled=False, happening=world.occasion)


def _freeze(world: World, registered: Registered) -> Callable[[Tx], Any]:
    return lambda tx: end_registration(tx, ClientId(registered.client_id), happening=world.occasion)


@pytest.mark.parametrize("act", [_disable, _freeze])
async def test_a_replacement_under_way_undoes_nothing_an_operator_did(world: World, act: Any) -> None:
    registered = await register(world)
    before = await _stored(world, registered)
    response = await _during(
        world, act(world, registered), lambda: registered.replace(redirect_uris=[_ANOTHER])
    )
    after = await _stored(world, registered)
    assert after.facts.enabled is (act is _freeze)
    assert after.facts.redirect_uris == before.facts.redirect_uris
    assert response.status_code == 401


async def test_who_was_frozen_meanwhile_removes_nothing(world: World) -> None:
    registered = await register(world)
    response = await _during(world, _freeze(world, registered), registered.remove)
    assert response.status_code == 401
    assert (await _stored(world, registered)).facts.enabled


async def test_a_change_made_meanwhile_is_not_overwritten_unread(world: World) -> None:
    registered = await register(world)

    def change(tx: Tx) -> Done[None]:
        client = tx.clients.get(ClientId(registered.client_id))
        assert client is not None
        put_client(tx, replace(client.facts, law="Luật thử"), actor="test", occasion=world.occasion)
        return Done(None)

    response = await _during(world, change, lambda: registered.replace(redirect_uris=[_ANOTHER]))
    assert response.status_code == 503
    assert (await _stored(world, registered)).facts.law == "Luật thử"
