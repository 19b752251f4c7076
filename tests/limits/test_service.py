"""What is over its limit is refused from memory, on every node that has counted it; a bound on what is remembered."""

from datetime import timedelta
from pathlib import Path

import pytest

from idp.limits.model import Limit, OverLimit
from idp.limits.service import Limits, whose
from tests.world import START, World, open_world

RULE = Limit.CLIENT_AUTHENTICATION
HERS, HIS = (RULE, whose("portal", "192.0.2.1")), (RULE, whose("portal", "192.0.2.2"))


async def _nearly(world: World, limits: Limits) -> None:
    for _ in range(RULE.value.most - 1):
        await limits.count(HERS, now=START)


async def test_the_last_one_allowed_is_the_last_and_only_for_whom_it_counts(
    template: Path, tmp_path: Path
) -> None:
    async with open_world(template, tmp_path) as world:
        limits = Limits(world.provider.database)
        await _nearly(world, limits)
        limits.check(HERS, HIS, now=START)
        await limits.count(HERS, now=START)
        with pytest.raises(OverLimit) as over:
            limits.check(HIS, HERS, now=START)
        assert over.value.retry_after == RULE.value.window.total_seconds()
        limits.check(HIS, now=START)
        limits.check(HERS, now=START + RULE.value.window)


async def test_what_a_clock_that_ran_ahead_forbade_is_allowed_once_it_is_right(
    template: Path, tmp_path: Path
) -> None:
    async with open_world(template, tmp_path) as world:
        limits = Limits(world.provider.database)
        for _ in range(RULE.value.most):
            await limits.count(HERS, now=START + timedelta(hours=5))
        limits.check(HERS, now=START)


async def test_another_node_learns_it_by_counting_once(template: Path, tmp_path: Path) -> None:
    async with open_world(template, tmp_path) as world:
        limits, elsewhere = Limits(world.provider.database), Limits(world.provider.database)
        await _nearly(world, limits)
        await limits.count(HERS, now=START)
        elsewhere.check(HERS, now=START)
        await elsewhere.count(HERS, now=START)
        with pytest.raises(OverLimit):
            elsewhere.check(HERS, now=START)


def test_a_stranger_s_text_is_cut() -> None:
    assert len(whose("x" * 10_000, "192.0.2.1")) == 110
