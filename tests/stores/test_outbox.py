"""The outbox: sealed, claimed once, fair between clients, never lost (SECURITY R24)."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import text

from idp.audit.occasion import Occasion
from idp.clock import Clock
from idp.database import Database, Done
from idp.ids import PersonId
from idp.messages.model.notices import Notice
from idp.outbox.model import NO_CLIENT, Attempt, DeliveryState, OutboxKind, OutboxMessage
from idp.transaction import Tx
from keys.envelope import Vault
from tests.make import NOW
from tests.stores.outbox_samples import (
    BUSY,
    LEASE,
    OK,
    add,
    claim,
    deliver,
    fail,
    message,
    names,
    of_logout,
    settle,
)
from tests.stores.samples import do
from tests.told import messages_of
from tests.world import MovableTime


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
    assert await claim(database, NOW) == ()


async def test_a_claim_counts_the_attempt_and_holds_the_message_for_its_lease(database: Database[Tx]) -> None:
    await add(database, message("m1"))
    (claimed,) = await claim(database, NOW)
    assert (claimed.attempts, claimed.next_attempt_at, claimed.payload) == (
        1,
        NOW + LEASE,
        message("m1").payload,
    )
    assert await claim(database, NOW + LEASE - timedelta(seconds=1)) == ()
    (again,) = await claim(database, NOW + LEASE)  # the worker that had it died
    assert again.attempts == 2


async def test_what_is_not_due_is_not_claimed(database: Database[Tx]) -> None:
    await add(database, message("m1", at=NOW + timedelta(seconds=5)))
    assert await claim(database, NOW + timedelta(seconds=4)) == ()
    assert names(await claim(database, NOW + timedelta(seconds=5))) == ["m1"]


async def test_a_client_under_way_is_passed_over_and_holds_up_nobody_else(database: Database[Tx]) -> None:
    slow = [message(f"slow{n:02}", client_id="slow", at=NOW - timedelta(minutes=1)) for n in range(50)]
    await add(
        database,
        *slow,
        message("a1", client_id="a"),
        message("a2", client_id="a"),
        message("b1", client_id="b"),
    )
    assert names(await claim(database, NOW, lanes=2)) == ["a1", "slow00"], "who waits longest comes first"
    assert names(await claim(database, NOW)) == ["b1"]
    assert await claim(database, NOW) == ()
    await deliver(database, "a1")
    assert names(await claim(database, NOW)) == ["a2"]


async def test_a_claim_takes_a_few_of_a_client_in_the_order_they_were_written(
    database: Database[Tx],
) -> None:
    later = [message(f"m{n}", at=NOW + timedelta(milliseconds=n)) for n in range(9)]
    await add(database, *reversed(later))
    now = NOW + timedelta(seconds=1)
    assert [one.message_id for one in await claim(database, now, each=3)] == ["m0", "m1", "m2"]
    await deliver(database, "m0", "m1")
    assert await claim(database, now, each=3) == (), "m2 is still out"
    await deliver(database, "m2")
    assert [one.message_id for one in await claim(database, now, each=20)] == [f"m{n}" for n in range(3, 9)]


async def test_a_claim_is_bounded_as_a_whole(database: Database[Tx]) -> None:
    await add(database, *(message(f"{client}{n}", client_id=client) for client in "abc" for n in range(3)))
    assert names(await claim(database, NOW, each=3, most=4)) == ["a0", "a1", "a2", "b0"]
    assert names(await claim(database, NOW, each=3, most=4)) == ["c0", "c1", "c2"]


async def test_a_client_that_rests_is_passed_over(database: Database[Tx]) -> None:
    await add(database, message("m1"), message("m2", client_id="b"))
    assert names(await claim(database, NOW, resting=("portal", "nobody"))) == ["m2"]
    assert names(await claim(database, NOW)) == ["m1"]


async def test_what_was_taken_and_not_sent_is_given_back_uncounted(database: Database[Tx]) -> None:
    await add(database, message("m1"), message("m2"))
    await claim(database, NOW, each=2)
    await fail(database, "m1", Attempt(error="timeout"), NOW + timedelta(seconds=5))
    await do(database, lambda tx: tx.outbox.release(["m2"], NOW + timedelta(seconds=1)))
    assert await claim(database, NOW) == ()
    (again,) = await claim(database, NOW + timedelta(seconds=1))
    assert (again.message_id, again.attempts) == ("m2", 1)
    await do(database, lambda tx: tx.outbox.release([], NOW))


async def test_what_waits_for_a_client_that_is_back_is_due_at_once(database: Database[Tx]) -> None:
    hour = timedelta(hours=1)
    await add(database, *(message(f"m{n}") for n in range(4)), message("b1", client_id="b"))
    await claim(database, NOW, each=3)
    for name in ("m0", "m1", "b1"):
        await fail(database, name, BUSY, NOW + hour)
    assert await do(database, lambda tx: tx.outbox.hurry("portal", NOW, 1)) == 1
    assert await do(database, lambda tx: tx.outbox.hurry("portal", NOW, 9)) == 1, "m2 is out, m3 was due"
    await deliver(database, "m2")
    assert names(await claim(database, NOW, each=9)) == ["m0", "m1", "m3"]
    await deliver(database, "m0", "m1", "m3")
    assert names(await claim(database, NOW + hour)) == ["b1"]


async def test_a_failed_message_waits_and_lets_the_next_one_go(database: Database[Tx]) -> None:
    await add(database, message("m1"), message("m2", at=NOW + timedelta(seconds=1)))
    now = NOW + timedelta(seconds=2)
    assert names(await claim(database, now)) == ["m1"]
    later = now + timedelta(seconds=60)
    await fail(database, "m1", Attempt(error="503" * 400), later)
    assert names(await claim(database, now)) == ["m2"]
    await deliver(database, "m2", at=now)
    assert await claim(database, later - timedelta(seconds=1)) == ()
    (again,) = await claim(database, later)
    assert (again.attempts, again.sent_at) == (2, later)
    assert again.last_error == ("503" * 400)[:500]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_long_queue_of_the_dead_costs_a_claim_nothing(database: Database[Tx]) -> None:
    """However many wait, a claim looks at the head of each lane; counted in steps of SQLite's virtual machine."""

    async def steps_of_a_claim(now: datetime) -> int:
        counted = 0

        def count(tx: Tx) -> tuple[tuple[OutboxMessage, ...], ...]:
            nonlocal counted
            driver = tx.connection.connection.driver_connection
            assert driver is not None

            def step() -> int:
                nonlocal counted
                counted += 1
                return 0

            driver.set_progress_handler(step, 50)
            try:
                return tx.outbox.claim(now, lanes=50, each=20, most=60, lease=LEASE)
            finally:
                driver.set_progress_handler(None, 0)

        await do(database, count)
        return counted

    await add(database, *(message(f"a{n:05}", client_id=f"c{n % 10}") for n in range(20)))
    short = await steps_of_a_claim(NOW)
    await add(database, *(message(f"z{n:05}", client_id=f"d{n % 10}") for n in range(5000)))
    await steps_of_a_claim(NOW)
    long = await steps_of_a_claim(NOW + LEASE)
    assert long < 20 * short + 200, (short, long)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
