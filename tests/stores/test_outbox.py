"""The outbox: sealed, claimed once, fair between clients, never lost (SECURITY R24)."""

import asyncio
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import text

from idp.clock import Clock
from idp.database import Database, Done
from idp.outbox.model import DeliveryState, OutboxKind, OutboxMessage
from idp.transaction import Tx
from keys.envelope import Vault
from tests.stores.conftest import START, MovableTime
from tests.stores.samples import do

LEASE = timedelta(seconds=30)


def message(
    name: str, *, client_id: str = "portal", logout_id: str = "l1", at: datetime = START
) -> OutboxMessage:
    return OutboxMessage(
        message_id=name,
        kind=OutboxKind.BACKCHANNEL_LOGOUT,
        client_id=client_id,
        logout_id=logout_id,
        payload={"sub": "some-subject", "sid": "s-1"},
        created_at=at,
        next_attempt_at=at,
    )


async def add(database: Database[Tx], *messages: OutboxMessage) -> None:
    await do(database, lambda tx: tx.outbox.add(messages))


async def claim(
    database: Database[Tx], now: datetime, *, limit: int = 100, per_client: int = 1
) -> tuple[OutboxMessage, ...]:
    return await do(
        database, lambda tx: tx.outbox.claim_due(now, limit=limit, lease=LEASE, per_client=per_client)
    )


async def of_logout(database: Database[Tx], logout_id: str = "l1") -> tuple[OutboxMessage, ...]:
    return await database.read(lambda tx: tx.outbox.of_logout(logout_id))


def settle(tx: Tx, *, name: str) -> None:
    tx.outbox.delivered(name, START)


def names(messages: tuple[OutboxMessage, ...]) -> list[str]:
    return sorted(one.message_id for one in messages)


async def test_a_message_comes_back_as_it_was_written_and_is_sealed_meanwhile(database: Database[Tx]) -> None:
    await add(database, message("m1"), message("m2", logout_id="l2"))
    assert await of_logout(database) == (message("m1"),)
    sealed = await database.read(
        lambda tx: tx.connection.execute(text("SELECT payload FROM outbox")).scalars().all()
    )
    assert len(sealed) == 2
    assert not any(b"some-subject" in one for one in sealed)


async def test_adding_none_is_fine(database: Database[Tx]) -> None:
    await add(database)
    assert await claim(database, START) == ()


async def test_a_claim_counts_the_attempt_and_holds_the_message_for_its_lease(database: Database[Tx]) -> None:
    await add(database, message("m1"))
    (claimed,) = await claim(database, START)
    assert (claimed.attempts, claimed.next_attempt_at, claimed.payload) == (
        1,
        START + LEASE,
        message("m1").payload,
    )
    assert await claim(database, START + LEASE - timedelta(seconds=1)) == ()
    (again,) = await claim(database, START + LEASE)  # the worker that had it died
    assert again.attempts == 2


async def test_what_is_not_due_is_not_claimed(database: Database[Tx]) -> None:
    await add(database, message("m1", at=START + timedelta(seconds=5)))
    assert await claim(database, START + timedelta(seconds=4)) == ()
    assert names(await claim(database, START + timedelta(seconds=5))) == ["m1"]


async def test_a_client_has_one_message_in_flight_and_holds_up_nobody_else(database: Database[Tx]) -> None:
    slow = [message(f"slow{n:02}", client_id="slow", at=START - timedelta(minutes=1)) for n in range(50)]
    await add(
        database,
        *slow,
        message("a1", client_id="a"),
        message("a2", client_id="a"),
        message("b1", client_id="b"),
    )
    assert names(await claim(database, START, limit=3)) == ["a1", "b1", "slow00"]
    assert await claim(database, START) == ()
    await do(database, lambda tx: tx.outbox.delivered("a1", START))
    assert names(await claim(database, START)) == ["a2"]


async def test_a_caller_may_ask_for_a_few_in_flight_per_client(database: Database[Tx]) -> None:
    await add(database, *(message(f"m{n}") for n in range(9)))
    assert names(await claim(database, START, per_client=3)) == ["m0", "m1", "m2"]
    await do(database, lambda tx: tx.outbox.delivered("m1", START))
    assert names(await claim(database, START, per_client=3)) == ["m3"]
    assert names(await claim(database, START, per_client=4)) == ["m4"]


