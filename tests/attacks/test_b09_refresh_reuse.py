"""B09 (in one process): a refresh token that comes again ends the family, save an honest retry (RFC 9700 §4.14.2).

The window is 60 s for the previous generation while its successor is unused (DESIGN 5.6). Two nodes: tests/races.
"""

import asyncio

import pytest

from idp.audit.events import EventType
from tests.attacks.cast import Cast
from tests.attacks.oracle import Oracle
from tests.driver import RelyingParty
from tests.world import World

REUSED = EventType.REFRESH_REUSED


async def chain(world: World, cast: Cast, rp: RelyingParty, length: int, seconds: float = 0) -> list[str]:
    """Refresh so many times; return every generation's token, the first one first."""
    tokens = [(await cast.held_by(rp, cast.alice))["refresh_token"]]
    for _ in range(length):
        response = await rp.refresh(world.http, tokens[-1])
        assert response.status_code == 200, response.text
        tokens.append(response.json()["refresh_token"])
        world.time.move(seconds=seconds)
    return tokens


async def assert_family_is_dead(world: World, oracle: Oracle, rp: RelyingParty, tokens: list[str]) -> None:
    for token in tokens:
        async with oracle.refusing("any of the family", status={400}, events=[EventType.REFRESH_REFUSED]):
            await rp.refresh(world.http, token)


@pytest.mark.parametrize("older_by", [2, 3, 5])
@pytest.mark.parametrize("seconds", [0, 1, 59])
async def test_b09_an_older_generation_ends_the_family_whenever_it_comes(
    world: World, oracle: Oracle, cast: Cast, older_by: int, seconds: float
) -> None:
    for rp in (cast.b, cast.c):
        tokens = await chain(world, cast, rp, 5, seconds)
        async with oracle.refusing((rp.client_id, older_by, seconds), status={400}, events=[REUSED]):
            await rp.refresh(world.http, tokens[-1 - older_by])
        await assert_family_is_dead(world, oracle, rp, tokens)


@pytest.mark.parametrize(
    ("seconds", "retry"), [(0, True), (1, True), (60, True), (60.001, False), (3600, False)]
)
async def test_b09_the_previous_generation_is_a_retry_for_a_minute_and_theft_after_it(
    world: World, oracle: Oracle, cast: Cast, seconds: float, retry: bool
) -> None:
    for rp in (cast.b, cast.c):
        await world.signed_in(cast.alice.browser, cast.alice.person.person_id)
        tokens = await chain(world, cast, rp, 1)
        world.time.move(seconds=seconds)
        if retry:
            again = await rp.refresh(world.http, tokens[0])
            assert again.json()["refresh_token"] == tokens[1], "the same successor, never a second one"
            assert (await rp.refresh(world.http, tokens[1])).status_code == 200
        else:
            async with oracle.refusing((rp.client_id, seconds), status={400}, events=[REUSED]):
                await rp.refresh(world.http, tokens[0])
            await assert_family_is_dead(world, oracle, rp, tokens)


async def test_b09_a_retry_after_the_successor_was_used_is_theft_in_the_same_second(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    for rp in (cast.b, cast.c):
        tokens = await chain(world, cast, rp, 2)
        async with oracle.refusing(rp.client_id, status={400}, events=[REUSED]):
            await rp.refresh(world.http, tokens[0])
        await assert_family_is_dead(world, oracle, rp, tokens)


async def test_b09_with_the_family_its_access_tokens_end(world: World, oracle: Oracle, cast: Cast) -> None:
    for rp in cast.clients:
        first = await cast.held_by(rp, cast.alice)
        second = (await rp.refresh(world.http, first["refresh_token"])).json()
        await rp.refresh(world.http, second["refresh_token"])
        async with oracle.refusing(rp.client_id, status={400}, events=[REUSED]):
            await rp.refresh(world.http, first["refresh_token"])
        assert not await cast.lives(first)
        assert not await cast.lives(second)
        for scope in ("openid", "openid everything", "everything", ""):
            async with oracle.refusing(scope, status={400}, events=[EventType.REFRESH_REFUSED]):
                await rp.refresh(world.http, second["refresh_token"], scope=scope)


async def test_b09_somebody_else_s_reuse_touches_nobody(world: World, oracle: Oracle, cast: Cast) -> None:
    bystanders = [
        await cast.held_by(rp, visitor) for rp in cast.clients for visitor in (cast.alice, cast.bob)
    ]
    tokens = await chain(world, cast, cast.b, 2)
    async with oracle.refusing("alice's family at b", status={400}, events=[REUSED]):
        await cast.b.refresh(world.http, tokens[0])
    for tokens_of_bystander in bystanders:
        assert await cast.lives(tokens_of_bystander)


async def test_b09_twenty_at_once_get_one_successor_between_them(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    for rp in (cast.b, cast.c):
        for _ in range(3):
            token = (await cast.held_by(rp, cast.alice))["refresh_token"]
            answers = await asyncio.gather(*(rp.refresh(world.http, token) for _ in range(20)))
            assert {answer.status_code for answer in answers} == {200}
            successors = {answer.json()["refresh_token"] for answer in answers}
            assert len(successors) == 1
            assert (await rp.refresh(world.http, successors.pop())).status_code == 200


async def test_b09_a_token_changed_in_any_character_is_unknown(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    token = (await cast.held_by(cast.c, cast.alice))["refresh_token"]
    for at in range(len(token)):
        changed = token[:at] + ("B" if token[at] != "B" else "C") + token[at + 1 :]
        async with oracle.refusing(at, status={400}, counted=True):
            await cast.c.refresh(world.http, changed)
    assert (await cast.c.refresh(world.http, token)).status_code == 200
