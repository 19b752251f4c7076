"""Signing keys followed by themselves or taken out at once, as stored, on both engines (SECURITY R11)."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from idp.audit.events import EventType
from idp.audit.occasion import Occasion
from idp.clock import Clock
from idp.database import Database, Done
from idp.settings import Lifetimes
from idp.signing_keys.jobs import rotate_keys
from idp.signing_keys.service import revoke_key
from idp.transaction import Tx
from keys.envelope import Vault
from keys.keyring import Keyring, new_record
from keys.rotation import KeyRecord, KeyState, RotationRefused, state
from tests.make import NOW
from tests.stores.samples import another_node, do
from tests.world import MovableTime

LIFE = Lifetimes()
OLD = LIFE.signing_key + timedelta(seconds=1)


@pytest.fixture
def make(vault: Vault, time: MovableTime) -> Callable[[str], KeyRecord]:
    return lambda alg: new_record(vault, alg, time())


@pytest.fixture
def ring(vault: Vault, time: MovableTime) -> Keyring:
    """Makes keys, holds none."""
    return Keyring(vault, (), now=time)


@pytest.fixture
async def first(database: Database[Tx], make: Callable[[str], KeyRecord]) -> KeyRecord:
    record = make("ES256")
    await do(database, lambda tx: tx.signing_keys.add(record))
    return record


async def all_keys(database: Database[Tx]) -> tuple[KeyRecord, ...]:
    return await database.read(lambda tx: tx.signing_keys.all())


async def events(database: Database[Tx], event_type: EventType) -> list[dict[str, object]]:
    await do(database, lambda tx: tx.audit.number(100))
    records = await database.read(lambda tx: tx.audit.read(-1, 100, event_type=event_type))
    return [{"actor": record.event.actor, **record.event.payload} for record in records]


async def test_of_many_workers_one_announces_the_next_key(
    database: Database[Tx],
    database_url: str,
    clock: Clock,
    time: MovableTime,
    first: KeyRecord,
    ring: Keyring,
) -> None:
    time.move(OLD)
    async with another_node(database, database_url, clock) as other:
        occasion = Occasion(clock=clock, now=clock.now(), txn="")
        nodes = [(database, other)[i % 2] for i in range(10)]
        counts = await asyncio.gather(*(rotate_keys(node, ring, occasion, LIFE) for node in nodes))
    old, new = await all_keys(database)
    assert sorted(counts) == [0] * 9 + [1]
    assert (old.kid, old.retired_at) == (first.kid, new.active_from)
    assert new.active_from == time() + LIFE.key_publish
    assert await events(database, EventType.KEY_ANNOUNCED) == [
        {"actor": "system", "kid": new.kid, "alg": "ES256", "active_from": new.active_from.isoformat()}
    ]


async def test_a_young_key_is_left_alone_and_costs_no_change(
    database: Database[Tx],
    clock: Clock,
    time: MovableTime,
    first: KeyRecord,
    ring: Keyring,
) -> None:
    time.move(LIFE.signing_key - timedelta(seconds=1))
    for life, moved in ((LIFE, timedelta()), (Lifetimes(signing_key=timedelta()), 10 * OLD)):
        time.move(moved)
        occasion = Occasion(clock=clock, now=clock.now(), txn="")
        assert await rotate_keys(database, ring, occasion, life) == 0
    assert await all_keys(database) == (first,)
    assert await database.read(lambda tx: tx.configuration.version()) == 1


async def test_a_revoked_key_is_gone_and_another_signs(
    database: Database[Tx],
    vault: Vault,
    clock: Clock,
    time: MovableTime,
    first: KeyRecord,
    make: Callable[[str], KeyRecord],
) -> None:
    ring = Keyring(vault, [first], now=time)
    occasion = Occasion(clock=clock, now=clock.now(), txn="")
    fresh = make("ES256")
    plan = (await database.transact(partial(_revoke, kid=first.kid, fresh=fresh, occasion=occasion))).unwrap()
    assert plan == fresh.kid
    gone, new = sorted(await all_keys(database), key=lambda record: record.active_from, reverse=True)
    assert (state(gone, time()), gone.sealed_private) == (KeyState.REVOKED, b"")
    ring.replace((gone, new))
    assert [key["kid"] for key in ring.public_jwks()["keys"]] == [fresh.kid]
    assert (await ring.sign({}, typ="at+jwt", alg="ES256")).count(".") == 2
    assert await database.read(lambda tx: tx.configuration.version()) == 2
    assert await events(database, EventType.KEY_REVOKED) == [
        {
            "actor": "operator:x",
            "kid": first.kid,
            "alg": "ES256",
            "was": "active",
            "successor": fresh.kid,
        }
    ]


async def test_of_two_who_revoke_one_key_at_once_one_is_refused(
    database: Database[Tx],
    database_url: str,
    clock: Clock,
    first: KeyRecord,
    make: Callable[[str], KeyRecord],
) -> None:
    occasion = Occasion(clock=clock, now=NOW, txn="")
    async with another_node(database, database_url, clock) as other:
        attempts = [
            node.transact(partial(_revoke, kid=first.kid, fresh=make("ES256"), occasion=occasion))
            for node in (database, other)
        ]
        outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {Done, RotationRefused}
    states = [state(record, NOW) for record in await all_keys(database)]
    assert sorted(states) == [KeyState.ACTIVE, KeyState.REVOKED]


def _revoke(tx: Tx, *, kid: str, fresh: KeyRecord, occasion: Occasion) -> Done[str | None]:
    return Done(revoke_key(tx, kid, fresh=fresh, actor="operator:x", occasion=occasion).successor)
