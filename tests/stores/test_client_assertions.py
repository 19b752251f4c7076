"""Spent assertions – RFC 7523 §3 no. 7: once, in one statement, on either engine."""

from typing import Any

from idp.clock import Clock
from idp.database import Database
from idp.ids import ClientId
from tests.stores.samples import MINUTE, NOW, another_node, at_once, do, see

ONE, OTHER = ClientId("portal"), ClientId("warehouse")


async def test_an_assertion_is_spent_once_by_each_client(database: Database[Any]) -> None:
    def spend(tx: Any) -> list[bool]:
        return [
            tx.client_assertions.spend(client_id, jti, NOW + MINUTE)
            for client_id, jti in ((ONE, "a"), (ONE, "a"), (OTHER, "a"), (ONE, "b"), (ONE, "A"))
        ]

    assert await do(database, spend) == [True, False, True, True, True]


async def test_what_a_stranger_calls_it_is_kept_as_a_digest(database: Database[Any]) -> None:
    for jti in ("\x00", "ễ" * 512, "' OR 1=1 --", "\ud800"):
        assert await do(database, lambda tx, jti=jti: tx.client_assertions.spend(ONE, jti, NOW))

    def kept(tx: Any) -> list[bytes]:
        return [bytes(row[0]) for row in tx.connection.exec_driver_sql("SELECT jti FROM client_assertions")]

    assert [len(digest) for digest in await see(database, kept)] == [32] * 4


async def test_one_of_fifty_on_two_nodes_spends_it(
    database: Database[Any], database_url: str, clock: Clock
) -> None:
    async with another_node(database, database_url, clock) as other:
        won = await at_once(
            [database, other], lambda tx: tx.client_assertions.spend(ONE, "jti", NOW + MINUTE), times=50
        )
    assert sorted(won) == [False] * 49 + [True]


async def test_what_is_over_is_erased_in_bounded_batches(database: Database[Any]) -> None:
    def fill(tx: Any) -> None:
        for number in range(5):
            tx.client_assertions.spend(ONE, f"old-{number}", NOW)
        tx.client_assertions.spend(ONE, "young", NOW + MINUTE)

    await do(database, fill)
    erased = [await do(database, lambda tx: tx.client_assertions.erase_expired(NOW, 3)) for _ in range(3)]
    assert erased == [3, 2, 0]
    assert not await do(database, lambda tx: tx.client_assertions.spend(ONE, "young", NOW))
    assert await do(database, lambda tx: tx.client_assertions.spend(ONE, "old-1", NOW))
