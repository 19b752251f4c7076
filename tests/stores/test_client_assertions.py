"""Spent assertions – RFC 7523 §3 no. 7: once, in one statement, on either engine."""

import asyncio
from datetime import datetime
from typing import Any

from idp.clients.store import spent
from idp.clock import Clock
from idp.database import Database
from idp.ids import ClientId
from keys.envelope import Vault
from tests.stores.samples import MINUTE, NOW, another_node, do, see

ONE, OTHER = ClientId("portal"), ClientId("warehouse")


async def spend(
    database: Database[Any], vault: Vault, client_id: ClientId, jti: str, until: datetime = NOW + MINUTE
) -> bool:
    return await database.claim(*spent(client_id, jti, until, vault=vault))


async def test_an_assertion_is_spent_once_by_each_client(database: Database[Any], vault: Vault) -> None:
    wanted = ((ONE, "a"), (ONE, "a"), (OTHER, "a"), (ONE, "b"), (ONE, "A"))
    assert [await spend(database, vault, *one) for one in wanted] == [True, False, True, True, True]


async def test_what_a_stranger_calls_it_is_kept_as_a_digest(database: Database[Any], vault: Vault) -> None:
    for jti in ("\x00", "ễ" * 512, "' OR 1=1 --", "\ud800"):
        assert await spend(database, vault, ONE, jti)

    def kept(tx: Any) -> list[bytes]:
        return [bytes(row[0]) for row in tx.connection.exec_driver_sql("SELECT jti FROM client_assertions")]

    assert [len(digest) for digest in await see(database, kept)] == [32] * 4


async def test_one_of_fifty_on_two_nodes_spends_it(
    database: Database[Any], database_url: str, vault: Vault, clock: Clock
) -> None:
    async with another_node(database, database_url, clock) as other:
        won = await asyncio.gather(*(spend((database, other)[i % 2], vault, ONE, "jti") for i in range(50)))
    assert sorted(won) == [False] * 49 + [True]


async def test_what_is_over_is_erased_in_bounded_batches(database: Database[Any], vault: Vault) -> None:
    for number in range(5):
        await spend(database, vault, ONE, f"old-{number}", NOW)
    await spend(database, vault, ONE, "young")
    erased = [await do(database, lambda tx: tx.client_assertions.erase_expired(NOW, 3)) for _ in range(3)]
    assert erased == [3, 2, 0]
    assert not await spend(database, vault, ONE, "young")
    assert await spend(database, vault, ONE, "old-1")
