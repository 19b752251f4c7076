"""Signing out of twenty services, five of which are dead, slow or broken: at once, told, and never lost (SECURITY R24).

`scripts/proof logouts` does the same with a thousand sign-outs in the queue, and on both databases.
"""

import random
from pathlib import Path

import pytest

from tests.faults.logouts import (
    ANSWERED_SECONDS,
    HEARD_SECONDS,
    check_ledger,
    city,
    kill_with_a_full_queue,
    sign_out,
    until,
)

pytestmark = [pytest.mark.network, pytest.mark.timeout(300)]


async def test_who_is_dead_or_slow_delays_neither_the_person_nor_the_others(tmp_path: Path) -> None:
    async with city(tmp_path) as running:
        await running.queue("missed", 30, running.bad)
        visitor = await running.sign_in_everywhere("alice")
        done = await sign_out(running, visitor)
        assert done.answered <= ANSWERED_SECONDS
        assert done.heard <= HEARD_SECONDS
        everyone = [one for one in running.bad if one.behaviour in {"hanging", "broken"}]
        await until(lambda: all(one.heard for one in everyone), seconds=30)
        assert all(one.most_open <= 1 for one in running.bad), "one connection each, however many wait"


async def test_the_ledger_tells_what_each_did(tmp_path: Path) -> None:
    async with city(tmp_path) as running:
        visitor = await running.sign_in_everywhere("alice")
        done = await sign_out(running, visitor)
        await running.every_bad_one_was_tried()
        await check_ledger(running, done.logout_id)


async def test_a_provider_killed_with_a_full_queue_loses_none(tmp_path: Path) -> None:
    async with city(tmp_path) as running:
        outcome = await kill_with_a_full_queue(
            running, sign_outs=12, kills=1, chance=random.Random(random.random()), patience=120
        )
        assert outcome["kills"] == 1