async def test_a_limit_holds_whatever_plan_the_server_takes(database: Database[Tx]) -> None:
    def take_for_tiny(tx: Tx) -> Done[None]:
        tx.outbox.add([message("m0")])
        tx.connection.exec_driver_sql("ANALYZE outbox")
        tx.outbox.add([message(f"m{n}") for n in range(1, 9)])
        return Done(None)

    await database.transact(take_for_tiny)
    assert len(await claim(database, NOW, each=2)) == 2
    await deliver(database, "m0", "m1")
    assert len(await claim(database, NOW, each=9)) == 7
    await deliver(database, *(f"m{n}" for n in range(2, 9)))
    erased = await do(database, lambda tx: tx.deliveries.erase_settled(NOW + timedelta(days=1), 2))
    assert erased == 2


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
            claimed = await claim(one, time.moment, lanes=4)
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


async def test_what_a_newer_release_wrote_is_left_to_its_workers_and_holds_up_nothing(
    database: Database[Tx], clock: Clock
) -> None:
    """Two releases run side by side while nodes are replaced one by one."""
    newer = [message(f"newer-{number}") for number in range(30)]
    await add(database, *newer, message("ours", at=NOW + timedelta(seconds=1)))
    await do(
        database,
        lambda tx: tx.connection.execute(
            text("UPDATE outbox SET kind = 'pushed_event' WHERE message_id LIKE 'newer-%'")
        ),
    )
    taken = await claim(database, clock.now() + timedelta(minutes=1), each=20)
    assert [one.message_id for one in taken] == ["ours"]
    kinds = {one.message_id: one.kind for one in await of_logout(database)}
    assert kinds["newer-0"] is OutboxKind.UNKNOWN
    assert kinds["ours"] is OutboxKind.BACKCHANNEL_LOGOUT
    assert await claim(database, clock.now() + timedelta(minutes=1), each=20) == ()


def notice(name: str, *, to: str = "p2") -> OutboxMessage:
    return replace(
        message(name, client_id=NO_CLIENT, logout_id=NO_CLIENT),
        kind=OutboxKind.NOTICE,
        person_id=to,
        payload={"deed": "acted"},
        state=DeliveryState.UNSUPPORTED,
    )


