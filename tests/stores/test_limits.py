"""Counters of what is limited: one row per counter, counted by one statement whoever counts, erased when over."""

import asyncio
from datetime import timedelta

from idp.database import Database, Done
from idp.limits.model import Counted, Limit
from idp.limits.service import whose
from idp.transaction import Tx
from tests.make import NOW
from tests.stores.samples import do

RULE = Limit.SIGN_IN.value
ENDS = NOW + RULE.window


async def count(database: Database[Tx], *parts: str, after: timedelta = timedelta()) -> Counted:
    return await do(database, lambda tx: tx.limits.count(Limit.SIGN_IN, whose(*parts), NOW + after))


async def test_a_window_begins_with_the_first_and_ends_for_all(database: Database[Tx]) -> None:
    assert await count(database, "192.0.2.1") == Counted(count=1, ends_at=ENDS)
    assert await count(database, "192.0.2.1", after=RULE.window / 2) == Counted(count=2, ends_at=ENDS)
    assert await count(database, "192.0.2.2") == Counted(count=1, ends_at=ENDS)


async def test_at_the_end_of_a_window_the_next_begins(database: Database[Tx]) -> None:
    await count(database, "192.0.2.1")
    last = RULE.window - timedelta(microseconds=1)
    assert (await count(database, "192.0.2.1", after=last)).count == 2
    assert await count(database, "192.0.2.1", after=RULE.window) == Counted(
        count=1, ends_at=ENDS + RULE.window
    )


async def test_a_window_of_a_clock_that_ran_ahead_is_over(database: Database[Tx]) -> None:
    await count(database, "192.0.2.1", after=timedelta(minutes=5))
    assert (await count(database, "192.0.2.1")).count == 2, "clocks may be so much apart"
    await count(database, "192.0.2.2", after=timedelta(days=1))
    assert await count(database, "192.0.2.2") == Counted(count=1, ends_at=ENDS)


async def test_two_parts_are_not_one_and_two_limits_do_not_share(database: Database[Tx]) -> None:
    assert (await count(database, "a", "b")).count == 1
    assert (await count(database, "ab")).count == 1
    other = await do(database, lambda tx: tx.limits.count(Limit.UPSTREAM, "ab", NOW))
    assert other.count == 1


async def test_fifty_at_once_are_counted_as_fifty(database: Database[Tx]) -> None:  # SECURITY E11
    def one(tx: Tx) -> Done[Counted]:
        return Done(tx.limits.count(Limit.SIGN_IN, "192.0.2.1", NOW))

    outcomes = await asyncio.gather(*(database.transact(one) for _ in range(50)))
    assert sorted(outcome.unwrap().count for outcome in outcomes) == list(range(1, 51))


async def test_only_what_is_over_is_erased(database: Database[Tx]) -> None:
    await count(database, "early")
    await count(database, "late", after=timedelta(seconds=1))
    assert await do(database, lambda tx: tx.limits.erase_over(ENDS, 500)) == 1
    assert (await count(database, "early")).count == 1
    assert (await count(database, "late")).count == 2


async def test_whose_a_counter_is_can_t_be_read_from_its_row(database: Database[Tx]) -> None:
    await count(database, "192.0.2.1")
    rows = await database.read(lambda tx: tx.connection.exec_driver_sql("SELECT * FROM limits").all())
    assert b"192.0.2.1" not in bytes(rows[0][0])
