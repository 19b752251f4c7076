"""B01, B02 (in one process), B03: a code works once, for its own client, with its own redirect_uri and verifier.

RFC 6749 §4.1.2, RFC 9700 §4.5, ASVS 10.4.2. Two nodes and PostgreSQL: tests/races.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from idp.audit.events import EventType
from tests.attacks.cast import Cast
from tests.attacks.oracle import Oracle
from tests.driver import RelyingParty
from tests.world import World

REFUSED, REPLAYED = EventType.CODE_REFUSED, EventType.CODE_REPLAYED


async def redeemed(world: World, rp: RelyingParty, code: str) -> dict[str, Any]:
    response = await rp.redeem(world.http, code)
    assert response.status_code == 200, response.text
    return dict(response.json())


async def test_b01_a_code_redeemed_again_gives_nothing_and_later_than_ten_seconds_ends_all(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    for rp in cast.clients:
        for seconds in (0.001, 1, 10, 10.001, 11, 30, 59, 61, 300, 600):
            code = await cast.alice.code(rp, scope="openid profile offline_access")
            tokens = await redeemed(world, rp, code)
            world.time.move(seconds=seconds)
            retry = seconds <= 10
            lived = await cast.lives(tokens)
            event = REFUSED if retry else REPLAYED
            async with oracle.refusing((rp.client_id, seconds), status={400}, events=[event]) as watch:
                await rp.redeem(world.http, code)
            assert watch.last.json()["error"] == "invalid_grant"
            assert await cast.lives(tokens) is (retry and lived)
            response = await rp.refresh(world.http, tokens["refresh_token"])
            assert (response.status_code == 200) is retry
            await world.signed_in(cast.alice.browser, cast.alice.person.person_id)


@pytest.mark.parametrize(
    "changes",
    [{"code_verifier": "w" * 43}, {"code_verifier": None}, {"redirect_uri": "https://evil.example/"}],
)
async def test_b01_another_verifier_or_address_is_no_honest_retry(
    world: World, oracle: Oracle, cast: Cast, changes: dict[str, str | None]
) -> None:
    for rp in cast.clients:
        code = await cast.alice.code(rp)
        tokens = await redeemed(world, rp, code)
        async with oracle.refusing((rp.client_id, changes), status={400}, events=[REPLAYED]):
            await rp.redeem(world.http, code, **changes)
        assert not await cast.lives(tokens)


async def test_b01_a_spent_code_in_another_client_s_hands_ends_the_grant(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    for victim in (cast.b, cast.c):
        code = await cast.alice.code(victim)
        tokens = await redeemed(world, victim, code)
        async with oracle.refusing(victim.client_id, status={400}, events=[REPLAYED]):
            await cast.posing_as(cast.m, victim).redeem(world.http, code)
        assert not await cast.lives(tokens)


async def test_b01_after_the_grant_has_ended_a_code_stays_dead(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    code = await cast.alice.code(cast.c)
    await redeemed(world, cast.c, code)
    world.time.move(seconds=11)
    for _ in range(3):
        async with oracle.refusing("again and again", status={400}, events=[REPLAYED]):
            await cast.c.redeem(world.http, code)


async def test_b01_one_grant_s_end_is_nobody_else_s(world: World, oracle: Oracle, cast: Cast) -> None:
    others = [await cast.held_by(rp, visitor) for rp in cast.clients for visitor in (cast.alice, cast.bob)]
    code = await cast.alice.code(cast.c)
    await redeemed(world, cast.c, code)
    world.time.move(seconds=11)
    async with oracle.refusing("replay", status={400}, events=[REPLAYED]):
        await cast.c.redeem(world.http, code)
    for tokens in others:
        assert await cast.lives(tokens)


@pytest.mark.parametrize("round_", range(4))
async def test_b02_fifty_at_once_make_one_winner_and_its_tokens_live(
    world: World, oracle: Oracle, cast: Cast, round_: int
) -> None:
    rp = cast.clients[round_ % 3]
    code = await cast.alice.code(rp)
    before = await world.events()
    answers = await asyncio.gather(*(rp.redeem(world.http, code) for _ in range(50)))
    winners = [answer for answer in answers if answer.status_code == 200]
    losers = [answer for answer in answers if answer.status_code != 200]
    assert len(winners) == 1
    assert {(answer.status_code, answer.json()["error"]) for answer in losers} == {(400, "invalid_grant")}
    assert await cast.lives(winners[0].json())
    assert (await rp.refresh(world.http, winners[0].json()["refresh_token"])).status_code == 200
    written = (await world.events())[len(before) :]
    assert written.count(EventType.CODE_REDEEMED) == 1
    assert written.count(REFUSED) == 49


async def test_b02_of_a_right_and_a_wrong_verifier_at_once_at_most_one_wins(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    for turn in range(10):
        code = await cast.alice.code(cast.b)
        wrong = [cast.b.redeem(world.http, code, code_verifier="w" * 43) for _ in range(3)]
        right = [cast.b.redeem(world.http, code)]
        answers = await asyncio.gather(*(wrong + right if turn % 2 else right + wrong))
        assert sum(answer.status_code == 200 for answer in answers) <= 1
        assert {answer.status_code for answer in answers} <= {200, 400}


async def test_b03_an_unspent_code_in_another_client_s_hands_is_burnt_and_both_are_named(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    thieves: dict[str, Callable[[RelyingParty], RelyingParty]] = {
        "hostile": lambda victim: cast.posing_as(cast.m, victim),
        "hostile with its own address": lambda _: cast.m,
        "public": lambda victim: cast.posing_as(cast.b, victim),
        "confidential": lambda victim: cast.posing_as(cast.c, victim),
    }
    for victim in cast.clients:
        for name, pose in thieves.items():
            thief = pose(victim)
            if thief.client_id == victim.client_id:
                continue
            code = await cast.alice.code(victim)
            async with oracle.refusing((name, victim.client_id), status={400}, events=[REFUSED]):
                await thief.redeem(world.http, code)
            record = await last_record(world)
            assert record["client_id"] == victim.client_id
            assert record["presented_by"] == thief.client_id
            async with oracle.refusing((name, "then its own client"), status={400}, events=[REFUSED]):
                await victim.redeem(world.http, code)


async def test_b03_another_or_no_redirect_uri(world: World, oracle: Oracle, cast: Cast) -> None:
    for uri in (
        "https://evil.example/callback",
        cast.m.redirect_uri,
        cast.c.redirect_uri + "/",
        cast.c.redirect_uri.upper(),
        cast.c.redirect_uri + "?x=1",
        cast.c.redirect_uri.replace("https", "http"),
        " " + cast.c.redirect_uri,
    ):
        code = await cast.alice.code(cast.c)
        async with oracle.refusing(uri, status={400}, events=[REFUSED]):
            await cast.c.redeem(world.http, code, redirect_uri=uri)
        async with oracle.refusing((uri, "then the right one"), status={400}, events=[REFUSED]):
            await cast.c.redeem(world.http, code)
    for missing in (None, ""):
        code = await cast.alice.code(cast.c)
        async with oracle.refusing(missing, status={400}, counted=True):
            await cast.c.redeem(world.http, code, redirect_uri=missing)


async def test_b03_a_refresh_token_in_another_client_s_hands(
    world: World, oracle: Oracle, cast: Cast
) -> None:
    for victim in cast.clients:
        tokens = await cast.held_by(victim, cast.alice)
        for thief in cast.clients:
            if thief is victim:
                continue
            case = (thief.client_id, victim.client_id)
            async with oracle.refusing(case, status={400}, events=[EventType.REFRESH_REFUSED]):
                await thief.refresh(world.http, tokens["refresh_token"])
            record = await last_record(world)
            assert (record["client_id"], record["presented_by"]) == (victim.client_id, thief.client_id)
        for client_id in (victim.client_id, "nobody"):
            form = {
                "grant_type": "refresh_token",
                "refresh_token": tokens["refresh_token"],
                "client_id": client_id,
            }
            if victim.client_secret is None and client_id == victim.client_id:
                continue
            async with oracle.refusing(("no proof", client_id), status={401}, counted=True):
                await world.http.post("/token", data=form)
        assert (await victim.refresh(world.http, tokens["refresh_token"])).status_code == 200


async def last_record(world: World) -> dict[str, Any]:
    await world.events()
    records = await world.provider.database.read(lambda tx: tx.audit.read(after=-1, limit=100_000))
    return dict(records[-1].event.payload)