async def test_a_notice_is_kept_once_for_whom_it_is_and_the_relay_leaves_it(database: Database[Tx]) -> None:
    again = replace(notice("n1"), payload={"deed": "another"})
    for one in (notice("n1"), again):
        await do(database, lambda tx, one=one: tx.outbox.add_once((one,)))
    assert await claim(database, NOW + timedelta(hours=1)) == ()
    (kept,) = await database.read(lambda tx: messages_of(tx, PersonId("p2")))
    assert (kept.kind, kept.payload) == (OutboxKind.NOTICE, {"deed": "acted"})


async def claim_kind(database: Database[Tx], kind: OutboxKind, now: datetime, most: int = 10) -> list[str]:
    taken = await do(database, lambda tx: tx.outbox.claim_kind(kind, now, most=most, lease=LEASE))
    return sorted(one.message_id for one in taken)


def to_somebody(name: str, kind: OutboxKind = OutboxKind.MAIL) -> OutboxMessage:
    return replace(notice(name), kind=kind, payload={"to": "huong@example.vn"}, state=DeliveryState.WAITING)


async def test_messages_to_people_are_claimed_by_kind_and_once(database: Database[Tx]) -> None:
    await add(database, message("logout"), *(to_somebody(f"m{n}") for n in range(3)))
    await add(database, to_somebody("s1", OutboxKind.SMS))
    assert await claim_kind(database, OutboxKind.MAIL, NOW - timedelta(seconds=1)) == []
    assert await claim_kind(database, OutboxKind.MAIL, NOW, most=2) == ["m0", "m1"]
    assert await claim_kind(database, OutboxKind.MAIL, NOW) == ["m2"]
    assert await claim_kind(database, OutboxKind.MAIL, NOW) == []
    assert await claim_kind(database, OutboxKind.SMS, NOW) == ["s1"]
    assert [one.message_id for one in await claim(database, NOW)] == ["logout"]
    assert await claim_kind(database, OutboxKind.MAIL, NOW + LEASE) == ["m0", "m1", "m2"]


async def test_what_is_settled_for_a_person_is_wiped_and_what_waits_is_not(database: Database[Tx]) -> None:
    await add(database, message("logout"), to_somebody("sent"), to_somebody("waits"))
    await fail(database, "sent", Attempt(is_sent=True), None)
    await fail(database, "logout", OK, None)
    await do(database, lambda tx: tx.outbox.wipe(("sent", "waits", "logout")))
    kept = await database.read(lambda tx: messages_of(tx, PersonId("p2")))
    assert {one.message_id: one.payload for one in kept} == {"sent": {}, "waits": {"to": "huong@example.vn"}}
    (logout,) = await of_logout(database)
    assert logout.payload, "of services the ledger goes on telling"


async def test_a_message_is_new_once_and_may_be_beyond_reach(database: Database[Tx]) -> None:
    assert await do(database, lambda tx: tx.outbox.add_new(to_somebody("m1")))
    assert not await do(database, lambda tx: tx.outbox.add_new(to_somebody("m1")))
    await do(database, lambda tx: tx.outbox.settle_unsupported("m1"))
    (kept,) = await database.read(lambda tx: messages_of(tx, PersonId("p2")))
    assert kept.state is DeliveryState.UNSUPPORTED
    assert await claim_kind(database, OutboxKind.MAIL, NOW + timedelta(hours=1)) == []


async def test_a_notice_of_a_newer_release_that_waits_is_left_to_its_workers(database: Database[Tx]) -> None:
    await add(database, replace(notice("n1"), state=DeliveryState.WAITING))
    assert await claim(database, NOW + timedelta(minutes=1)) == ()


async def test_notices_go_with_the_deliveries_when_their_time_is_over(database: Database[Tx]) -> None:
    await add(database, notice("n1"), notice("n2"))
    assert await do(database, lambda tx: tx.deliveries.erase_settled(NOW - timedelta(seconds=1), 10)) == 0
    assert await do(database, lambda tx: tx.deliveries.erase_settled(NOW, 10)) == 2


async def test_a_person_is_to_hear_of_something_once_a_day_or_each_time(
    database: Database[Tx], clock: Clock
) -> None:
    occasion = Occasion(clock=clock, now=NOW, txn="t")

    def twice(tx: Tx) -> Done[None]:
        for _ in range(2):
            tx.outbox.notify(PersonId("p2"), Notice.NEW_FACTOR, occasion=occasion, factor="totp")
            tx.outbox.notify(
                PersonId("p2"), Notice.OFFICIAL_LOOKED, occasion=occasion, once_a_day=True, actor="x"
            )
        return Done(None)

    await database.transact(twice)
    kept = await database.read(lambda tx: messages_of(tx, PersonId("p2")))
    assert sorted(one.payload["notice"] for one in kept) == ["new_factor", "new_factor", "official_looked"]
