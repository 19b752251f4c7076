"""Two processes race for one code and for one refresh generation – RFC 6749 §4.1.2, RFC 9700 §4.14.2.

SECURITY B02, B09, R16, R17; DESIGN 5.6. `scripts/proof races` runs the same with the real lifetimes.
"""

import pytest

from tests.driver import RelyingParty
from tests.races.conftest import RETRY, Pair
from tests.races.spent_once import (
    LIVES_ON,
    SCOPE,
    Won,
    check_that_tokens_work,
    generations,
    present,
    present_again,
    race_for_a_code,
    race_for_a_generation,
    replay_a_code,
    wait_until,
)
from tests.races.volley import refreshing, unheard
from tests.server import ServedWorld
from tests.world import Visitor

pytestmark = pytest.mark.network
_ROUNDS = 3


@pytest.fixture
def rp(pair: Pair) -> RelyingParty:
    return pair.rps["rp-races"]


@pytest.fixture
async def visitor(world: ServedWorld, rp: RelyingParty) -> Visitor:
    return await world.visitor(rp)


async def test_one_of_fifty_redemptions_wins_its_tokens_live_and_a_later_replay_ends_them(
    world: ServedWorld, rp: RelyingParty, visitor: Visitor
) -> None:  # RFC 6749 §4.1.2
    won = [await race_for_a_code(world, rp, visitor) for _ in range(_ROUNDS)]
    await wait_until(won[-1].at + max(LIVES_ON, RETRY))
    for one in won:
        await check_that_tokens_work(world, rp, one)
    for one in won:
        await replay_a_code(world, rp, one)


async def test_fifty_presentations_of_one_generation_get_one_successor(
    world: ServedWorld, rp: RelyingParty, visitor: Visitor
) -> None:
    for _ in range(_ROUNDS):
        spent, won = await race_for_a_generation(world, rp, visitor)
        assert (await present(world, rp, spent)).body["refresh_token"] == won.refresh_token


async def test_a_spent_generation_ends_the_family_once_its_successor_was_used(
    world: ServedWorld, rp: RelyingParty, visitor: Visitor
) -> None:
    spent, won = await race_for_a_generation(world, rp, visitor)
    await check_that_tokens_work(world, rp, won)
    await present_again(world, rp, spent, won)


async def test_a_spent_generation_ends_the_family_when_it_comes_too_late(
    world: ServedWorld, rp: RelyingParty, visitor: Visitor
) -> None:
    spent, won = await race_for_a_generation(world, rp, visitor)
    await wait_until(won.at + RETRY + 0.5)
    await present_again(world, rp, spent, won)


async def test_an_answer_that_never_arrived_costs_nothing(
    world: ServedWorld, rp: RelyingParty, visitor: Visitor
) -> None:  # SECURITY R02
    held = str((await world.tokens(rp, visitor, scope=SCOPE))["refresh_token"])
    await unheard(world.ports[0], refreshing(rp, held))
    reply = await present(world, rp, held)
    assert reply.status == 200
    assert await generations(world, held) == (2, 1)
    await check_that_tokens_work(world, rp, Won(tokens=reply.body))


async def test_nodes_race_without_a_complaint(
    world: ServedWorld, pair: Pair, rp: RelyingParty, visitor: Visitor
) -> None:
    await race_for_a_code(world, rp, visitor)
    for node in pair.nodes:
        assert node.complaints() == []