async def test_a_failed_message_waits_and_lets_the_next_one_go(database: Database[Tx]) -> None:
    await add(database, message("m1"), message("m2", at=START + timedelta(seconds=1)))
    now = START + timedelta(seconds=2)
    assert names(await claim(database, now)) == ["m1"]
    later = now + timedelta(seconds=60)
    await do(database, lambda tx: tx.outbox.failed("m1", error="503" * 400, next_attempt_at=later))
    assert names(await claim(database, now)) == ["m2"]
    await do(database, lambda tx: tx.outbox.delivered("m2", now))
    assert await claim(database, later - timedelta(seconds=1)) == ()
    (again,) = await claim(database, later)
    assert again.attempts == 2
    assert again.last_error == ("503" * 400)[:500]


async def test_a_dead_letter_is_kept_seen_and_never_sent(database: Database[Tx]) -> None:
    await add(database, message("m1"), message("m2", client_id="b"))
    await claim(database, START)
    await do(database, lambda tx: tx.outbox.failed("m1", error="gone", next_attempt_at=None))
    dead = await database.read(lambda tx: tx.outbox.dead(10))
    assert [(one.message_id, one.state, one.last_error) for one in dead] == [
        ("m1", DeliveryState.DEAD, "gone")
    ]
    assert names(await claim(database, START + timedelta(days=2))) == ["m2"]
    await do(database, lambda tx: tx.outbox.delivered("m1", START))  # a late answer changes nothing
    assert len(await database.read(lambda tx: tx.outbox.dead(10))) == 1


async def test_what_was_delivered_is_never_sent_again_and_goes_in_time(database: Database[Tx]) -> None:
    await add(database, *(message(f"m{n}", client_id=f"c{n}") for n in range(5)), message("w", client_id="w"))
    claimed = await claim(database, START)

    def deliver(tx: Tx) -> Done[None]:
        for one in claimed:
            if one.message_id != "w":
                tx.outbox.delivered(one.message_id, START + timedelta(seconds=1))
        return Done(None)

    await database.transact(deliver)
    found = {one.message_id: one for one in await of_logout(database)}
    assert found["m0"].state is DeliveryState.DELIVERED
    assert found["m0"].delivered_at == START + timedelta(seconds=1)
    assert names(await claim(database, START + timedelta(days=1))) == ["w"]

    async def erase(before: datetime) -> int:
        return await do(database, lambda tx: tx.outbox.erase_delivered(before, 3))

    assert await erase(START) == 0
    assert [await erase(START + timedelta(days=30)) for _ in range(3)] == [3, 2, 0]
    assert names(await of_logout(database)) == ["w"]


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
async def test_a_limit_holds_whatever_plan_the_server_takes(database: Database[Tx]) -> None:
    def take_for_tiny(tx: Tx) -> Done[None]:
        tx.outbox.add([message("m0", client_id="c0")])
        tx.connection.exec_driver_sql("ANALYZE outbox")
        tx.outbox.add([message(f"m{n}", client_id=f"c{n}") for n in range(1, 9)])
        return Done(None)

    await database.transact(take_for_tiny)
    assert len(await claim(database, START, limit=2)) == 2
    assert len(await claim(database, START, limit=9)) == 7

    def deliver(tx: Tx) -> int:
        for n in range(9):
            tx.outbox.delivered(f"m{n}", START)
        return tx.outbox.erase_delivered(START + timedelta(days=1), 2)

    assert await do(database, deliver) == 2


@pytest.mark.parametrize("workers", [6])
async def test_two_nodes_that_claim_at_once_never_take_one_message_twice(
    database: Database[Tx], database_url: str, vault: Vault, clock: Clock, time: MovableTime, workers: int
) -> None:
    await add(database, *(message(f"m{n:03}", client_id=f"c{n % 20}") for n in range(60)))
    other = Database(database_url, Tx.unit(vault, clock), clock=clock)
    await other.open()
    sent: list[str] = []

    async def work(one: Database[Tx]) -> None:
        idle = 0
        while idle < 3:
            claimed = await claim(one, time.moment, limit=4)
            idle = 0 if claimed else idle + 1
            for taken in claimed:
                sent.append(taken.message_id)
                await do(one, partial(settle, name=taken.message_id))

    await asyncio.gather(*(work((database, other)[n % 2]) for n in range(workers)))
    while claimed := await claim(other, time.moment):
        sent += [one.message_id for one in claimed]
        await asyncio.gather(*(do(other, partial(settle, name=one.message_id)) for one in claimed))
    await other.close()
    assert sorted(sent) == [f"m{n:03}" for n in range(60)]
