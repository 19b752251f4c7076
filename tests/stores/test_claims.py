"""Database.claim: rows that are there once, whoever asks together, on either engine."""

import asyncio
from typing import Any

from sqlalchemy.exc import DBAPIError

from idp.audit import jobs
from idp.audit.events import AuditEvent, EventType
from idp.audit.store import appended
from idp.clients.store import spent
from idp.clock import Clock
from idp.database import Database
from idp.ids import ClientId, EventId
from idp.transaction import Tx
from keys.envelope import Vault
from tests.stores.samples import MINUTE, NOW, another_node, see

ONE, OTHER = ClientId("portal"), ClientId("warehouse")


async def claim(database: Database[Any], vault: Vault, client_id: ClientId, jti: str) -> bool:
    return await database.claim(*spent(client_id, jti, NOW + MINUTE, vault=vault))


async def test_of_equal_ones_that_wait_together_the_first_has_it(
    database: Database[Any], vault: Vault
) -> None:
    wanted = [(ONE, "a"), (ONE, "a"), (OTHER, "a"), (ONE, "b"), (ONE, "A"), (ONE, "b")]
    assert await asyncio.gather(*(claim(database, vault, *one) for one in wanted)) == [
        True,
        False,
        True,
        True,
        True,
        False,
    ]
    assert not any(await asyncio.gather(*(claim(database, vault, *one) for one in wanted)))


async def test_on_two_nodes_each_is_had_once_in_whatever_order_they_ask(
    database: Database[Any], database_url: str, vault: Vault, clock: Clock
) -> None:
    names = [f"jti-{number}" for number in range(200)]
    async with another_node(database, database_url, clock) as other:
        won = await asyncio.gather(
            *(claim(database, vault, ONE, name) for name in names),
            *(claim(other, vault, ONE, name) for name in reversed(names)),
        )
    assert sum(won) == 200
    assert [here != there for here, there in zip(won[:200], reversed(won[200:]), strict=True)] == [True] * 200


async def test_one_that_fails_fails_alone(database: Database[Any], vault: Vault) -> None:
    statement, row = spent(ONE, "x", NOW + MINUTE, vault=vault)
    found = await asyncio.gather(
        *(claim(database, vault, ONE, f"good-{number}") for number in range(5)),
        database.claim(statement, {**row, "expires_at": None}),
        *(claim(database, vault, ONE, f"good-{number}") for number in range(5, 9)),
        return_exceptions=True,
    )
    failed = found.pop(5)
    assert isinstance(failed, DBAPIError)
    assert found == [True] * 9


async def test_who_goes_away_before_its_turn_claims_nothing_and_spoils_nothing(
    database: Database[Any], vault: Vault
) -> None:
    asked = [asyncio.create_task(claim(database, vault, ONE, f"jti-{number}")) for number in range(40)]
    await asyncio.sleep(0)
    for gone in asked[::2]:
        gone.cancel()
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert found[1::2] == [True] * 20


async def test_what_follows_is_added_for_who_was_first_alone(
    database: Database[Tx], vault: Vault, clock: Clock
) -> None:
    async def have(number: int, jti: str) -> bool:
        following = appended(_issued(number), vault=vault, clock=clock)
        return await database.claim(*spent(ONE, jti, NOW + MINUTE, vault=vault), then=following)

    wanted = ["a", "a", "b", "a", "c", "b"]
    first = await asyncio.gather(*(have(number, jti) for number, jti in enumerate(wanted)))
    again = await asyncio.gather(*(have(number, jti) for number, jti in enumerate(wanted, 10)))
    assert (first, again) == ([True, False, True, False, True, False], [False] * 6)
    assert await _recorded(database) == {0, 2, 4}


async def test_what_can_not_follow_leaves_nothing_claimed(
    database: Database[Tx], vault: Vault, clock: Clock
) -> None:
    statement, make = appended(_issued(1), vault=vault, clock=clock)
    claimed = spent(ONE, "x", NOW + MINUTE, vault=vault)
    failed, other = await asyncio.gather(
        database.claim(*claimed, then=(statement, lambda: {**make(), "type": None})),
        claim(database, vault, ONE, "y"),
        return_exceptions=True,
    )
    assert isinstance(failed, DBAPIError)
    assert other is True
    assert await database.claim(*claimed, then=(statement, make))
    assert await _recorded(database) == {1}


def _issued(number: int) -> AuditEvent:
    return AuditEvent(
        event_id=EventId(f"event-{number:04}"),
        type=EventType.CLIENT_TOKEN_ISSUED,
        at=NOW,
        actor="client:portal",
        subject_ref="",
        payload={"number": number},
        txn=f"txn-{number}",
    )


async def _recorded(database: Database[Tx]) -> set[object]:
    await jobs.sequence(database)
    return {
        record.event.payload["number"] for record in await see(database, lambda tx: tx.audit.read(-1, 99))
    }
