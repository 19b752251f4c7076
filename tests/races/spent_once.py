"""Races for a code and for a refresh generation over two nodes, and what must be true after them (SECURITY B02, B09).

Used by the tests with short lifetimes and by `scripts/proof races` with the real ones.
"""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from idp.grants.store.refresh_tokens import refresh_tokens
from idp.transaction import Tx
from tests.driver import RelyingParty
from tests.races.volley import COPIES, Reply, at_once, redemption, refreshing
from tests.server import ServedWorld
from tests.world import Visitor

SCOPE = "openid profile offline_access"
LIVES_ON = 5.0
"""Seconds after a race at which the winner's tokens must still work."""


@dataclass(kw_only=True)
class Won:
    """What the one winner of a race holds."""

    tokens: dict[str, Any] = field(repr=False)
    at: float = field(default_factory=time.monotonic)
    code: str = field(default="", repr=False)

    @property
    def refresh_token(self) -> str:
        return str(self.tokens["refresh_token"])


async def race_for_a_code(world: ServedWorld, rp: RelyingParty, visitor: Visitor) -> Won:
    """Fifty redemptions of one code: one 200, the others `invalid_grant`."""
    code = await visitor.code(rp, scope=SCOPE)
    replies = await at_once(world.ports, redemption(rp, code))
    outcomes = Counter((reply.status, reply.error) for reply in replies)
    assert outcomes == {(200, ""): 1, (400, "invalid_grant"): COPIES - 1}, outcomes
    (winner,) = (reply for reply in replies if reply.status == 200)
    return Won(tokens=winner.body, code=code)


async def check_that_tokens_work(world: ServedWorld, rp: RelyingParty, won: Won) -> None:
    """Userinfo answers at both nodes, and the refresh token is good."""
    for peer in world.peers:
        assert (await peer.userinfo(won.tokens["access_token"])).status_code == 200
    response = await rp.refresh(world.http, won.refresh_token)
    assert response.status_code == 200, response.text
    won.tokens = response.json()


async def replay_a_code(world: ServedWorld, rp: RelyingParty, won: Won) -> None:
    """One more redemption, too late for an honest retry, ends what the code gave."""
    (reply,) = await at_once(world.ports, redemption(rp, won.code), copies=1)
    assert (reply.status, reply.error) == (400, "invalid_grant")
    await check_that_the_family_has_ended(world, rp, won)


async def race_for_a_generation(world: ServedWorld, rp: RelyingParty, visitor: Visitor) -> tuple[str, Won]:
    """Fifty presentations of one generation: all get the same successor, and one generation lives."""
    first = await world.tokens(rp, visitor, scope=SCOPE)
    spent = str(first["refresh_token"])
    replies = await at_once(world.ports, refreshing(rp, spent))
    statuses = Counter(reply.status for reply in replies)
    assert statuses == {200: COPIES}, statuses
    successors = {reply.body["refresh_token"] for reply in replies}
    assert len(successors) == 1
    assert spent not in successors
    assert len({reply.body["access_token"] for reply in replies}) == COPIES  # signed for each anew
    won = Won(tokens=replies[0].body)
    assert await generations(world, won.refresh_token) == (2, 1)
    return spent, won


async def present_again(world: ServedWorld, rp: RelyingParty, spent: str, won: Won) -> None:
    """A spent generation that is no honest retry ends the family, whoever holds the newest."""
    reply = await present(world, rp, spent)
    assert (reply.status, reply.error) == (400, "invalid_grant")
    await check_that_the_family_has_ended(world, rp, won)


async def present(world: ServedWorld, rp: RelyingParty, refresh_token: str) -> Reply:
    """Present a refresh token once."""
    (reply,) = await at_once(world.ports[-1:], refreshing(rp, refresh_token), copies=1)
    return reply


async def check_that_the_family_has_ended(world: ServedWorld, rp: RelyingParty, won: Won) -> None:
    """Neither the access token nor the newest refresh token opens anything, at either node."""
    for peer in world.peers:
        assert (await peer.userinfo(won.tokens["access_token"])).status_code == 401
        response = await rp.refresh(peer.http, won.refresh_token)
        assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")


async def generations(world: ServedWorld, refresh_token: str) -> tuple[int, int]:
    """Return how many generations a family has, and how many of them are unspent."""

    def count(tx: Tx) -> tuple[int, int]:
        found = tx.refresh_tokens.find(refresh_token)
        assert found is not None
        rows = tx.connection.execute(
            select(func.count(), func.count().filter(refresh_tokens.c.spent_at.is_(None))).where(
                refresh_tokens.c.grant_id == found.grant.grant_id
            )
        ).one()
        return rows[0], rows[1]

    return await world.provider.database.read(count)


async def wait_until(moment: float) -> None:
    """Sleep until a moment of the monotonic clock."""
    await asyncio.sleep(max(0.0, moment - time.monotonic()))
