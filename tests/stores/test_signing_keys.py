"""Signing keys and the configuration version as stored."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy.exc import IntegrityError

from idp.clock import Clock
from idp.database import Database, Done
from idp.transaction import Tx
from keys.envelope import Vault
from keys.rotation import KeyRecord, RotationRefused, next_rotation
from tests.make import NOW
from tests.stores.samples import do

DAY = timedelta(days=1)


def record(kid: str, **more: object) -> KeyRecord:
    plain = KeyRecord(
        kid=kid,
        alg="ES256",
        sealed_private=b"\x01sealed",
        public_jwk='{"kty":"EC"}',
        created_at=NOW,
        active_from=NOW,
    )
    return replace(plain, **more)  # type: ignore[arg-type]


async def all_keys(database: Database[Tx]) -> tuple[KeyRecord, ...]:
    return await database.read(lambda tx: tx.signing_keys.all())


async def test_a_key_comes_back_as_it_was_written(database: Database[Tx]) -> None:
    keys = (
        record("k1", retired_at=NOW + DAY, erase_after=NOW + 2 * DAY),
        record("k2", created_at=NOW + DAY),
    )
    for key in reversed(keys):
        await do(database, partial(add, key=key))
    assert await all_keys(database) == keys


async def test_one_kid_is_stored_once(database: Database[Tx]) -> None:
    await do(database, lambda tx: tx.signing_keys.add(record("k1")))
    with pytest.raises(IntegrityError):
        await do(database, lambda tx: tx.signing_keys.add(record("k1", alg="RS256")))


def add(tx: Tx, *, key: KeyRecord) -> None:
    tx.signing_keys.add(key)


def rotate(tx: Tx, kid: str) -> Done[int]:
    version = tx.configuration.raise_version()
    plan = next_rotation(
        tx.signing_keys.all(),
        alg="ES256",
        new=record(kid, created_at=NOW + DAY),
        now=NOW + DAY,
        publish_for=timedelta(minutes=10),
        keep_for=timedelta(hours=1),
    )
    tx.signing_keys.apply(plan)
    return Done(version)


async def test_a_rotation_stores_the_new_key_and_retires_the_old_one(database: Database[Tx]) -> None:
    await do(database, lambda tx: tx.signing_keys.add(record("k1")))
    await database.transact(lambda tx: rotate(tx, "k2"))
    old, new = await all_keys(database)
    assert old.retired_at == new.active_from == NOW + DAY + timedelta(minutes=10)
    assert old.erase_after == NOW + DAY + timedelta(minutes=70)


async def test_of_two_nodes_that_rotate_at_once_one_is_refused(
    database: Database[Tx], database_url: str, vault: Vault, clock: Clock
) -> None:
    other = Database(database_url, Tx.unit(vault, clock), clock=clock)
    await do(database, lambda tx: tx.signing_keys.add(record("k1")))
    attempts = [database.transact(lambda tx: rotate(tx, "k2")), other.transact(lambda tx: rotate(tx, "k3"))]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    await other.close()
    assert {type(outcome) for outcome in outcomes} == {Done, RotationRefused}
    assert len(await all_keys(database)) == 2
    assert await database.read(lambda tx: tx.configuration.version()) == 2


async def test_an_erased_key_has_no_private_bytes_and_keeps_its_record(database: Database[Tx]) -> None:
    await do(database, lambda tx: tx.signing_keys.add(record("k1")))

    async def erase() -> bool:
        return (
            await database.transact(lambda tx: Done(tx.signing_keys.set_erased("k1", NOW + DAY)))
        ).unwrap()

    assert await erase()
    assert not await erase()
    assert await all_keys(database) == (record("k1", sealed_private=b"", erased_at=NOW + DAY),)


async def test_the_configuration_version_only_goes_up_and_counts_every_change(
    database: Database[Tx], database_url: str, vault: Vault, clock: Clock
) -> None:
    other = Database(database_url, Tx.unit(vault, clock), clock=clock)
    assert await database.read(lambda tx: tx.configuration.version()) == 1
    outcomes = await asyncio.gather(
        *(
            (database, other)[n % 2].transact(lambda tx: Done(tx.configuration.raise_version()))
            for n in range(30)
        )
    )
    await other.close()
    assert sorted(outcome.unwrap() for outcome in outcomes) == list(range(2, 32))
    assert await database.read(lambda tx: tx.configuration.version()) == 31
